internal import MusterCore
internal import MusterWire

/// What a response must be.
struct HTTPExpectation: Sendable {
    /// The statuses that are fine; 200 to 299 where nothing is said.
    var statuses: [ClosedRange<Int>]
    /// Bytes that the body must contain.
    var body: BytePatternTable?
    /// Fields that must be there with this value, compared without regard to letter case.
    var headers: [(name: String, value: String)]

    static let success = HTTPExpectation(statuses: [200...299], body: nil, headers: [])

    static func read(_ reader: SettingsReader?) -> HTTPExpectation {
        guard let reader else { return .success }
        var expectation = HTTPExpectation.success
        if let list = reader.list("status", orSingle: true) {
            if list.isEmpty {
                let hint = "an empty list; write 200, \"2xx\" or \"200-204\", or leave it out"
                reader.log.add(.badValue, at: reader.place("status"), hint)
            }
            expectation.statuses = list.compactMap { element in
                if let range = range(element.value) { return range }
                reader.log.add(.badValue, at: element.location, "no status; write 200, \"2xx\" or \"200-204\"")
                return nil
            }
        }
        // Every body contains the empty text.
        expectation.body = reader.string("body").flatMap { BytePatternTable(Array($0.utf8)) }
        if let headers = reader.object("headers") {
            for member in headers.members {
                expectation.headers.append((member.name, headers.string(member.name) ?? ""))
            }
        }
        reader.finish()
        return expectation
    }

    private static func range(_ value: Setting) -> ClosedRange<Int>? {
        let valid = 100...599
        switch value {
        case .integer(let number): return valid.contains(number) ? number...number : nil
        case .string(let text):
            if text.count == 3, text.lowercased().hasSuffix("xx"), let first = text.first?.wholeNumberValue,
                (1...5).contains(first)
            {
                return first * 100...first * 100 + 99
            }
            let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
            guard let first = parts.first ?? nil, let last = parts.last ?? nil, parts.count <= 2 else { return nil }
            return first <= last && valid.contains(first) && valid.contains(last) ? first...last : nil
        default: return nil
        }
    }

    /// Compares the head of a response; nil where it is as expected, else the detail says what differs.
    @inline(never)
    func judgeHead(_ response: borrowing HTTPResponseParser) -> (verdict: Verdict, detail: String)? {
        let status = response.status
        guard statuses.contains(where: { $0.contains(status) }) else {
            return (.down(.httpStatus), Self.detail(ofStatus: response))
        }
        for (name, value) in headers {
            let found = response.headerValues(name)
            guard !found.isEmpty else { return (.down(.httpHeader), "no \(name)") }
            if !Self.holds(value.lowercased(), name.lowercased(), found) {
                return (.down(.httpHeader), "\(name): \(Self.shown(found, name.lowercased()))")
            }
        }
        return nil
    }

    /// Several fields of one name are a list with commas, but for Set-Cookie, where each stands for itself (RFC 9110 §5.3).
    private static func holds(_ wanted: String, _ name: String, _ found: [String]) -> Bool {
        if name == "set-cookie" { return found.contains { $0.lowercased() == wanted } }
        return found.joined(separator: ", ").lowercased() == wanted
    }

    private static func shown(_ found: [String], _ name: String) -> String {
        guard name == "set-cookie", found.count > 1 else { return found.joined(separator: ", ").excerpt(60) }
        return found.excerpt
    }

    /// An unexpected status, and of a redirect where it leads.
    private static func detail(ofStatus response: borrowing HTTPResponseParser) -> String {
        guard 300..<400 ~= response.status, let location = response.headerValues("Location").first else {
            return "got \(response.status)"
        }
        return "got \(response.status), Location: \(location.excerpt(200))"
    }
}
