import MusterCore
import MusterTesting
import Testing

@Suite("IP addresses")
struct IPAddressTests {
    @Test(
        "are parsed and printed in the form of RFC 5952",
        arguments: [
            ("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"),
            ("10.200.3.40", "10.200.3.40"), ("::", "::"), ("::1", "::1"), ("1::", "1::"),
            ("2001:DB8::1", "2001:db8::1"),
            ("2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1"),
            ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
            ("2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
            ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
            ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"), ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
            ("::ffff:192.0.2.1", "::ffff:192.0.2.1"), ("::FFFF:C000:201", "::ffff:192.0.2.1"),
            ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"), ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"),
            ("::192.0.2.1", "::c000:201"), ("fe80::a:b", "fe80::a:b"), ("1:0:0:2::3", "1:0:0:2::3"),
        ])
    func parsesAndPrints(text: String, printed: String) throws {
        let address = try #require(IPAddress(text: text))
        #expect(address.text == printed)
        #expect(IPAddress(text: address.text) == address)
        #expect(IPAddress(ascii: Array(text.utf8).span) == address)
    }

    @Test(
        "are nothing else",
        arguments: [
            "", " ", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.04", "01.2.3.4", "1.2.3.4 ", " 1.2.3.4", "1..2.3",
            "1.2.3.",
            ".1.2.3", "1.2.3.-4", "1.2.3.0x4", "1.2.3.4444", "127.1", "2130706433", ":", ":::", "1:", ":1", "1:2",
            "::1::",
            "1::2::3", "12345::", "g::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8",
            "1:2:3:4:5:6:7:1.2.3.4", "::1.2.3", "::1.2.3.4.5", "::1.2.3.4:5", "1.2.3.4::", "[::1]", "::1%lo",
            "fe80::1%1",
            "::ffff:1.2.3.256", "::1/64", "1.2.3.4/8", "1.2.3.4:80", "\u{661}.2.3.4", "::\u{ff11}", "localhost",
            "1.2.3.4\0",
            "::1\n", String(repeating: "1", count: 1000), String(repeating: ":", count: 46),
        ])
    func refuses(text: String) {
        #expect(IPAddress(text: text) == nil)
    }

    @Test("come back from their text, for random ones", arguments: 0..<200)
    func comesBack(seed: Int) {
        var dice = Dice(seed)
        let sparse = { (dice: inout Dice) in
            dice.next() & dice.next() & (dice.next() | 0xFFFF_0000_0000_FFFF) & dice.next()
        }
        for address in [
            IPAddress.v4(UInt32(truncatingIfNeeded: dice.next())), .v6(high: dice.next(), low: dice.next()),
            .v6(high: sparse(&dice) & sparse(&dice), low: sparse(&dice)),
            .v6(high: 0, low: sparse(&dice) & 0xFFFF_FFFF_FFFF),
        ] {
            #expect(IPAddress(text: address.text) == address, "\(address.text)")
            #expect(!address.text.contains(":::"))
        }
    }

    @Test("survive random text without a crash")
    func randomText() {
        var dice = Dice(1)
        let letters = Array("0123456789abcdefF:.:.::%[]g".utf8)
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...48, using: &dice)).map { _ in letters.randomElement(using: &dice) ?? 0 }
            guard let address = IPAddress(ascii: bytes.span) else { continue }
            #expect(IPAddress(text: address.text) == address)
        }
    }

    @Test(
        "know loopback and stand in brackets before a port",
        arguments: [
            ("127.0.0.1", true, "127.0.0.1"), ("127.255.0.9", true, "127.255.0.9"), ("128.0.0.1", false, "128.0.0.1"),
            ("::1", true, "[::1]"), ("::2", false, "[::2]"),
        ])
    func loopback(text: String, isLoopback: Bool, hostText: String) throws {
        let address = try #require(IPAddress(text: text))
        #expect(address.isLoopback == isLoopback)
        #expect(address.hostText == hostText)
    }

    @Test(
        "make endpoints with a port",
        arguments: [
            ("127.0.0.1:53", "127.0.0.1:53"), ("127.0.0.1", "127.0.0.1:7"), ("[::1]:53", "[::1]:53"),
            ("[::1]", "[::1]:7"),
            ("::1", "[::1]:7"), ("1.2.3.4:65535", "1.2.3.4:65535"), ("1.2.3.4:0", nil), ("1.2.3.4:65536", nil),
            ("1.2.3.4:", nil), ("1.2.3.4:+1", nil), ("[::1", nil), ("[::1]53", nil), ("[::1]:", nil), (":53", nil),
            ("", nil),
            ("web:53", nil),
        ] as [(String, String?)])
    func endpoints(text: String, expected: String?) {
        #expect(Endpoint(text: text, defaultPort: 7)?.text == expected)
    }

    @Test(
        "and names split from their ports",
        arguments: [
            ("web.example:80", "web.example", 80), ("web.example", "web.example", nil), ("[::1]:443", "::1", 443),
            ("::1", "::1", nil), ("[fe80::1]", "fe80::1", nil),
        ] as [(String, String, UInt16?)])
    func splits(text: String, host: String, port: UInt16?) throws {
        let parts = try #require(HostPort.split(text))
        #expect(parts.host == host)
        #expect(parts.port == port)
    }

    @Test("of a link keeps its interface, in its text too")
    func scope() throws {
        let address = try #require(IPAddress(text: "fe80::1"))
        #expect(address.text == "fe80::1")
        #expect(address.scoped(to: 3).text == "fe80::1%3")
        #expect(address.scoped(to: 3) != address)
        #expect(address.scoped(to: 3).scoped(to: 0) == address)
        #expect(Endpoint(address.scoped(to: 4_294_967_295), port: 53).text == "[fe80::1%4294967295]:53")
        let global = try #require(IPAddress(text: "2001:db8::1"))
        #expect(global.scoped(to: 3) == global)
        #expect(IPAddress.v4(1).scoped(to: 3) == .v4(1))
    }
}
