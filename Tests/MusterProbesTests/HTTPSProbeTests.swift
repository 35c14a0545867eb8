import MusterCore
import MusterSystem
import MusterTLS
import MusterTesting
import Testing

@testable import MusterProbes

@Suite("The HTTP probe over TLS")
struct HTTPSProbeTests {
    private static func subject(
        _ server: ScriptedServer, _ settings: String = "", url: String = "https://{name}",
        address: String = "127.0.0.1",
        in environment: ProbeEnvironment = TestAuthority.environment
    ) throws -> Subject {
        try Subject(
            "http", "{\"url\": \"\(url):\(server.port)/health\"\(settings)}", address: address, in: environment)
    }

    private static let all: [Phase] = [.connect, .tls, .send, .wait, .transfer]

    @Test("trusts a good chain, and tells version, cipher and leaf", arguments: [false, true])
    func good(onlyTLS12: Bool) async throws {
        try await TLSScript.serve(onlyTLS12: onlyTLS12) { server in
            let attempt = try await Self.subject(server, ", \"expect\": {\"body\": \"ok\"}").attempt()
            #expect(attempt.verdict == .up)
            #expect(attempt.detail == "")
            #expect(attempt.happened == Self.all)
            #expect(attempt["status"] == .integer(200))
            #expect(attempt["tls_version"] == .string(onlyTLS12 ? "TLS 1.2" : "TLS 1.3"))
            #expect(
                attempt["certificate_days_left"] == .integer(89) || attempt["certificate_days_left"] == .integer(90))
            #expect(attempt["certificate_problems"] == nil)
            #expect(attempt.certificates.map(\.subject) == ["CN=web1.test"])
            #expect(attempt.certificates.map(\.names) == [["web1.test"]])
            // The server name goes out in clear text (RFC 6066 §3).
            #expect(server.log.connections[0].containsSequence([0, 9] + Array("web1.test".utf8)))
        }
    }

    @Test("reads a response of many records")
    func trickle() async throws {
        try await TLSScript.serve(.trickle(TLSScript.answer)) { server in
            let attempt = try await Self.subject(server, ", \"expect\": {\"body\": \"ok!\"}").attempt()
            #expect(attempt.verdict == .up)
        }
    }

    private static let flaws: [(LabAuthority.Flaw, Reason, detail: String, chain: Int)] = [
        (.expired, .tlsExpired, "1 day ago", 2), (.notYetValid, .tlsNotYetValid, "in ", 2),
        (.wrongName, .tlsWrongName, "asked for web1.test, the certificate names wrong-name.invalid", 2),
        (.selfSigned, .tlsSelfSigned, "give it with tls.ca to trust it", 1),
        (.incomplete, .tlsIncomplete, "issued by CN=muster lab intermediate, which ", 1),
        (
            .untrusted, .tlsUntrusted,
            "issued by CN=muster lab foreign root, which is not trusted here: give its certificate with tls.ca", 2
        ),
        (.weak, .tlsWeak, "a key of RSA 1024", 2),
        (.wrongPurpose, .tlsInvalid, "its extended key usage lacks serverAuth", 2),
    ]

    @Test("gives every flaw its own reason, and tells the whole chain all the same", arguments: flaws.map(\.0))
    func flawed(_ flaw: LabAuthority.Flaw) async throws {
        let expected = try #require(Self.flaws.first { $0.0 == flaw })
        try await TLSScript.serve(flaw: flaw) { server in
            let attempt = try await Self.subject(server).attempt()
            #expect(attempt.verdict == .down(expected.1))
            // It ends otherwise where others of this run sent the missing certificate, or a day has just begun.
            #expect(attempt.detail.hasPrefix(expected.detail))
            #expect(attempt.happened == [.connect, .tls])
            #expect(attempt["certificate_problems"] == .list([.string(expected.1.rawValue)]))
            #expect(attempt.certificates.count == expected.chain)
            #expect(attempt["tls_version"] == .string("TLS 1.3"))
            #expect(attempt["tls_cipher"] != nil)
            #expect(attempt["certificate_days_left"] != nil)
            #expect(attempt["status"] == nil)
        }
    }

    @Test("goes on with a flawed chain where it is not to verify, and tells its problems", arguments: flaws.map(\.0))
    func unverified(_ flaw: LabAuthority.Flaw) async throws {
        let expected = try #require(Self.flaws.first { $0.0 == flaw })
        try await TLSScript.serve(flaw: flaw) { server in
            let attempt = try await Self.subject(server, ", \"tls\": {\"verify\": false}").attempt()
            #expect(attempt.verdict == .up)
            #expect(attempt.happened == Self.all)
            #expect(attempt["status"] == .integer(200))
            #expect(attempt["certificate_problems"] == .list([.string(expected.1.rawValue)]))
            #expect(attempt.certificates.count == expected.chain)
        }
    }

    @Test("trusts nobody's chain but the run's roots and the check's own file")
    func roots() async throws {
        try await TLSScript.serve { server in
            let bare = try await Self.subject(server, in: TestAuthority.strangers).attempt()
            #expect(bare.verdict == .down(.tlsUntrusted))
            #expect(
                bare.detail
                    == "issued by CN=muster lab root, which is not known here: give its certificate with tls.ca")
        }
    }

    @Test("is degraded where the certificate ends sooner than it may")
    func expiresSoon() async throws {
        try await TLSScript.serve { server in
            let soon = try await Self.subject(server, ", \"tls\": {\"daysLeft\": 365}").attempt()
            #expect(soon.verdict == .degraded(.tlsExpiresSoon))
            #expect(["89 days left, expected 365", "90 days left, expected 365"].contains(soon.detail))
            #expect(soon.happened == Self.all)
            let enough = try await Self.subject(server, ", \"tls\": {\"daysLeft\": 30}").attempt()
            #expect(enough.verdict == .up)
            // What is down stays down.
            let wrong = try await Self.subject(server, ", \"tls\": {\"daysLeft\": 365}, \"expect\": {\"status\": 404}")
                .attempt()
            #expect(wrong.verdict == .down(.httpStatus))
        }
    }

    @Test("looks for the URL's host in the certificate, or for the name that is set instead")
    func names() async throws {
        try await TLSScript.serve(names: ["cert.test", "*.wild.test"]) { server in
            let environment = TestAuthority.environment(hosts: ["a.wild.test": [.v4(0x7F00_0001)]])
            let cases: [(url: String, settings: String, Verdict)] = [
                ("https://{name}", "", .down(.tlsWrongName)),
                ("https://{name}", ", \"tls\": {\"serverName\": \"cert.test\"}", .up),
                ("https://{address}", ", \"tls\": {\"serverName\": \"CERT.test.\"}", .up),
                ("https://{address}", "", .down(.tlsWrongName)),
                ("https://a.wild.test", "", .up),
                ("https://a.wild.test", ", \"tls\": {\"serverName\": \"a.b.wild.test\"}", .down(.tlsWrongName)),
                ("https://{name}", ", \"tls\": {\"serverName\": \"b.{zone}\"}", .up),
            ]
            for (index, example) in cases.enumerated() {
                let settings = "{\"url\": \"\(example.url):\(server.port)/\"\(example.settings)}"
                let attempt = try await Subject(
                    "http", settings, variables: "{\"zone\": \"wild.test\"}", in: environment
                ).attempt()
                #expect(attempt.verdict == example.2, "\(settings)")
                if example.2 != .up {
                    #expect(attempt.detail.hasSuffix("the certificate names cert.test, *.wild.test"))
                }
                // Asking by address sends no server name.
                let hello = server.log.connections[index]
                let isNamed = hello.containsSequence(Array("test".utf8))
                #expect(isNamed == (index != 3), "\(settings)")
            }
        }
    }

    @Test("says which names a certificate has, of every kind, and how many more")
    func namesTold() async throws {
        let cases: [(names: [String], addresses: [[UInt8]], String)] = [
            ([], [], "has no names at all (CN=muster lab server alone does not count)"),
            ([], [[10, 0, 0, 1]], "names 10.0.0.1"),
            (["a.test"], [[UInt8](repeating: 0, count: 15) + [1]], "names a.test, ::1"),
            (["a.test", "b.test", "c.test", "d.test"], [[10, 0, 0, 1]], "names a.test, b.test, c.test and 2 more"),
        ]
        for (names, addresses, told) in cases {
            try await TLSScript.serve(names: names, addresses: addresses) { server in
                let attempt = try await Self.subject(server).attempt()
                #expect(attempt.verdict == .down(.tlsWrongName))
                #expect(attempt.detail == "asked for web1.test, the certificate \(told)")
                let byAddress = try await Self.subject(server, url: "https://{address}").attempt()
                #expect(byAddress.detail == "asked for 127.0.0.1, the certificate \(told)")
            }
        }
    }

    @Test("tells that the server wants a client certificate, before and after the handshake", arguments: [false, true])
    func clientCertificate(onlyTLS12: Bool) async throws {
        try await TLSScript.serve(onlyTLS12: onlyTLS12, requiresClientCertificate: true) { server in
            let attempt = try await Self.subject(server).attempt()
            #expect(attempt.verdict == .down(.tlsHandshake))
            let alert = onlyTLS12 ? "handshake_failure" : "certificate_required: it wants a client certificate"
            #expect(attempt.detail == "the peer sent alert \(alert)")
            #expect(attempt.certificates.map(\.subject) == ["CN=web1.test"])
        }
    }

    @Test("without verification, an expired chain is degraded where a check asks for days left, and never in days")
    func expiredUnverified() async throws {
        try await TLSScript.serve(flaw: .expired) { server in
            let tls = ", \"tls\": {\"verify\": false, \"daysLeft\": 30}"
            let attempt = try await Self.subject(server, tls).attempt()
            #expect(attempt.verdict == .degraded(.tlsExpired))
            #expect(attempt.detail == "1 day ago")
            #expect(attempt["certificate_problems"] == .list([.string("tls.expired")]))
        }
    }

    @Test("takes an address in the certificate for a URL with an address")
    func addresses() async throws {
        try await TLSScript.serve(names: [], addresses: [[127, 0, 0, 1]]) { server in
            let attempt = try await Self.subject(server, url: "https://{address}").attempt()
            #expect(attempt.verdict == .up)
        }
    }

    @Test("says what is no TLS, and what breaks off the handshake")
    func handshakes() async throws {
        let flight = try TLSScript.firstFlight()
        let hello = ScriptStep.receive(count: 6)
        let cases: [(String, [ScriptStep], Verdict, String)] = [
            (
                "plain HTTP", [hello, .send("HTTP/1.1 400 Bad Request\r\n\r\n")], .down(.tlsHandshake),
                "not TLS: the peer answered plain HTTP"
            ),
            (
                "plain HTTP and a reset", [hello, .send("HTTP/1.1 400 Bad Request\r\n\r\n"), .reset],
                .down(.tlsHandshake), "not TLS: the peer answered plain HTTP"
            ),
            ("SSH", [.send("SSH-2.0-x\r\n"), .hold], .down(.tlsHandshake), "not TLS: the peer speaks SSH"),
            (
                "an alert", [hello, .send([21, 3, 3, 0, 2, 2, 40]), .hold], .down(.tlsHandshake),
                "the peer sent alert handshake_failure"
            ),
            ("a close without a word", [hello], .down(.tlsClosed), ""),
            (
                "a close amid the server's first flight", [hello, .send(Array(flight.prefix(40)))], .down(.tlsClosed),
                ""
            ),
            ("a reset", [hello, .reset], .down(.tlsClosed), ""),
        ]
        for (name, script, verdict, detail) in cases {
            try await ScriptedServer.run([script]) { server in
                let attempt = try await Self.subject(server).attempt()
                #expect(attempt.verdict == verdict, "\(name)")
                #expect(attempt.detail == detail, "\(name)")
                #expect(attempt.happened == [.connect, .tls], "\(name)")
                #expect(attempt.facts.isEmpty, "\(name)")
            }
        }
    }

    @Test("times out in the handshake, in part of it too, and after it")
    func silences() async throws {
        let flight = try TLSScript.firstFlight()
        for script in [[ScriptStep.hold], [.receive(count: 6), .send(Array(flight.prefix(40))), .hold]] {
            try await ScriptedServer.run([script]) { server in
                let attempt = try await Self.subject(server).attempt(within: .short)
                #expect(attempt.verdict == .down(.tlsTimeout))
                #expect(attempt.happened == [.connect, .tls])
            }
        }
        try await TLSScript.serve(.silence) { server in
            let attempt = try await Self.subject(server).attempt(within: .seconds(3))
            #expect(attempt.verdict == .down(.httpTimeout))
            #expect(attempt.happened == [.connect, .tls, .send, .wait])
            // The chain was seen, so it is told.
            #expect(attempt.certificates.map(\.subject) == ["CN=web1.test"])
        }
    }

    @Test("tells a connection that breaks off after the handshake, and its certificate")
    func brokenOff() async throws {
        try await TLSScript.serve(.reset) { server in
            let attempt = try await Self.subject(server).attempt()
            #expect(attempt.verdict == .down(.tcpReset))
            #expect(attempt.certificates.count == 1)
        }
        try await TLSScript.serve(.end) { server in
            let attempt = try await Self.subject(server).attempt()
            #expect(attempt.verdict == .down(.httpClosed))
            #expect(attempt.detail == "without a word")
            #expect(attempt.certificates.count == 1)
        }
    }

    @Test("cancelled in the handshake or after it, gives up at once", arguments: ["handshake", "response"])
    func cancelled(_ stage: String) async throws {
        @Sendable func check(_ server: ScriptedServer) async throws {
            let (attempt, delay) = try await Self.subject(server).attempt { await server.log.nextSignal() }
            #expect(attempt.verdict == .unknown(.cancelled))
            #expect(delay < .prompt)
        }
        if stage == "handshake" {
            try await ScriptedServer.run([[.receive(count: 6), .signal, .hold]], check)
        } else {
            try await TLSScript.serve(.silence, check)
        }
    }

    @Test("survives many handshakes on one loop, good ones and refused ones by turns")
    func many() async throws {
        try await TLSScript.serve { server in
            let good = try Self.subject(server)
            let refused = try Self.subject(server, in: TestAuthority.strangers)
            for _ in 0..<20 {
                let one = await good.attempt()
                let two = await refused.attempt()
                #expect(one.verdict == .up)
                #expect(two.verdict == .down(.tlsUntrusted))
            }
        }
    }
}

extension Attempt {
    /// The certificates as they are told.
    fileprivate var certificates: [(subject: String, names: [String])] {
        guard case .list(let list) = self["certificates"] else { return [] }
        return list.map { certificate in
            guard case .object(let members) = certificate else { return ("", []) }
            var subject = ""
            var names: [String] = []
            for member in members {
                if member.name == "subject", case .string(let text) = member.value { subject = text }
                if member.name == "names", case .list(let list) = member.value {
                    names = list.compactMap { if case .string(let text) = $0 { text } else { nil } }
                }
            }
            return (subject, names)
        }
    }
}
