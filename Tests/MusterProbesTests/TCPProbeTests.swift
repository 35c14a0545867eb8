import MusterCore
import MusterSystem
import MusterTesting
import Testing

@testable import MusterProbes

/// A server's script and what the probe makes of it.
struct TCPCase: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// Beside the port.
    var settings = ""
    var script: [ScriptStep]
    var verdict: Verdict
    var detail = ""
    var phases: [Phase]

    static let talks: [TCPCase] = [
        .init(testDescription: "an open port", script: [.hold], verdict: .up, phases: [.connect]),
        .init(
            testDescription: "the expected greeting", settings: ", \"expect\": \"SSH-2.0-\"",
            script: [.send("SSH-2.0-OpenSSH_9.6\r\n"), .hold], verdict: .up, phases: [.connect, .wait]),
        .init(
            testDescription: "the greeting to its last byte", settings: ", \"expect\": \"220 ok\\r\\n\"",
            script: [.send("220 ok\r\n"), .hold], verdict: .up, phases: [.connect, .wait]),
        .init(
            testDescription: "the greeting one byte at a time", settings: ", \"expect\": \"SSH-2.0-\"",
            script: [.trickle("SSH-2.0-x"), .hold], verdict: .up, phases: [.connect, .wait]),
        .init(
            testDescription: "an answer to what is sent",
            settings: ", \"send\": \"PING\\r\\n\", \"expect\": \"+PONG\"",
            script: [.receive(through: "PING\r\n"), .send("+PONG\r\n"), .hold], verdict: .up,
            phases: [.connect, .send, .wait]),
        .init(
            testDescription: "a half-closed peer that has said enough", settings: ", \"expect\": \"hi\"",
            script: [.send("hi")], verdict: .up, phases: [.connect, .wait]),
        .init(
            testDescription: "another greeting", settings: ", \"expect\": \"SSH-2.0-\"",
            script: [.send("HTTP/1.1 400 Bad Request\r\nServer: x\r\n"), .hold], verdict: .down(.tcpMismatch),
            detail: "got \"HTTP/1.1 400 Bad Request\"", phases: [.connect, .wait]),
        .init(
            testDescription: "another greeting, known from its first byte", settings: ", \"expect\": \"SSH-2.0-\"",
            script: [.send("X"), .hold], verdict: .down(.tcpMismatch), detail: "got \"X\"", phases: [.connect, .wait]),
        .init(
            testDescription: "a long other greeting", settings: ", \"expect\": \"SSH-2.0-\"",
            script: [.send(String(repeating: "y", count: 61)), .hold], verdict: .down(.tcpMismatch),
            detail: "got \"\(String(repeating: "y", count: 60))\"…", phases: [.connect, .wait]),
        .init(
            testDescription: "a close without a word", settings: ", \"expect\": \"SSH\"", script: [],
            verdict: .down(.tcpClosed), phases: [.connect, .wait]),
        .init(
            testDescription: "a close amid the greeting", settings: ", \"expect\": \"SSH-2.0-\"",
            script: [.send("SSH-"), .gap], verdict: .down(.tcpClosed), detail: "after \"SSH-\"",
            phases: [.connect, .wait]),
        .init(
            testDescription: "a reset amid the answer", settings: ", \"send\": \"?\", \"expect\": \"SSH-2.0-\"",
            script: [.receive(count: 1), .send("SSH-"), .gap, .reset], verdict: .down(.tcpReset),
            phases: [.connect, .send, .wait]),
        .init(
            testDescription: "a reset instead of an answer", settings: ", \"send\": \"PING\", \"expect\": \"+PONG\"",
            script: [.receive(count: 4), .reset], verdict: .down(.tcpReset), phases: [.connect, .send, .wait]),
    ]

    static let silences: [TCPCase] = [
        .init(
            testDescription: "silence instead of a greeting", settings: ", \"expect\": \"SSH\"", script: [.hold],
            verdict: .down(.tcpSilent), phases: [.connect, .wait]),
        .init(
            testDescription: "silence amid the greeting", settings: ", \"expect\": \"SSH\"",
            script: [.send("SS"), .hold], verdict: .down(.tcpSilent), phases: [.connect, .wait]),
        .init(
            testDescription: "silence instead of an answer", settings: ", \"send\": \"x\", \"expect\": \"y\"",
            script: [.hold], verdict: .down(.tcpSilent), phases: [.connect, .send, .wait]),
    ]
}

@Suite("The TCP probe")
struct TCPProbeTests {
    @Test("says what the peer did", arguments: TCPCase.talks)
    func talks(_ example: TCPCase) async throws {
        try await ScriptedServer.run([example.script]) { server in
            let attempt = try await Subject("tcp", "{\"port\": \(server.port)\(example.settings)}").attempt()
            #expect(attempt.verdict == example.verdict)
            #expect(attempt.detail == example.detail)
            #expect(attempt.happened == example.phases)
            #expect(attempt.roundTrip > 0)
        }
    }

    @Test("calls a peer silent that does not say it all before the deadline", arguments: TCPCase.silences)
    func silences(_ example: TCPCase) async throws {
        try await ScriptedServer.run([example.script]) { server in
            let attempt = try await Subject("tcp", "{\"port\": \(server.port)\(example.settings)}").attempt(
                within: .short)
            #expect(attempt.verdict == example.verdict)
            #expect(attempt.happened == example.phases)
        }
    }

    @Test("sends what it is told to, and ends in order")
    func sends() async throws {
        try await ScriptedServer.run([[.receive(through: "QUIT\r\n"), .signal]]) { server in
            let attempt = try await Subject("tcp", "{\"port\": \(server.port), \"send\": \"QUIT\\r\\n\"}").attempt()
            #expect(attempt.verdict == .up)
            #expect(attempt.happened == [.connect, .send])
            await server.log.nextSignal()
            #expect(server.log.text == "QUIT\r\n")
        }
    }

    @Test("takes the longest greeting that may be expected, whatever follows it")
    func longest() async throws {
        let greeting = String(repeating: "0123456789abcdef", count: 1024)
        try await ScriptedServer.run([[.send(greeting + greeting), .hold]]) { server in
            let attempt = try await Subject(
                "tcp", "{\"port\": \(server.port), \"expect\": \"\(greeting)\"}"
            ).attempt()
            #expect(attempt.verdict == .up)
        }
    }

    @Test("tells a reset right after the connection from silence")
    func resetAtOnce() async throws {
        try await ScriptedServer.run([[.reset]]) { server in
            let attempt = try await Subject("tcp", "{\"port\": \(server.port), \"expect\": \"x\"}").attempt()
            #expect(attempt.verdict == .down(.tcpReset))
        }
    }

    @Test("times out where nothing answers the connection request, also when the deadline has passed already")
    func blackHole() async throws {
        try await ScriptedServer.run([[]], options: .blackHole) { server in
            let subject = try Subject("tcp", "{\"port\": \(server.port), \"expect\": \"x\"}")
            for limit in [Duration.short, .seconds(-1)] {
                let attempt = await subject.attempt(within: limit)
                #expect(attempt.verdict == .down(.tcpTimeout))
                #expect(attempt.happened == [.connect])
                #expect(attempt.roundTrip == 0)
            }
            #expect(server.log.connectionCount == 0)
        }
    }

    @Test("does not wait where the deadline has passed already")
    func pastDeadline() async throws {
        try await ScriptedServer.run([[.hold]]) { server in
            let attempt = try await Subject("tcp", "{\"port\": \(server.port), \"expect\": \"x\"}").attempt(
                within: .seconds(-1))
            #expect([.down(.tcpTimeout), .down(.tcpSilent)].contains(attempt.verdict))
        }
    }

    @Test("is refused where nothing listens, over IPv4 and IPv6")
    func refused() async throws {
        try await ScriptedServer.run([[.hold]]) { server in
            let attempt = try await Subject("tcp", "{\"port\": \(server.port)}", address: server.refusingAddress)
                .attempt()
            #expect(attempt.verdict == .down(.tcpRefused))
            #expect(attempt.happened == [.connect])
        }
    }

    @Test("speaks IPv6")
    func overIPv6() async throws {
        try await ScriptedServer.run([[.send("hi"), .hold]], on: .v6(high: 0, low: 1)) { server in
            let settings = "{\"port\": \(server.port), \"expect\": \"hi\"}"
            let attempt = try await Subject("tcp", settings, address: "::1").attempt()
            #expect(attempt.verdict == .up)
            // The same port of the other family is not the server's.
            let other = try await Subject("tcp", settings, address: server.refusingAddress).attempt(within: .short)
            #expect(other.verdict != .up)
        }
    }

    @Test("cancelled at any stage, gives up at once and blames nobody", arguments: ["connect", "wait", "before"])
    func cancelled(_ stage: String) async throws {
        let options: Listener.Options = stage == "connect" ? .blackHole : []
        try await ScriptedServer.run([[.receive(count: 1), .signal, .hold]], options: options) { server in
            let subject = try Subject("tcp", "{\"port\": \(server.port), \"send\": \"x\", \"expect\": \"y\"}")
            let (attempt, delay) = await subject.attempt {
                switch stage {
                case "connect": await fewTurns()
                case "wait": await server.log.nextSignal()
                default: break
                }
            }
            #expect(attempt.verdict == .unknown(.cancelled))
            #expect(delay < .prompt)
            if stage == "connect" { #expect(attempt.happened == [.connect]) }
            if stage == "wait" { #expect(attempt.happened == [.connect, .send, .wait]) }
        }
    }

    @Test("connects to a host that is a template, a name or a variable")
    func destinations() async throws {
        try await ScriptedServer.run([[.hold]]) { server in
            let environment = ProbeEnvironment.local(hosts: ["gate.web1.test": [.v4(0x7F00_0001)]])
            let byName = try Subject(
                "tcp", "{\"port\": \"{p}\", \"host\": \"gate.{name}\"}", address: "127.83.0.1",
                variables: "{\"p\": \(server.port)}", in: environment)
            let attempt = await byName.attempt()
            #expect(attempt.verdict == .up)
            // The hosts file needs no time.
            #expect(attempt.happened == [.connect])
            let nowhere = try Subject("tcp", "{\"port\": \"{p}\"}", variables: "{\"p\": \"70000\"}")
            let refused = await nowhere.attempt()
            #expect(refused.verdict == .unknown(.fault))
            #expect(refused.detail == "\"70000\" is no port from 1 to 65535")
            #expect(refused.happened.isEmpty)
        }
    }
}

@Suite("A socket's fault")
struct SocketFaultVerdictTests {
    @Test(
        "is the host's where the other side failed, and ours where we did",
        arguments: [
            (.timedOut, .down(.tcpSilent)), (.refused, .down(.tcpRefused)), (.reset, .down(.tlsClosed)),
            (.unreachable, .down(.tcpUnreachable)), (.late, .unknown(.late)), (.cancelled, .unknown(.cancelled)),
            (.noDescriptor, .unknown(.descriptors)), (.noPort, .unknown(.ports)), (.noMemory, .unknown(.memory)),
            (.noRoute, .unknown(.route)), (.forbidden, .unknown(.forbidden)), (.other(5), .unknown(.fault)),
        ] as [(SocketFault, Verdict)])
    func verdicts(fault: SocketFault, verdict: Verdict) {
        #expect(fault.verdict(timeout: .tcpSilent, reset: .tlsClosed) == verdict)
        #expect(fault.detail == (fault == .other(5) ? "errno 5" : ""))
    }
}
