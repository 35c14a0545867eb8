/// A set of Unicode scalars, as a class of a pattern stands for. Surrogates are in none that is ever matched: UTF-8 has none.
struct ScalarSet: Hashable, Sendable {
    /// In rising order, none touching the next.
    private(set) var ranges: [ClosedRange<UInt32>] = []

    static let last: UInt32 = 0x10_ffff
    /// What bytes that are no UTF-8 count as.
    static let replacement: UInt32 = 0xfffd
    static let all = ScalarSet([0...last])

    init(_ ranges: [ClosedRange<UInt32>]) {
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let former = self.ranges.last, range.lowerBound <= former.upperBound &+ 1 {
                self.ranges[self.ranges.count - 1] = former.lowerBound...max(former.upperBound, range.upperBound)
            } else {
                self.ranges.append(range)
            }
        }
    }

    init(_ scalar: UInt32) { ranges = [scalar...scalar] }

    /// All scalars that are not in it.
    var inverted: ScalarSet {
        var result: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in ranges {
            if range.lowerBound > next { result.append(next...range.lowerBound - 1) }
            next = range.upperBound + 1
        }
        if next <= Self.last { result.append(next...Self.last) }
        return ScalarSet(result)
    }

    func contains(_ scalar: UInt32) -> Bool { coverage(scalar...scalar) == .all }

    /// Its only member, nil where there are others.
    var single: UInt32? {
        guard ranges.count == 1, let range = ranges.first, range.count == 1 else { return nil }
        return range.lowerBound
    }

    enum Coverage { case none, some, all }

    /// How much of a range is in it.
    func coverage(_ range: ClosedRange<UInt32>) -> Coverage {
        // The first that ends at the range's beginning or later.
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < range.lowerBound { low = middle + 1 } else { high = middle }
        }
        guard low < ranges.count, ranges[low].lowerBound <= range.upperBound else { return .none }
        let found = ranges[low]
        return found.lowerBound <= range.lowerBound && found.upperBound >= range.upperBound ? .all : .some
    }
}
