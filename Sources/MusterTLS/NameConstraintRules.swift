import SwiftASN1
import X509

/// The names that an authority may certify (RFC 5280 §4.2.1.10).
struct NameConstraintSet {
    var permitted: [NameForm: [GeneralName]]
    var excluded: [NameForm: [GeneralName]]

    /// Throws if the extension is not well-formed.
    init(_ extension: Certificate.Extension) throws {
        self = try DER.sequence(DER.parse(`extension`.value), identifier: .sequence) { nodes in
            let permitted = try Self.subtrees(&nodes, tag: 0)
            let excluded = try Self.subtrees(&nodes, tag: 1)
            guard permitted != nil || excluded != nil else { throw Malformed() }
            return NameConstraintSet(permitted: permitted ?? [:], excluded: excluded ?? [:])
        }
    }

    private init(permitted: [NameForm: [GeneralName]], excluded: [NameForm: [GeneralName]]) {
        self.permitted = permitted
        self.excluded = excluded
    }

    private struct Malformed: Error {}

    /// GeneralSubtrees, each a name alone: minimum is 0 and maximum absent (RFC 5280 §4.2.1.10).
    private static func subtrees(
        _ nodes: inout ASN1NodeCollection.Iterator, tag: UInt
    ) throws -> [NameForm: [GeneralName]]? {
        try DER.optionalImplicitlyTagged(&nodes, tagNumber: tag, tagClass: .contextSpecific) { node in
            guard case .constructed(let subtrees) = node.content else { throw Malformed() }
            var names: [NameForm: [GeneralName]] = [:]
            for subtree in subtrees {
                let name = try DER.sequence(subtree, identifier: .sequence) { try GeneralName(derEncoded: &$0) }
                names[NameForm(name), default: []].append(name)
            }
            guard !names.isEmpty else { throw Malformed() }
            return names
        }
    }
}

/// What kind of name it is; kinds that we cannot compare each count for themselves.
enum NameForm: String, Hashable {
    case dns = "DNS"
    case address = "IP"
    case email = "e-mail"
    case directory
    case uri = "URI"
    case other
    case x400 = "X.400"
    case ediParty = "EDI"
    case registeredID = "registered ID"

    init(_ name: GeneralName) {
        switch name {
        case .dnsName: self = .dns
        case .ipAddress: self = .address
        case .rfc822Name: self = .email
        case .directoryName: self = .directory
        case .uniformResourceIdentifier: self = .uri
        case .otherName: self = .other
        case .x400Address: self = .x400
        case .ediPartyName: self = .ediParty
        case .registeredID: self = .registeredID
        }
    }
}

/// Compares names with the constraints on them, a bounded number of times.
struct NameConstraintRules {
    /// Comparisons for one path; a hostile chain can ask for hundreds of millions.
    static let maximumComparisons = 100_000

    enum Failure: Error {
        /// In a few words.
        case violated(String)
        /// What cannot be compared.
        case unsupported(String)
    }

    private var comparisons = 0

    /// - Parameter names: Of one certificate below the one that bears the constraints.
    mutating func check(_ names: [GeneralName], _ constraints: NameConstraintSet) throws(Failure) {
        for name in names {
            let form = NameForm(name)
            if try matches(name, constraints.excluded[form] ?? [], form, isExclusion: true) {
                throw .violated("excludes the name \(Self.text(name))")
            }
            guard let permitted = constraints.permitted[form] else { continue }
            if try !matches(name, permitted, form, isExclusion: false) {
                throw .violated("does not permit the name \(Self.text(name))")
            }
        }
    }

    private mutating func matches(
        _ name: GeneralName, _ constraints: [GeneralName], _ form: NameForm, isExclusion: Bool
    ) throws(Failure) -> Bool {
        for constraint in constraints {
            if try compare(name, constraint, form, isExclusion: isExclusion) { return true }
        }
        return false
    }

    private mutating func compare(
        _ name: GeneralName, _ constraint: GeneralName, _ form: NameForm, isExclusion: Bool
    ) throws(Failure) -> Bool {
        comparisons += 1
        guard comparisons <= Self.maximumComparisons else { throw .unsupported("too many name constraints") }
        switch (name, constraint) {
        case (.dnsName(let name), .dnsName(let constraint)):
            return try ConstrainedDNSName.matches(name, constraint, isExclusion: isExclusion)
        case (.ipAddress(let name), .ipAddress(let range)): return try Self.contains(range.bytes, name.bytes)
        case (.rfc822Name(let name), .rfc822Name(let constraint)): return Self.mail(name, in: constraint)
        case (.directoryName(let name), .directoryName(let constraint)):
            return name.count >= constraint.count && zip(name, constraint).allSatisfy { $0 == $1 }
        case (.uniformResourceIdentifier(let name), .uniformResourceIdentifier(let constraint)):
            guard let host = Self.host(ofURI: name) else {
                throw .unsupported("a name constraint on a URI without a host name")
            }
            return Self.host(host, in: constraint)
        default: throw .unsupported("a name constraint on \(form.rawValue) names")
        }
    }

    /// An address and a mask (RFC 4632), of the same family.
    private static func contains(_ range: ArraySlice<UInt8>, _ address: ArraySlice<UInt8>) throws(Failure) -> Bool {
        guard range.count == 8 || range.count == 32 else { throw .violated("has a malformed range of addresses") }
        guard address.count == 4 || address.count == 16 else { throw .violated("meets a malformed address") }
        let base = range.prefix(range.count / 2)
        let mask = range.suffix(range.count / 2)
        let bits = mask.reduce(0) { $0 + $1.nonzeroBitCount }
        let ones = mask.prefix { $0 == 255 }.count
        let isContiguous = ones * 8 + (mask.dropFirst(ones).first?.leadingOnes ?? 0) == bits
        guard isContiguous else { throw .violated("has a malformed range of addresses") }
        guard base.count == address.count else { return false }
        return zip(zip(base, mask), address).allSatisfy { $0.0 & $0.1 == $1 & $0.1 }
    }

    /// A mailbox, all mailboxes of a host, or with a leading period all of the hosts below it.
    private static func mail(_ name: String, in constraint: String) -> Bool {
        guard let at = name.lastIndex(of: "@") else { return false }
        let host = name[name.index(after: at)...].lowercased()
        guard let constrainedAt = constraint.lastIndex(of: "@") else { return Self.host(host, in: constraint) }
        return name[..<at] == constraint[..<constrainedAt]
            && host == constraint[constraint.index(after: constrainedAt)...].lowercased()
    }

    /// A host, or with a leading period all hosts below it.
    private static func host(_ host: String, in constraint: String) -> Bool {
        let constraint = constraint.lowercased()
        return constraint.hasPrefix(".") ? host.hasSuffix(constraint) : host == constraint
    }

    /// The host of a URI (RFC 3986 §3.2.2); nil if there is none, or an address in its place.
    private static func host(ofURI uri: String) -> String? {
        guard let colon = uri.firstIndex(of: ":") else { return nil }
        let rest = uri[uri.index(after: colon)...]
        guard rest.hasPrefix("//") else { return nil }
        let authority = rest.dropFirst(2).prefix { !"/?#".contains($0) }
        let host = authority.split(separator: "@", omittingEmptySubsequences: false).last?.prefix { $0 != ":" } ?? ""
        let isAddress = host.hasPrefix("[") || host.allSatisfy { $0.isNumber || $0 == "." }
        return host.isEmpty || isAddress ? nil : host.lowercased()
    }

    private static func text(_ name: GeneralName) -> String {
        switch name {
        case .dnsName(let text), .rfc822Name(let text), .uniformResourceIdentifier(let text): printable(text)
        case .directoryName(let name): printable(name.description)
        case .ipAddress(let octets): Self.text(ofAddress: octets.bytes)
        default: NameForm(name).rawValue
        }
    }

    private static func text(ofAddress octets: ArraySlice<UInt8>) -> String {
        guard octets.count == 16 else { return octets.map(String.init).joined(separator: ".") }
        return stride(from: octets.startIndex, to: octets.endIndex, by: 2)
            .map { String(UInt16(octets[$0]) << 8 | UInt16(octets[$0 + 1]), radix: 16) }.joined(separator: ":")
    }
}

extension UInt8 {
    fileprivate var leadingOnes: Int { (~self).leadingZeroBitCount }
}

/// DNS names below a constraint.
private enum ConstrainedDNSName {
    /// Whether a name, which may begin with a wildcard label, lies below a constraint. Against an exclusion a wildcard
    /// counts for every name it stands for, against a permission only if all of them lie below.
    static func matches(
        _ name: String, _ constraint: String, isExclusion: Bool
    ) throws(NameConstraintRules.Failure) -> Bool {
        var name = Array(name.utf8)[...]
        // A leading period is no syntax for DNS names, but in use: at least one more label.
        let constraint = Array(constraint.utf8)
        let base = constraint.first == dot ? constraint.dropFirst() : constraint[...]
        guard !base.contains(UInt8(ascii: "*")) else {
            throw .violated(
                "has a malformed DNS constraint \"\(printable(String(decoding: constraint, as: UTF8.self)))\"")
        }
        if name.last == dot { name.removeLast() }
        guard name.starts(with: [UInt8(ascii: "*"), dot]) else {
            return isBelow(name, base, needsLabel: constraint.first == dot)
        }
        let rest = name.dropFirst(2)
        if isBelow(rest, base, needsLabel: false) { return true }
        // The wildcard stands for the constraint's own first label.
        guard isExclusion, let period = base.firstIndex(of: dot) else { return false }
        return equal(base[(period + 1)...], rest)
    }

    private static func isBelow(_ name: ArraySlice<UInt8>, _ base: ArraySlice<UInt8>, needsLabel: Bool) -> Bool {
        if base.isEmpty { return true }
        if name.count == base.count { return !needsLabel && equal(name, base) }
        guard name.count > base.count else { return false }
        let tail = name.suffix(base.count)
        return name[tail.startIndex - 1] == dot && equal(tail, base)
    }

    private static func equal(_ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>) -> Bool {
        left.count == right.count && zip(left, right).allSatisfy { lowercase($0) == lowercase($1) }
    }

    private static let dot = UInt8(ascii: ".")

    private static func lowercase(_ byte: UInt8) -> UInt8 { (65...90).contains(byte) ? byte | 0x20 : byte }
}
