internal import MusterPattern

/// What a carrier says about one line: where the text lies that it carries, and when it wrote the line.
@safe
struct CarriedText {
    var start: ByteScan.Bytes
    /// Behind the last byte.
    var end: ByteScan.Bytes
    var time = RowBatch.noTime
    /// The carrier's time as it is written; absent where names were written over it.
    var stamp = FieldSpan.absent
    /// Whether the text was decoded where it stands: then bytes of the line lie behind it, at least one.
    var isDecoded = false

    init(_ line: ByteScan.Bytes) {
        unsafe start = line
        unsafe end = line
    }
}

/// A parser of lines that hold a line of another program.
protocol LineCarrier: LineParser {
    /// Fills the carrier's own row and says where the text is, or where the line stops fitting.
    /// Invariant: what it returns lies between `line` and `end`.
    func open(
        _ line: ByteScan.Bytes, _ end: ByteScan.Bytes, _ base: ByteScan.Bytes, _ row: UnsafeMutablePointer<FieldSpan>,
        _ text: inout CarriedText
    ) -> LineWalk.Stop?
}

extension LineCarrier {
    /// The carrier as a format of its own: its fields and its time.
    func parse(_ chunk: Chunk, _ cursor: inout Int, into batch: inout RowBatch) {
        let base = unsafe UnsafePointer(chunk.base)
        unsafe LineWalk.lines(of: chunk, &cursor, into: &batch) { line, end, row, instant in
            var text = unsafe CarriedText(line)
            if let stop = unsafe open(line, end, base, row, &text) { return stop }
            instant = text.time
            return nil
        }
    }
}

/// Reads the text of each line with the parser of another format. A row holds the columns of that format, then those of
/// the carrier, then the carrier's time where it has one.
final class CarriedParser<Carrier: LineCarrier>: LineParser {
    private typealias Bytes = ByteScan.Bytes
    private let carrier: Carrier
    private let inner: any LineParser
    /// The carrier's first column, and that of its time; nil where it has none.
    private let first: Int
    private let stamp: Int?
    /// The line as it was read: both parsers may write into it, and a bad line is shown as it was.
    private var original: [UInt8] = []

    init(_ carrier: Carrier, columns: Int, hasTime: Bool, around inner: LineReading) {
        self.carrier = carrier
        self.inner = inner.makeParser()
        first = inner.fields.count
        stamp = hasTime ? first + columns : nil
    }

    func obey(_ limit: ScanLimit) { inner.obey(limit) }

    func parse(_ chunk: Chunk, _ cursor: inout Int, into batch: inout RowBatch) {
        // Invariant: `line` stays inside the chunk, whose last byte is a line feed.
        let base = unsafe UnsafePointer(chunk.base)
        let end = unsafe base + chunk.end
        var line = unsafe base + cursor
        while unsafe line < end && !batch.isFull {
            if unsafe line.pointee == 0 { unsafe line = LineWalk.behindZeros(line, end) }
            let feed = unsafe ByteScan.lineEnd(from: line, to: end)
            let stop = unsafe feed > line && feed[-1] == 0x0d ? feed - 1 : feed
            if unsafe stop > line { unsafe read(line, stop, feed, chunk, &batch) }
            unsafe line = min(feed + 1, end)
        }
        cursor = unsafe line - base
    }

    private func read(_ line: Bytes, _ stop: Bytes, _ feed: Bytes, _ chunk: Chunk, _ batch: inout RowBatch) {
        let base = unsafe UnsafePointer(chunk.base)
        let row = unsafe batch.row()
        original.removeAll(keepingCapacity: true)
        unsafe original.append(contentsOf: UnsafeBufferPointer(start: line, count: stop - line))
        var text = unsafe CarriedText(line)
        if let fault = unsafe carrier.open(line, stop, base, row + first, &text) {
            unsafe LineWalk.refuse(line, fault.place, base + chunk.end, base, fault.expected, &batch)
            return
        }
        if let stamp { unsafe row[stamp] = text.stamp }
        if text.isDecoded { Self.close(text) }
        let end = unsafe text.isDecoded ? text.end : feed
        var at = unsafe text.start - base
        let (rows, bad) = (batch.count, batch.bad.count)
        // Invariant: a line feed lies at `end`, inside the chunk.
        inner.parse(
            unsafe Chunk(
                base: chunk.base, start: at, end: end + 1 - base, position: chunk.position, source: chunk.source),
            &at, into: &batch)
        if batch.count > rows {
            batch.enclose(in: unsafe FieldSpan(start: line - base, count: stop - line), time: text.time)
            return
        }
        unsafe UnsafeMutablePointer(mutating: line).update(from: original, count: original.count)
        guard batch.bad.count > bad else { return }
        // Escapes that were undone have moved what lies behind them.
        let start = unsafe text.start - base
        unsafe batch.enclose(badIn: line - base..<stop - base, fault: text.isDecoded ? start : nil)
    }

    /// Makes a decoded text one line: a line feed behind it, none in it.
    private static func close(_ text: CarriedText) {
        // Invariant: the text and the byte behind it lie in the chunk, which a parser may write.
        let start = unsafe UnsafeMutablePointer(mutating: text.start)
        let count = unsafe text.end - text.start
        for index in 0..<count where unsafe start[index] == 0x0a { unsafe start[index] = 0x20 }
        unsafe start[count] = 0x0a
    }
}
