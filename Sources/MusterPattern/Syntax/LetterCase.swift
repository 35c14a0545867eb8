/// Which letters differ by case alone, by Unicode's simple mappings. Turkish i's are letters of their own, as everywhere.
enum LetterCase {
    /// A set with every case of its letters.
    static func folded(_ set: ScalarSet) -> ScalarSet {
        var more: [ClosedRange<UInt32>] = []
        for range in set.ranges {
            let upper = range.clamped(to: 0x41...0x5a)
            if range.overlaps(0x41...0x5a) { more.append(upper.lowerBound + 32...upper.upperBound + 32) }
            let lower = range.clamped(to: 0x61...0x7a)
            if range.overlaps(0x61...0x7a) { more.append(lower.lowerBound - 32...lower.upperBound - 32) }
        }
        // The Kelvin sign and the long s.
        if set.contains(0x4b) || set.contains(0x6b) { more.append(0x212a...0x212a) }
        if set.contains(0x53) || set.contains(0x73) { more.append(0x17f...0x17f) }
        if let last = set.ranges.last, last.upperBound >= 0x80 {
            for (scalar, others) in cases where set.contains(scalar) { more += others.map { $0...$0 } }
        }
        return more.isEmpty ? set : ScalarSet(set.ranges + more)
    }

    /// The other cases of each letter beyond ASCII, found when a pattern first asks.
    private static let cases: [(scalar: UInt32, others: [UInt32])] = {
        var groups: [UInt32: [UInt32]] = [:]
        var leaders: [UInt32: UInt32] = [:]
        func join(_ one: UInt32, _ other: UInt32) {
            let (first, second) = (leaders[one] ?? one, leaders[other] ?? other)
            if first == second { return }
            let members = (groups[first] ?? [first]) + (groups[second] ?? [second])
            groups[second] = nil
            groups[first] = members
            for member in members { leaders[member] = first }
        }
        // Letters with two cases end in the Adlam block.
        for scalar in UInt32(0x41)..<0x1e944 where scalar != 0x130 && scalar != 0x131 {
            guard let properties = Unicode.Scalar(scalar)?.properties, properties.isCased || scalar == 0x345 else {
                continue
            }
            for mapping in [properties.lowercaseMapping, properties.uppercaseMapping] {
                let scalars = mapping.unicodeScalars
                if let first = scalars.first, scalars.count == 1 { join(scalar, first.value) }
            }
        }
        return groups.values.flatMap { members in
            members.filter { $0 >= 0x80 }.map { member in (member, members.filter { $0 != member }) }
        }
    }()
}
