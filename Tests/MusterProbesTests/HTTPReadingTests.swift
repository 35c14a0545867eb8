import MusterCore
import MusterWire
import Testing

@testable import MusterProbes

@Suite("A response that is judged while it is read")
struct HTTPReadingTests {
    /// What a response comes to.
    private struct Ending: Equatable {
        var verdict: Verdict?
        var detail: String?
        var facts: [Fact] = []
    }

    private static func expectation(_ body: String?) -> HTTPExpectation {
        HTTPExpectation(
            statuses: [200...299], body: body.flatMap { BytePatternTable(Array($0.utf8)) }, headers: [])
    }

    /// The result of a response that comes in these pieces and then ends, read as a probe reads it.
    private static func result(
        _ pieces: [ArraySlice<UInt8>], _ body: String?, limit: Int, method: String = "GET"
    ) -> Ending {
        var reading = HTTPReading(method: method, expectation(body), limit: limit)
        for piece in pieces where reading.outcome == nil { reading.receive(Array(piece).span) }
        if reading.outcome == nil { reading.receiveEnd() }
        var result = Ending(verdict: reading.outcome?.verdict, detail: reading.outcome?.detail)
        reading.addFacts(to: &result.facts)
        return result
    }

    private static let responses: [String] = [
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789",
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n012345678",
        "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n012", "HTTP/1.0 200 OK\r\n\r\n0123456789",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n0123\r\n6;x\r\n456789\r\n0\r\nX: y\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n0123\r\n6\r\n456789\r\nx",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n0123x",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 500 Oops\r\nContent-Length: 3\r\n\r\n01",
        "HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "SSH-2.0-x",
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 9\r\n\r\n0123x5678", "HTTP/1.1 204 None\r\n\r\n",
        "",
    ]

    @Test("comes to the same whatever the pieces", arguments: responses, [nil, "34", "45", "zz"] as [String?])
    func pieces(response: String, body: String?) {
        let bytes = Array(response.utf8)
        for limit in [0, 4, 5, 9, 10, 100] {
            let whole = Self.result([bytes[...]], body, limit: limit)
            #expect(whole.verdict != nil)
            for cut in 1..<max(bytes.count, 1) {
                #expect(Self.result([bytes[..<cut], bytes[cut...]], body, limit: limit) == whole, "cut at \(cut)")
            }
            #expect(Self.result(bytes.indices.map { bytes[$0...$0] }, body, limit: limit) == whole)
        }
    }

    private static let limits: [(body: String?, limit: Int, Verdict, detail: String, isTruncated: Bool)] = [
        (nil, 10, .up, "", false), (nil, 9, .up, "", true), (nil, 0, .up, "", true),
        ("9", 10, .up, "", false), ("89", 9, .down(.httpBody), "not in the first 9 bytes: got \"012345678\"", true),
        ("78", 9, .up, "", true), ("zz", 10, .down(.httpBody), "got \"0123456789\"", false),
    ]

    @Test("reads as far as the limit", arguments: limits.indices)
    func bounded(_ index: Int) {
        let (body, limit, verdict, detail, isTruncated) = Self.limits[index]
        let result = Self.result([Array(Self.responses[0].utf8)[...]], body, limit: limit)
        #expect(result.verdict == verdict && result.detail == detail)
        let facts = [Fact("status", .integer(200))] + (isTruncated ? [Fact("body_truncated", .bool(true))] : [])
        #expect(result.facts == facts)
    }

    @Test("tells a body that is cut off before the limit, and not behind it")
    func cutOff() {
        let bytes = Array(Self.responses[1].utf8)
        let told = Self.result([bytes[...]], nil, limit: 9)
        #expect(told.verdict == .down(.httpClosed) && told.detail == "after 9 bytes of body")
        #expect(Self.result([bytes[...]], nil, limit: 8).verdict == .up)
    }

    @Test("shows as much of a name or a place as is fit for a line")
    func excerpts() {
        #expect(
            "abc".excerpt(3) == "abc" && "abcd".excerpt(3) == "abc…" && "".excerpt(0) == "" && "a".excerpt(0) == "…")
        // One character of many scalars.
        #expect(("e" + String(repeating: "\u{301}", count: 100)).excerpt(3).unicodeScalars.count == 4)
        #expect(["a", "b", "c"].excerpt == "a, b, c" && ["a", "b", "c", "d", "e"].excerpt == "a, b, c and 2 more")
        #expect([String]().excerpt == "")
    }
}
