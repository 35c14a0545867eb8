import MusterCore
import MusterSystem
import MusterTesting
import Testing

@testable import MusterProbes

@Suite("The HTTP probe")
struct HTTPProbeTests {
    /// A check of a server's `/health`.
    static func subject(_ server: ScriptedServer, _ settings: String = "") throws -> Subject {
        try Subject("http", "{\"url\": \"http://{address}:\(server.port)/health\"\(settings)}")
    }

    @Test(
        "compares status, headers and body, and follows no redirect", arguments: HTTPCase.expectations + HTTPCase.heads)
    func expectations(_ example: HTTPCase) async throws {
        try await ScriptedServer.run([[.receiveHead] + example.script]) { server in
            let attempt = try await Self.subject(server, example.settings).attempt()
            #expect(attempt.verdict == example.verdict)
            #expect(attempt.detail == example.detail)
            #expect(attempt["status"] == example.status.map { .integer($0) })
            #expect(attempt.happened == [.connect, .send, .wait, .transfer])
            #expect(attempt.roundTrip > 0)
            #expect(server.log.connectionCount == 1)
        }
    }

    @Test("reads every framing, and says how a response is broken", arguments: HTTPCase.framings)
    func framings(_ example: HTTPCase) async throws {
        try await ScriptedServer.run([[.receiveHead] + example.script]) { server in
            let attempt = try await Self.subject(server, example.settings).attempt()
            #expect(attempt.verdict == example.verdict)
            #expect(attempt.detail == example.detail)
            #expect(attempt["status"] == example.status.map { .integer($0) })
            let isWordless =
                example.detail == "without a word"
                || example.script.count == 1 && example.detail.isEmpty
                    && example.verdict == .down(.tcpReset)
            #expect(attempt.happened == [.connect, .send, .wait] + (isWordless ? [] : [.transfer]))
        }
    }

    @Test("times out wherever the server falls silent", arguments: HTTPCase.silences)
    func silences(_ example: HTTPCase) async throws {
        try await ScriptedServer.run([[.receiveHead] + example.script]) { server in
            let attempt = try await Self.subject(server, example.settings).attempt(within: .seconds(1))
            #expect(attempt.verdict == example.verdict)
            #expect(attempt["status"] == example.status.map { .integer($0) })
            #expect(attempt.happened == [.connect, .send, .wait] + (example.script.count == 1 ? [] : [.transfer]))
        }
    }

    @Test("reads a response that is cut anywhere", arguments: [0, 1])
    func cuts(_ parity: Int) async throws {
        let responses = [
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
        ]
        let response = Array(responses[parity].utf8)
        let scripts: [[ScriptStep]] = (1..<response.count).map {
            [.receiveHead, .send(Array(response[..<$0])), .gap, .send(Array(response[$0...])), .hold]
        }
        try await ScriptedServer.run(scripts + [[.receiveHead, .trickle(response), .hold]]) { server in
            let subject = try Self.subject(server, ", \"expect\": {\"body\": \"hello\"}")
            for cut in 1...response.count {
                let attempt = await subject.attempt()
                #expect(attempt.verdict == .up, "cut at \(cut)")
            }
        }
    }

    @Test("sends the request as it is told to")
    func request() async throws {
        let answer = HTTPCase.answer(HTTPCase.plain)
        try await ScriptedServer.run([[.receive(through: "body of web1.test")] + answer]) { server in
            let settings = """
                {"url": "http://{address}:\(server.port)/{site}?a=b#part", "method": "POST", "body": "body of {name}",
                 "headers": {"X-Site": "{site}", "user-agent": "us"}}
                """
            let attempt = try await Subject("http", settings, variables: "{\"site\": \"eu\"}").attempt()
            #expect(attempt.verdict == .up)
            #expect(
                server.log.text == """
                    POST /eu?a=b HTTP/1.1\r
                    Host: 127.0.0.1:\(server.port)\r
                    Accept: */*\r
                    Content-Length: 17\r
                    X-Site: eu\r
                    user-agent: us\r
                    Connection: close\r
                    \r
                    body of web1.test
                    """)
        }
    }

    @Test("connects to the inventory's address for the host's own name, and asks for the name")
    func ownName() async throws {
        let scripts = [[.receiveHead] + HTTPCase.answer(HTTPCase.plain)]
        try await ScriptedServer.run(scripts) { server in
            let attempt = try await Subject(
                "http", "{\"url\": \"http://{name}:\(server.port)/\"}", name: "WEB1.test"
            ).attempt()
            #expect(attempt.verdict == .up)
            #expect(attempt.happened == [.connect, .send, .wait, .transfer])
            #expect(server.log.text.hasPrefix("GET / HTTP/1.1\r\nHost: web1.test:\(server.port)\r\n"))
        }
    }

    @Test("resolves another name, and an address that is a name")
    func otherName() async throws {
        let scripts = [[.receiveHead] + HTTPCase.answer(HTTPCase.plain)]
        try await ScriptedServer.run(scripts) { server in
            let environment = ProbeEnvironment.local(hosts: ["cdn.test": [.v4(0x7F00_0001)]])
            let url = "{\"url\": \"http://cdn.test:\(server.port)/\"}"
            let other = try await Subject("http", url, address: "127.83.0.1", in: environment).attempt()
            #expect(other.verdict == .up)
            let own = "{\"url\": \"http://{name}:\(server.port)/\"}"
            let named = try await Subject("http", own, address: "cdn.test", in: environment).attempt()
            #expect(named.verdict == .up)
        }
    }

    @Test("puts an IPv6 address into a URL as a URL needs it")
    func overIPv6() async throws {
        let scripts = [[.receiveHead] + HTTPCase.answer(HTTPCase.plain)]
        try await ScriptedServer.run(scripts, on: .v6(high: 0, low: 1)) { server in
            for url in ["http://{address}:\(server.port)/{address}", "http://[::1]:\(server.port)/::1"] {
                let attempt = try await Subject("http", "{\"url\": \"\(url)\"}", address: "::1").attempt()
                #expect(attempt.verdict == .up)
                #expect(attempt.detail == "")
            }
            for bytes in server.log.connections {
                let text = String(decoding: bytes, as: UTF8.self)
                #expect(text.hasPrefix("GET /::1 HTTP/1.1\r\nHost: [::1]:\(server.port)\r\n"))
            }
        }
    }

    @Test("is refused where nothing listens, and times out where nothing answers")
    func connecting() async throws {
        try await ScriptedServer.run([[.hold]]) { server in
            let settings = "{\"url\": \"http://{address}:\(server.port)/\"}"
            let attempt = try await Subject("http", settings, address: server.refusingAddress).attempt()
            #expect(attempt.verdict == .down(.tcpRefused))
            #expect(attempt.happened == [.connect])
        }
        try await ScriptedServer.run([[.hold]], options: .blackHole) { server in
            for limit in [Duration.short, .seconds(-1)] {
                let attempt = try await Self.subject(server).attempt(within: limit)
                #expect(attempt.verdict == .down(.tcpTimeout))
                #expect(attempt.happened == [.connect])
            }
        }
    }

    @Test(
        "cancelled at any stage, gives up at once and blames nobody",
        arguments: ["connect", "wait", "transfer", "before"])
    func cancelled(_ stage: String) async throws {
        let options: Listener.Options = stage == "connect" ? .blackHole : []
        let head = stage == "transfer" ? [ScriptStep.send("HTTP/1.1 200 OK\r\n")] : []
        try await ScriptedServer.run([[.receiveHead] + head + [.signal, .hold]], options: options) { server in
            let (attempt, delay) = try await Self.subject(server).attempt {
                switch stage {
                case "connect": await fewTurns()
                case "wait", "transfer":
                    await server.log.nextSignal()
                    await fewTurns()
                default: break
                }
            }
            #expect(attempt.verdict == .unknown(.cancelled))
            #expect(delay < .prompt)
        }
    }

    @Test(
        "does not blame a host for a value that makes no request",
        arguments: [
            (
                "http://{p}:80/", "a b",
                "\"http://a b:80/\" is no URL: a URL has no blanks, control or non-ASCII characters; write %20 and such, names as xn--"
            ),
            (
                "http://127.0.0.1:{p}/", "0",
                "\"http://127.0.0.1:0/\" is no URL: a port is a number of 1...65535, after one colon"
            ),
        ])
    func badValues(url: String, value: String, detail: String) async throws {
        try await Reactor.withLoops(1) { loops in
            try await withTaskExecutorPreference(loops[0]) {
                let attempt = try await Subject(
                    "http", "{\"url\": \"\(url)\"}", variables: "{\"p\": \"\(value)\"}"
                ).attempt()
                #expect(attempt.verdict == .unknown(.fault))
                #expect(attempt.detail == detail)
                #expect(attempt.happened.isEmpty)
            }
        }
    }

    @Test("does not send a header that a value breaks")
    func badHeader() async throws {
        try await Reactor.withLoops(1) { loops in
            try await withTaskExecutorPreference(loops[0]) {
                let attempt = try await Subject(
                    "http", "{\"url\": \"http://127.0.0.1:1/\", \"headers\": {\"X\": \"{p}\"}}",
                    variables: "{\"p\": \"a\\r\\nHost: b\"}"
                ).attempt()
                #expect(attempt.verdict == .unknown(.fault))
                #expect(
                    attempt.detail
                        == "invalid_request: header X: the value must have no line ends and no control characters")
            }
        }
    }
}
