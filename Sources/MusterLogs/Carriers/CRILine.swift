/// What Kubernetes' container runtimes write: `TIME stdout|stderr P|F text` (Kubernetes, "CRI: Log management"). Parts are
/// joined by ``CRIJoiner``. Where the text is a JSON object, its message is the line's, and any other wanted name is
/// looked up in it.
package enum CRILine {
    package static let format = LogFormat(
        name: "cri", summary: "Kubernetes' container logs; where the text is JSON, its keys are fields"
    ) { wanted in
        let others = JSONLine.columns(wanted.filter { !["stream", "message", "time"].contains(Carrier.ownName($0)) })
        let wantsMessage = wanted.contains { ["message", ".message"].contains($0) }
        return LineReading(
            title: "cri", fields: fixed + others, hasTime: true, makeJoiner: { CRIJoiner() },
            makeParser: { CRIParser(ObjectLookup(others, wantsMessage: wantsMessage)) })
    }

    package static let carrier = Carrier(format, readsObjects: true, makeJoiner: { CRIJoiner() }) { _ in
        (fixed, { CRIParser(ObjectLookup([], wantsMessage: false)) })
    }

    private static let fixed = [LogField("stream"), LogField("message", origin: "text")]

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

private final class CRIParser: LineCarrier {
    private let lookup: ObjectLookup
    private var time = TimeReader(.iso)

    init(_ lookup: ObjectLookup) { self.lookup = lookup }

    func parse(_ chunk: Chunk, _ cursor: inout Int, into batch: inout RowBatch) {
        let base = unsafe UnsafePointer(chunk.base)
        unsafe LineWalk.lines(of: chunk, &cursor, into: &batch) { line, end, row, instant in
            var text = unsafe CarriedText(line)
            if let stop = unsafe open(line, end, base, row, &text) { return stop }
            instant = text.time
            unsafe lookup.fill(row + 2, text.start, end, base)
            return nil
        }
    }

    func open(
        _ line: ByteScan.Bytes, _ end: ByteScan.Bytes, _ base: ByteScan.Bytes, _ row: UnsafeMutablePointer<FieldSpan>,
        _ text: inout CarriedText
    ) -> LineWalk.Stop? {
        guard let tag = unsafe CRILine.head(line, end - line) else {
            return unsafe LineWalk.Stop(line, "a time, stdout or stderr, P or F, and a text")
        }
        guard let value = unsafe time.read(line, tag - 8) else {
            return unsafe LineWalk.Stop(line, "a time of RFC 3339")
        }
        text.time = value
        text.stamp = unsafe FieldSpan(start: line - base, count: tag - 8)
        unsafe text.start = min(line + tag + 2, end)
        unsafe text.end = end
        unsafe row[0] = FieldSpan(start: line + tag - 7 - base, count: 6)
        unsafe row[1] = FieldSpan(start: text.start - base, count: end - text.start)
        return nil
    }
}
