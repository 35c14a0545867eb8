import MusterCore
import MusterSystem
import MusterTesting
import MusterWire
import Testing

@testable import MusterProbes

@Suite("Against real servers")
struct RealServerTests {
    /// Settings of a check and what is said of the server.
    private typealias Case = (settings: String, verdict: Verdict, detail: String)

    private static func check(
        _ kind: String, _ cases: [Case], in environment: ProbeEnvironment = TestAuthority.strangers
    ) async throws {
        for (settings, verdict, detail) in cases {
            let attempt = try await Subject(kind, settings, in: environment).attempt()
            #expect(attempt.verdict == verdict, "\(settings)")
            if detail.hasPrefix("…") {
                // A certificate made for thirty days has that or a second less.
                #expect(attempt.detail.hasSuffix(detail.dropFirst()), "\(settings)")
            } else {
                #expect(attempt.detail == detail, "\(settings)")
            }
        }
    }

    @Test("nginx over HTTP", .enabled(if: RealProgram.nginx.isInstalled, "nginx is not installed"))
    func nginx() async throws {
        try await RealServer.nginx(tls: false) { server in
            let url = "\"url\": \"http://{address}:\(server.ports[0])"
            try await Self.check(
                "http",
                [
                    (
                        "{\(url)/health\", \"expect\": {\"body\": \"ok\", \"headers\": {\"server\": \"nginx\"}}}", .up,
                        ""
                    ),
                    (
                        "{\(url)/health\", \"method\": \"HEAD\", \"expect\": {\"headers\": {\"Content-Length\": \"3\"}}}",
                        .up, ""
                    ),
                    ("{\(url)/health\", \"method\": \"POST\", \"body\": \"x\"}", .down(.httpStatus), "got 405"),
                    ("{\(url)/fails\"}", .down(.httpStatus), "got 500"),
                    ("{\(url)/none\"}", .down(.httpStatus), "got 404"),
                    (
                        "{\(url)/moved\"}", .down(.httpStatus),
                        "got 302, Location: http://127.0.0.1:\(server.ports[0])/health"
                    ),
                    ("{\(url)/moved\", \"expect\": {\"status\": 302}}", .up, ""),
                    (
                        "{\(url)/pieces\", \"expect\": {\"body\": \"two\", \"headers\": {\"Transfer-Encoding\": \"chunked\"}}}",
                        .up, ""
                    ),
                    ("{\(url)/closed\"}", .down(.httpClosed), "without a word"),
                    ("{\(url)/big\"}", .up, ""),
                    (
                        "{\(url)/big\", \"limit\": 100, \"expect\": {\"body\": \"y\"}}", .down(.httpBody),
                        "not in the first 100 bytes: got \"\(String(repeating: "x", count: 40))\""
                    ),
                    ("{\(url)/big\", \"limit\": \"4MB\", \"expect\": {\"body\": \"xxx\"}}", .up, ""),
                    ("{\(url)/big\", \"limit\": \"4MB\"}", .up, ""),
                    (
                        "{\"url\": \"https://{address}:\(server.ports[0])/\"}", .down(.tlsHandshake),
                        "not TLS: the peer answered plain HTTP"
                    ),
                ])
            let slow = try await Subject("http", "{\(url)/slow\"}").attempt(within: .seconds(2))
            #expect(slow.verdict == .down(.httpTimeout))
            try await Self.check("tcp", [("{\"port\": \(server.ports[0])}", .up, "")])
            try await Self.check(
                "tcp",
                [
                    (
                        "{\"port\": \(server.ports[0]), \"send\": \"GET / HTTP/1.0\\r\\n\\r\\n\", \"expect\": \"HTTP/1.1 \"}",
                        .up, ""
                    )
                ])
        }
    }

    @Test(
        "nginx over HTTPS, its certificate from an authority of openssl's",
        .enabled(
            if: RealProgram.nginx.isInstalled && RealProgram.openssl.isInstalled, "nginx or openssl is not installed"))
    func nginxTLS() async throws {
        try await RealServer.nginx(tls: true) { server in
            let port = server.ports[1]
            let authority = "\"ca\": \"\(server.path(of: "ca.pem"))\""
            try await Self.check(
                "http",
                [
                    (
                        "{\"url\": \"https://{name}:\(port)/health\", \"tls\": {\(authority)}, \"expect\": {\"body\": \"ok\"}}",
                        .up, ""
                    ),
                    ("{\"url\": \"https://{address}:\(port)/health\", \"tls\": {\(authority)}}", .up, ""),
                    (
                        "{\"url\": \"https://{name}:\(port)/health\", \"tls\": {\(authority), \"serverName\": \"web2.test\"}}",
                        .down(.tlsWrongName), "asked for web2.test, the certificate names web1.test, 127.0.0.1"
                    ),
                    (
                        "{\"url\": \"https://{name}:\(port)/health\", \"tls\": {\(authority), \"daysLeft\": 60}}",
                        .degraded(.tlsExpiresSoon), "… days left, expected 60"
                    ),
                    (
                        "{\"url\": \"https://{name}:\(port)/health\"}", .down(.tlsUntrusted),
                        "issued by CN=ca, which is not known here: give its certificate with tls.ca"
                    ),
                    ("{\"url\": \"https://{name}:\(port)/health\", \"tls\": {\"verify\": false}}", .up, ""),
                    ("{\"url\": \"http://{name}:\(port)/health\"}", .down(.httpStatus), "got 400"),
                    ("{\"url\": \"https://{name}:\(port)/big\", \"limit\": \"4MB\", \"tls\": {\(authority)}}", .up, ""),
                ])
        }
    }

    @Test(
        "Session tickets without end do not keep a check, a few do not matter",
        .enabled(if: RealProgram.openssl.isInstalled, "openssl is not installed"), arguments: [20, 200_000])
    func tickets(count: Int) async throws {
        try await RealServer.tickets(count) { server in
            let settings =
                "{\"url\": \"https://{name}:\(server.ports[0])/\", \"tls\": {\"ca\": \"\(server.path(of: "ca.pem"))\"}}"
            let flooded: Case = (settings, .down(.tlsHandshake), "the peer sent more than 512 KiB around its data")
            let calm: Case = (settings, .up, "")
            try await Self.check("http", [count > 1000 ? flooded : calm])
        }
    }

    @Test("knot answers for its zone", .enabled(if: RealProgram.knotd.isInstalled, "knotd is not installed"))
    func knot() async throws {
        try await RealServer.knot { server in
            func ask(_ name: String, _ type: String, _ expect: String, _ more: String = "") -> String {
                "{\"server\": \"127.0.0.1:\(server.ports[0])\", \"name\": \"\(name)\", \"type\": \"\(type)\", "
                    + "\"recursion\": false, \"expect\": \(expect)\(more)}"
            }
            try await Self.check(
                "dns",
                [
                    (ask("web1.muster.test", "A", "{\"answers\": [\"{address}\"]}"), .up, ""),
                    (ask("WEB1.muster.test.", "AAAA", "{\"answers\": [\"0::1\"]}"), .up, ""),
                    (ask("alias.muster.test", "CNAME", "{\"answers\": [\"web1.muster.test.\"]}"), .up, ""),
                    (ask("alias.muster.test", "A", "{\"answers\": [\"{address}\"]}"), .up, ""),
                    (ask("muster.test", "MX", "{\"answers\": [\"10 mail.muster.test.\"]}"), .up, ""),
                    (ask("muster.test", "TXT", "{\"answers\": [\"v=spf1 -all\"]}"), .up, ""),
                    (ask("muster.test", "NS", "{\"answers\": [\"ns1.muster.test\"]}"), .up, ""),
                    (
                        ask(
                            "muster.test", "SOA",
                            "{\"answers\": [\"ns1.muster.test. hostmaster.muster.test. 7 3600 600 86400 60\"]}"),
                        .up, ""
                    ),
                    (ask("_sip._tcp.muster.test", "SRV", "{\"answers\": [\"0 5 5060 web1.muster.test\"]}"), .up, ""),
                    (ask("back.muster.test", "PTR", "{\"answers\": [\"web1.muster.test\"]}"), .up, ""),
                    (ask("long.muster.test", "TXT", "{\"minimum\": 30}"), .up, ""),
                    (ask("web1.muster.test", "A", "{}", ", \"transport\": \"tcp\""), .up, ""),
                    (
                        ask("mail.muster.test", "A", "{\"answers\": [\"{address}\"]}"), .down(.dnsMismatch),
                        "got 127.0.0.3, expected 127.0.0.1"
                    ),
                    (ask("mail.muster.test", "AAAA", "{}"), .down(.dnsNoData), ""),
                    (ask("gone.muster.test", "A", "{}"), .down(.dnsNXDomain), "got NXDOMAIN"),
                    (ask("gone.muster.test", "A", "{\"rcode\": \"NXDOMAIN\"}"), .up, ""),
                    (ask("other.test", "A", "{}"), .down(.dnsRefused), "got REFUSED"),
                    (
                        ask("www.sub.muster.test", "A", "{}"), .down(.dnsReferral),
                        "for sub.muster.test to ns1.sub.muster.test, ns2.sub.muster.test"
                    ),
                    (
                        ask("www.old.muster.test", "A", "{\"answers\": [\"127.0.0.1\"]}"), .down(.dnsNXDomain),
                        "got NXDOMAIN"
                    ),
                    (ask("web1.old.muster.test", "A", "{\"answers\": [\"127.0.0.1\"]}"), .up, ""),
                ])
            let long = try await Subject("dns", ask("long.muster.test", "TXT", "{}")).attempt()
            #expect(long.happened == [.connect, .send, .wait])
        }
    }

    @Test(
        "unbound answers from its own data", .enabled(if: RealProgram.unbound.isInstalled, "unbound is not installed"))
    func unbound() async throws {
        try await RealServer.unbound { server in
            func ask(_ name: String, _ type: String, _ expect: String) -> String {
                "{\"server\": \"127.0.0.1:\(server.ports[0])\", \"name\": \"\(name)\", \"type\": \"\(type)\", "
                    + "\"expect\": \(expect)}"
            }
            try await Self.check(
                "dns",
                [
                    (ask("web1.static.test", "A", "{\"answers\": [\"{address}\"]}"), .up, ""),
                    (ask("web1.static.test", "TXT", "{\"answers\": [\"one\"]}"), .up, ""),
                    (ask("web1.static.test", "AAAA", "{}"), .down(.dnsNoData), ""),
                    (ask("web2.static.test", "A", "{}"), .down(.dnsNXDomain), "got NXDOMAIN"),
                    (ask("a.refused.test", "A", "{}"), .down(.dnsRefused), "got REFUSED"),
                ])
        }
    }

    @Test(
        "unbound resolves for us what another server knows",
        .enabled(if: RealProgram.unbound.isInstalled, "unbound is not installed"))
    func unboundAsksFurther() async throws {
        let authority = NameScript { asked in
            var answer = asked.answer()
            answer.isAuthoritative = true
            switch (asked.name.lowercased(), asked.type) {
            case ("www.muster.test", .a?):
                answer.answers = [
                    DNSRecord(name: named("www.muster.test"), ttl: 60, data: .cname(named("web1.muster.test"))),
                    DNSRecord(name: named("web1.muster.test"), ttl: 60, data: .a(0x7F00_0001)),
                ]
            case ("web1.muster.test", .a?):
                answer.answers = [DNSRecord(name: named("web1.muster.test"), ttl: 60, data: .a(0x7F00_0001))]
            case ("fails.muster.test", _): answer.responseCode = .servFail
            default: answer.responseCode = .nxDomain
            }
            return answer
        }
        try await authority.serve { upstream in
            try await RealServer.unbound(asking: upstream.endpoint) { server in
                let resolver = ProbeEnvironment.local(
                    servers: [Endpoint(.v4(0x7F00_0001), port: server.ports[0])])
                try await ScriptedServer.run([[.hold]]) { target in
                    let cases: [(String, Verdict)] = [
                        ("www", .up), ("web1", .up), ("gone", .down(.resolveNXDomain)),
                        ("fails", .down(.resolveServFail)),
                    ]
                    for (name, verdict) in cases {
                        let settings = "{\"port\": \(target.port), \"host\": \"\(name).muster.test\"}"
                        let attempt = try await Subject("tcp", settings, in: resolver).attempt()
                        #expect(attempt.verdict == verdict, "\(name)")
                        #expect(attempt.happened == (verdict == .up ? [.resolve, .connect] : [.resolve]), "\(name)")
                    }
                }
            }
        }
    }

    @Test("Programs that MUSTER_REQUIRE_SERVERS names are installed, start and answer", arguments: RealProgram.required)
    func required(_ name: String) async throws {
        let program = try #require(RealProgram(rawValue: name), "no server is called \"\(name)\"")
        try #require(program.isInstalled, "\(name) is required and not installed")
        switch program {
        case .nginx:
            try await RealServer.nginx(tls: RealProgram.openssl.isInstalled) { server in
                try await Self.check("http", [("{\"url\": \"http://{address}:\(server.ports[0])/health\"}", .up, "")])
            }
        case .knotd:
            try await RealServer.knot { server in
                let settings = "{\"server\": \"127.0.0.1:\(server.ports[0])\", \"name\": \"web1.muster.test\"}"
                try await Self.check("dns", [(settings, .up, "")])
            }
        case .unbound:
            try await RealServer.unbound { server in
                let settings = "{\"server\": \"127.0.0.1:\(server.ports[0])\", \"name\": \"web1.static.test\"}"
                try await Self.check("dns", [(settings, .up, "")])
            }
        case .openssl: break
        }
    }
}
