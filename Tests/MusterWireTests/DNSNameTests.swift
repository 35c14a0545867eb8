import MusterWire
import Testing

@Suite struct DNSNameTests {
    @Test(
        "A name in presentation form is read into its wire form and written back",
        arguments: [
            ("example.com", "example.com", 13), ("example.com.", "example.com", 13), (".", ".", 1), ("a", "a", 3),
            ("_sip._tcp.Example.COM", "_sip._tcp.Example.COM", 23), (#"a\.b.c"#, #"a\.b.c"#, 7),
            (#"\097b.c"#, "ab.c", 6), (#"\000\255.x"#, #"\000\255.x"#, 6), (#"a\\b"#, #"a\\b"#, 5),
            (#"a\032b\@c"#, #"a\032b\@c"#, 7), (#"a\ b"#, #"a\032b"#, 5),
            ("xn--bcher-kva.example", "xn--bcher-kva.example", 23),
        ])
    func presentation(text: String, canonical: String, size: Int) throws {
        let name = try DNSName(text)
        #expect(name.description == canonical)
        #expect(name.wire.count == size)
        #expect(name.wire.last == 0)
        #expect(try DNSName(name.description) == name)
    }

    @Test(
        "A text that is no name is refused with its fault",
        arguments: [
            ("", DNSFault.emptyLabel), ("..", .emptyLabel), (".a", .emptyLabel), ("a..b", .emptyLabel),
            ("a b", .badCharacter), ("a\tb", .badCharacter), ("büro.example", .badCharacter),
            ("a\u{7F}", .badCharacter),
            ("a\\", .badEscape), (#"\25"#, .badEscape), (#"\256"#, .badEscape), (#"\2x5"#, .badEscape),
            ("a\\\n", .badEscape), (String(repeating: "x", count: 64), .labelTooLong),
        ])
    func refused(text: String, fault: DNSFault) {
        #expect(throws: fault) { try DNSName(text) }
    }

    @Test("A name takes 255 bytes on the wire and not one more")
    func longest() throws {
        let label = String(repeating: "a", count: 63) + "."
        let rest = String(repeating: "b", count: 61)
        #expect(try DNSName(label + label + label + rest).wire.count == 255)
        #expect(try DNSName(label + label + label + rest + ".").wire.count == 255)
        #expect(throws: DNSFault.nameTooLong) { try DNSName(label + label + label + rest + "b") }
        #expect(throws: DNSFault.nameTooLong) { try DNSName(label + label + label + rest + ".c") }
        #expect(try DNSName(label).wire.count == 65)
    }

    @Test("Names that differ only in the case of ASCII letters are equal")
    func equality() throws {
        let one = try DNSName("WWW.Example.COM")
        let two = try DNSName("www.eXample.com.")
        #expect(one == two)
        #expect(one.hashValue == two.hashValue)
        #expect(try DNSName("a@b") != DNSName("a`b"))
        #expect(try DNSName("ab.c") != DNSName("a.bc"))
    }

    @Test("Addresses have their reverse names")
    func reverse() {
        #expect(DNSName.reverse(ipv4: 0xC000_0201).description == "1.2.0.192.in-addr.arpa")
        #expect(DNSName.reverse(ipv4: [192, 0, 2, 1]) == DNSName.reverse(ipv4: 0xC000_0201))
        let expected = "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa"
        #expect(DNSName.reverse(ipv6High: 0x4321_0000_0001_0002, low: 0x0003_0004_0567_89AB).description == expected)
        let bytes: [UInt8] = [0x43, 0x21, 0, 0, 0, 1, 0, 2, 0, 3, 0, 4, 5, 0x67, 0x89, 0xAB]
        #expect(DNSName.reverse(ipv6: bytes).description == expected)
    }

    @Test("Record types are known by their mnemonics in either case", arguments: DNSRecordType.allCases)
    func types(type: DNSRecordType) {
        #expect(DNSRecordType(text: type.text) == type)
        #expect(DNSRecordType(text: type.text.lowercased()) == type)
        #expect(DNSRecordType.queryable.contains(type) == (type != .opt))
    }

    @Test(
        "Response codes are known by their mnemonics or numbers",
        arguments: [
            (DNSResponseCode.noError, "NOERROR"), (.formErr, "FORMERR"), (.servFail, "SERVFAIL"),
            (.nxDomain, "NXDOMAIN"),
            (.notImp, "NOTIMP"), (.refused, "REFUSED"), (DNSResponseCode(rawValue: 16), "BADVERS"),
            (DNSResponseCode(rawValue: 4095), "RCODE4095"),
        ])
    func codes(code: DNSResponseCode, text: String) {
        #expect(code.text == text)
        #expect(DNSResponseCode(text: text.lowercased()) == code)
    }

    @Test("Unknown mnemonics are refused", arguments: ["", "ANYTHING", "RCODE", "RCODE4096", "RCODE-1"])
    func unknown(text: String) {
        #expect(DNSResponseCode(text: text) == nil)
        #expect(DNSRecordType(text: text) == nil)
    }
}
