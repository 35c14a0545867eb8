import MusterWire
import Testing

@Suite struct HTTPURLTests {
    @Test(
        "A URL is taken apart",
        arguments: [
            ("http://example.com", HTTPURL.Scheme.http, "example.com", 80 as UInt16, "/", "example.com"),
            ("HTTPS://Example.COM/Path?q=1#frag", .https, "example.com", 443, "/Path?q=1", "example.com"),
            ("http://example.com:8080?x", .http, "example.com", 8080, "/?x", "example.com:8080"),
            ("http://example.com:80/", .http, "example.com", 80, "/", "example.com"),
            ("https://example.com:80/", .https, "example.com", 80, "/", "example.com:80"),
            ("http://example.com:/a", .http, "example.com", 80, "/a", "example.com"),
            ("http://127.0.0.1:65535/a/b/", .http, "127.0.0.1", 65535, "/a/b/", "127.0.0.1:65535"),
            ("http://host_1#f", .http, "host_1", 80, "/", "host_1"),
            ("http://h/a@b:c?d=[e]|{f}", .http, "h", 80, "/a@b:c?d=[e]|{f}", "h"),
            ("http://h//double", .http, "h", 80, "//double", "h"),
        ])
    func apart(
        text: String, scheme: HTTPURL.Scheme, host: String, port: UInt16, target: String, hostHeader: String
    ) throws {
        let url = try HTTPURL(text)
        #expect(url.scheme == scheme && url.host == host && url.port == port && !url.isIPv6Literal)
        #expect(url.target == target)
        #expect(url.hostHeader == hostHeader)
        #expect(HTTPRequest.fault(method: "GET", target: target, host: hostHeader, headers: []) == nil)
    }

    @Test("An IPv6 address stands in brackets and loses them")
    func ipv6() throws {
        let url = try HTTPURL("https://[2001:DB8::1]:8443/x")
        #expect(url.host == "2001:db8::1" && url.isIPv6Literal && url.port == 8443)
        #expect(url.hostHeader == "[2001:db8::1]:8443")
        #expect(try HTTPURL("http://[::ffff:1.2.3.4]").hostHeader == "[::ffff:1.2.3.4]")
    }

    @Test(
        "A text that is no such URL is refused, with a hint",
        arguments: [
            ("", HTTPURLFault.Code.unsupportedScheme), ("example.com", .unsupportedScheme),
            ("ftp://example.com", .unsupportedScheme), ("http:/example.com", .unsupportedScheme),
            ("httpss://example.com", .unsupportedScheme), ("http://", .emptyHost), ("http:///path", .emptyHost),
            ("http://:80/", .emptyHost), ("http://?q", .emptyHost), ("http://user@example.com", .userInfo),
            ("http://user:pw@example.com/", .userInfo), ("http://a b/", .badCharacter), ("http://h/a b", .badCharacter),
            ("http://h/\r\nX: y", .badCharacter), ("http://h/\t", .badCharacter),
            ("http://bücher.example", .badCharacter),
            ("http://h:0/", .badPort), ("http://h:65536/", .badPort), ("http://h:+80/", .badPort),
            ("http://h:8x/", .badPort), ("http://h:80:80/", .badPort), ("http://[::1]80/", .badPort),
            ("http://[::1", .badHost), ("http://[]/", .badHost), ("http://[1.2.3.4]/", .badHost),
            ("http://[fe80::1%25eth0]/", .badHost), ("http://::1/", .emptyHost), ("http://a!b/", .badHost),
            ("http://h\\x/", .badHost), ("http://%41/", .badHost),
            ("http://" + String(repeating: "a", count: 255) + "/", .badHost),
        ])
    func refused(text: String, code: HTTPURLFault.Code) throws {
        let fault = try #require(throws: HTTPURLFault.self) { try HTTPURL(text) }
        #expect(fault.code == code)
        #expect(fault.hint.count > 10)
    }
}
