import MusterCore

/// What `muster probe` was asked, as an inventory of one host and one check.
struct ProbeQuestion {
    private var kind: String
    private var host: String
    private var settings: [Setting.Member]

    /// Errors: a ``Complaint`` that says what to write.
    static func read(_ words: [String], expect: String?, insecure: Bool) throws -> ProbeQuestion {
        switch words.first {
        case "tcp"?: try tcp(Array(words.dropFirst()), expect)
        case "dns"?: try dns(Array(words.dropFirst()))
        case let url? where words.count == 1 && url.contains("://"): http(url, expect, insecure)
        default:
            throw Complaint(
                "probe: write \"tcp HOST:PORT\", \"dns NAME [TYPE] [@SERVER]\" or a URL beginning with http:// or https://"
            )
        }
    }

    private static func tcp(_ words: [String], _ expect: String?) throws -> ProbeQuestion {
        guard words.count == 1, let (host, port) = HostPort.split(words[0]), let port else {
            throw Complaint(
                "probe tcp: write HOST:PORT, for example \"muster probe tcp 127.0.0.1:22\" or \"tcp [::1]:22\"")
        }
        var settings: [Setting.Member] = [.init("port", .integer(Int(port)))]
        if let expect { settings.append(.init("expect", .string(expect))) }
        return ProbeQuestion(kind: "tcp", host: host, settings: settings)
    }

    private static func http(_ url: String, _ expect: String?, _ insecure: Bool) -> ProbeQuestion {
        let authority = url.drop { $0 != "/" }.drop { $0 == "/" }.prefix { !"/?#".contains($0) }
        var settings: [Setting.Member] = [.init("url", .string(literal(url)))]
        if let expect { settings.append(.init("expect", .object([.init("body", .string(expect))]))) }
        if insecure { settings.append(.init("tls", .object([.init("verify", .bool(false))]))) }
        return ProbeQuestion(
            kind: "http", host: HostPort.split(String(authority))?.host ?? String(authority), settings: settings)
    }

    private static func dns(_ words: [String]) throws -> ProbeQuestion {
        let servers = words.filter { $0.hasPrefix("@") }
        let rest = words.filter { !$0.hasPrefix("@") }
        guard let name = rest.first, rest.count <= 2, servers.count <= 1 else {
            throw Complaint(
                "probe dns: write NAME [TYPE] [@SERVER], for example \"muster probe dns example.com MX @127.0.0.1:53\"")
        }
        var settings: [Setting.Member] = [.init("name", .string(literal(name)))]
        if rest.count == 2 { settings.append(.init("type", .string(rest[1]))) }
        if let server = servers.first { settings.append(.init("server", .string(literal(String(server.dropFirst()))))) }
        return ProbeQuestion(kind: "dns", host: name, settings: settings)
    }

    /// The text as a template that means itself.
    private static func literal(_ text: String) -> String {
        text.split(separator: "{", omittingEmptySubsequences: false).joined(separator: "{{")
            .split(separator: "}", omittingEmptySubsequences: false).joined(separator: "}}")
    }

    func inventory(timeout: Duration, attempts: Int) throws -> Inventory {
        let check = Check(
            name: kind, kind: kind, settings: .object(settings), timeout: timeout, attempts: attempts, location: "probe"
        )
        guard let names = try? RangePattern(host) else {
            throw Complaint("probe: \"\(host)\" is no host name or address")
        }
        guard names.count == 1 else {
            throw Complaint("probe: \"\(host)\" stands for \(names.count) hosts; name one, or use muster check")
        }
        return Inventory(
            source: "probe", checks: [check], groups: [.init(path: "probe")],
            entries: [.init(names: names, group: 0, checks: [0], location: "probe")])
    }
}
