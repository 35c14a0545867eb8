import MusterCore
import Testing

@testable import MusterProbes

@Suite("What resolv.conf and hosts say")
struct ResolverConfigurationTests {
    private static let local = Endpoint(.v4(0x7F00_0001), port: 53)

    private static func servers(_ texts: String...) -> [Endpoint] {
        texts.compactMap { Endpoint(text: $0, defaultPort: 53) }
    }

    private static let files: [(name: String, text: String, ResolverConfiguration)] = [
        ("an empty file", "", .init(servers: [local])),
        ("no name server", "search a.test\n", .init(servers: [local], search: ["a.test"])),
        (
            "servers in order, IPv6 too", "nameserver 10.0.0.2\nnameserver\t10.0.0.1\nnameserver 2001:db8::1\n",
            .init(servers: servers("10.0.0.2", "10.0.0.1", "2001:db8::1"))
        ),
        (
            "three servers at most", "nameserver 1.1.1.1\nnameserver 1.1.1.2\nnameserver 1.1.1.3\nnameserver 1.1.1.4",
            .init(servers: servers("1.1.1.1", "1.1.1.2", "1.1.1.3"))
        ),
        (
            "a zone behind a link-local address, by name or number; elsewhere it means nothing",
            "nameserver fe80::1%lo\nnameserver fe80::2%7\nnameserver 2001:db8::1%lo",
            .init(
                servers: [
                    Endpoint(.v6(high: 0xfe80 << 48 | 1, low: 1), port: 53),
                    Endpoint(.v6(high: 0xfe80 << 48 | 7, low: 2), port: 53),
                ] + servers("2001:db8::1"))
        ),
        (
            "a zone that is not there", "nameserver fe80::1%nowhere0",
            .init(servers: servers("fe80::1"))
        ),
        (
            "comments and blanks", "# nameserver 9.9.9.9\n; nameserver 9.9.9.8\n\n   nameserver 10.0.0.1 # ours\n",
            .init(servers: servers("10.0.0.1"))
        ),
        (
            "lines that make no sense",
            "nameserver\nnameserver dns.test\nnameserver 300.1.1.1\nfoo bar\nnameserver 10.0.0.1:53\noptions\nsearch\n",
            .init(servers: [local])
        ),
        (
            "other line ends", "nameserver 10.0.0.1\r\nsearch a.test\r\n",
            .init(servers: servers("10.0.0.1"), search: ["a.test"])
        ),
        (
            "the last of search and domain counts", "search a.test b.test\ndomain c.test\nnameserver 10.0.0.1",
            .init(servers: servers("10.0.0.1"), search: ["c.test"])
        ),
        (
            "six search domains at most", "nameserver 10.0.0.1\nsearch a b c d e f g",
            .init(servers: servers("10.0.0.1"), search: ["a", "b", "c", "d", "e", "f"])
        ),
        (
            "options", "nameserver 10.0.0.1\noptions ndots:3 timeout:1 attempts:4 rotate edns0\n",
            .init(
                servers: servers("10.0.0.1"), ndots: 3, timeout: .seconds(1), attempts: 4, rotates: true, usesEDNS: true
            )
        ),
        (
            "options without a number",
            "nameserver 10.0.0.1\noptions use-vc single-request no-aaaa trust-ad\noptions rotate:1",
            .init(servers: servers("10.0.0.1"), usesStreams: true, asksInTurn: true, omitsIPv6: true)
        ),
        (
            "another way to ask in turn", "nameserver 10.0.0.1\noptions single-request-reopen",
            .init(servers: servers("10.0.0.1"), asksInTurn: true)
        ),
        (
            "options beyond their bounds", "nameserver 10.0.0.1\noptions ndots:99 timeout:999\noptions attempts:0",
            .init(servers: servers("10.0.0.1"), ndots: 15, timeout: .seconds(30), attempts: 1)
        ),
        (
            "options that are none", "nameserver 10.0.0.1\noptions ndots:x timeout attempts: :3 ndots:1:2",
            .init(servers: servers("10.0.0.1"))
        ),
    ]

    @Test("reads resolv.conf as the C library does, whatever stands in it", arguments: files.indices)
    func resolvConf(_ index: Int) {
        let (name, text, expected) = Self.files[index]
        var wanted = expected
        wanted.hosts = ["localhost": [.v4(0x7F00_0001)]]
        #expect(ResolverConfiguration(resolvConf: text, hosts: "") == wanted, "\(name)")
    }

    private static let hosts: [(name: String, text: String, [String: [IPAddress]])] = [
        ("nothing", "", ["localhost": [.v4(0x7F00_0001)]]),
        (
            "names and aliases", "127.0.0.1 localhost\n10.0.0.1\tWeb1.test web1 # the first\n",
            ["localhost": [.v4(0x7F00_0001)], "web1.test": [.v4(0x0A00_0001)], "web1": [.v4(0x0A00_0001)]]
        ),
        (
            "several addresses of a name, in order", "10.0.0.1 a\n::1 a localhost\n",
            ["a": [.v4(0x0A00_0001), .v6(high: 0, low: 1)], "localhost": [.v6(high: 0, low: 1)]]
        ),
        (
            "lines that make no sense", "10.0.0.1\nname 10.0.0.2\n10.0.0 b\n#10.0.0.3 c\n   \n",
            ["localhost": [.v4(0x7F00_0001)]]
        ),
    ]

    @Test("reads the hosts file", arguments: hosts.indices)
    func hostsFile(_ index: Int) {
        let (name, text, expected) = Self.hosts[index]
        #expect(ResolverConfiguration(resolvConf: "", hosts: text).hosts == expected, "\(name)")
    }

    @Test(
        "tries search domains behind names with few dots, else before",
        arguments: [
            ("web", 1, ["web.a.test", "web.b.test", "web"]), ("web.x", 1, ["web.x", "web.x.a.test", "web.x.b.test"]),
            ("web.x", 2, ["web.x.a.test", "web.x.b.test", "web.x"]), ("web.", 5, ["web"]),
            ("web", 0, ["web", "web.a.test", "web.b.test"]),
        ])
    func candidates(name: String, ndots: Int, expected: [String]) {
        let configuration = ResolverConfiguration(servers: [], search: ["a.test", "b.test."], ndots: ndots)
        #expect(configuration.candidates(for: name) == expected)
    }
}
