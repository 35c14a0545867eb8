internal import MusterPattern

/// A test with its field found.
enum BoundTest {
    /// `text` is what a value that is no number is compared with; nil where it does not match.
    case number(NumberSource, ValueRange<Int64>, text: [UInt8]?)
    /// The same for a number that 64 bits cannot hold.
    case wide(NumberSource, ValueRange<Int128>, text: [UInt8]?)
    /// Of microseconds since 1970 UTC.
    case time(ValueRange<Int64>)
    case text(KeyField, [UInt8], isEqual: Bool)
    /// An address, however it is written; a text that is none is compared as it is.
    case address(KeyField, AddressBlock, [UInt8], isEqual: Bool)
    case pattern(KeyField, PatternMatcher)
    case contains(KeyField, ByteNeedle)
    case among(KeyField, ValueSet)
    case exists(KeyField)
}

/// A filter's tree with its fields found. Invariant: the parser bounded its depth.
indirect enum BoundNode {
    case all([BoundNode])
    case any([BoundNode])
    case not(BoundNode)
    case test(BoundTest)
}

/// A filter for rows of one format. One a worker: regular expressions and scratch memory are its own.
package final class BoundFilter {
    private let node: BoundNode
    private var scratch = Scratch()
    private var limit = ScanLimit()

    init(node: BoundNode) { self.node = node }

    /// Counts its work by a limit from now on.
    func obey(_ limit: ScanLimit) {
        self.limit = limit
        node.obey(limit)
    }

    /// Keeps the rows that match, of those that are selected. False where the limit is over: then they mean nothing.
    @discardableResult
    package func select(_ batch: borrowing RowBatch, _ selection: inout Selection) -> Bool {
        if selection.isEmpty { return true }
        scratch.reset()
        selection = node.select(batch, selection, &scratch, limit)
        return !limit.isOver
    }
}

extension BoundNode {
    fileprivate func obey(_ limit: ScanLimit) {
        switch self {
        case .all(let branches), .any(let branches): for branch in branches { branch.obey(limit) }
        case .not(let inner): inner.obey(limit)
        case .test(.pattern(_, let pattern)): pattern.limit = limit
        case .test: break
        }
    }

    /// Those of some rows that match.
    fileprivate func select(
        _ batch: borrowing RowBatch, _ rows: Selection, _ scratch: inout Scratch, _ limit: ScanLimit
    ) -> Selection {
        switch self {
        case .test(let test): return test.select(batch, rows, &scratch, limit)
        case .not(let inner): return rows - inner.select(batch, rows, &scratch, limit)
        case .all(let branches):
            var left = rows
            for branch in branches where !left.isEmpty { left = branch.select(batch, left, &scratch, limit) }
            return left
        case .any(let branches):
            var found = Selection(bits: 0)
            // A row that one branch took need not be asked about again.
            for branch in branches where found != rows {
                found = found | branch.select(batch, rows - found, &scratch, limit)
            }
            return found
        }
    }
}

extension BoundTest {
    fileprivate func select(
        _ batch: borrowing RowBatch, _ rows: Selection, _ scratch: inout Scratch, _ limit: ScanLimit
    ) -> Selection {
        if limit.isOver { return Selection(bits: 0) }
        limit.spend(rows.count)
        switch self {
        case .number(let source, let range, let text):
            return Self.numbers(source, range, text, batch, rows, &scratch)
        case .wide(let source, let range, let text):
            return rows.filtered { row in
                source.wide(batch, row, &scratch).map { range.contains($0) }
                    ?? Self.matchesText(source, text, range.isOutside, batch, row, &scratch)
            }
        case .time(let range):
            return rows.filtered { row in
                let time = batch.time(row)
                return time == RowBatch.noTime ? range.isOutside : range.contains(time)
            }
        case .text(let key, let bytes, let isEqual):
            return rows.filtered { key.text(batch, $0, &scratch).equals(bytes) == isEqual }
        case .address(let key, let block, let bytes, let isEqual):
            return rows.filtered { row in
                let text = key.text(batch, row, &scratch)
                let matches = AddressBlock.address(text).map { block.contains($0) } ?? text.equals(bytes)
                return matches == isEqual
            }
        case .pattern(let key, let pattern): return rows.filtered { pattern.matches(key.text(batch, $0, &scratch)) }
        case .contains(let key, let needle):
            return rows.filtered { row in
                let text = key.text(batch, row, &scratch)
                limit.spend(text.count)
                return needle.occurs(in: text)
            }
        case .among(let key, let set):
            limit.spend(rows.count * set.blocks.count)
            return Self.among(key, set, batch, rows, &scratch)
        case .exists(let key):
            return rows.filtered { row in
                let text = key.text(batch, row, &scratch)
                return !text.isEmpty && !text.equals([0x2d])
            }
        }
    }

    private static func numbers(
        _ source: NumberSource, _ range: ValueRange<Int64>, _ text: [UInt8]?, _ batch: borrowing RowBatch,
        _ rows: Selection, _ scratch: inout Scratch
    ) -> Selection {
        let whole = if case .field(let field) = source { field.wholeColumn } else { nil as Int? }
        return rows.filtered { row in
            // The common case, as status>=500: a column with a few digits.
            if let whole, let value = batch.text(row, whole)?.smallNumber {
                return range.contains(value &* LogQuantity.one)
            }
            if let value = source.value(batch, row, &scratch) { return range.contains(value) }
            return matchesText(source, text, range.isOutside, batch, row, &scratch)
        }
    }

    /// `=` and `!=` for what is no number.
    @inline(never)
    private static func matchesText(
        _ source: NumberSource, _ text: [UInt8]?, _ isOutside: Bool, _ batch: borrowing RowBatch, _ row: Int,
        _ scratch: inout Scratch
    ) -> Bool {
        guard let text else { return false }
        let found: Text? =
            switch source {
            case .field(let field): field.column.flatMap { batch.text(row, $0) }
            case .key(let key): key.text(batch, row, &scratch)
            }
        return (found?.equals(text) ?? false) != isOutside
    }

    private static func among(
        _ key: KeyField, _ set: ValueSet, _ batch: borrowing RowBatch, _ rows: Selection,
        _ scratch: inout Scratch
    ) -> Selection {
        rows.filtered { row in
            if set.contains(key.text(batch, row, &scratch)) { return true }
            if !set.wide.isEmpty, let value = set.source?.wide(batch, row, &scratch), set.wide.contains(value) {
                return true
            }
            guard !set.numbers.isEmpty, let value = set.source?.value(batch, row, &scratch) else { return false }
            return set.contains(value)
        }
    }
}

extension Text {
    /// The number that one to nine digits are; nil for anything else.
    @inline(__always)
    fileprivate var smallNumber: Int64? {
        if count == 3 {
            // All three at once; the padding makes the fourth byte readable.
            let digits = unsafe ByteScan.load32(start) & 0xff_ffff
            let high: UInt32 = 0xf0_f0f0
            guard digits & high == 0x30_3030, (digits &+ 0x06_0606) & high == 0x30_3030 else { return nil }
            let (hundreds, tens, ones) = (digits & 15, (digits >> 8) & 15, digits >> 16 & 15)
            return Int64(hundreds &* 100 &+ tens &* 10 &+ ones)
        }
        guard count > 0, count < 10 else { return nil }
        // Invariant: the index is below the count.
        var value: Int64 = 0
        for index in 0..<count {
            let digit = unsafe start[index] &- 48
            if digit > 9 { return nil }
            value = value &* 10 &+ Int64(digit)
        }
        return value
    }
}
