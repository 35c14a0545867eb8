/// The types of records that muster asks for and reads.
package enum DNSRecordType: UInt16, CaseIterable, Hashable, Sendable {
    /// An IPv4 address (RFC 1035 §3.4.1).
    case a = 1
    /// A name server of the zone (RFC 1035 §3.3.11).
    case ns = 2
    /// The canonical name behind an alias (RFC 1035 §3.3.1).
    case cname = 5
    /// The start of a zone of authority (RFC 1035 §3.3.13).
    case soa = 6
    /// A pointer to another name, as in reverse lookups (RFC 1035 §3.3.12).
    case ptr = 12
    /// A mail exchange (RFC 1035 §3.3.9).
    case mx = 15
    /// Texts (RFC 1035 §3.3.14).
    case txt = 16
    /// An IPv6 address (RFC 3596 §2.1).
    case aaaa = 28
    /// The location of a service (RFC 2782).
    case srv = 33
    /// The pseudo-record of EDNS, never asked for (RFC 6891 §6.1).
    case opt = 41

    /// The types that a query may name: all but OPT.
    package static let queryable: [DNSRecordType] = allCases.filter { $0 != .opt }

    /// The type of this mnemonic, whatever its case; nil for an unknown one.
    package init?(text: String) {
        guard let type = Self.allCases.first(where: { Bytes.sameText($0.text, text) }) else { return nil }
        self = type
    }

    /// The mnemonic in capitals, such as `AAAA`.
    package var text: String {
        switch self {
        case .a: "A"
        case .ns: "NS"
        case .cname: "CNAME"
        case .soa: "SOA"
        case .ptr: "PTR"
        case .mx: "MX"
        case .txt: "TXT"
        case .aaaa: "AAAA"
        case .srv: "SRV"
        case .opt: "OPT"
        }
    }
}

/// How a server answered: four bits of the header (RFC 1035 §4.1.1) with the upper eight of EDNS before them
/// (RFC 6891 §6.1.3), 0...4095.
package struct DNSResponseCode: RawRepresentable, Hashable, Sendable {
    /// The code as a number, 0...4095; higher bits are cut off.
    package let rawValue: UInt16

    /// The code of this number.
    @inlinable
    package init(rawValue: UInt16) { self.rawValue = rawValue & 0xFFF }

    /// No error.
    package static let noError = Self(rawValue: 0)
    /// The server could not read the query.
    package static let formErr = Self(rawValue: 1)
    /// The server failed.
    package static let servFail = Self(rawValue: 2)
    /// The name does not exist.
    package static let nxDomain = Self(rawValue: 3)
    /// The server does not do this kind of query.
    package static let notImp = Self(rawValue: 4)
    /// The server does not want to answer.
    package static let refused = Self(rawValue: 5)
    /// The server does not know this version of EDNS (RFC 6891 §9).
    package static let badVers = Self(rawValue: 16)

    /// Whether a server that does not know EDNS answers so to a query that has it (RFC 6891 §6.1.3, §7).
    package var mayRefuseOptions: Bool { self == .formErr || self == .notImp || self == .badVers }

    private static let names: [(code: UInt16, text: String)] = [
        (0, "NOERROR"), (1, "FORMERR"), (2, "SERVFAIL"), (3, "NXDOMAIN"), (4, "NOTIMP"), (5, "REFUSED"),
        (6, "YXDOMAIN"), (7, "YXRRSET"), (8, "NXRRSET"), (9, "NOTAUTH"), (10, "NOTZONE"), (16, "BADVERS"),
        (23, "BADCOOKIE"),
    ]

    /// The code of a mnemonic (`NXDOMAIN`) or of `RCODE` and a number (`RCODE17`), whatever the case; nil for
    /// anything else.
    package init?(text: String) {
        if let known = Self.names.first(where: { Bytes.sameText($0.text, text) }) {
            self.init(rawValue: known.code)
        } else if Bytes.sameText(String(text.prefix(5)), "RCODE"), let code = UInt16(text.dropFirst(5)), code <= 0xFFF {
            self.init(rawValue: code)
        } else {
            return nil
        }
    }

    /// The mnemonic in capitals, `RCODE17` for a code without one.
    package var text: String {
        Self.names.first { $0.code == rawValue }?.text ?? "RCODE\(rawValue)"
    }
}
