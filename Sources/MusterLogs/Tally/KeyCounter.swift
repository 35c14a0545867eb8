/// Counts rows by key: the part of a ``GroupTally`` that is used for every line, apart as a value so that nothing is checked
/// for each.
struct KeyCounter: ~Copyable {
    var table: KeyTable
    var measures: MeasureTable
    private var scratch = Scratch()
    /// Entries that have room for measures.
    private var measuredCount = 0

    init(_ measures: MeasureNames, hash: KeyHash) {
        table = KeyTable(hash: hash)
        self.measures = MeasureTable(measures)
    }

    /// Counts the rows of a batch that are selected; `column` is the key's where it is a plain one.
    mutating func add(
        _ batch: borrowing RowBatch, _ selection: UInt64, _ keys: [KeyField], column: Int?,
        _ values: borrowing MeasureValues
    ) {
        scratch.reset()
        let isAddress = column != nil && keys[0].isAddress
        // Hashed first and looked up after, so that the slots are on their way meanwhile.
        unsafe withUnsafeTemporaryAllocation(of: KeyTable.Pending.self, capacity: RowBatch.capacity) { pending in
            // Invariant: no more rows are selected than a batch has, which is the capacity.
            let first = pending.baseAddress!
            var rest = selection
            var count = 0
            while rest != 0 {
                let row = rest.trailingZeroBitCount
                rest &= rest &- 1
                var text = column.flatMap { batch.text(row, $0) } ?? key(batch, row, keys)
                if isAddress { text = AddressText.plain(text) }
                let hash = unsafe table.hash(text.start, text.count)
                table.prefetch(hash)
                unsafe (first + count).initialize(
                    to: KeyTable.Pending(start: text.start, count: text.count, hash: hash))
                count &+= 1
            }
            for index in 0..<count { unsafe table.prefetchKey(first[index].hash) }
            if measures.isEmpty {
                for index in 0..<count { unsafe table.add(first[index], 1) }
                return
            }
            rest = selection
            for index in 0..<count {
                let entry = unsafe table.add(first[index], 1)
                if entry >= measuredCount { reserve(entry) }
                measures.add(entry, values, rest.trailingZeroBitCount)
                rest &= rest &- 1
            }
        }
    }

    @inline(never)
    private mutating func key(_ batch: borrowing RowBatch, _ row: Int, _ keys: [KeyField]) -> Text {
        keys.count == 1 ? keys[0].text(batch, row, &scratch) : join(batch, row, keys)
    }

    private mutating func reserve(_ entry: Int) {
        guard entry >= measuredCount else { return }
        // By halves, so that it is rarely done.
        measuredCount = entry + 1 + entry / 2
        measures.reserve(measuredCount)
    }

    /// Several parts as one key: each but the last led by its length in four bytes, so that any byte may be in them.
    private mutating func join(_ batch: borrowing RowBatch, _ row: Int, _ keys: [KeyField]) -> Text {
        var texts: [Text] = []
        var length = 0
        for key in keys {
            let text = key.text(batch, row, &scratch)
            texts.append(text)
            length += text.count + 4
        }
        return unsafe scratch.make(length) { start in
            var at = 0
            for (index, text) in texts.enumerated() {
                if index < texts.count - 1 {
                    for shift in 0..<4 {
                        unsafe start[at + shift] = UInt8(truncatingIfNeeded: text.count >> (8 * shift))
                    }
                    at += 4
                }
                // Invariant: `length` holds every text and its four bytes.
                unsafe (start + at).update(from: text.start, count: text.count)
                at += text.count
            }
            return at
        }
    }

    /// Adds all keys of another table, which may have another seed. `body` is told of every key its entry here and there;
    /// there is room for the entry's measures then.
    mutating func add(
        _ other: borrowing KeyTable, _ body: (inout KeyCounter, _ entry: Int, _ otherEntry: Int) -> Void
    ) {
        let isSameHash = other.hash == table.hash
        unsafe withUnsafeTemporaryAllocation(of: Arrival.self, capacity: Self.arrivals) { arrivals in
            // Invariant: never more than `arrivals` wait.
            let first = arrivals.baseAddress!
            var waiting = 0
            other.forEach { key, count, entry in
                let hash = unsafe isSameHash ? key.hash : table.hash(key.start, key.count)
                table.prefetch(hash)
                unsafe (first + waiting).initialize(
                    to: Arrival(key: .init(start: key.start, count: key.count, hash: hash), count: count, entry: entry))
                waiting &+= 1
                if waiting == Self.arrivals {
                    unsafe take(first, waiting, body)
                    waiting = 0
                }
            }
            unsafe take(first, waiting, body)
        }
    }

    /// A key of another table on its way into this one.
    private struct Arrival {
        var key: KeyTable.Pending
        var count: UInt64
        var entry: Int
    }

    /// Keys that are on their way at one time, so that their slots are fetched meanwhile.
    private static let arrivals = 32

    private mutating func take(
        _ first: UnsafePointer<Arrival>, _ count: Int,
        _ body: (inout KeyCounter, _ entry: Int, _ otherEntry: Int) -> Void
    ) {
        for index in 0..<count { unsafe table.prefetchKey(first[index].key.hash) }
        for index in 0..<count {
            let arrival = unsafe first[index]
            let entry = table.add(arrival.key, arrival.count)
            reserve(entry)
            body(&self, entry, arrival.entry)
        }
    }

    /// Adds to the count of a key that is at hand as bytes. Returns its entry, with room for measures.
    mutating func add(_ key: [UInt8], _ count: UInt64) -> Int {
        scratch.reset()
        let text = unsafe scratch.make(key.count) { start in
            for (index, byte) in key.enumerated() { unsafe start[index] = byte }
            return key.count
        }
        let hash = unsafe table.hash(text.start, text.count)
        let entry = unsafe table.add(KeyTable.Pending(start: text.start, count: text.count, hash: hash), count)
        reserve(entry)
        return entry
    }
}
