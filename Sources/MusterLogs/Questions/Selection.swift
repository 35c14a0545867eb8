/// Some rows of a batch: one bit a row, so that and, or and not are single instructions.
package struct Selection: Hashable, Sendable {
    /// Bit 0 is row 0.
    package var bits: UInt64

    @inline(__always)
    package init(bits: UInt64) { self.bits = bits }

    /// The first `count` rows, at most ``RowBatch/capacity``.
    @inline(__always)
    package init(first count: Int) {
        // A smart shift: by all 64 bits it leaves nothing.
        bits = ~(~0 << UInt64(max(0, count)))
    }

    /// All rows of a batch.
    @inline(__always)
    package init(all batch: borrowing RowBatch) { self.init(first: batch.count) }

    package var isEmpty: Bool { bits == 0 }
    package var count: Int { bits.nonzeroBitCount }

    @inline(__always)
    package func contains(_ row: Int) -> Bool { row >= 0 && bits >> UInt64(row) & 1 != 0 }

    /// Calls with every row, ascending.
    @inline(__always)
    package func forEach(_ body: (Int) -> Void) {
        var rest = bits
        while rest != 0 {
            body(rest.trailingZeroBitCount)
            rest &= rest &- 1
        }
    }

    /// Those of its rows that `isIn` says yes to.
    @inline(__always)
    func filtered(_ isIn: (Int) -> Bool) -> Selection {
        var rest = bits
        var result: UInt64 = 0
        while rest != 0 {
            let row = rest.trailingZeroBitCount
            result |= (isIn(row) ? 1 : 0) &<< UInt64(truncatingIfNeeded: row)
            rest &= rest &- 1
        }
        return Selection(bits: result)
    }

    @inline(__always)
    static func & (left: Selection, right: Selection) -> Selection { Selection(bits: left.bits & right.bits) }
    @inline(__always)
    static func | (left: Selection, right: Selection) -> Selection { Selection(bits: left.bits | right.bits) }
    /// What is not in the right one.
    @inline(__always)
    static func - (left: Selection, right: Selection) -> Selection { Selection(bits: left.bits & ~right.bits) }
}
