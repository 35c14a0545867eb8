internal import MusterCore

/// Which addresses of a name a check is made on.
struct AddressChoice: Sendable, Hashable {
    enum Use: String, CaseIterable, Sendable {
        /// Raced (RFC 8305): the first that connects is the one.
        case any
        /// Every one has to be fine.
        case each
        /// Only the first in the order of RFC 6724.
        case first
    }

    enum Family: String, CaseIterable, Sendable { case any, ipv4, ipv6 }

    var use = Use.any
    var family = Family.any

    static func read(_ reader: SettingsReader) -> AddressChoice {
        var choice = AddressChoice()
        if let word = reader.choice("addresses", Use.allCases.map(\.rawValue)) {
            choice.use = Use(rawValue: word) ?? .any
        }
        if let word = reader.choice("family", Family.allCases.map(\.rawValue)) {
            choice.family = Family(rawValue: word) ?? .any
        }
        return choice
    }
}

extension AddressChoice.Family {
    func takes(_ address: IPAddress) -> Bool {
        switch self {
        case .any: true
        case .ipv4: address.isV4
        case .ipv6: !address.isV4
        }
    }
}
