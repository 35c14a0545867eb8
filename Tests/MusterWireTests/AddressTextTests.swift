import MusterWire
import Testing

@Suite struct AddressTextTests {
    @Test(
        "IPv6 addresses are written as RFC 5952 has it and read back",
        arguments: [
            (0x2001_0DB8_0000_0000 as UInt64, 1 as UInt64, "2001:db8::1"), (0, 0, "::"), (0, 1, "::1"),
            (0x2001_0DB8_0000_0001, 0x0001_0001_0001_0001, "2001:db8:0:1:1:1:1:1"),
            (0x2001_0000_0000_0001, 0x0000_0000_0000_0001, "2001:0:0:1::1"),
            (0x2001_0DB8_0000_0000, 0x0001_0000_0000_0001, "2001:db8::1:0:0:1"), (1 << 48, 0, "1::"),
            (0, 0xFFFF_C000_0201, "::ffff:192.0.2.1"),
            (0x0001_0002_0003_0004, 0x0005_0006_0007_0008, "1:2:3:4:5:6:7:8"),
            (0xFE80_0000_0000_0000, 0xABCD_EF01_2345_6789, "fe80::abcd:ef01:2345:6789"),
        ])
    func ipv6(high: UInt64, low: UInt64, text: String) throws {
        #expect(AddressText.ipv6(high: high, low: low) == text)
        let parsed = try #require(AddressText.parseIPv6(text))
        #expect(parsed == (high, low))
    }

    @Test(
        "Texts that are no IPv6 addresses are refused",
        arguments: [
            "", ":", ":::", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "12345::", "g::", "::1%eth0",
            "1:2:3:4:5:6:7::8:9",
            "1.2.3.4", "::1.2.3", "1.2.3.4::", "::1.2.3.256", "1:", ":1", "::1:", "1:2:3:4::5:6:7:8",
        ])
    func notIPv6(text: String) {
        #expect(AddressText.parseIPv6(text) == nil)
    }

    @Test("IPv4 addresses are written and read")
    func ipv4() {
        #expect(AddressText.ipv4(0xC000_0201) == "192.0.2.1")
        #expect(AddressText.parseIPv4("192.0.2.1") == 0xC000_0201)
        #expect(AddressText.parseIPv4("255.255.255.255") == .max)
    }

    @Test(
        "Texts that are no IPv4 addresses are refused",
        arguments: [
            "", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.", "1.2.3.x", "1111.2.3.4", "1. 2.3.4",
            "-1.2.3.4",
        ])
    func notIPv4(text: String) {
        #expect(AddressText.parseIPv4(text) == nil)
    }
}
