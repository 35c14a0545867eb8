package import MusterCore
internal import MusterSystem

/// How names are resolved on this machine: what `/etc/resolv.conf` and `/etc/hosts` say (resolv.conf(5), hosts(5)).
package struct ResolverConfiguration: Sendable, Hashable {
    /// In the order in which they are asked.
    package var servers: [Endpoint]
    /// Domains to try behind names with few dots.
    package var search: [String]
    /// A name with at least so many dots is first tried as it is.
    package var ndots: Int
    /// For one try at one server.
    package var timeout: Duration
    /// Rounds over servers that do not answer; nil for as many as there is time for.
    package var attempts: Int?
    /// Whether each question begins with another server (`rotate`).
    package var rotates: Bool
    /// Whether queries go over TCP (`use-vc`).
    package var usesStreams: Bool
    /// Whether queries tell of EDNS (`edns0`).
    package var usesEDNS: Bool
    /// Whether IPv4 and IPv6 addresses are asked for one after the other (`single-request`).
    package var asksInTurn: Bool
    /// Whether IPv6 addresses are left out (`no-aaaa`).
    package var omitsIPv6: Bool
    /// Names in lower case and their addresses, from the hosts file.
    package var hosts: [String: [IPAddress]]

    package init(
        servers: [Endpoint] = [], search: [String] = [], ndots: Int = 1, timeout: Duration = .seconds(5),
        attempts: Int? = nil, rotates: Bool = false, usesStreams: Bool = false, usesEDNS: Bool = false,
        asksInTurn: Bool = false, omitsIPv6: Bool = false, hosts: [String: [IPAddress]] = [:]
    ) {
        self.servers = servers
        self.search = search
        self.ndots = ndots
        self.timeout = timeout
        self.attempts = attempts
        self.rotates = rotates
        self.usesStreams = usesStreams
        self.usesEDNS = usesEDNS
        self.asksInTurn = asksInTurn
        self.omitsIPv6 = omitsIPv6
        self.hosts = hosts
    }

    /// Reads the texts of both files; what cannot be understood is left out, as the C library does.
    package init(resolvConf: String, hosts hostsText: String) {
        self.init()
        for line in resolvConf.split(whereSeparator: \.isNewline) {
            let words = line.prefix { $0 != "#" && $0 != ";" }.split(whereSeparator: \.isWhitespace).map(String.init)
            guard let keyword = words.first else { continue }
            switch keyword {
            case "nameserver":
                if words.count > 1, servers.count < 3, let address = Self.address(words[1]) {
                    servers.append(Endpoint(address, port: 53))
                }
            case "search", "domain": search = Array(words.dropFirst().prefix(6))
            case "options": for option in words.dropFirst() { read(option: option) }
            default: break
            }
        }
        // Without a name server the resolver of this machine is meant.
        if servers.isEmpty { servers = [Endpoint(.v4(0x7f00_0001), port: 53)] }
        for line in hostsText.split(whereSeparator: \.isNewline) {
            let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace).map(String.init)
            guard words.count > 1, let address = IPAddress(text: words[0]) else { continue }
            for name in words.dropFirst() { hosts[name.lowercased(), default: []].append(address) }
        }
        if hosts["localhost"] == nil { hosts["localhost"] = [.v4(0x7f00_0001)] }
    }

    /// An address, perhaps with a zone: the name or the number of an interface (RFC 4007 §11).
    private static func address(_ text: String) -> IPAddress? {
        let parts = text.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddress(text: String(parts[0])) else { return nil }
        guard parts.count > 1 else { return address }
        let zone = String(parts[1])
        // An interface that is not there leaves a server that cannot be reached, as with the C library.
        return address.scoped(to: SourceAddress.interfaceIndex(named: zone) ?? UInt32(zone) ?? 0)
    }

    private mutating func read(option: String) {
        switch option {
        case "rotate": rotates = true
        case "use-vc": usesStreams = true
        case "edns0": usesEDNS = true
        case "single-request", "single-request-reopen": asksInTurn = true
        case "no-aaaa": omitsIPv6 = true
        default: readNumber(option)
        }
    }

    private mutating func readNumber(_ option: String) {
        let parts = option.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let number = Int(parts[1]) else { return }
        switch parts[0] {
        case "ndots": ndots = min(max(number, 0), 15)
        case "timeout": timeout = .seconds(min(max(number, 1), 30))
        case "attempts": attempts = min(max(number, 1), 5)
        default: break
        }
    }

    /// The full names to try for a name, in order.
    func candidates(for name: String) -> [String] {
        if name.hasSuffix(".") { return [String(name.dropLast())] }
        let dots = name.count { $0 == "." }
        let searched = search.map { name + "." + ($0.hasSuffix(".") ? String($0.dropLast()) : $0) }
        return dots >= ndots ? [name] + searched : searched + [name]
    }
}
