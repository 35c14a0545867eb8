import MusterTLS
import Testing

@Suite("Server names (RFC 9525)")
struct ServerNameTests {
    struct Row: CustomTestStringConvertible, Sendable {
        let reference: String
        let presented: [String]
        let matches: Bool
        var testDescription: String { "\(reference) against \(presented)" }

        init(_ reference: String, _ presented: [String], _ matches: Bool) {
            self.reference = reference
            self.presented = presented
            self.matches = matches
        }
    }

    @Test(
        "A DNS name matches exactly, or through a whole left-most wildcard label",
        arguments: [
            Row("www.example.com", ["www.example.com"], true),
            Row("WWW.Example.COM", ["www.example.com"], true),
            Row("www.example.com", ["WWW.EXAMPLE.com"], true),
            Row("www.example.com.", ["www.example.com"], true),
            Row("www.example.com", ["www.example.com."], false),
            Row("www.example.com..", ["www.example.com"], false),
            Row("www.example.com", ["example.com"], false),
            Row("example.com", ["www.example.com"], false),
            Row("www.example.com", ["mail.example.com", "www.example.com"], true),
            Row("www.example.com", [], false),
            Row("www.example.com", ["*.example.com"], true),
            Row("www.example.com.", ["*.Example.com"], true),
            Row("a.b.example.com", ["*.example.com"], false),
            Row("example.com", ["*.example.com"], false),
            Row(".example.com", ["*.example.com"], false),
            // A wildcard below a top-level domain stands for everybody there.
            Row("example.com", ["*.com"], false),
            Row("nas.lan", ["*.lan"], false),
            Row("example.com.", ["*.com"], false),
            Row("localhost", ["*"], false),
            Row("localhost", ["localhost"], true),
            Row("example.com", ["*"], false),
            Row("www.example.com", ["w*.example.com"], false),
            Row("www.example.com", ["*w.example.com"], false),
            Row("www.example.com", ["www.*.com"], false),
            Row("www.example.com", ["*.*.com"], false),
            Row("*.example.com", ["*.example.com"], false),
            Row("xn--bcher-kva.shop.example", ["*.shop.example"], true),
            Row("xn--bcher-kva.example", ["xn--bcher-kva.example"], true),
            Row("bücher.example", ["bücher.example"], false),
            Row("host_1.example.com", ["*.example.com"], true),
            Row("www.example.com", ["www.example.com\0.evil.example"], false),
            Row("10.0.0.1", ["10.0.0.1"], false),
            Row("10.0.0.1", ["*.0.0.1"], false),
            Row("", [""], false),
            Row(".", ["."], false),
            Row("a b.example", ["a b.example"], false),
        ])
    func dns(_ row: Row) {
        #expect(ServerName.dns(row.reference).matches(dnsNames: row.presented, ipAddresses: []) == row.matches)
    }

    @Test(
        "An address matches the same octets among the addresses, and nothing else",
        arguments: [
            ([10, 0, 0, 1], [[10, 0, 0, 1]], true),
            ([10, 0, 0, 1], [[10, 0, 0, 2], [10, 0, 0, 1]], true),
            ([10, 0, 0, 1], [[10, 0, 0, 2]], false),
            ([10, 0, 0, 1], [], false),
            ([10, 0, 0, 1], [[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 10, 0, 0, 1]], false),
            (
                [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], [[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]],
                true
            ),
        ] as [([UInt8], [[UInt8]], Bool)])
    func address(_ address: [UInt8], _ presented: [[UInt8]], _ matches: Bool) {
        #expect(ServerName.ip(address).matches(dnsNames: ["10.0.0.1"], ipAddresses: presented) == matches)
    }

    @Test("An overlong name matches nothing", arguments: [(64, false), (63, true)])
    func labels(_ length: Int, _ matches: Bool) {
        let name = String(repeating: "a", count: length) + ".example"
        #expect(ServerName.dns(name).matches(dnsNames: [name], ipAddresses: []) == matches)
    }
}
