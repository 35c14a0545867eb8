/// The common and the combined log format, as Apache httpd, nginx and many others write them by default:
/// `ip ident user [time] "method url protocol" status bytes`, and for combined `"referrer" "agent"` after it
/// (Apache mod_log_config, "Common Log Format" and "Combined Log Format"). Further fields may follow (``ExtraFields``), as
/// in nginx's own `main`.
package enum CombinedLine {
    package static let combined: LogFormat = {
        var format = LogFormat(
            name: "combined", summary: "Apache's and nginx's combined access log"
        ) { wanted in reading(isCombined: true, wanted) }
        format.isPlausible = { lines, reading in ReferrerEvidence(lines, reading).isCombined }
        return format
    }()

    package static let common = LogFormat(
        name: "common", summary: "the common log format, without referrer and agent"
    ) { wanted in reading(isCombined: false, wanted) }

    fileprivate enum Column: Int, CaseIterable {
        case ip, ident, user, method, url, version, status, bytes, referrer, agent
    }

    private static func reading(isCombined: Bool, _ wanted: [String]) -> LineReading {
        let fields: [LogField] = [
            LogField("ip", .address, origin: "%h"), LogField("ident", origin: "%l"), LogField("user", origin: "%u"),
            LogField("method", origin: "%m"), LogField("url", origin: "%U%q"), LogField("protocol", origin: "%H"),
            LogField("status", .number, origin: "%>s"), LogField("bytes", .bytes, origin: "%b"),
            LogField("referrer", origin: "%{Referer}i"), LogField("agent", origin: "%{User-Agent}i"),
        ]
        let own = isCombined ? fields : Array(fields.prefix(8))
        let extra = ExtraFields(wanted, first: own.count)
        return LineReading(
            title: isCombined ? "combined" : "common", fields: own + extra.fields, hasTime: true
        ) { CombinedParser(isCombined: isCombined, extra) }
    }
}

/// Hand-made for the one format that most of all logs are in; ``PatternParser`` reads the same, somewhat slower.
private final class CombinedParser: LineParser {
    private typealias Column = CombinedLine.Column
    private let isCombined: Bool
    private let extra: ExtraFields
    private var time = CLFTime()

    init(isCombined: Bool, _ extra: ExtraFields) {
        self.isCombined = isCombined
        self.extra = extra
    }

    func parse(_ chunk: Chunk, _ cursor: inout Int, into batch: inout RowBatch) {
        var time = self.time
        // Invariant: `line` stays inside the chunk, whose last byte is a line feed; every scan stops there.
        let base = unsafe UnsafePointer(chunk.base)
        let end = unsafe base + chunk.end
        var line = unsafe base + cursor
        while unsafe line < end && !batch.isFull {
            let (stop, expected) = unsafe Self.row(line, end, base, &time, isCombined, extra, &batch)
            if let expected {
                if unsafe line.pointee == 0 {
                    unsafe line = LineWalk.behindZeros(line, end)
                    continue
                }
                unsafe line = RequestLine.reject(line, stop, end, base, expected.description, &batch)
            } else {
                unsafe line = stop
            }
        }
        cursor = unsafe line - base
        self.time = time
    }

    /// Reads a line into a row. Returns where the next line begins, or where it stopped and what should have stood there.
    @inline(__always)
    private static func row(
        _ line: ByteScan.Bytes, _ end: ByteScan.Bytes, _ base: ByteScan.Bytes, _ time: inout CLFTime,
        _ isCombined: Bool, _ extra: ExtraFields, _ batch: inout RowBatch
    ) -> (ByteScan.Bytes, StaticString?) {
        let row = unsafe batch.row()
        @inline(__always) func set(_ column: Column, _ from: ByteScan.Bytes, _ to: ByteScan.Bytes) {
            unsafe row[column.rawValue] = FieldSpan(start: from - base, count: to - from)
        }
        var escaped = false
        var at = unsafe ByteScan.first(of: 0x20, or: 0x0a, from: line, to: end)
        guard unsafe at.pointee == 0x20 && ClientName.isDotted(line, at) || ClientName.isClient(line, at, end) else {
            return unsafe (line, "ip, an address or a host's name, and a blank")
        }
        unsafe set(.ip, line, at)
        unsafe at += 1
        // `- - [`, nearly always.
        if unsafe _fastPath(ByteScan.load32(at) == 0x202d_202d && at[4] == 0x5b) {
            unsafe set(.ident, at, at + 1)
            unsafe set(.user, at + 2, at + 3)
            unsafe at += 4
        } else {
            let ident = unsafe at
            unsafe at = ByteScan.first(of: 0x20, or: 0x0a, from: at, to: end)
            guard unsafe at.pointee == 0x20 && ClientName.isIdent(ident, at) else {
                return unsafe (ident, "ident, or -")
            }
            unsafe set(.ident, ident, at)
            let user = unsafe at + 1
            unsafe at = userEnd(user, end, &escaped)
            guard unsafe at.pointee == 0x20 && ClientName.isUser(user, at, behind: ident) else {
                return unsafe (min(user, end - 1), "user, then [time]")
            }
            unsafe set(.user, user, at)
            unsafe at += 1
        }
        // 28 bytes of time with its brackets, a blank and a quote; the padding makes them readable.
        guard unsafe at.pointee == 0x5b && at[27] == 0x5d && at[28] == 0x20 && at[29] == 0x22,
            let instant = unsafe time.read(at + 1)
        else {
            return unsafe (at, "time, [day/Mon/year:hour:minute:second zone], and a quoted request")
        }
        unsafe at += 30
        // The request: method, target, protocol, where it is one.
        let request = unsafe at
        unsafe at = ByteScan.closingQuote(from: request, to: end, escaped: &escaped)
        guard unsafe at < end && at.pointee == 0x22 else { return unsafe (at, "the quote that ends the request") }
        if unsafe !RequestLine.splitUsual(request, at, base, row + Column.method.rawValue) {
            unsafe RequestLine.split(request, at, base, row + Column.method.rawValue)
        }
        // ` 200 1234`
        let hundreds = unsafe UInt32(at[2]) &- 48
        let tens = unsafe UInt32(at[3]) &- 48
        let ones = unsafe UInt32(at[4]) &- 48
        guard unsafe at[1] == 0x20 && hundreds <= 9 && tens <= 9 && ones <= 9 && at[5] == 0x20 else {
            return unsafe (min(at + 1, end - 1), "status, three digits")
        }
        unsafe set(.status, at + 2, at + 5)
        unsafe at += 6
        let bytes = unsafe at
        if unsafe at.pointee == 0x2d {
            unsafe at += 1
        } else {
            while unsafe at.pointee &- 48 <= 9 { unsafe at += 1 }
            guard unsafe at > bytes && at - bytes <= 18 else { return unsafe (bytes, "bytes, a number or -") }
        }
        unsafe set(.bytes, bytes, at)
        if isCombined {
            guard unsafe at.pointee == 0x20 && at[1] == 0x22 else { return unsafe (at, "referrer, in quotes") }
            let referrer = unsafe at + 2
            unsafe at = ByteScan.closingQuote(from: referrer, to: end, escaped: &escaped)
            guard unsafe at < end && at.pointee == 0x22 && at[1] == 0x20 && at[2] == 0x22 else {
                return unsafe (at, "the quote that ends the referrer, and agent, in quotes")
            }
            unsafe set(.referrer, referrer, at)
            let agent = unsafe at + 3
            unsafe at = ByteScan.closingQuote(from: agent, to: end, escaped: &escaped)
            guard unsafe at < end && at.pointee == 0x22 else { return unsafe (at, "the quote that ends the agent") }
            unsafe set(.agent, agent, at)
            unsafe at += 1
        }
        if unsafe !_fastPath(at.pointee == 0x0a && extra.isEmpty) {
            if let expected = unsafe extra.read(&at, end, base, row) { return unsafe (at, expected) }
        }
        if escaped { unsafe unescape(row, isCombined, base) }
        unsafe batch.commit(line: FieldSpan(start: line - base, count: at - line), time: instant)
        return unsafe (at + 1, nil)
    }

    /// The blank before `[`: a user's name may hold blanks.
    @inline(never)
    private static func userEnd(
        _ start: ByteScan.Bytes, _ end: ByteScan.Bytes, _ escaped: inout Bool
    ) -> ByteScan.Bytes {
        var at = unsafe start
        while true {
            unsafe at = ByteScan.first(of: 0x20, or: 0x5c, or: 0x0a, from: at, to: end)
            if unsafe at >= end || at.pointee == 0x0a { return unsafe at }
            if unsafe at.pointee == 0x5c { escaped = true } else if unsafe at[1] == 0x5b { return unsafe at }
            unsafe at += 1
        }
    }

    @inline(never)
    private static func unescape(_ row: UnsafeMutablePointer<FieldSpan>, _ isCombined: Bool, _ base: ByteScan.Bytes) {
        for column in [Column.user, .method, .url, .version, .referrer, .agent] where isCombined || column.rawValue < 8
        {
            let span = unsafe row[column.rawValue]
            if span.isAbsent { continue }
            // Invariant: the span lies in the chunk, which a parser may write.
            let count = unsafe Unescaping.accessLog(
                UnsafeMutablePointer(mutating: base + Int(span.start)), Int(span.count))
            unsafe row[column.rawValue] = FieldSpan(start: Int(span.start), count: count)
        }
    }
}
