/// JSON lines: an object a line (RFC 8259, in UTF-8). A wanted name is a key or a path of keys and array indices joined by
/// dots; where a line has no such key, the other names of the vocabulary stand in.
///
/// Every byte is checked. Of equal keys the last counts; `null` is as if the key were not there; an object or array is its
/// raw text; half a surrogate pair in an escape becomes U+FFFD.
package enum JSONLine {
    package static let format = LogFormat(
        name: "json", summary: "JSON lines: an object a line, any key as a field, dots for what is inside"
    ) { wanted in reading(wanted) }

    private static func reading(_ wanted: [String]) -> LineReading {
        let fields = columns(wanted)
        let keys = JSONKeys(columns: fields.map { candidates($0.name) }, times: TimeNames.all)
        return LineReading(title: "json", fields: fields, hasTime: true) { JSONParser(keys) }
    }

    /// Columns for wanted names, each once.
    static func columns(_ wanted: [String]) -> [LogField] {
        var seen: Set<String> = []
        return wanted.filter { seen.insert($0).inserted }.map { LogField($0, kind($0)) }
    }

    /// Where a wanted name may be found, the name itself first.
    static func candidates(_ name: String) -> [String] {
        let others = FieldVocabulary.names(FieldVocabulary.canonical(name))
        return [name] + others.filter { $0 != name }
    }

    /// What a field of the vocabulary stands for.
    static func kind(_ name: String) -> FieldKind {
        switch FieldVocabulary.canonical(name) {
        case "ip": .address
        case "status": .number
        case "bytes", "bytes_in": .bytes
        case "request_time", "upstream_time": .duration(perSecond: 1)
        default: .text
        }
    }
}

/// Rows out of JSON lines; also of formats that are JSON with fixed keys.
final class JSONParser: LineParser {
    private typealias Bytes = ByteScan.Bytes
    private let scanner: JSONScanner
    private var time = LooseTime()
    /// Columns without which a line is none of the format.
    private let required: [Int]
    private let expected: StaticString
    private let times: [String]
    /// Made where it is needed first.
    private lazy var others = OtherTimes(times)

    init(_ keys: JSONKeys, required: [Int] = [], expected: StaticString = "") {
        scanner = JSONScanner(keys)
        self.required = required
        self.expected = expected
        times = keys.times
    }

    func parse(_ chunk: Chunk, _ cursor: inout Int, into batch: inout RowBatch) {
        var time = self.time
        // Invariant: `line` stays inside the chunk, whose last byte is a line feed; every scan stops there.
        let base = unsafe UnsafePointer(chunk.base)
        let end = unsafe base + chunk.end
        var line = unsafe base + cursor
        var values = unsafe JSONValues(line)
        while unsafe line < end && !batch.isFull {
            let start = unsafe line.pointee == 0x7b ? line : Self.objectStart(line)
            if let behind = unsafe scanner.read(start, &values) {
                let feed = unsafe JSONValues.space(behind)
                if unsafe _fastPath(feed.pointee == 0x0a) {
                    if !required.isEmpty, required.contains(where: { unsafe scanner.slots[$0].start == nil }) {
                        unsafe line = LineWalk.refuse(line, start, end, base, expected, &batch)
                        continue
                    }
                    let instant = unsafe row(base, start, batch.row(), &time)
                    unsafe batch.commit(line: FieldSpan(start: line - base, count: behind - line), time: instant)
                    unsafe line = feed + 1
                    continue
                }
                _ = unsafe values.fail(feed, "the end of the line")
            }
            unsafe line = LineWalk.refuse(line, values.place, end, base, values.expected, &batch)
        }
        cursor = unsafe line - base
        self.time = time
    }

    /// Passes over white space and the mark that some editors put before UTF-8.
    @inline(never)
    private static func objectStart(_ line: Bytes) -> Bytes {
        let isMark = unsafe line[0] == 0xef && line[1] == 0xbb && line[2] == 0xbf
        return unsafe JSONValues.space(isMark ? line + 3 : line)
    }

    /// Copies what was found into a row and returns the time.
    @inline(__always)
    private func row(
        _ base: Bytes, _ object: Bytes, _ row: UnsafeMutablePointer<FieldSpan>, _ time: inout LooseTime
    ) -> Int64 {
        let last = scanner.slotCount &- 1
        // Before anything is unescaped, while the line is still JSON.
        let instant = unsafe instant(object, &time)
        var isEscaped = false
        for slot in 0...last {
            if unsafe scanner.slots[slot].isEscaped { isEscaped = true }
        }
        if isEscaped { scanner.unescape() }
        for slot in 0..<last {
            let found = unsafe scanner.slots[slot]
            if let start = unsafe found.start {
                unsafe row[slot] = FieldSpan(start: start - base, count: found.count)
            } else {
                unsafe row[slot] = .absent
            }
        }
        return instant
    }

    /// The line's time.
    @inline(__always)
    private func instant(_ object: Bytes, _ time: inout LooseTime) -> Int64 {
        let found = unsafe scanner.slots[scanner.slotCount &- 1]
        guard let start = unsafe found.start else { return RowBatch.noTime }
        if !found.isEscaped {
            let value = unsafe time.read(start, found.count)
            if value != RowBatch.noTime { return value }
        }
        return times.count > 1 ? unsafe others.read(object, &time) : RowBatch.noTime
    }
}
