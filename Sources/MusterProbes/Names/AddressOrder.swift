internal import MusterCore

/// In which order the addresses of a name are tried: that of RFC 6724 §6, then the families in turn (RFC 8305 §4).
enum AddressOrder {
    /// `source` tells the address that this machine would send from, nil where it has no route.
    static func sorted(_ addresses: [IPAddress], source: (IPAddress) -> IPAddress?) -> [IPAddress] {
        guard addresses.count > 1 else { return addresses }
        var seen: Set<IPAddress> = []
        var ranked: [Ranked] = []
        for address in addresses where seen.insert(address).inserted {
            ranked.append(Ranked(address: address, rank: Rank(address, source: source(address)), index: ranked.count))
        }
        ranked.sort { $0.rank == $1.rank ? $0.index < $1.index : $0.rank < $1.rank }
        // What has no route comes last, whatever its family.
        let reachable = ranked.filter(\.rank.isReachable).map(\.address)
        return interleaved(reachable) + ranked.filter { !$0.rank.isReachable }.map(\.address)
    }

    private struct Ranked {
        var address: IPAddress
        var rank: Rank
        var index: Int
    }

    /// The families in turn, beginning with that of the first.
    private static func interleaved(_ addresses: [IPAddress]) -> [IPAddress] {
        guard let first = addresses.first else { return [] }
        let families = [addresses.filter { $0.isV4 == first.isV4 }, addresses.filter { $0.isV4 != first.isV4 }]
        return (0..<addresses.count).flatMap { index in
            families.compactMap { index < $0.count ? $0[index] : nil }
        }
    }

    /// What the rules compare of one destination, the most important first. Rules 3, 4 and 7 need what only the kernel
    /// knows. Rule 9 is for IPv6 alone: with IPv4 it would undo the turns that DNS takes with equal addresses.
    private struct Rank: Comparable {
        private var values: [Int]

        var isReachable: Bool { values[0] == 0 }

        init(_ destination: IPAddress, source: IPAddress?) {
            guard let source else {
                values = [1]
                return
            }
            let policy = Policy(destination)
            values = [
                0,  // Rule 1: avoid unusable destinations.
                destination.scope == source.scope ? 0 : 1,  // Rule 2: prefer matching scope.
                policy.label == Policy(source).label ? 0 : 1,  // Rule 5: prefer matching label.
                -policy.precedence,  // Rule 6: prefer higher precedence.
                destination.scope,  // Rule 8: prefer smaller scope.
                -Self.commonPrefix(destination, source),  // Rule 9: use longest matching prefix.
            ]
        }

        static func < (left: Rank, right: Rank) -> Bool { left.values.lexicographicallyPrecedes(right.values) }

        /// At most the 64 bits of a subnet.
        private static func commonPrefix(_ destination: IPAddress, _ source: IPAddress) -> Int {
            guard case .v6(let one, _) = destination, case .v6(let other, _) = source else { return 0 }
            return (one ^ other).leadingZeroBitCount
        }
    }

    /// The default policy table of RFC 6724 §2.1.
    private struct Policy {
        var precedence: Int
        var label: Int

        init(_ address: IPAddress) {
            (precedence, label) =
                switch address {
                case .v4: (35, 4)
                case .v6(0, 1): (50, 0)
                case .v6(0, let low) where low >> 32 == 0xffff: (35, 4)
                case .v6(let high, _) where high >> 48 == 0x2002: (30, 2)
                case .v6(let high, _) where high >> 32 == 0x2001_0000: (5, 5)
                case .v6(let high, _) where high >> 57 == 0xfc >> 1: (3, 13)
                case .v6(0, let low) where low >> 32 == 0: (1, 3)
                case .v6(let high, _) where high >> 54 == 0xfec0 >> 6: (1, 11)
                case .v6(let high, _) where high >> 48 == 0x3ffe: (1, 12)
                case .v6: (40, 1)
                }
        }
    }
}

extension IPAddress {
    var isV4: Bool { if case .v4 = self { true } else { false } }

    /// RFC 6724 §3.1 and §3.2: 2 link-local (loopback too), 5 site-local, 14 global; that of a multicast address is in it.
    fileprivate var scope: Int {
        switch self {
        case .v4(let value): value >> 24 == 127 || value >> 16 == 0xa9fe ? 2 : 14
        case .v6(0, 1): 2
        case .v6(0, let low) where low >> 32 == 0xffff: IPAddress.v4(UInt32(truncatingIfNeeded: low)).scope
        case .v6(let high, _) where high >> 56 == 0xff: Int(high >> 48 & 15)
        case .v6(let high, _) where high >> 54 == 0x3fa: 2
        case .v6(let high, _) where high >> 54 == 0x3fb: 5
        case .v6: 14
        }
    }
}
