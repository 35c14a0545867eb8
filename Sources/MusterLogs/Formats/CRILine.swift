/// What Kubernetes' container runtimes write: `TIME stdout|stderr P|F text` (Kubernetes, "CRI: Log management"). Parts are
/// joined by ``CRIJoiner``. Where the text is a JSON object, any other wanted name is looked up in it.
package enum CRILine {
    package static let format = LogFormat(
        name: "cri", summary: "Kubernetes' container logs; where the text is JSON, its keys are fields"
    ) { wanted in
        let fixed = [LogField("stream"), LogField("message", origin: "text")]
        let others = JSONLine.columns(wanted.filter { !["stream", "message", "time"].contains($0) })
        let keys = JSONKeys(columns: others.map { JSONLine.candidates($0.name) }, times: [])
        let keepsMessage = wanted.contains("message")
        return LineReading(
            title: "cri", fields: fixed + others, hasTime: true, makeJoiner: { CRIJoiner() },
            makeParser: { CRIParser(keys, keepsMessage: keepsMessage) })
    }

    /// The offset of `P` or `F`, nil where the line is no such line.
    /// Invariant for the caller: ``Chunk/padding`` bytes behind the line may be read.
    static func head(_ line: ByteScan.Bytes, _ count: Int) -> Int? {
        var at = 0
        // A time has at most some 35 bytes.
        while at < count, at < 64, unsafe line[at] > 0x20 { at += 1 }
        guard at + 9 <= count, unsafe line[at] == 0x20 && line[at + 7] == 0x20 else { return nil }
        let word = unsafe ByteScan.load64(line + at + 1) & 0xffff_ffff_ffff
        guard word == 0x7475_6f64_7473 || word == 0x7272_6564_7473 else { return nil }
        let tag = unsafe line[at + 8]
        guard tag == UInt8(ascii: "P") || tag == UInt8(ascii: "F") else { return nil }
        // A line without text may have lost its last blank.
        return unsafe at + 9 == count || line[at + 9] == 0x20 ? at + 8 : nil
    }
}

private final class CRIParser: LineParser {
    private let scanner: JSONScanner
    private let keepsMessage: Bool
    private var time = TimeReader(.iso)

    init(_ keys: JSONKeys, keepsMessage: Bool) {
        scanner = JSONScanner(keys)
        self.keepsMessage = keepsMessage
    }

    func parse(_ chunk: Chunk, _ cursor: inout Int, into batch: inout RowBatch) {
        let base = unsafe UnsafePointer(chunk.base)
        unsafe LineWalk.lines(of: chunk, &cursor, into: &batch) { line, end, row, instant in
            guard let tag = unsafe CRILine.head(line, end - line) else {
                return unsafe LineWalk.Stop(line, "a time, stdout or stderr, P or F, and a text")
            }
            guard let value = unsafe time.read(line, tag - 8) else {
                return unsafe LineWalk.Stop(line, "a time of RFC 3339")
            }
            instant = value
            let text = unsafe min(line + tag + 2, end)
            unsafe row[0] = FieldSpan(start: line + tag - 7 - base, count: 6)
            unsafe row[1] = FieldSpan(start: text - base, count: end - text)
            if scanner.slotCount > 1 { unsafe object(text, end, base, row) }
            return nil
        }
    }

    /// Looks the other columns up in the text.
    private func object(
        _ text: ByteScan.Bytes, _ end: ByteScan.Bytes, _ base: ByteScan.Bytes, _ row: UnsafeMutablePointer<FieldSpan>
    ) {
        let count = scanner.slotCount - 1
        for slot in 0..<count { unsafe row[2 + slot] = .absent }
        var values = unsafe JSONValues(text)
        // Invariant: the line's feed lies at or behind `end`.
        guard unsafe text < end, let behind = unsafe scanner.read(text, &values), unsafe JSONValues.space(behind) >= end
        else {
            return
        }
        // What is unescaped where it stands would no longer be as the message has it.
        if !keepsMessage { scanner.unescape() }
        for slot in 0..<count {
            let found = unsafe scanner.slots[slot]
            if let start = unsafe found.start {
                unsafe row[2 + slot] = FieldSpan(start: start - base, count: found.count)
            }
        }
    }
}
