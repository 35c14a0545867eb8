/// A distribution in log-linear buckets, as HdrHistogram's with two significant digits: a bucket is at most 1/128 of its
/// values wide, so a quantile is off by at most 0.4 %. Only the range that occurs takes memory, which lets every key of a
/// table have one. Joining two is adding, in any order.
///
/// Values are millionths (``LogQuantity``); negative ones count as 0.
struct ValueHistogram: Sendable, Equatable {
    /// Of the first count.
    private(set) var firstBucket = 0
    private(set) var counts: [UInt64] = []
    private(set) var count: UInt64 = 0
    private(set) var least = Int64.max
    private(set) var greatest = Int64.min

    /// Values below this have a bucket each.
    private static let linear = 256

    init() {}

    static func bucket(_ value: Int64) -> Int {
        let value = UInt64(max(0, value))
        if value < linear { return Int(value) }
        // Eight significant bits: the leading one and seven more.
        let shift = 56 - value.leadingZeroBitCount
        return linear + (shift - 1) * 128 + Int(value >> UInt64(shift)) - 128
    }

    /// The middle of a bucket's values.
    static func middle(_ bucket: Int) -> Double { (Double(floor(bucket)) + Double(floor(bucket + 1)) - 1) / 2 }

    /// The least value of a bucket.
    static func floor(_ bucket: Int) -> UInt64 {
        if bucket < linear { return UInt64(bucket) }
        let shift = (bucket - linear) / 128 + 1
        let mantissa = UInt64((bucket - linear) % 128 + 128)
        return shift > 56 ? .max : mantissa << UInt64(shift)
    }

    mutating func add(_ value: Int64) {
        add(bucket: Self.bucket(value), 1)
        count &+= 1
        least = min(least, max(0, value))
        greatest = max(greatest, max(0, value))
    }

    mutating func merge(_ other: ValueHistogram) {
        if other.count == 0 { return }
        for (index, amount) in other.counts.enumerated() where amount > 0 {
            add(bucket: other.firstBucket + index, amount)
        }
        count &+= other.count
        least = min(least, other.least)
        greatest = max(greatest, other.greatest)
    }

    /// The value that a share of all values does not exceed, `share` from 0 to 1, in millionths; nil where there is none.
    func quantile(_ share: Double) -> Double? {
        guard count > 0 else { return nil }
        let rank = max(1, UInt64((share * Double(count)).rounded(.up)))
        var passed: UInt64 = 0
        for (index, amount) in counts.enumerated() {
            passed &+= amount
            // The extremes are known exactly.
            if passed >= rank {
                return min(max(Self.middle(firstBucket + index), Double(least)), Double(greatest))
            }
        }
        return Double(greatest)
    }

    private mutating func add(bucket: Int, _ amount: UInt64) {
        if counts.isEmpty {
            firstBucket = bucket
            counts = [amount]
            return
        }
        if bucket < firstBucket {
            counts.insert(contentsOf: repeatElement(0, count: firstBucket - bucket), at: 0)
            firstBucket = bucket
        }
        let index = bucket - firstBucket
        if index >= counts.count { counts.append(contentsOf: repeatElement(0, count: index + 1 - counts.count)) }
        counts[index] &+= amount
    }

    /// From what was written down. Nil where the parts do not agree.
    init?(firstBucket: Int, counts: [UInt64], least: Int64, greatest: Int64) {
        guard (0...Self.bucket(.max)).contains(firstBucket), firstBucket + counts.count <= Self.bucket(.max) + 1 else {
            return nil
        }
        self.firstBucket = firstBucket
        self.counts = counts
        var sum: UInt64 = 0
        for amount in counts {
            let (total, overflow) = sum.addingReportingOverflow(amount)
            if overflow { return nil }
            sum = total
        }
        count = sum
        self.least = least
        self.greatest = greatest
        if sum > 0, least < 0 || greatest < least { return nil }
    }

    /// Equal where the same values were added, however the memory lies.
    static func == (left: ValueHistogram, right: ValueHistogram) -> Bool {
        guard left.count == right.count else { return false }
        if left.count == 0 { return true }
        return left.least == right.least && left.greatest == right.greatest
            && left.trimmed.first == right.trimmed.first && left.trimmed.counts == right.trimmed.counts
    }

    private var trimmed: (first: Int, counts: ArraySlice<UInt64>) {
        let lead = counts.prefix { $0 == 0 }.count
        return (firstBucket + lead, counts[lead...].dropLast(counts.reversed().prefix { $0 == 0 }.count))
    }
}
