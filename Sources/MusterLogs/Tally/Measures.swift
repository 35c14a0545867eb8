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

/// Measures of many entries: a row of them each.
struct MeasureTable: Sendable {
    let names: MeasureNames
    /// In millionths; so many an entry as there are sums.
    private(set) var sums: [Int128] = []
    private(set) var histograms: [ValueHistogram] = []
    private(set) var sketches: [DistinctSketch] = []
    private(set) var memory = 0

    init(_ names: MeasureNames) { self.names = names }

    /// Makes room for entries below `count`.
    mutating func reserve(_ count: Int) {
        let (s, q, d) = (names.sums.count, names.quantiles.count, names.distinct.count)
        memory += Self.grow(&sums, count * s, 0) + Self.grow(&histograms, count * q, ValueHistogram())
        memory += Self.grow(&sketches, count * d, DistinctSketch())
    }

    /// Returns by how many bytes the column grew.
    private static func grow<T>(_ column: inout [T], _ count: Int, _ empty: T) -> Int {
        let missing = count - column.count
        guard missing > 0 else { return 0 }
        column.append(contentsOf: repeatElement(empty, count: missing))
        return missing * MemoryLayout<T>.stride
    }

    /// Takes a row of a batch into an entry.
    mutating func add(
        _ entry: Int, _ bound: BoundMeasures, _ batch: borrowing RowBatch, _ row: Int, _ scratch: inout Scratch
    ) {
        for (index, field) in bound.sums.enumerated() {
            if let value = field?.value(batch, row) { sums[entry * names.sums.count + index] += Int128(value) }
        }
        for (index, field) in bound.quantiles.enumerated() {
            guard let value = field?.value(batch, row) else { continue }
            let place = entry * names.quantiles.count + index
            let before = histograms[place].memory
            histograms[place].add(value)
            memory += histograms[place].memory - before
        }
        for (index, field) in bound.distinct.enumerated() {
            guard let field else { continue }
            let text = field.text(batch, row, &scratch)
            let place = entry * names.distinct.count + index
            let before = sketches[place].memory
            sketches[place].add(unsafe KeyHash.stable(text.start, text.count))
            memory += sketches[place].memory - before
        }
    }

    mutating func merge(_ entry: Int, _ other: MeasureTable, _ otherEntry: Int) {
        let (s, q, d) = (names.sums.count, names.quantiles.count, names.distinct.count)
        for index in 0..<s { sums[entry * s + index] += other.sums[otherEntry * s + index] }
        for index in 0..<q {
            let before = histograms[entry * q + index].memory
            histograms[entry * q + index].merge(other.histograms[otherEntry * q + index])
            memory += histograms[entry * q + index].memory - before
        }
        for index in 0..<d {
            let before = sketches[entry * d + index].memory
            sketches[entry * d + index].merge(other.sketches[otherEntry * d + index])
            memory += sketches[entry * d + index].memory - before
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
            memory += value.memory
        }
        for (index, value) in sketches.enumerated() {
            self.sketches[entry * names.distinct.count + index] = value
            memory += value.memory
        }
    }
}
