/// Lines by one key (one `--by`), with measures.
///
/// Exact until ``prune(to:)``; from then on it is a Space-Saving summary (Metwally et al. 2005) kept in batches: a key
/// that is not in it has at most ``floor`` lines. A key that comes anew may have come before, so it starts with `floor`
/// lines, and as many are its possible error. With m counters kept, `floor` is at most N/m: pruning takes away at least
/// what the new keys were given.
///
/// Used by one thread at a time.
final class GroupTally {
    let names: [String]
    /// Counts and measures of its keys.
    private(set) var counter: KeyCounter
    var table: KeyTable { _read { yield counter.table } }
    var measures: MeasureTable { counter.measures }
    /// Lines at most of a key that is not here; 0 while exact.
    private(set) var floor: UInt64 = 0
    /// By entry, how much too high its count may be; empty while exact.
    private(set) var errors: [UInt64] = []
    /// Lines counted.
    private(set) var total: UInt64 = 0

    init(_ names: [String], _ measures: MeasureNames, hash: KeyHash) {
        self.names = names
        counter = KeyCounter(measures, hash: hash)
    }

    var isExact: Bool { floor == 0 }
    /// About the bytes of memory it takes, reckoned from its keys alone: a slot in a table that doubles, the key in a buffer
    /// that does, what an ordinary distribution and sketch take.
    var weight: Int { table.count &* Self.weight(measures.names) &+ table.keyBytes &* 2 }

    /// What a key weighs, its bytes aside.
    static func weight(_ names: MeasureNames) -> Int {
        96 + names.sums.count * 16 + names.quantiles.count * 1_024 + names.distinct.count * 512
    }

    /// Counts the rows of a batch that are selected; `column` is the key's where it is a plain one.
    func add(
        _ batch: borrowing RowBatch, _ selection: UInt64, _ keys: [KeyField], column: Int?,
        _ values: borrowing MeasureValues
    ) {
        total &+= UInt64(selection.nonzeroBitCount)
        counter.add(batch, selection, keys, column: column, values)
    }

    /// The parts of a key that ``KeyCounter`` joined.
    static func parts(_ key: [UInt8], _ count: Int) -> [[UInt8]] {
        var parts: [[UInt8]] = []
        var rest = key[...]
        for _ in 1..<max(1, count) {
            let length = rest.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
            parts.append(Array(rest.dropFirst(4).prefix(length)))
            rest = rest.dropFirst(4).dropFirst(length)
        }
        return parts + [Array(rest)]
    }

    // MARK: Joining

    /// Adds another tally of the same question. A key that only one of them has may have been pruned by the other.
    func merge(_ other: GroupTally) {
        let before = table.count
        let isBounded = floor > 0 || other.floor > 0
        if isBounded { reserveErrors(before) }
        var seen = isBounded ? [Bool](repeating: false, count: before) : []
        counter.add(other.table) { counter, entry, otherEntry in
            counter.measures.merge(entry, other.measures, otherEntry)
            guard isBounded else { return }
            reserveErrors(entry + 1)
            errors[entry] &+= other.errors.isEmpty ? 0 : other.errors[otherEntry]
            if entry < before { seen[entry] = true } else { errors[entry] &+= floor }
        }
        // What is new here this one may have pruned.
        if floor > 0 { counter.table.raise(by: floor) { $0 >= before } }
        if other.floor > 0 {
            counter.table.raise(by: other.floor) { $0 < before && !seen[$0] }
            for entry in 0..<before where !seen[entry] { errors[entry] &+= other.floor }
        }
        floor &+= other.floor
        total &+= other.total
    }

    private func reserveErrors(_ count: Int) {
        if errors.count < count { errors.append(contentsOf: repeatElement(0, count: count - errors.count)) }
    }

    /// Keeps at most so many keys, those with the greatest counts, equal ones by their bytes.
    func prune(to limit: Int) {
        guard table.count > limit else { return }
        let kept = GroupTally(names, measures.names, hash: table.hash)
        let entries = table.top(limit + 1)
        reserveErrors(table.count)
        for entry in entries.prefix(limit) {
            let number = kept.insert(entry.key, entry.count)
            kept.counter.measures.merge(number, measures, entry.number)
            kept.errors.append(errors[entry.number])
        }
        // The greatest that is not kept bounds all that were ever dropped.
        floor = max(floor, entries[limit].count)
        errors = kept.errors
        swap(&counter, &kept.counter)
    }

    /// Puts a key in place that is not there yet; for tallies that are read back and for pruning. Returns its entry.
    func insert(_ key: [UInt8], _ count: UInt64) -> Int { counter.add(key, count) }

    /// What was written down of an entry beside its count.
    func restore(
        _ entry: Int, error: UInt64, sums: [Int128], histograms: [ValueHistogram], sketches: [DistinctSketch]
    ) {
        counter.measures.set(entry, sums: sums, histograms: histograms, sketches: sketches)
        if error > 0 || !errors.isEmpty || floor > 0 {
            reserveErrors(entry + 1)
            errors[entry] = error
        }
    }

    /// The totals of a tally that is read back.
    func restore(total: UInt64, floor: UInt64) {
        self.total = total
        self.floor = floor
    }

    func error(_ entry: Int) -> UInt64 { entry < errors.count ? errors[entry] : 0 }
}
