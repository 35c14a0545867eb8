import MusterCore
import Testing

@testable import MusterProbes

@Suite("The order of addresses")
struct AddressOrderTests {
    private static func address(_ text: String) -> IPAddress {
        guard let address = IPAddress(text: text) else { preconditionFailure("\(text) is no address") }
        return address
    }

    private static func sorted(_ addresses: [String], _ sources: [String: String]) -> [String] {
        let table = Dictionary(uniqueKeysWithValues: sources.map { (address($0), address($1)) })
        return AddressOrder.sorted(addresses.map(address), source: { table[$0] }).map(\.text)
    }

    @Test(
        "is that of RFC 6724 §10.2",
        arguments: [
            // Destinations, best first, and from which address each would be reached.
            (
                ["2001:db8:1::1", "198.51.100.121"],
                ["2001:db8:1::1": "2001:db8:1::2", "198.51.100.121": "169.254.13.78"]
            ),
            (
                ["198.51.100.121", "2001:db8:1::1"],
                ["2001:db8:1::1": "fe80::1", "198.51.100.121": "198.51.100.117"]
            ),
            (["2001:db8:1::1", "10.1.2.3"], ["2001:db8:1::1": "2001:db8:1::2", "10.1.2.3": "10.1.2.4"]),
            (["fe80::1", "2001:db8:1::1"], ["2001:db8:1::1": "2001:db8:1::2", "fe80::1": "fe80::2"]),
            (
                ["2001:db8:1::1", "2001:db8:3ffe::1"],
                ["2001:db8:1::1": "2001:db8:1::2", "2001:db8:3ffe::1": "2001:db8:3f44::2"]
            ),
            (
                ["2002:c633:6401::1", "2001:db8:1::1"],
                ["2002:c633:6401::1": "2002:c633:6401::2", "2001:db8:1::1": "fe80::1"]
            ),
            (["2001:db8:1::1", "fec0::1"], ["2001:db8:1::1": "2001:db8:1::2", "fec0::1": "fe80::9"]),
            (["::1", "127.0.0.1"], ["::1": "::1", "127.0.0.1": "127.0.0.1"]),
            (["10.0.0.1", "2001:db8::1"], ["10.0.0.1": "10.0.0.2"]),
        ] as [([String], [String: String])])
    func examples(_ addresses: [String], _ sources: [String: String]) {
        #expect(Self.sorted(addresses, sources) == addresses)
        #expect(Self.sorted(addresses.reversed(), sources) == addresses)
    }

    @Test("takes the families in turn, keeps equals as they came, and puts what has no route last")
    func turns() {
        let addresses = ["10.0.0.2", "2001:db8::1", "10.0.0.1", "2001:db8::2", "10.0.0.3", "192.0.2.9", "10.0.0.1"]
        var sources = Dictionary(uniqueKeysWithValues: addresses.prefix(5).map { ($0, $0) })
        #expect(
            Self.sorted(addresses, sources)
                == ["2001:db8::1", "10.0.0.2", "2001:db8::2", "10.0.0.1", "10.0.0.3", "192.0.2.9"])
        sources = ["10.0.0.1": "10.0.0.9"]
        #expect(Self.sorted(addresses, sources).first == "10.0.0.1")
        #expect(Set(Self.sorted(addresses, sources)) == Set(addresses))
    }

    @Test("asks for no source where there is nothing to order")
    func single() {
        let one = [IPAddress.v4(1)]
        #expect(
            AddressOrder.sorted(one) { _ in
                Issue.record("asked")
                return nil
            } == one)
    }
}
