import MusterWire
import Testing

@Suite struct HTTPRequestTests {
    @Test("A request is written with the fields it needs")
    func plain() throws {
        let request = try HTTPRequest(target: "/health?x=1", host: "example.com:8080")
        let expected = """
            GET /health?x=1 HTTP/1.1\r\nHost: example.com:8080\r\nUser-Agent: muster/0.1\r\nAccept: */*\r\n\
            Connection: close\r\n\r\n
            """
        #expect(String(decoding: request.encoded(), as: UTF8.self) == expected)
    }

    @Test("Fields that are given take the place of the usual ones, but the connection always closes")
    func given() throws {
        let headers = [
            ("user-agent", "x"), ("ACCEPT", "text/html"), ("host", "other"), ("connection", "keep-alive"), ("X", ""),
        ]
        let request = try HTTPRequest(method: "POST", target: "/", host: "h", headers: headers, body: [1, 2, 3])
        let expected = """
            POST / HTTP/1.1\r\nContent-Length: 3\r\nuser-agent: x\r\nACCEPT: text/html\r\nhost: other\r\nX: \r\n\
            Connection: close\r\n\r\n
            """
        #expect(request.encoded() == [UInt8](text: expected) + [1, 2, 3])
    }

    @Test(
        "A method that takes a body tells its length even when it is empty",
        arguments: [
            ("POST", true), ("PUT", true), ("PATCH", true), ("GET", false), ("HEAD", false), ("DELETE", false),
        ])
    func emptyBody(method: String, tells: Bool) throws {
        let text = String(decoding: try HTTPRequest(method: method, host: "h").encoded(), as: UTF8.self)
        #expect(text.contains("Content-Length: 0\r\n") == tells)
    }

    @Test(
        "Nothing that could break out of its place is let in",
        arguments: [
            ("GE T", "/", "h", "N", "v"), ("", "/", "h", "N", "v"), ("GET\r\n", "/", "h", "N", "v"),
            ("GET", "", "h", "N", "v"), ("GET", "x", "h", "N", "v"), ("GET", "/a b", "h", "N", "v"),
            ("GET", "/\r\nX: y", "h", "N", "v"), ("GET", "/\0", "h", "N", "v"), ("GET", "/ü", "h", "N", "v"),
            ("GET", "/", "", "N", "v"), ("GET", "/", "h\r\nX: y", "N", "v"), ("GET", "/", "a b", "N", "v"),
            ("GET", "/", "u@h", "N", "v"), ("GET", "/", "h", "", "v"), ("GET", "/", "h", "N:", "v"),
            ("GET", "/", "h", "N ", "v"), ("GET", "/", "h", "N\r\nX", "v"), ("GET", "/", "h", "N", "v\r\nX: y"),
            ("GET", "/", "h", "N", "v\nX: y"), ("GET", "/", "h", "N", "v\0"), ("GET", "/", "h", "content-length", "3"),
            ("GET", "/", "h", "Transfer-Encoding", "chunked"),
        ])
    func refused(method: String, target: String, host: String, name: String, value: String) throws {
        let hint = try #require(
            HTTPRequest.fault(method: method, target: target, host: host, headers: [(name, value)]))
        #expect(throws: HTTPFault.invalidRequest(hint)) {
            try HTTPRequest(method: method, target: target, host: host, headers: [(name, value)])
        }
    }

    @Test(
        "What is unusual but harmless is let in",
        arguments: [
            ("M-SEARCH", "*", "[::1]:80", "N", "ü\t~"), ("get", "/%20?a=b&c#", "h_1", "!#$%&'*+-.^_`|~09azAZ", ""),
        ])
    func allowed(method: String, target: String, host: String, name: String, value: String) {
        #expect(HTTPRequest.fault(method: method, target: target, host: host, headers: [(name, value)]) == nil)
    }

    @Test("What was written is read by the parser of a server, split anywhere")
    func readBack() throws {
        let request = try HTTPRequest(method: "PUT", target: "/x", host: "h:1", headers: [("A", "b")], body: [9, 9, 9])
        let bytes = request.encoded()
        for split in 0..<bytes.count {
            var parser = HTTPRequestParser()
            #expect(parser.receive(Array(bytes[..<split])) == .needMore)
            #expect(parser.receive(Array(bytes[split...]) + [1, 2]) == .complete)
            #expect(parser.consumed == bytes.count - split)
            #expect(parser.method == "PUT" && parser.target == "/x" && parser.host == "h:1")
            #expect(parser.header("a") == "b")
            #expect(parser.versionMinor == 1 && !parser.keepsAlive)
        }
    }

    @Test("Requests follow each other on a connection")
    func pipelined() {
        let bytes = [UInt8](text: "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nHEAD /2 HTTP/1.0\nConnection: Keep-Alive\n\n")
        var parser = HTTPRequestParser()
        #expect(parser.receive(bytes) == .complete)
        #expect(parser.target == "/1" && parser.keepsAlive)
        let rest = Array(bytes[parser.consumed...])
        parser.reset()
        #expect(parser.target.isEmpty)
        #expect(parser.receive(rest) == .complete)
        #expect(parser.method == "HEAD" && parser.target == "/2" && parser.keepsAlive && parser.host == nil)
        #expect(parser.consumed == rest.count)
    }

    @Test(
        "Requests that cannot be read are refused",
        arguments: [
            ("GET\r\n\r\n", HTTPFault.malformedRequestLine), ("GET /\r\n\r\n", .malformedRequestLine),
            ("GET  / HTTP/1.1\r\n\r\n", .malformedRequestLine), ("GET / HTTP/2.0\r\n\r\n", .malformedRequestLine),
            ("GET / http/1.1\r\n\r\n", .malformedRequestLine), ("GET / HTTP/1.1 \r\n\r\n", .malformedRequestLine),
            ("G(T / HTTP/1.1\r\n\r\n", .malformedRequestLine), ("\r\nGET / HTTP/1.1\r\n\r\n", .malformedRequestLine),
            ("\u{16}\u{3}\u{1}", .malformedRequestLine), ("GET / HTTP/1.1\r\nA\r\n\r\n", .malformedHeader),
            ("GET / HTTP/1.1\r\n A: b\r\n\r\n", .malformedHeader),
            ("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", .unsupportedTransferCoding),
            ("POST / HTTP/1.1\r\nContent-Length: 11\r\n\r\n", .bodyTooLarge),
            ("GET /" + String(repeating: "x", count: 200), .headTooLarge),
        ])
    func broken(text: String, fault: HTTPFault) {
        var parser = HTTPRequestParser(headLimit: 100, bodyLimit: 10)
        #expect(parser.receive([UInt8](text: text)) == .failed(fault))
        #expect(parser.receive([1]) == .failed(fault))
    }
}
