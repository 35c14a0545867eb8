/// What there is to tell of the numbers of a sum or a distribution, over all lines that count.
package struct MeasureNote: Sendable, Hashable {
    /// Whether a line had a number, be it one that is not in the result.
    package var hasNumber = false
    /// Numbers that are too great for the result and not in it.
    package var beyond: UInt64 = 0
    /// Numbers below 0, which a distribution counts as 0.
    package var negative: UInt64 = 0

    package init() {}

    /// Notes whether there is a number in a column of a batch, and in the rows that are selected.
    @safe
    mutating func look(_ column: UnsafeMutablePointer<Int64>, _ selection: UInt64) {
        hasNumber = beyond > 0
        var rest = selection
        while rest != 0, !hasNumber {
            // Invariant: the column is as long as a batch.
            hasNumber = unsafe column[rest.trailingZeroBitCount] != MeasureValues.none
            rest &= rest &- 1
        }
    }

    mutating func merge(_ other: MeasureNote) {
        hasNumber = hasNumber || other.hasNumber
        beyond &+= other.beyond
        negative &+= other.negative
    }
}

extension MeasureNames {
    /// One for each sum, then one for each distribution.
    var notes: [MeasureNote] { Array(repeating: MeasureNote(), count: sums.count + quantiles.count) }

    /// Sentences of what `notes` say of fields that a line had, which are `seen`.
    func remarks(_ notes: [MeasureNote], seen: Set<String>) -> [String] {
        var remarks: [String] = []
        for (index, name) in (sums + quantiles).enumerated() {
            let note = notes[index]
            let isSum = index < sums.count
            if !note.hasNumber {
                let remark = "No counted line has a number in the field \"\(name)\"."
                if seen.contains(name), !remarks.contains(remark) { remarks.append(remark) }
            }
            if note.beyond > 0 {
                let rest =
                    isSum ? "beyond ±1e20 and not in its sum" : "greater than 9.2e12 and not in its quantiles"
                remarks.append("\(Self.values(note.beyond)) of \"\(name)\" \(Self.verb(note.beyond)) \(rest).")
            }
            if !isSum, note.negative > 0 {
                let verb = note.negative == 1 ? "is negative and counts" : "are negative and count"
                remarks.append("\(Self.values(note.negative)) of \"\(name)\" \(verb) as 0 in its quantiles.")
            }
        }
        return remarks
    }

    private static func values(_ count: UInt64) -> String { count == 1 ? "1 value" : "\(count) values" }

    private static func verb(_ count: UInt64) -> String { count == 1 ? "is" : "are" }
}
