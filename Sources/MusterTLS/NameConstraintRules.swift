import SwiftASN1
import X509

/// The names that an authority may certify (RFC 5280 §4.2.1.10).
struct NameConstraintSet {
    var permitted: [NameForm: [NameConstraint]]
    var excluded: [NameForm: [NameConstraint]]

    /// Throws if the extension or one of its names is not well-formed.
    init(_ extension: Certificate.Extension) throws {
        self = try DER.sequence(DER.parse(`extension`.value), identifier: .sequence) { nodes in
            let permitted = try Self.subtrees(&nodes, tag: 0)
            let excluded = try Self.subtrees(&nodes, tag: 1)
            guard permitted != nil || excluded != nil else { throw Malformed() }
            return NameConstraintSet(permitted: permitted ?? [:], excluded: excluded ?? [:])
        }
    }

    private init(permitted: [NameForm: [NameConstraint]], excluded: [NameForm: [NameConstraint]]) {
        self.permitted = permitted
        self.excluded = excluded
    }

    private struct Malformed: Error {}

    /// GeneralSubtrees, each a name alone: minimum is 0 and maximum absent (RFC 5280 §4.2.1.10).
    private static func subtrees(
        _ nodes: inout ASN1NodeCollection.Iterator, tag: UInt
    ) throws -> [NameForm: [NameConstraint]]? {
        try DER.optionalImplicitlyTagged(&nodes, tagNumber: tag, tagClass: .contextSpecific) { node in
            guard case .constructed(let subtrees) = node.content else { throw Malformed() }
            var names: [NameForm: [NameConstraint]] = [:]
            for subtree in subtrees {
                let name = try DER.sequence(subtree, identifier: .sequence) { try GeneralName(derEncoded: &$0) }
                guard let constraint = NameConstraint(name) else { throw Malformed() }
                names[NameForm(name), default: []].append(constraint)
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

/// Compares names with the constraints on them, within a fixed amount of work.
struct NameConstraintRules {
    /// Octets compared for one path, each comparison counted as 16 more; a hostile chain can ask for billions.
    static let maximumWork = 2 << 20

    enum Failure: Error {
        /// In a few words.
        case violated(String)
        /// What cannot be compared.
        case unsupported(String)
    }

    private(set) var work = 0

    /// - Parameter names: Of one certificate below the one that bears the constraints.
    mutating func check(_ names: [ConstrainedName], _ constraints: NameConstraintSet) throws(Failure) {
        for name in names {
            if try matches(name, constraints.excluded[name.form] ?? []) {
                throw .violated("excludes the name \(name.text)")
            }
            guard let permitted = constraints.permitted[name.form] else { continue }
            if try !matches(name, permitted, isExclusion: false) {
                throw .violated("does not permit the name \(name.text)")
            }
        }
    }

    private mutating func matches(
        _ name: ConstrainedName, _ constraints: [NameConstraint], isExclusion: Bool = true
    ) throws(Failure) -> Bool {
        for constraint in constraints {
            work += 16 + constraint.size
            guard work <= Self.maximumWork else { throw .unsupported("too many name constraints") }
            switch name.value {
            case .malformed: throw .violated("constrains the malformed name \(name.text)")
            case .opaque: throw .unsupported("a name constraint on \(name.form.rawValue) names")
            default: if constraint.covers(name, isExclusion: isExclusion) { return true }
            }
        }
        return false
    }
}
