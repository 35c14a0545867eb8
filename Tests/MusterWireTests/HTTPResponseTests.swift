import MusterWire
import Testing

@Suite struct HTTPResponseTests {
    static let counted = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: one\r\nx-a:  two \t\r\nSet-Cookie:\r\n\r\nhello"
    static let chunked = """
        HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n7;a="b c";d\r\n, world\r\n\
        000A \t;e\r\n0123456789\r\n0\r\nX-T: 1\r\nX-U: a\r\n b\r\n\r\n
        """
    static let interim = """
        HTTP/1.1 100 Continue\r\nX: y\r\n\r\nHTTP/1.1 103 Early Hints\r\nContent-Length: 9\r\n\r\n\
        HTTP/1.0 404 Not Here\nContent-Length: 2\n\nno
        """

    @Test(
        "A response reads the same however it is split",
        arguments: [
            (counted, 200, "hello"), (chunked, 200, "hello, world0123456789"), (interim, 404, "no"),
            ("HTTP/1.1 204 None\r\nX: y\r\n\r\n", 204, ""),
            ("HTTP/1.1 200\r\nA: b\r\n c\r\nContent-Length:\r\n 1\r\n\r\nx", 200, "x"),
            ("HTTP/1.1 \t 200\tOK\r\nContent-Length: 1\r\n\r\nx", 200, "x"),
        ])
    func split(text: String, status: Int, body: String) {
        let bytes = [UInt8](text: text)
        for split in 0..<bytes.count {
            var parser = CollectingParser(bodyLimit: 100)
            #expect(parser.receive(Array(bytes[..<split])) == .needMore)
            #expect(parser.receive(Array(bytes[split...])) == .complete, "split at \(split)")
            #expect(
                parser.status == status && parser.body == [UInt8](text: body) && parser.bodyBytes == body.utf8.count)
        }
        var parser = CollectingParser(bodyLimit: 100)
        for byte in bytes.dropLast() { #expect(parser.receive([byte]) == .needMore) }
        #expect(parser.receive([bytes[bytes.count - 1]]) == .complete)
        #expect(parser.status == status && parser.body == [UInt8](text: body) && parser.totalBytes == bytes.count)
    }

    @Test("Every proper beginning followed by the end is truncated", arguments: [counted, chunked, interim])
    func cut(text: String) {
        let bytes = [UInt8](text: text)
        for end in 0..<bytes.count {
            var parser = CollectingParser(bodyLimit: 100)
            #expect(parser.receive(Array(bytes[..<end])) == .needMore)
            #expect(parser.receiveEnd() == .failed(.truncated), "cut at \(end)")
            #expect(parser.receive(Array(bytes[end...])) == .failed(.truncated))
        }
    }

    @Test("Head and fields are there to be asked for")
    func fields() {
        var parser = CollectingParser(bodyLimit: 100)
        #expect(parser.status == 0 && !parser.isHeadComplete && parser.reason == nil)
        #expect(parser.receive([UInt8](text: "HTTP/1.1 200 OK\r\nX: y\r\n")) == .needMore)
        #expect(parser.status == 200 && !parser.isHeadComplete && parser.headers.isEmpty && parser.header("X") == nil)
        parser = CollectingParser(bodyLimit: 100)
        #expect(parser.receive([UInt8](text: Self.counted)) == .complete)
        #expect(parser.isHeadComplete && parser.reason == "OK" && parser.versionMinor == 1 && parser.keepsAlive)
        #expect(parser.headers.map(\.name) == ["Content-Length", "X-A", "x-a", "Set-Cookie"])
        #expect(parser.headers.map(\.value) == ["5", "one", "two", ""])
        #expect(parser.header("X-a") == "one, two" && parser.header("set-cookie") == "" && parser.header("No") == nil)
        #expect(parser.contentLength == 5)
    }

    @Test("Fields of one name can be told apart")
    func repeatedFields() {
        var parser = CollectingParser(bodyLimit: 0)
        let fields = "Set-Cookie: a=1; Path=/\r\nX: y\r\nset-cookie: b=2\r\nSet-Cookie:\r\n"
        #expect(parser.receive([UInt8](text: "HTTP/1.1 204 None\r\n\(fields)\r\n")) == .complete)
        #expect(parser.parser.headerValues("SET-COOKIE") == ["a=1; Path=/", "b=2", ""])
        #expect(parser.parser.headerValues("None").isEmpty)
    }

    @Test("The head of an interim response is not that of the final one")
    func interimHead() {
        var parser = CollectingParser(bodyLimit: 0)
        #expect(parser.receive([UInt8](text: "HTTP/1.1 103 Early\r\nX: y\r\n\r\n")) == .needMore)
        #expect(!parser.isHeadComplete)
        #expect(parser.receive([UInt8](text: "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n")) == .needMore)
        #expect(parser.isHeadComplete)
        var many = CollectingParser(bodyLimit: 0)
        let interim = String(repeating: "HTTP/1.1 100 Continue\r\n\r\n", count: 17)
        #expect(many.receive([UInt8](text: interim)) == .failed(.tooManyInterimResponses) && !many.isHeadComplete)
    }

    @Test("A folded value is unfolded, text that is not UTF-8 repaired")
    func unusualValues() {
        var parser = CollectingParser(bodyLimit: 0)
        let head = "HTTP/1.0 304 \r\nA: b\r\n\tc\n d \r\nB: "
        #expect(parser.receive([UInt8](text: head) + [0xFF] + [UInt8](text: "\r\n\r\n")) == .complete)
        #expect(parser.header("A") == "b  \tc  d")
        #expect(parser.header("b") == "\u{FFFD}")
        #expect(parser.reason == nil && parser.versionMinor == 0 && !parser.keepsAlive)
    }

    @Test("The answer to HEAD has no body")
    func head() {
        var parser = CollectingParser(method: "HEAD", bodyLimit: 0)
        #expect(parser.receive([UInt8](text: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")) == .complete)
        #expect(parser.contentLength == 5 && parser.bodyBytes == 0)
    }

    @Test("Sixteen interim responses are skipped and not one more", arguments: [(16, true), (17, false)])
    func interims(count: Int, isFine: Bool) {
        let interim = String(repeating: "HTTP/1.1 102 Processing\r\n\r\n", count: count)
        var parser = CollectingParser(bodyLimit: 0)
        let step = parser.receive([UInt8](text: interim + "HTTP/1.1 204 None\r\n\r\n"))
        #expect(step == (isFine ? .complete : .failed(.tooManyInterimResponses)))
    }

    @Test(
        "Of a body beyond the limit only its beginning is handed out",
        arguments: [
            "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789", "HTTP/1.1 200 OK\r\n\r\n0123456789",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n0123\r\n6\r\n456789\r\n0\r\n\r\n",
        ])
    func bodyLimit(text: String) {
        for (limit, isFine) in [(9, false), (10, true), (0, false), (-1, false)] {
            var parser = CollectingParser(bodyLimit: limit)
            var step = parser.receive([UInt8](text: text))
            if step == .needMore { step = parser.receiveEnd() }
            #expect(step == (isFine ? .complete : .overLimit))
            #expect(parser.body == Array([UInt8](text: "0123456789").prefix(max(limit, 0))))
            #expect(parser.status == 200)
        }
    }

    @Test("A head without an end is given up at the limit and not before")
    func endlessHead() {
        let line = [UInt8](text: "X-Line: 0123456789\r\n")
        let start = [UInt8](text: "HTTP/1.1 200 OK\r\n")
        var parser = CollectingParser(bodyLimit: 0, headLimit: 1000)
        var sent = start.count
        var step = parser.receive(start)
        while sent + line.count <= 1000 {
            #expect(step == .needMore)
            step = parser.receive(line)
            sent += line.count
        }
        #expect(parser.receive(line) == .failed(.headTooLarge))
        let text = "HTTP/1.1 204 None\r\nX: y\r\n\r\n"
        for (limit, expected) in [
            (text.utf8.count, HTTPResponseParser.Step.complete), (text.utf8.count - 1, .failed(.headTooLarge)),
        ] {
            var exact = CollectingParser(bodyLimit: 0, headLimit: limit)
            #expect(exact.receive([UInt8](text: text)) == expected)
        }
    }

    @Test(
        "Extensions and trailers without an end are given up",
        arguments: [
            "1;" + String(repeating: "x", count: 2000), "1" + String(repeating: " ", count: 2000),
            String(repeating: "1;0123456789\r\nx\r\n", count: 200),
            "0\r\n" + String(repeating: "X: 0123456789\r\n", count: 200),
        ])
    func endlessOverhead(body: String) {
        var parser = CollectingParser(bodyLimit: 10_000, headLimit: 1000)
        let bytes = [UInt8](text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body)
        #expect(parser.receive(bytes) == .failed(.headTooLarge))
    }

    @Test(
        "Who does not speak HTTP is found out without a line end",
        arguments: [
            "SSH-2.0", "\u{15}\u{3}\u{1}", "220 mail", "http/1.1 ", "HTTP/2", "H\r\n", "\r\n", " HTTP/1.1",
            "HTTP/1.1 200\0",
        ])
    func otherProtocols(text: String) {
        var parser = CollectingParser(bodyLimit: 0)
        #expect(parser.receive([UInt8](text: text)) == .failed(.malformedStatusLine))
    }

    @Test("Bytes behind the end are ignored")
    func surplus() {
        var parser = CollectingParser(bodyLimit: 100)
        #expect(parser.receive([UInt8](text: Self.counted + "HTTP/1.1 500 X\r\n\r\n")) == .complete)
        #expect(parser.receive([1, 2, 3]) == .complete)
        #expect(parser.receiveEnd() == .complete)
        #expect(parser.status == 200 && parser.bodyBytes == 5)
    }

    @Test("Changed at random, responses never crash the parser, and it reads them alike whole and in pieces")
    func mutations() {
        var random = SplitMix64(seed: 11)
        let seeds = [Self.counted, Self.chunked, Self.interim].map { [UInt8](text: $0) }
        var seen: (complete: Int, failed: Int) = (0, 0)
        for round in 0..<10_000 {
            let bytes = seeds[round % seeds.count].mutated(by: &random)
            var whole = CollectingParser(bodyLimit: 20, headLimit: 200)
            var step = whole.receive(bytes)
            if step == .needMore { step = whole.receiveEnd() }
            var pieces = CollectingParser(bodyLimit: 20, headLimit: 200)
            for byte in bytes { _ = pieces.receive([byte]) }
            #expect(pieces.receiveEnd() == step)
            #expect(pieces.status == whole.status && pieces.body == whole.body && pieces.bodyBytes == whole.bodyBytes)
            #expect(whole.body.count == whole.bodyBytes && whole.bodyBytes <= 20)
            #expect(pieces.headers.map(\.value) == whole.headers.map(\.value))
            if step == .complete { seen.complete += 1 } else { seen.failed += 1 }
        }
        #expect(seen.complete > 500 && seen.failed > 500, "\(seen)")
    }
}
