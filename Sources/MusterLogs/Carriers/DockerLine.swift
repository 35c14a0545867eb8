/// What Docker's json-file driver keeps: `{"log":"text\n","stream":"stdout","time":"…"}` (Docker, "JSON File logging
/// driver"). Where the text is a JSON object, its message is the line's, and any other wanted name is
/// looked up in it.
package enum DockerLine {
    package static let format = LogFormat(
        name: "docker", summary: "Docker's json-file logs; where the text is JSON, its keys are fields"
    ) { wanted in
        let others = JSONLine.columns(wanted.filter { !["stream", "message", "time"].contains(Carrier.ownName($0)) })
        let wantsMessage = wanted.contains { ["message", ".message"].contains($0) }
        return LineReading(title: "docker", fields: fields + others, hasTime: true) {
            DockerParser(ObjectLookup(others, wantsMessage: wantsMessage))
        }
    }

    package static let carrier = Carrier(format, readsObjects: true) { _ in
        (fields, { DockerParser(ObjectLookup([], wantsMessage: false)) })
    }

    private static let fields = [LogField("stream"), LogField("message", origin: "log")]
}

private final class DockerParser: LineCarrier {
    private let scanner = JSONScanner(JSONKeys(columns: [["stream"], ["log"]], times: ["time"]))
    private let lookup: ObjectLookup
    private var time = TimeReader(.iso)

    init(_ lookup: ObjectLookup) { self.lookup = lookup }

    func parse(_ chunk: Chunk, _ cursor: inout Int, into batch: inout RowBatch) {
        let base = unsafe UnsafePointer(chunk.base)
        unsafe LineWalk.lines(of: chunk, &cursor, into: &batch) { line, end, row, instant in
            var text = unsafe CarriedText(line)
            if let stop = unsafe open(line, end, base, row, &text) { return stop }
            instant = text.time
            // Invariant: a byte of the line lies behind the text, at least its quote.
            if lookup.isNeeded { unsafe UnsafeMutablePointer(mutating: text.end).pointee = 0x0a }
            unsafe lookup.fill(row + 2, text.start, text.end, base)
            return nil
        }
    }

    func open(
        _ line: ByteScan.Bytes, _ end: ByteScan.Bytes, _ base: ByteScan.Bytes, _ row: UnsafeMutablePointer<FieldSpan>,
        _ text: inout CarriedText
    ) -> LineWalk.Stop? {
        var values = unsafe JSONValues(line)
        guard let behind = unsafe scanner.read(line, &values) else {
            return unsafe LineWalk.Stop(values.place, values.expected)
        }
        guard unsafe JSONValues.space(behind) >= end else { return unsafe LineWalk.Stop(behind, "the end of the line") }
        let (stream, stamp) = unsafe (scanner.slots[0], scanner.slots[2])
        guard let streamStart = unsafe stream.start, let log = unsafe scanner.slots[1].start, unsafe log[-1] == 0x22,
            let stampStart = unsafe stamp.start, let value = unsafe time.read(stampStart, stamp.count)
        else {
            return unsafe LineWalk.Stop(line, "log, a string, stream, and time, as Docker writes them")
        }
        scanner.unescape()
        text.time = value
        text.stamp = unsafe FieldSpan(start: stampStart - base, count: stamp.count)
        text.isDecoded = true
        unsafe text.start = log
        unsafe text.end = log + scanner.slots[1].count
        // Every line ends with the container's own line end.
        if unsafe text.end > log && text.end[-1] == 0x0a { unsafe text.end -= 1 }
        if unsafe text.end > log && text.end[-1] == 0x0d { unsafe text.end -= 1 }
        unsafe row[0] = FieldSpan(start: streamStart - base, count: scanner.slots[0].count)
        unsafe row[1] = FieldSpan(start: log - base, count: text.end - log)
        return nil
    }
}
