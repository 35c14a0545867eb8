import SwiftASN1
import X509

/// A distinguished name that compares as RFC 5280 §7.1 has it: whatever kind its strings are of, letter case aside, blanks
/// at the ends ignored and several within counted as one.
///
/// A comparison octet by octet would miss an issuer whose certificate spells its name in another kind of string, and let
/// a name escape its exclusion by a capital letter.
struct DirectoryName: Hashable, Sendable {
    let name: DistinguishedName
    /// The relative names, each in a form that is equal where they are.
    private let parts: [[UInt8]]

    /// Throws if the node is no name.
    init(derEncoded node: ASN1Node) throws {
        name = try DistinguishedName(derEncoded: node)
        parts = try Self.members(node).map { try Self.part($0) }
    }

    /// Throws if the name cannot be written.
    init(_ name: DistinguishedName) throws {
        var serializer = DER.Serializer()
        try serializer.serialize(name)
        try self.init(derEncoded: DER.parse(serializer.serializedBytes))
    }

    var isEmpty: Bool { parts.isEmpty }

    /// How many octets a comparison has to look at, at most.
    var size: Int { parts.reduce(0) { $0 + $1.count } }

    /// Whether it begins with all of the other's relative names.
    func isBelow(_ other: DirectoryName) -> Bool { parts.starts(with: other.parts) }

    static func == (left: DirectoryName, right: DirectoryName) -> Bool { left.parts == right.parts }

    func hash(into hasher: inout Hasher) { hasher.combine(parts) }

    private struct NoName: Error {}

    private static func members(_ node: ASN1Node) throws -> [ASN1Node] {
        guard case .constructed(let members) = node.content else { throw NoName() }
        return Array(members)
    }

    /// The attributes of a relative name in a fixed order, each with its length.
    private static func part(_ node: ASN1Node) throws -> [UInt8] {
        let attributes = try members(node).map { try attribute($0) }
        guard attributes.count > 1 else { return attributes.first ?? [] }
        return attributes.sorted { $0.lexicographicallyPrecedes($1) }.flatMap { attribute in
            (0..<3).map { UInt8(truncatingIfNeeded: attribute.count >> ($0 * 8)) } + attribute
        }
    }

    private static func attribute(_ node: ASN1Node) throws -> [UInt8] {
        let members = try members(node)
        guard members.count == 2 else { throw NoName() }
        guard let text = text(members[1]) else {
            return Array(members[0].encodedBytes) + [0] + Array(members[1].encodedBytes)
        }
        return Array(members[0].encodedBytes) + [1] + folded(text)
    }

    /// The octets of a string in UTF-8; nil for other values and for kinds of strings that are hardly in use.
    private static func text(_ node: ASN1Node) -> ArraySlice<UInt8>? {
        guard case .primitive(let octets) = node.content else { return nil }
        switch node.identifier {
        case .utf8String, .printableString, .ia5String, .numericString, .visibleString: return octets
        // In practice Latin-1.
        case .teletexString: return Array(String(String.UnicodeScalarView(octets.map(Unicode.Scalar.init))).utf8)[...]
        case .bmpString:
            guard octets.count.isMultiple(of: 2) else { return nil }
            let units = stride(from: octets.startIndex, to: octets.endIndex, by: 2)
                .map { UInt16(octets[$0]) << 8 | UInt16(octets[$0 + 1]) }
            return Array(String(decoding: units, as: UTF16.self).utf8)[...]
        default: return nil
        }
    }

    private static func folded(_ text: ArraySlice<UInt8>) -> [UInt8] {
        let isASCII = text.allSatisfy { $0 < 0x80 }
        let text = isASCII ? text : Array(String(decoding: text, as: UTF8.self).lowercased().utf8)[...]
        var folded: [UInt8] = []
        folded.reserveCapacity(text.count)
        for byte in text {
            if byte == blank, folded.last ?? blank == blank { continue }
            folded.append((65...90).contains(byte) ? byte | 0x20 : byte)
        }
        if folded.last == blank { folded.removeLast() }
        return folded
    }

    private static let blank = UInt8(ascii: " ")
}
