/// A message's head as its bytes: taken from the input piece by piece, its fields read out only when asked for.
struct HTTPHead: Sendable {
    /// How far reading has come.
    enum Step {
        case needMore
        case end
        case failed(HTTPFault)
    }

    /// What the lines of a head have told while they were read.
    struct Summary: Sendable {
        /// The first line of a response.
        var statusLine: HTTPStatusLine?
        /// The first line of a request.
        var requestLine: HTTPRequestLine?
        /// Where the message ends. Fields of a trailer say nothing about that.
        var framing = HTTPFraming()
    }

    /// The head so far; when it has ended, exactly the head.
    private(set) var bytes: [UInt8] = []
    /// Whether the empty line at its end has come.
    private(set) var isComplete = false
    /// What it has told so far.
    private(set) var summary = Summary()
    private let kind: HTTPHeadScanner.Kind
    private let limit: Int
    private var scanner: HTTPHeadScanner

    /// An empty head that may take `limit` bytes.
    init(_ kind: HTTPHeadScanner.Kind, limit: Int) {
        self.kind = kind
        self.limit = limit
        scanner = HTTPHeadScanner(kind)
    }

    /// Forgets this head to read another one.
    mutating func reset() {
        bytes.removeAll(keepingCapacity: true)
        isComplete = false
        summary = Summary()
        scanner = HTTPHeadScanner(kind)
    }

    /// Takes from `input` at `offset` what belongs to the head and moves `offset` behind it.
    mutating func read(_ input: Span<UInt8>, _ offset: inout Int) -> Step {
        while true {
            // Both are worked on as locals: their own storage cannot change while the bytes beside it are lent.
            var scanner = self.scanner
            var summary = self.summary
            let event = Self.scan(bytes.span, kind, &scanner, &summary)
            self.scanner = scanner
            self.summary = summary
            switch event {
            case .failed(let fault): return .failed(fault)
            case .end(let end):
                // What was taken beyond the head belongs to the body; it is part of the last piece.
                let surplus = bytes.count &- end
                bytes.removeLast(surplus)
                offset &-= surplus
                isComplete = true
                return .end
            case .needMore:
                guard offset < input.count else { return .needMore }
                let room = limit &- bytes.count
                guard room > 0 else { return .failed(.headTooLarge) }
                let piece = min(input.count &- offset, room, 2048)
                bytes.append(input, offset..<(offset &+ piece))
                offset &+= piece
            }
        }
    }

    private enum Scan {
        case needMore
        case end(Int)
        case failed(HTTPFault)
    }

    /// Goes through the lines that are there.
    private static func scan(
        _ bytes: Span<UInt8>, _ kind: HTTPHeadScanner.Kind, _ scanner: inout HTTPHeadScanner, _ summary: inout Summary
    ) -> Scan {
        while true {
            switch scanner.next(bytes) {
            case .needMore: return .needMore
            case .end: return .end(scanner.length)
            case .field:
                guard kind != .trailer else { continue }
                if let fault = summary.framing.note(bytes, name: scanner.name, value: scanner.value(bytes)) {
                    return .failed(fault)
                }
            case .startLine where kind == .response:
                summary.statusLine = HTTPStatusLine(bytes, scanner.startLine(bytes))
                guard summary.statusLine != nil else { return .failed(.malformedStatusLine) }
            case .startLine:
                summary.requestLine = HTTPRequestLine(bytes, scanner.startLine(bytes))
                guard summary.requestLine != nil else { return .failed(.malformedRequestLine) }
            case .malformed:
                guard scanner.isInStartLine else { return .failed(.malformedHeader) }
                return .failed(kind == .request ? .malformedRequestLine : .malformedStatusLine)
            }
        }
    }

    /// Calls `body` with the name and the value of each field of a complete head, in their order.
    func forEachField(_ body: (_ name: Range<Int>, _ value: Range<Int>) -> Void) {
        guard isComplete else { return }
        var scanner = HTTPHeadScanner(kind)
        while true {
            switch scanner.next(bytes.span) {
            case .startLine: continue
            case .field: body(scanner.name, scanner.value(bytes.span))
            case .needMore, .end, .malformed: return
            }
        }
    }

    /// All fields of a complete head, in their order.
    var fields: [(name: String, value: String)] {
        var fields: [(name: String, value: String)] = []
        forEachField { name, value in fields.append((Bytes.text(bytes.span, name), self.value(value))) }
        return fields
    }

    /// The values of all fields of this name, joined with a comma as RFC 9110 §5.3 has it; nil without one.
    func field(_ name: String) -> String? {
        let values = values(name)
        return values.isEmpty ? nil : values.joined(separator: ", ")
    }

    /// The values of all fields of this name, in their order.
    func values(_ name: String) -> [String] {
        var values: [String] = []
        let wanted = name.lowercased()
        forEachField { name, value in
            if HTTPSyntax.isText(bytes.span, name, wanted) { values.append(self.value(value)) }
        }
        return values
    }

    /// A value as text, line ends of folds turned into blanks (RFC 9112 §5.2).
    private func value(_ range: Range<Int>) -> String {
        var value = Bytes.copy(bytes.span, range)
        for index in value.indices where HTTPSyntax.isBlank(value[index]) && value[index] != HTTPSyntax.tab {
            value[index] = HTTPSyntax.space
        }
        return String(decoding: value, as: UTF8.self)
    }
}
