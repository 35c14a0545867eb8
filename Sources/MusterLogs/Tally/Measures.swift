/// What is told of lines beside their number: sums, distributions, distinct keys. Names of fields.
package struct MeasureNames: Sendable, Hashable {
    package var sums: [String]
    package var quantiles: [String]
    package var distinct: [String]

    package init(sums: [String] = [], quantiles: [String] = [], distinct: [String] = []) {
        self.sums = sums
        self.quantiles = quantiles
        self.distinct = distinct
    }

    package var isEmpty: Bool { sums.isEmpty && quantiles.isEmpty && distinct.isEmpty }
}

/// Measures found in a format.
struct BoundMeasures: Sendable {
    var sums: [NumberField?]
    var quantiles: [NumberField?]
    var distinct: [KeyField?]
    let isEmpty: Bool

    init(_ names: MeasureNames, _ reading: LineReading, normalize: Bool) {
        sums = names.sums.map { NumberField.resolve($0, in: reading) }
        quantiles = names.quantiles.map { NumberField.resolve($0, in: reading) }
        distinct = names.distinct.map { KeyField.resolve($0, in: reading, normalize: normalize) }
        isEmpty = names.isEmpty
    }
}

/// What a batch's rows have for the measures: read once, used by every group.
@safe
struct MeasureValues: ~Copyable {
    /// A row that has no such number.
    static let none = Int64.min
    /// A row whose number 64 bits cannot hold: it stands apart.
    static let wide = Int64.min + 1

    // Column by column, each as long as a batch.
    private let numbers: UnsafeMutablePointer<Int64>
    private let hashes: UnsafeMutablePointer<UInt64>
    private let sumCount: Int
    /// Numbers of sums that 64 bits cannot hold, by their place.
    private var wides: [Int: Int128] = [:]
    private var scratch = Scratch()

    init(_ names: MeasureNames) {
        sumCount = names.sums.count
        let rows = RowBatch.capacity
        unsafe numbers = .allocate(capacity: max(1, (names.sums.count + names.quantiles.count) * rows))
        unsafe hashes = .allocate(capacity: max(1, names.distinct.count * rows))
        unsafe numbers.initialize(
            repeating: Self.none, count: max(1, (names.sums.count + names.quantiles.count) * rows))
        unsafe hashes.initialize(repeating: 0, count: max(1, names.distinct.count * rows))
    }

    deinit {
        unsafe numbers.deallocate()
        unsafe hashes.deallocate()
    }

    /// Reads the selected rows of a batch, and notes what there is to tell of each column.
    mutating func read(
        _ batch: borrowing RowBatch, _ selection: UInt64, _ bound: BoundMeasures, _ notes: inout [MeasureNote]
    ) {
        scratch.reset()
        if !wides.isEmpty { wides.removeAll(keepingCapacity: true) }
        let rows = RowBatch.capacity
        for (index, field) in (bound.sums + bound.quantiles).enumerated() {
            var rest = selection
            while rest != 0 {
                // Invariant: there are as many columns as fields, and a row is below the batch's capacity.
                let row = rest.trailingZeroBitCount
                var value = field?.value(batch, row) ?? Self.none
                // None, negative, or beyond 64 bits.
                if value &+ 1 <= 0 { value = odd(value, index, row, field, batch, &notes[index]) }
                unsafe numbers[index * rows + row] = value
                rest &= rest &- 1
            }
            if !notes[index].hasNumber { unsafe notes[index].look(numbers + index * rows, selection) }
        }
        for (index, field) in bound.distinct.enumerated() {
            var rest = selection
            while rest != 0 {
                let row = rest.trailingZeroBitCount
                let text = (field ?? .missing).text(batch, row, &scratch)
                unsafe hashes[index * rows + row] = KeyHash.stable(text.start, text.count)
                rest &= rest &- 1
            }
        }
    }

    /// What stands for a number that is none, negative, or more than 64 bits hold.
    private mutating func odd(
        _ value: Int64, _ index: Int, _ row: Int, _ field: NumberField?, _ batch: borrowing RowBatch,
        _ note: inout MeasureNote
    ) -> Int64 {
        if value == Self.none { return value }
        if index >= sumCount {
            if value < 0 { note.negative &+= 1 } else { note.beyond &+= 1 }
            // Below 0 is 0 for a distribution; how far does not matter.
            return value < 0 ? max(value, -1) : Self.none
        }
        guard LogQuantity.isSaturated(value) else { return value }
        guard let whole = field?.wide(batch, row), whole.magnitude <= LogQuantity.widest.magnitude else {
            note.beyond &+= 1
            return Self.none
        }
        wides[index * RowBatch.capacity + row] = whole
        return Self.wide
    }

    /// A number of a sum that ``sum(_:_:)`` says stands apart.
    @inline(never)
    func wideSum(_ index: Int, _ row: Int) -> Int128 { wides[index * RowBatch.capacity + row] ?? 0 }

    @inline(__always)
    func sum(_ index: Int, _ row: Int) -> Int64 { unsafe numbers[index &* RowBatch.capacity &+ row] }
    @inline(__always)
    func quantile(_ index: Int, _ row: Int) -> Int64 { unsafe numbers[(sumCount &+ index) &* RowBatch.capacity &+ row] }
    @inline(__always)
    func hash(_ index: Int, _ row: Int) -> UInt64 { unsafe hashes[index &* RowBatch.capacity &+ row] }
}

/// Measures of many entries: a row of them each.
struct MeasureTable: Sendable {
    let names: MeasureNames
    // Of the names; kept apart, for these are asked for every line.
    private let sumCount: Int
    private let quantileCount: Int
    private let distinctCount: Int
    let isEmpty: Bool
    /// In millionths; so many an entry as there are sums.
    private(set) var sums: [Int128] = []
    private(set) var histograms: [ValueHistogram] = []
    private(set) var sketches: [DistinctSketch] = []

    init(_ names: MeasureNames) {
        self.names = names
        sumCount = names.sums.count
        quantileCount = names.quantiles.count
        distinctCount = names.distinct.count
        isEmpty = names.isEmpty
    }

    /// Makes room for entries below `count`.
    mutating func reserve(_ count: Int) {
        let (s, q, d) = (names.sums.count, names.quantiles.count, names.distinct.count)
        Self.grow(&sums, count * s, 0)
        Self.grow(&histograms, count * q, ValueHistogram())
        Self.grow(&sketches, count * d, DistinctSketch())
    }

    private static func grow<T>(_ column: inout [T], _ count: Int, _ empty: T) {
        if column.count < count { column.append(contentsOf: repeatElement(empty, count: count - column.count)) }
    }

    /// Takes a row's values into an entry that there is room for.
    @inline(__always)
    mutating func add(_ entry: Int, _ values: borrowing MeasureValues, _ row: Int) {
        for index in 0..<sumCount {
            let value = values.sum(index, row)
            if value > MeasureValues.wide {
                sums[entry &* sumCount &+ index] &+= Int128(value)
            } else if value == MeasureValues.wide {
                sums[entry &* sumCount &+ index] &+= values.wideSum(index, row)
            }
        }
        if quantileCount &+ distinctCount > 0 { addSketches(entry, values, row) }
    }

    @inline(never)
    private mutating func addSketches(_ entry: Int, _ values: borrowing MeasureValues, _ row: Int) {
        for index in 0..<quantileCount {
            let value = values.quantile(index, row)
            if value == MeasureValues.none { continue }
            let place = entry * quantileCount + index
            histograms[place].add(value)
        }
        for index in 0..<distinctCount {
            let place = entry * distinctCount + index
            sketches[place].add(values.hash(index, row))
        }
    }

    /// Takes all selected rows into one entry.
    mutating func add(_ entry: Int, _ values: borrowing MeasureValues, _ selection: Selection) {
        var rest = selection.bits
        while rest != 0 {
            add(entry, values, rest.trailingZeroBitCount)
            rest &= rest &- 1
        }
    }

    mutating func merge(_ entry: Int, _ other: MeasureTable, _ otherEntry: Int) {
        let (s, q, d) = (names.sums.count, names.quantiles.count, names.distinct.count)
        for index in 0..<s { sums[entry * s + index] &+= other.sums[otherEntry * s + index] }
        for index in 0..<q {
            histograms[entry * q + index].merge(other.histograms[otherEntry * q + index])
        }
        for index in 0..<d {
            sketches[entry * d + index].merge(other.sketches[otherEntry * d + index])
        }
    }

    // MARK: Parts of one entry

    func sum(_ entry: Int, _ index: Int) -> Int128 { sums[entry * names.sums.count + index] }
    func histogram(_ entry: Int, _ index: Int) -> ValueHistogram { histograms[entry * names.quantiles.count + index] }
    func sketch(_ entry: Int, _ index: Int) -> DistinctSketch { sketches[entry * names.distinct.count + index] }

    /// Puts an entry's parts in place, as they were written down.
    mutating func set(_ entry: Int, sums: [Int128], histograms: [ValueHistogram], sketches: [DistinctSketch]) {
        for (index, sum) in sums.enumerated() { self.sums[entry * names.sums.count + index] = sum }
        for (index, value) in histograms.enumerated() {
            self.histograms[entry * names.quantiles.count + index] = value
        }
        for (index, value) in sketches.enumerated() {
            self.sketches[entry * names.distinct.count + index] = value
        }
    }
}
