/// The name a server was asked for by, to be found among the subject alternative names of its certificate (RFC 9525).
///
/// The common name is never looked at (RFC 9525 §2).
package enum ServerName: Hashable, Sendable {
    /// A DNS name in ASCII (internationalized names as A-labels); letter case and one trailing dot do not matter.
    case dns(String)
    /// An address of 4 or 16 octets in network order: compared with iPAddress entries only, octet for octet.
    case ip([UInt8])

    /// Whether a certificate with these names is one for this server.
    package func matches(dnsNames: [String], ipAddresses: [[UInt8]]) -> Bool {
        switch self {
        case .ip(let address): return ipAddresses.contains(address)
        case .dns(let name):
            guard let reference = DNSReference(name) else { return false }
            return dnsNames.contains(where: reference.matches)
        }
    }
}

/// A host name taken apart once, to be compared with many presented names.
private struct DNSReference {
    /// The name in lower case, without its trailing dot.
    private let name: [UInt8]
    /// Where the dot after the left-most label is; nil if there is a single label.
    private let firstDot: Int?

    /// Nil for what can not be a host name: an empty label, a character outside letters, digits, `-` and `_`, more
    /// than 253 octets, or digits only in the last label (an IPv4 address is not a DNS name).
    init?(_ text: String) {
        var name: [UInt8] = []
        name.reserveCapacity(text.utf8.count)
        for byte in text.utf8 { name.append(lowercase(byte)) }
        if name.last == dot { name.removeLast() }
        guard !name.isEmpty, name.count <= 253 else { return nil }
        guard name.allSatisfy({ isLabelByte($0) || $0 == dot }) else { return nil }
        let labels = name.split(separator: dot, omittingEmptySubsequences: false)
        guard labels.allSatisfy({ (1...63).contains($0.count) }) else { return nil }
        guard let last = labels.last, !last.allSatisfy({ (48...57).contains($0) }) else { return nil }
        self.name = name
        self.firstDot = name.firstIndex(of: dot)
    }

    /// RFC 9525 §6.3: exact, or a wildcard which is the complete left-most label of the presented name and stands for
    /// exactly one label. A bare `*`, a partial wildcard and a wildcard further right match nothing; nor does one before
    /// a single label, which would stand for everybody below a top-level domain.
    func matches(_ presented: String) -> Bool {
        let utf8 = presented.utf8
        guard utf8.first == wildcard else { return equal(utf8[...], to: name[...]) }
        guard let firstDot, name[(firstDot + 1)...].contains(dot) else { return false }
        let rest = utf8.dropFirst()
        guard rest.first == dot else { return false }
        return equal(rest, to: name[firstDot...])
    }

    private func equal(_ presented: Substring.UTF8View, to reference: ArraySlice<UInt8>) -> Bool {
        presented.elementsEqual(reference, by: { lowercase($0) == $1 })
    }
}

private let dot = UInt8(ascii: ".")
private let wildcard = UInt8(ascii: "*")

private func lowercase(_ byte: UInt8) -> UInt8 {
    (65...90).contains(byte) ? byte | 0x20 : byte
}

private func isLabelByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 97...122, 48...57, UInt8(ascii: "-"), UInt8(ascii: "_"): true
    default: false
    }
}
