internal import MusterCore
internal import MusterWire

/// What a response must be.
struct HTTPExpectation: Sendable {
    /// The statuses that are fine; 200 to 299 where nothing is said.
    var statuses: [ClosedRange<Int>]
    /// Bytes that the body must contain.
    var body: [UInt8]?
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
        expectation.body = reader.string("body").map { Array($0.utf8) }
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

    /// Compares a complete response; the detail says what differs.
    @inline(never)
    func judge(_ response: borrowing HTTPResponseParser) -> (verdict: Verdict, detail: String) {
        let status = response.status
        guard statuses.contains(where: { $0.contains(status) }) else { return (.down(.httpStatus), "got \(status)") }
        for (name, value) in headers {
            guard let found = response.header(name) else { return (.down(.httpHeader), "no \(name)") }
            if found.lowercased() != value.lowercased() {
                return (.down(.httpHeader), "\(name): \(String(found.prefix(60)))")
            }
        }
        if let body, !Self.contains(response.body, body) {
            return (.down(.httpBody), "got \"\(String(decoding: response.body.prefix(40), as: UTF8.self))\"")
        }
        return (.up, "")
    }

    /// Whether the bytes occur; a body is small, so the plain search will do.
    private static func contains(_ haystack: [UInt8], _ needle: [UInt8]) -> Bool {
        guard let first = needle.first else { return true }
        guard haystack.count >= needle.count else { return false }
        for start in 0...haystack.count - needle.count where haystack[start] == first {
            var length = 1
            while length < needle.count, haystack[start + length] == needle[length] { length += 1 }
            if length == needle.count { return true }
        }
        return false
    }
}
