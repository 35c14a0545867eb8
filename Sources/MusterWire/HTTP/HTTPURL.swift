internal import MusterCore

/// Why a text is not a URL that muster can check.
package struct HTTPURLFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds of fault, as fixed strings.
    package enum Code: String, Hashable, Sendable {
        /// No `http://` or `https://` at the beginning.
        case unsupportedScheme = "unsupported_scheme"
        /// A user name or password before the host.
        case userInfo = "user_info"
        /// No host.
        case emptyHost = "empty_host"
        /// A host that is neither a name nor an address.
        case badHost = "bad_host"
        /// A port that is not 1...65535.
        case badPort = "bad_port"
        /// A blank, a control character or a character outside ASCII.
        case badCharacter = "bad_character"
    }

    /// What is wrong.
    package var code: Code
    /// What to write instead.
    package var hint: String

    /// The hint, which says what is wrong too.
    package var description: String { hint }
}

/// An `http` or `https` URL (RFC 9110 §4.2), taken apart for a request.
package struct HTTPURL: Hashable, Sendable {
    /// The two schemes.
    package enum Scheme: String, Hashable, Sendable {
        /// In the clear, port 80.
        case http
        /// Over TLS, port 443.
        case https

        /// The port when the URL names none.
        package var defaultPort: UInt16 { self == .http ? 80 : 443 }
    }

    /// The scheme.
    package let scheme: Scheme
    /// Name or address in lower case; an IPv6 address without its brackets.
    package let host: String
    /// Whether the host is an IPv6 address.
    package let isIPv6Literal: Bool
    /// The port, 1...65535, the scheme's own when the URL names none.
    package let port: UInt16
    /// Path and query as they stand, at least `/`; the fragment is dropped.
    package let target: String

    /// Reads an absolute URL. Throws with a hint about what to write instead.
    package init(_ text: String) throws(HTTPURLFault) {
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw HTTPURLFault(
                code: .badCharacter,
                hint: "a URL has no blanks, control or non-ASCII characters; write %20 and such, names as xn--")
        }
        let (scheme, rest) = try Self.scheme(text)
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let (host, isIPv6, port) = try Self.authority(authority)
        let target = rest[authority.endIndex...].prefix { $0 != "#" }
        self.scheme = scheme
        self.host = host.lowercased()
        self.isIPv6Literal = isIPv6
        self.port = port ?? scheme.defaultPort
        self.target = target.first == "/" ? String(target) : "/" + target
    }

    /// The value of Host: brackets around an IPv6 address, the port unless it is the scheme's own (RFC 9110 §7.2).
    package var hostHeader: String {
        let name = isIPv6Literal ? "[\(host)]" : host
        return port == scheme.defaultPort ? name : "\(name):\(port)"
    }

    private static func scheme(_ text: String) throws(HTTPURLFault) -> (Scheme, Substring) {
        for scheme in [Scheme.http, .https] {
            let prefix = "\(scheme.rawValue)://"
            if Bytes.sameText(String(text.prefix(prefix.count)), prefix) {
                return (scheme, text.dropFirst(prefix.count))
            }
        }
        throw HTTPURLFault(code: .unsupportedScheme, hint: "a URL begins with http:// or https://")
    }

    private static func authority(_ text: Substring) throws(HTTPURLFault) -> (String, Bool, UInt16?) {
        guard !text.contains("@") else {
            throw HTTPURLFault(
                code: .userInfo, hint: "a URL has no user or password; send an Authorization header instead")
        }
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else {
                throw HTTPURLFault(code: .badHost, hint: "the bracket of the IPv6 address is not closed")
            }
            let address = text[text.index(after: text.startIndex)..<end]
            guard case .v6? = IPAddress(text: String(address)) else {
                throw HTTPURLFault(code: .badHost, hint: "between [ and ] stands an IPv6 address without a zone")
            }
            return (String(address), true, try port(text[text.index(after: end)...]))
        }
        let host = text.prefix { $0 != ":" }
        guard !host.isEmpty else {
            throw HTTPURLFault(code: .emptyHost, hint: "a URL names a host after ://")
        }
        guard host.utf8.count <= 254, host.utf8.allSatisfy(isNameByte) else {
            throw HTTPURLFault(
                code: .badHost, hint: "a host has letters, digits, - . and _ only, 254 at most; IPv6 stands in [ ]")
        }
        return (String(host), false, try port(text[host.endIndex...]))
    }

    /// `:8080`, `:` or nothing; the last two stand for the scheme's own port (RFC 3986 §6.2.3).
    private static func port(_ text: Substring) throws(HTTPURLFault) -> UInt16? {
        if text.isEmpty || text == ":" { return nil }
        let digits = text.dropFirst()
        guard text.first == ":", digits.utf8.allSatisfy({ Bytes.digit($0) != nil }), let port = UInt16(digits), port > 0
        else {
            throw HTTPURLFault(code: .badPort, hint: "a port is a number of 1...65535, after one colon")
        }
        return port
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
        default: false
        }
    }
}
