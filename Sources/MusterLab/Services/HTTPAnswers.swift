import MusterCore

/// The responses that one HTTP check meets in the lab.
struct HTTPAnswers: Sendable {
    let method: String

    private let statuses: [ClosedRange<Int>]
    private let body: String?
    private let headers: [(name: String, value: String)]
    private let healthy: WebAnswer
    private let hasBody: Bool

    /// Reads method and expectations of a check; nil, with a fault noted, where no response can meet them.
    init?(_ reader: SettingsReader) {
        method = reader.string("method")?.uppercased() ?? "GET"
        let expect = reader.object("expect")
        body = expect?.string("body").flatMap { $0.isEmpty ? nil : $0 }
        headers =
            expect?.object("headers")?.members.compactMap {
                if case .string(let value) = $0.value { ($0.name, value) } else { nil }
            } ?? []
        statuses = expect?.list("status", orSingle: true)?.compactMap { Self.range($0.value) } ?? [200...299]
        let needsBody = body != nil && method != "HEAD"
        guard let status = statuses.lazy.joined().first(where: { $0 >= 200 && !(needsBody && Self.isBodiless($0)) })
        else {
            reader.log.add(
                .badValue, at: reader.place("expect"),
                "no response has such a status" + (needsBody ? " and a body" : "") + "; expect for example 200")
            return nil
        }
        hasBody = method != "HEAD" && !Self.isBodiless(status)
        healthy = Self.answer(status, (body ?? "muster lab") + "\n", headers, isHead: method == "HEAD")
    }

    func objection(to fault: LabFault) -> String? {
        switch fault {
        case .status where wrongStatus == nil: "the check takes every status and never sees this; expect fewer"
        case .body where body == nil: "a check that expects no text in the body never sees this; add \"body\" to it"
        case .body where !hasBody, .truncated where !hasBody:
            "the response has no body to see this in; use GET and a status such as 200"
        default: nil
        }
    }

    func answer(_ fault: LabFault?) -> WebAnswer {
        switch fault {
        case .status?: return Self.answer(wrongStatus ?? 500, "planted\n", [], isHead: method == "HEAD")
        case .body?: return Self.answer(200, wrongBody, headers, isHead: false, likeHealthy: healthy)
        case .truncated?:
            return WebAnswer(
                bytes: Self.openingLine(of: healthy) + "Content-Length: 12\r\nConnection: close\r\n\r\n----".utf8)
        case .endlessHead?: return WebAnswer(bytes: Self.openingLine(of: healthy), isEndless: true)
        case .slow?: return WebAnswer(bytes: healthy.bytes, isSlow: true)
        default: return healthy
        }
    }

    private var wrongStatus: Int? {
        [500, 503, 404, 418].first { status in !statuses.contains { $0.contains(status) } }
    }

    /// A text without the expected one.
    private var wrongBody: String {
        ["planted\n", "====\n", "????\n"].first { !$0.contains(body ?? "") } ?? ""
    }

    /// `HTTP/1.1 200 OK` with its line's end.
    private static func openingLine(of answer: WebAnswer) -> [UInt8] {
        Array(answer.bytes.prefix { $0 != UInt8(ascii: "\n") }) + [UInt8(ascii: "\n")]
    }

    private static func answer(
        _ status: Int, _ body: String, _ headers: [(name: String, value: String)], isHead: Bool,
        likeHealthy healthy: WebAnswer? = nil
    ) -> WebAnswer {
        let hasBody = !isBodiless(status)
        var bytes = healthy.map(openingLine) ?? Array("HTTP/1.1 \(status) \(reasons[status] ?? "Planted")\r\n".utf8)
        if hasBody { bytes += "Content-Length: \(body.utf8.count)\r\n".utf8 }
        let own = ["content-length", "transfer-encoding"]
        for (name, value) in headers where !own.contains(name.lowercased()) { bytes += "\(name): \(value)\r\n".utf8 }
        if !headers.contains(where: { $0.name.lowercased() == "connection" }) { bytes += "Connection: close\r\n".utf8 }
        bytes += "\r\n".utf8
        if hasBody, !isHead { bytes += body.utf8 }
        return WebAnswer(bytes: bytes)
    }

    private static let reasons = [
        200: "OK", 201: "Created", 204: "No Content", 404: "Not Found", 500: "Internal Server Error",
    ]

    /// RFC 9110 §6.4.1.
    private static func isBodiless(_ status: Int) -> Bool { status < 200 || status == 204 || status == 304 }

    /// `200`, `"200"`, `"2xx"` or `"200-299"`.
    private static func range(_ value: Setting) -> ClosedRange<Int>? {
        switch value {
        case .integer(let status): return status...status
        case .string(let text):
            let ends = text.split(separator: "-").map(String.init)
            if text.count == 3, text.lowercased().hasSuffix("xx"), let hundreds = text.first?.wholeNumberValue {
                return hundreds * 100...hundreds * 100 + 99
            }
            guard let first = ends.first.flatMap({ Int($0) }), let last = ends.last.flatMap({ Int($0) }), first <= last
            else {
                return nil
            }
            return first...last
        default: return nil
        }
    }
}
