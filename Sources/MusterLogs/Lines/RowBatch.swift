/// Where a field lies in its chunk.
package struct FieldSpan: Hashable, Sendable {
    /// Offset of the first byte from the chunk's base.
    package var start: UInt32
    /// Bytes; `UInt32.max` where the line has no such field.
    package var count: UInt32

    @inline(__always)
    package init(start: Int, count: Int) {
        self.start = UInt32(truncatingIfNeeded: start)
        self.count = UInt32(truncatingIfNeeded: count)
    }

    /// The line has no such field.
    package static let absent = FieldSpan(start: 0, count: Int(UInt32.max))

    @inline(__always)
    package var isAbsent: Bool { count == .max }

    /// The offsets it covers; empty where it is absent.
    package var range: Range<Int> { isAbsent ? 0..<0 : Int(start)..<Int(start) + Int(count) }
}

/// A line that did not fit its format.
package struct BadLine: Hashable, Sendable {
    /// Offsets of the line in its chunk, without its line end.
    package var line: Range<Int>
    /// Offset in the chunk of the first byte that did not fit.
    package var fault: Int
    /// What should have stood there, for people: `status, three digits`.
    package var expected: String
}

/// Some lines of one chunk as rows of fields: what goes from a parser to the questions. A row is as wide as the format
/// has fields; fields stand row by row.
///
/// A parser fills a row like this: ``row()`` lends the next row's spans, ``commit(line:time:)`` keeps it, and what is not
/// kept is overwritten by the next; ``reject(line:fault:expected:)`` notes a bad line instead.
@safe
package struct RowBatch: ~Copyable {
    /// Rows at most.
    package static let capacity = 64
    /// The time of a line that has none.
    package static let noTime = Int64.min

    /// Fields a row.
    package let width: Int
    /// Rows that were kept.
    package private(set) var count = 0
    /// Lines that did not fit, in their order.
    package private(set) var bad: [BadLine] = []
    /// The chunk that the spans count from.
    package private(set) var base: UnsafeMutablePointer<UInt8>

    private let spans: UnsafeMutablePointer<FieldSpan>
    private let lines: UnsafeMutablePointer<FieldSpan>
    private let times: UnsafeMutablePointer<Int64>
    /// How far the clocks of the zone that is shown are ahead of UTC at each time, in microseconds.
    private let shifts: UnsafeMutablePointer<Int64>

    package init(width: Int) {
        self.width = width
        unsafe spans = .allocate(capacity: max(1, width) * Self.capacity)
        unsafe spans.initialize(repeating: .absent, count: max(1, width) * Self.capacity)
        unsafe lines = .allocate(capacity: Self.capacity)
        unsafe lines.initialize(repeating: .absent, count: Self.capacity)
        unsafe times = .allocate(capacity: Self.capacity)
        unsafe times.initialize(repeating: Self.noTime, count: Self.capacity)
        unsafe shifts = .allocate(capacity: Self.capacity)
        unsafe shifts.initialize(repeating: 0, count: Self.capacity)
        // Never read before `begin`: there are no rows.
        unsafe base = UnsafeMutableRawPointer(spans).assumingMemoryBound(to: UInt8.self)
    }

    deinit {
        unsafe spans.deallocate()
        unsafe lines.deallocate()
        unsafe times.deallocate()
        unsafe shifts.deallocate()
    }

    /// Empties it for lines of a chunk.
    @inline(__always)
    package mutating func begin(_ chunk: Chunk) {
        count = 0
        if !bad.isEmpty { bad.removeAll(keepingCapacity: true) }
        unsafe base = chunk.base
    }

    @inline(__always)
    package var isFull: Bool { count == Self.capacity }

    /// The spans of the next row, `width` of them, with whatever stood there before: a parser sets every one.
    /// Invariant for the caller: no row is taken from a full batch.
    @inline(__always)
    package func row() -> UnsafeMutablePointer<FieldSpan> { unsafe spans + count &* width }

    /// Keeps the row. `time` is in microseconds since 1970 UTC, or another number of ``LineTime``; ``noTime`` where there is
    /// none.
    @inline(__always)
    package mutating func commit(line: FieldSpan, time: Int64) {
        unsafe lines[count] = line
        unsafe times[count] = time
        count &+= 1
    }

    /// Notes a bad line; the row that was begun is not kept.
    @inline(never)
    package mutating func reject(line: Range<Int>, fault: Int, expected: String) {
        bad.append(BadLine(line: line, fault: fault, expected: expected))
    }

    /// Says that the row that was kept last is part of a longer line, whose time counts where the row has none.
    package mutating func enclose(in line: FieldSpan, time: Int64) {
        precondition(count > 0)
        unsafe lines[count - 1] = line
        if unsafe times[count - 1] == Self.noTime { unsafe times[count - 1] = time }
    }

    /// The same of the line that was rejected last; `fault` where the place it has means nothing in the longer line.
    package mutating func enclose(badIn line: Range<Int>, fault: Int?) {
        let last = bad.count - 1
        bad[last].line = line
        bad[last].fault = min(max(fault ?? bad[last].fault, line.lowerBound), line.upperBound)
    }

    // MARK: Reading

    @inline(__always)
    package func span(_ row: Int, _ field: Int) -> FieldSpan {
        precondition(
            UInt(bitPattern: row) <= UInt(bitPattern: count) && UInt(bitPattern: field) < UInt(bitPattern: width))
        return unsafe spans[row &* width &+ field]
    }

    /// A field's bytes, nil where the line has none.
    @inline(__always)
    package func text(_ row: Int, _ field: Int) -> Text? {
        let span = span(row, field)
        if span.isAbsent { return nil }
        // Invariant: parsers keep spans inside their chunk.
        return unsafe Text(start: UnsafePointer(base + Int(span.start)), count: Int(span.count))
    }

    /// The whole line without its end. Where values were unescaped in place it is no longer as it was read.
    package func line(_ row: Int) -> Text {
        precondition(UInt(bitPattern: row) < UInt(bitPattern: count))
        let span = unsafe lines[row]
        return unsafe Text(start: UnsafePointer(base + Int(span.start)), count: Int(span.count))
    }

    /// Microseconds since 1970 UTC, ``noTime`` where the line has none.
    @inline(__always)
    package func time(_ row: Int) -> Int64 {
        precondition(UInt(bitPattern: row) < UInt(bitPattern: count))
        return unsafe times[row]
    }

    /// Offset of a row's line in its chunk.
    func lineOffset(_ row: Int) -> Int {
        precondition(UInt(bitPattern: row) < UInt(bitPattern: count))
        return Int(unsafe lines[row].start)
    }

    // MARK: Times

    /// Whether a time may be marked (``LineTime``): false where all are instants.
    @inline(__always)
    var mayHaveMarkedTimes: Bool {
        var all: UInt64 = 0
        // Invariant: the row is below the count. Instants are within 2^60 of 1970.
        for row in 0..<count { all |= unsafe UInt64(bitPattern: times[row] &+ LineTime.firstMarked) }
        return all >> 61 != 0
    }

    /// Puts another time in a row's place.
    mutating func set(time: Int64, _ row: Int) {
        precondition(UInt(bitPattern: row) < UInt(bitPattern: count))
        unsafe times[row] = time
    }

    /// What the clocks of the zone that is shown show at a row's time, see ``LocalTime``.
    @inline(__always)
    package func localTime(_ row: Int) -> LocalTime? {
        let time = time(row)
        return time == Self.noTime ? nil : LocalTime(time: time, shift: unsafe shifts[row])
    }

    /// Sets how far clocks are ahead of UTC at a row's time.
    mutating func set(shift: Int64, _ row: Int) {
        precondition(UInt(bitPattern: row) < UInt(bitPattern: count))
        unsafe shifts[row] = shift
    }
}
