import MusterCore
import Testing

@testable import MusterProbes

/// Settings in JSON and what is said of them.
struct SettingsCase: Sendable, CustomTestStringConvertible {
    var kind: String
    var settings: String
    /// Behind `fleet.json: checks.it.` and the kind.
    var faults: [String]

    var testDescription: String { "\(kind) \(settings.prefix(100))" }

    init(_ kind: String, _ settings: String, _ faults: String...) {
        self.kind = kind
        self.settings = settings
        self.faults = faults
    }

    static let tcp: [SettingsCase] =
        [
            .init("tcp", "{}", ": \"port\" is missing; write the port to connect to, for example \"port\": 22"),
            .init(
                "tcp", "{\"port\": null}",
                ": \"port\" is missing; write the port to connect to, for example \"port\": 22"),
            .init(
                "tcp", "22", ": expected an object { … }, found a number",
                ": \"port\" is missing; write the port to connect to, for example \"port\": 22"),
        ]
        + ["0", "65536", "-1", "22.5", "\"ssh\"", "\"0\"", "true", "[22]"].map { port in
            .init(
                "tcp", "{\"port\": \(port)}",
                ".port: not a port; write a number from 1 to 65535 or a variable such as \"{ssh_port}\"")
        } + [
            .init(
                "tcp", "{\"port\": \"{1}\"}",
                ".port: {1} is no variable; a name is letters, digits and _, not starting with a digit"),
            .init("tcp", "{\"port\": 22, \"host\": 5}", ".host: expected a string, found a number"),
            .init(
                "tcp", "{\"port\": 22, \"host\": \"{name\"}",
                ".host: \"{\" is never closed; write {name}, {address}, {variable}, or \"{{\" for the character itself"),
            .init("tcp", "{\"port\": 22, \"send\": [1]}", ".send: expected a string, found a list"),
            .init("tcp", "{\"port\": 22, \"expect\": true}", ".expect: expected a string, found true or false"),
            .init("tcp", "{\"port\": 22, \"expect\": \"\"}", ".expect: write 1 to 16384 bytes, or leave it out"),
            .init(
                "tcp", "{\"port\": 22, \"expect\": \"\(String(repeating: "x", count: 16_385))\"}",
                ".expect: write 1 to 16384 bytes, or leave it out"),
            .init("tcp", "{\"port\": 22, \"expects\": \"x\"}", ".expects: unknown key; did you mean \"expect\"?"),
            .init(
                "tcp", "{\"prot\": 22}", ".prot: unknown key; did you mean \"port\"?",
                ": \"port\" is missing; write the port to connect to, for example \"port\": 22"),
            .init(
                "tcp", "{\"port\": 22, \"url\": \"x\"}",
                ".url: unknown key; known: addresses, close, expect, family, host, port, send"),
        ]

    static let dns: [SettingsCase] = [
        .init("dns", "[]", ": expected an object { … }, found a list"),
        .init("dns", "{\"server\": 53}", ".server: expected a string, found a number"),
        .init(
            "dns", "{\"server\": \"\"}",
            ".server: \"\" is no server; write for example \"127.0.0.1:53\" or \"ns1.example.com\""),
        .init(
            "dns", "{\"server\": \"1.1.1.1:dns\"}",
            ".server: \"1.1.1.1:dns\" is no server; write for example \"127.0.0.1:53\" or \"ns1.example.com\""),
        .init(
            "dns", "{\"server\": \"1.1.1.1:70000\"}",
            ".server: \"1.1.1.1:70000\" is no server; write for example \"127.0.0.1:53\" or \"ns1.example.com\""),
        .init(
            "dns", "{\"server\": \"[::1\"}",
            ".server: \"[::1\" is no server; write for example \"127.0.0.1:53\" or \"ns1.example.com\""),
        .init(
            "dns", "{\"server\": \"{a-b}\"}",
            ".server: {a-b} is no variable; a name is letters, digits and _, not starting with a digit"),
        .init(
            "dns", "{\"name\": \"a..b\"}",
            ".name: \"a..b\" is no DNS name; labels have 1 to 63 bytes, a name at most 255"),
        .init("dns", "{\"name\": \"\"}", ".name: \"\" is no DNS name; labels have 1 to 63 bytes, a name at most 255"),
        .init("dns", "{\"type\": \"AAA\"}", ".type: \"AAA\" is not known here; did you mean \"AAAA\"?"),
        .init("dns", "{\"type\": \"SOE\"}", ".type: \"SOE\" is not known here; did you mean \"SOA\"?"),
        .init("dns", "{\"type\": \"PRT\"}", ".type: \"PRT\" is not known here; did you mean \"PTR\"?"),
        .init(
            "dns", "{\"type\": \"HTTPS\"}",
            ".type: \"HTTPS\" is not known here; known: A, AAAA, CNAME, MX, NS, PTR, SOA, SRV, TXT"),
        .init("dns", "{\"type\": 1}", ".type: expected a string, found a number"),
        .init("dns", "{\"transport\": \"quic\"}", ".transport: \"quic\" is not known here; known: tcp, udp"),
        .init("dns", "{\"recursion\": \"no\"}", ".recursion: expected true or false, found a string"),
        .init("dns", "{\"expect\": \"A\"}", ".expect: expected an object { … }, found a string"),
        .init(
            "dns", "{\"expect\": {\"rcode\": \"NXDOMAN\"}}",
            ".expect.rcode: \"NXDOMAN\" is no response code; write NOERROR, NXDOMAIN, SERVFAIL, REFUSED or the like"),
        .init(
            "dns", "{\"expect\": {\"rcode\": \"RCODE4096\"}}",
            ".expect.rcode: \"RCODE4096\" is no response code; write NOERROR, NXDOMAIN, SERVFAIL, REFUSED or the like"),
        .init("dns", "{\"expect\": {\"rcode\": 3}}", ".expect.rcode: expected a string, found a number"),
        .init(
            "dns", "{\"expect\": {\"answers\": [1, \"{\"]}}", ".expect.answers[0]: expected a string, found a number",
            ".expect.answers[1]: \"{\" is never closed; write {name}, {address}, {variable}, or \"{{\" for the character itself"
        ),
        .init("dns", "{\"expect\": {\"answers\": {}}}", ".expect.answers: expected a string, found an object"),
        .init(
            "dns", "{\"expect\": {\"minimum\": -1}}",
            ".expect.minimum: -1 is out of range; write a number from 0 to 1000"),
        .init(
            "dns", "{\"expect\": {\"minimum\": 1001}}",
            ".expect.minimum: 1001 is out of range; write a number from 0 to 1000"),
        .init("dns", "{\"expect\": {\"minimum\": \"1\"}}", ".expect.minimum: expected a whole number, found a string"),
        .init("dns", "{\"expect\": {\"answer\": \"x\"}}", ".expect.answer: unknown key; did you mean \"answers\"?"),
        .init(
            "dns", "{\"port\": 53}",
            ".port: unknown key; known: addresses, expect, family, name, recursion, server, transport, type"),
    ]

    static let http: [SettingsCase] =
        [
            .init("http", "{}", ": \"url\" is missing; write for example \"url\": \"http://{address}:8080/health\""),
            .init("http", "{\"url\": 1}", ".url: expected a string, found a number"),
            .init("http", "{\"url\": \"{address}/\"}", ".url: \"{address}/\": a URL begins with http:// or https://"),
            .init("http", "{\"url\": \"ftp://a/\"}", ".url: \"ftp://a/\": a URL begins with http:// or https://"),
            .init("http", "{\"url\": \"http:///x\"}", ".url: \"http:///x\": a URL names a host after ://"),
            .init(
                "http", "{\"url\": \"http://a:0/\"}",
                ".url: \"http://a:0/\": a port is a number of 1...65535, after one colon"),
            .init(
                "http", "{\"url\": \"http://a:70000/\"}",
                ".url: \"http://a:70000/\": a port is a number of 1...65535, after one colon"),
            .init(
                "http", "{\"url\": \"http://{name}:{p}{q}{r}{s}{t}{u}/\"}",
                ".url: \"http://{name}:{p}{q}{r}{s}{t}{u}/\": a port is a number of 1...65535, after one colon"),
            .init(
                "http", "{\"url\": \"http://a b/\"}",
                ".url: \"http://a b/\": a URL has no blanks, control or non-ASCII characters; write %20 and such, names as xn--"
            ),
            .init(
                "http", "{\"url\": \"http://u:p@a/\"}",
                ".url: \"http://u:p@a/\": a URL has no user or password; send an Authorization header instead"),
            .init(
                "http", "{\"url\": \"http://a!/\"}",
                ".url: \"http://a!/\": a host has letters, digits, - . and _ only, 254 at most; IPv6 stands in [ ]"),
            .init(
                "http", "{\"url\": \"http://[::1/\"}",
                ".url: \"http://[::1/\": the bracket of the IPv6 address is not closed"),
            .init(
                "http", "{\"url\": \"http://[a]/\"}",
                ".url: \"http://[a]/\": between [ and ] stands an IPv6 address without a zone"),
            .init(
                "http", "{\"url\": \"http://{a b}/\"}",
                ".url: {a b} is no variable; a name is letters, digits and _, not starting with a digit"),
            .init(
                "http", "{\"url\": \"http://a/\", \"method\": \"GOT\"}",
                ".method: \"GOT\" is not known here; did you mean \"GET\"?"),
            .init(
                "http", "{\"url\": \"http://a/\", \"method\": \"TRACE\"}",
                ".method: \"TRACE\" is not known here; known: DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"),
            .init(
                "http", "{\"url\": \"http://a/\", \"headers\": []}", ".headers: expected an object { … }, found a list"),
            .init(
                "http", "{\"url\": \"http://a/\", \"headers\": {\"A\": 1}}",
                ".headers.A: expected a string, found a number"),
            .init(
                "http", "{\"url\": \"http://a/\", \"headers\": {\"A B\": \"x\"}}",
                ".headers: header \"A B\": the name must be a token such as X-Token"),
            .init(
                "http", "{\"url\": \"http://a/\", \"headers\": {\"A\": \"x\\ny\"}}",
                ".headers: header A: the value must have no line ends and no control characters"),
            .init(
                "http", "{\"url\": \"http://a/\", \"headers\": {\"content-length\": \"1\"}}",
                ".headers: header content-length: follows from the body and cannot be set"),
            .init("http", "{\"url\": \"http://a/\", \"body\": {}}", ".body: expected a string, found an object"),
        ]
        + ["-1", "\"much\"", "1.5", "true"].map { limit in
            .init(
                "http", "{\"url\": \"http://a/\", \"limit\": \(limit)}",
                ".limit: no number of bytes; write for example 65536, \"64KB\" or \"1MB\", at most 67108864")
        }
        + ["\"65MB\"", "67108865", "\"2000TB\"", "\"99999999999TB\""].map { limit in
            .init(
                "http", "{\"url\": \"http://a/\", \"limit\": \(limit)}",
                ".limit: too great; at most 67108864 bytes (64MB)")
        }
        + [
            "99", "600", "\"6xx\"", "\"0xx\"", "\"200-\"", "\"299-200\"", "\"20x\"", "true", "\"100-600\"",
            "\"200-210-220\"",
        ].map { status in
            .init(
                "http", "{\"url\": \"http://a/\", \"expect\": {\"status\": [200, \(status)]}}",
                ".expect.status[1]: no status; write 200, \"2xx\" or \"200-204\"")
        } + [
            .init(
                "http", "{\"url\": \"http://a/\", \"expect\": {\"status\": \"ok\"}}",
                ".expect.status: no status; write 200, \"2xx\" or \"200-204\""),
            .init(
                "http", "{\"url\": \"http://a/\", \"expect\": {\"status\": []}}",
                ".expect.status: an empty list; write 200, \"2xx\" or \"200-204\", or leave it out"),
            .init(
                "http", "{\"url\": \"http://a/\", \"expect\": {\"body\": 1}}",
                ".expect.body: expected a string, found a number"),
            .init(
                "http", "{\"url\": \"http://a/\", \"expect\": {\"headers\": {\"A\": null, \"B\": 1}}}",
                ".expect.headers.B: expected a string, found a number"),
            .init(
                "http", "{\"url\": \"http://a/\", \"expect\": {\"bodi\": 200}}",
                ".expect.bodi: unknown key; did you mean \"body\"?"),
            .init(
                "http", "{\"url\": \"http://a/\", \"expect\": {\"statuses\": 200}}",
                ".expect.statuses: unknown key; did you mean \"status\"?"),
            .init(
                "http", "{\"url\": \"http://a/\", \"expect\": 200}", ".expect: expected an object { … }, found a number"
            ),
            .init(
                "http", "{\"url\": \"https://a/\", \"tls\": true}",
                ".tls: expected an object { … }, found true or false"),
            .init(
                "http", "{\"url\": \"https://a/\", \"tls\": {\"verify\": \"no\"}}",
                ".tls.verify: expected true or false, found a string"),
            .init(
                "http", "{\"url\": \"https://a/\", \"tls\": {\"daysLeft\": -1}}",
                ".tls.daysLeft: -1 is out of range; write a number from 0 to 3650"),
            .init(
                "http", "{\"url\": \"https://a/\", \"tls\": {\"daysLeft\": \"14\"}}",
                ".tls.daysLeft: expected a whole number, found a string"),
            .init(
                "http", "{\"url\": \"https://a/\", \"tls\": {\"serverName\": 1}}",
                ".tls.serverName: expected a string, found a number"),
            .init(
                "http", "{\"url\": \"https://a/\", \"tls\": {\"server_name\": \"x\"}}",
                ".tls.server_name: unknown key; did you mean \"serverName\"?"),
            .init(
                "http", "{\"url\": \"https://a/\", \"tls\": {\"ca\": \"/nowhere/ca.pem\"}}",
                ".tls.ca: /nowhere/ca.pem: cannot open: no such file or directory"),
            .init(
                "http", "{\"url\": \"https://a/\", \"tls\": {\"ca\": \"/dev/null\"}}",
                ".tls.ca: /dev/null: give certificates between BEGIN CERTIFICATE lines"),
            .init(
                "http", "{\"url\": \"http://a/\", \"timeouts\": 1}",
                ".timeouts: unknown key; known: addresses, body, expect, family, headers, limit, method, tls, url"),
            .init(
                "http", "{\"url\": \"ftp://a/\", \"methud\": \"GET\", \"limit\": -1, \"expect\": {\"status\": 1}}",
                ".url: \"ftp://a/\": a URL begins with http:// or https://",
                ".limit: no number of bytes; write for example 65536, \"64KB\" or \"1MB\", at most 67108864",
                ".expect.status: no status; write 200, \"2xx\" or \"200-204\"",
                ".methud: unknown key; did you mean \"method\"?"),
        ]

    /// What is fine, and what of it each host has to bring.
    static let good: [SettingsCase] = [
        .init("tcp", "{\"port\": 22}"), .init("tcp", "{\"port\": \"65535\", \"send\": \"\"}"),
        .init("tcp", "{\"port\": \"{p}\", \"host\": \"{a}.{p}.{name}\"}", "p", "a"),
        .init("dns", "{}"), .init("dns", "{\"type\": \"srv\", \"transport\": \"UDP\", \"server\": \"::1\"}"),
        .init(
            "dns", "{\"server\": \"{a}:53\", \"name\": \"{b}\", \"expect\": {\"answers\": [\"{c}\", \"{a}\"]}}", "a",
            "b", "c"),
        .init("dns", "{\"expect\": {\"rcode\": \"rcode17\", \"minimum\": 1000}}"),
        .init(
            "http", "{\"url\": \"HTTP://{name}:{p}/{q}?{{x}}\", \"headers\": {\"A\": \"{r}\"}, \"body\": \"{s}\"}", "p",
            "q", "s", "r"),
        .init("http", "{\"url\": \"https://a/\", \"tls\": {\"serverName\": \"{n}\", \"daysLeft\": 3650}}", "n"),
        .init(
            "http",
            "{\"url\": \"http://a/\", \"limit\": \"64MB\", \"expect\": {\"status\": [100, \"5XX\", \"200-299\"]}}"),
    ]
}

@Suite("Settings of checks")
struct SettingsFaultTests {
    @Test(
        "are told by place and with what to write", arguments: SettingsCase.tcp + SettingsCase.dns + SettingsCase.http)
    func faults(_ example: SettingsCase) throws {
        let faults = #expect(throws: Subject.Faults.self) {
            try Subject(example.kind, example.settings, in: TestAuthority.strangers)
        }
        #expect(faults?.lines == example.faults.map { "fleet.json: checks.it.\(example.kind)\($0)" })
    }

    @Test("say which variables a host needs", arguments: SettingsCase.good)
    func variables(_ example: SettingsCase) throws {
        let log = FaultLog()
        let subject = try Subject(example.kind, example.settings, in: TestAuthority.strangers)
        let blueprint = ProbeCatalog.blueprint(for: subject.target.check, in: TestAuthority.strangers, log: log)
        #expect(log.isEmpty)
        #expect(blueprint?.variables == example.faults)
    }

    @Test(
        "say whether a host needs an address",
        arguments: [
            ("{\"expect\": {\"answers\": [\"{address}\"]}}", true), ("{}", false),
            ("{\"type\": \"AAAA\", \"expect\": {\"answers\": \"{address}\"}}", true),
            ("{\"type\": \"PTR\", \"expect\": {\"answers\": [\"{address}\"]}}", false),
            ("{\"expect\": {\"answers\": [\"{other}\"]}}", false), ("{\"server\": \"{address}\"}", false),
        ])
    func address(settings: String, needed: Bool) throws {
        let subject = try Subject("dns", settings)
        let blueprint = ProbeCatalog.blueprint(for: subject.target.check, in: .local(), log: FaultLog())
        #expect(blueprint?.needsAddress == needed)
    }

    @Test("of an unknown kind are refused with the nearest one")
    func unknownKind() {
        let log = FaultLog()
        let check = Check(
            name: "it", kind: "htpp", settings: .object([]), timeout: .seconds(1), attempts: 1, location: "f: checks.it"
        )
        #expect(ProbeCatalog.blueprint(for: check, in: .local(), log: log) == nil)
        #expect(log.lines == ["f: checks.it: no kind of check is called \"htpp\"; did you mean \"http\"?"])
    }

    @Test("The catalog has three kinds, each with a line of help")
    func catalog() {
        #expect(ProbeCatalog.kinds.map(\.name) == ["tcp", "dns", "http"])
        #expect(ProbeCatalog.kinds.allSatisfy { !$0.summary.isEmpty })
    }
}
