import MusterWire

/// One request to a web site of the lab, as its bytes come.
struct WebRequest {
    enum Step {
        /// More bytes are needed.
        case needMore
        /// The whole request is there; this is its answer.
        case answer(WebAnswer)
    }

    private let plan: LabPlan
    private let routes: [Int32]
    private var parser: HTTPRequestParser?

    init(_ plan: LabPlan, _ routes: [Int32]) {
        self.plan = plan
        self.routes = routes
    }

    /// Takes the next bytes. Most requests come whole, and are recognized by how they begin and end.
    mutating func receive(_ bytes: Span<UInt8>) -> Step {
        if parser == nil, WebRequest.endsHead(bytes) {
            for index in routes {
                let route = plan.routes[Int(index)]
                if !route.hasBody, WebRequest.begins(bytes, with: route.opening) { return .answer(route.answer) }
            }
        }
        var parser = self.parser ?? HTTPRequestParser()
        defer { self.parser = parser }
        switch parser.receive(bytes) {
        case .needMore: return .needMore
        case .failed: return .answer(WebRequest.unreadable)
        case .complete:
            let opening = Array("\(parser.method) \(parser.target) HTTP/1.".utf8)
            let known = routes.first { plan.routes[Int($0)].opening == opening }
            return .answer(known.map { plan.routes[Int($0)].answer } ?? WebRequest.unknown)
        }
    }

    private static let unreadable = WebAnswer(
        bytes: Array("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".utf8))
    private static let unknown = WebAnswer(
        bytes: Array("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".utf8))

    private static func endsHead(_ bytes: Span<UInt8>) -> Bool {
        let count = bytes.count
        return count >= 4 && bytes[count - 1] == 10 && bytes[count - 2] == 13 && bytes[count - 3] == 10
            && bytes[count - 4] == 13
    }

    private static func begins(_ bytes: Span<UInt8>, with opening: [UInt8]) -> Bool {
        guard bytes.count >= opening.count else { return false }
        for index in opening.indices where opening[index] != bytes[index] { return false }
        return true
    }
}

extension WebAnswer {
    /// What follows an endless head's beginning, again and again: 16 KB of fields.
    static let endlessPart: [UInt8] = {
        let field = "X-Planted: " + String(repeating: "0123456789abcdef", count: 15) + "!!!\r\n"
        return Array(String(repeating: field, count: 64).utf8)
    }()

    /// How often the part is sent, which keeps the whole within the limit.
    static let endlessRounds = endlessLimit / endlessPart.count - 1
}
