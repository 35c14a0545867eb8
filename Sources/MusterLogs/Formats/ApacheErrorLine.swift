/// Apache httpd's error log: `[Sun Nov 29 23:50:01.123456 2026] [proxy:error] [pid 77:tid 1401] (111)Connection refused:
/// [client 192.0.2.1:5555] AH00957: message, referer: …` (Apache core, `ErrorLogFormat`), and that of 2.2, without module and
/// process.
package enum ApacheErrorLine {
    package static let format = LogFormat(
        name: "apache-error", summary: "Apache's error log"
    ) { _ throws(LogFormatFault) in
        let patterns = [try TimePattern("%a %b %d %H:%M:%S.%f %Y"), try TimePattern("%a %b %d %H:%M:%S %Y")]
        return LineReading(title: "apache-error", fields: fields, hasTime: true) { ApacheErrorParser(patterns) }
    }

    fileprivate enum Column: Int {
        case level, module, pid, thread, ip, port, code, message, referrer
        static let count = 9
    }

    private static let fields = [
        LogField("level"), LogField("module"), LogField("pid", .number), LogField("thread", .number, origin: "tid"),
        LogField("ip", .address, origin: "client"), LogField("ip_port", .number), LogField("error_code"),
        LogField("message"), LogField("referrer"),
    ]
}

private final class ApacheErrorParser: LineParser {
    private typealias Bytes = ByteScan.Bytes
    private typealias Column = ApacheErrorLine.Column
    private var times: [TimeReader]

    init(_ patterns: [TimePattern]) { times = patterns.map { TimeReader(.pattern($0)) } }

    func parse(_ chunk: Chunk, _ cursor: inout Int, into batch: inout RowBatch) {
        let base = unsafe UnsafePointer(chunk.base)
        unsafe LineWalk.lines(of: chunk, &cursor, into: &batch) { line, end, row, instant in
            unsafe read(line, end, base, row, &instant)
        }
    }

    private func read(
        _ line: Bytes, _ end: Bytes, _ base: Bytes, _ row: UnsafeMutablePointer<FieldSpan>, _ instant: inout Int64
    ) -> LineWalk.Stop? {
        for column in 0..<Column.count { unsafe row[column] = .absent }
        var part = unsafe LinePart(line, end, base)
        guard part.take("["), let length = part.find("] ["), length <= 40, let value = time(part, length) else {
            return unsafe LineWalk.Stop(line, "a time in brackets, [Sun Nov 29 23:50:01.123456 2026]")
        }
        instant = value
        part.skip(length)
        guard part.take("] ["), let level = part.find("] "), level <= 80 else {
            return unsafe LineWalk.Stop(part.at, "a level in brackets")
        }
        if let colon = part.find(":"), colon < level {
            if colon > 0 { unsafe row[Column.module.rawValue] = part.span(upTo: colon) }
            part.skip(colon + 1)
            unsafe row[Column.level.rawValue] = part.span(taking: level - colon - 1)
        } else {
            unsafe row[Column.level.rawValue] = part.span(taking: level)
        }
        part.skip(2)
        unsafe process(&part, row)
        unsafe client(&part, row)
        unsafe message(part, row)
        return nil
    }

    private func time(_ part: LinePart, _ length: Int) -> Int64? {
        for index in times.indices {
            if let value = unsafe times[index].read(part.at, length) { return value }
        }
        return nil
    }

    /// `[pid 77] ` or `[pid 77:tid 1401] `.
    private func process(_ part: inout LinePart, _ row: UnsafeMutablePointer<FieldSpan>) {
        let before = part
        guard part.take("[pid "), let pid = part.digits() else { return part = before }
        unsafe row[Column.pid.rawValue] = pid
        if part.take(":tid "), let thread = part.digits() { unsafe row[Column.thread.rawValue] = thread }
        if !part.take("] ") { part = before }
    }

    /// `[client ADDRESS:PORT] `. Where something stands before it, as the error of a system call, it stays in the message.
    private func client(_ part: inout LinePart, _ row: UnsafeMutablePointer<FieldSpan>) {
        guard let start = part.find("[client "), start <= 200 else { return }
        var inner = part
        inner.skip(start + 8)
        guard let length = inner.find("] "), length <= 60 else { return }
        var colons = 0
        var last = length
        for index in 0..<length where inner[index] == 0x3a {
            colons += 1
            last = index
        }
        // With a process in the line it is Apache 2.4, which always writes the port.
        let hasPort = unsafe colons == 1 || (colons > 1 && !row[Column.pid.rawValue].isAbsent)
        unsafe row[Column.ip.rawValue] = inner.span(upTo: hasPort ? last : length)
        if hasPort {
            var port = inner
            port.skip(last + 1)
            unsafe row[Column.port.rawValue] = port.span(upTo: length - last - 1)
        }
        if start == 0 { part.skip(8 + length + 2) }
    }

    /// The message, without the referrer behind it, and Apache's code in it.
    private func message(_ part: LinePart, _ row: UnsafeMutablePointer<FieldSpan>) {
        var end = part.count
        if let comma = part.find(", referer: ") {
            var referrer = part
            referrer.skip(comma + 11)
            unsafe row[Column.referrer.rawValue] = referrer.span(upTo: referrer.count)
            end = comma
        }
        unsafe row[Column.message.rawValue] = part.span(upTo: end)
        var from = 0
        while let code = part.find("AH", from: from), code + 7 < end {
            if (2..<7).allSatisfy({ LineWalk.isDigit(part[code + $0]) }), part[code + 7] == 0x3a {
                var found = part
                found.skip(code)
                unsafe row[Column.code.rawValue] = found.span(upTo: 7)
                return
            }
            from = code + 1
        }
    }
}
