/// nginx's error log: `2026/11/29 23:50:01 [error] 31#31: *12 message, client: 192.0.2.1, server: _,
/// request: "GET / HTTP/1.1", upstream: "http://127.0.0.1:8080/", host: "example.org", referrer: "…"` (nginx, ngx_log.c and ngx_http_log_error).
package enum NginxErrorLine {
    package static let format = LogFormat(name: "nginx-error", summary: "nginx's error log") {
        _ throws(LogFormatFault) in
        let pattern = try TimePattern("%Y/%m/%d %H:%M:%S")
        return LineReading(title: "nginx-error", fields: fields, hasTime: true) { NginxErrorParser(pattern) }
    }

    fileprivate enum Column: Int {
        case level, pid, thread, connection, message, ip, server, method, url, version, upstream, host, referrer
        static let count = 13
    }

    private static let fields = [
        LogField("level"), LogField("pid", .number), LogField("thread", .number, origin: "tid"),
        LogField("connection", .number), LogField("message"), LogField("ip", .address, origin: "client"),
        LogField("server"), LogField("method"), LogField("url"), LogField("protocol"), LogField("upstream"),
        LogField("host"), LogField("referrer"),
    ]
}

private final class NginxErrorParser: LineParser {
    private typealias Bytes = ByteScan.Bytes
    private typealias Column = NginxErrorLine.Column
    private var time: TimeReader

    init(_ pattern: TimePattern) { time = TimeReader(.pattern(pattern)) }

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
        guard let value = unsafe time.take(line, end - line), value.length == 19 else {
            return unsafe LineWalk.Stop(line, "a time, yyyy/mm/dd hh:mm:ss")
        }
        part.skip(19)
        guard part.take(" ["), let level = part.word(upTo: "]") else {
            return unsafe LineWalk.Stop(part.at, "a level in brackets")
        }
        guard part.take("] "), let pid = part.digits(), part.take("#"), let thread = part.digits(), part.take(": ")
        else {
            return unsafe LineWalk.Stop(part.at, "a process and a thread, 31#31, and a colon")
        }
        instant = value.value
        unsafe row[Column.level.rawValue] = level
        unsafe row[Column.pid.rawValue] = pid
        unsafe row[Column.thread.rawValue] = thread
        let before = part
        if part.take("*"), let connection = part.digits(), part.take(" ") {
            unsafe row[Column.connection.rawValue] = connection
        } else {
            part = before
        }
        unsafe message(&part, row)
        return nil
    }

    /// The message up to what nginx adds to it, and that.
    private func message(_ part: inout LinePart, _ row: UnsafeMutablePointer<FieldSpan>) {
        let client = part.find(", client: ")
        unsafe row[Column.message.rawValue] = part.span(upTo: client ?? part.count)
        guard let client else { return }
        part.skip(client)
        while true {
            if part.take(", client: ") {
                unsafe row[Column.ip.rawValue] = part.list()
            } else if part.take(", server: ") {
                unsafe row[Column.server.rawValue] = part.list()
            } else if part.take(", request: \""), let request = part.quoted() {
                let start = unsafe part.base + Int(request.start)
                unsafe RequestLine.split(
                    start, start + Int(request.count), part.base, row + Column.method.rawValue)
            } else if part.take(", upstream: \""), let upstream = part.quoted() {
                unsafe row[Column.upstream.rawValue] = upstream
            } else if part.take(", host: \""), let host = part.quoted() {
                unsafe row[Column.host.rawValue] = host
            } else if part.take(", referrer: \""), let referrer = part.quoted() {
                unsafe row[Column.referrer.rawValue] = referrer
            } else if let next = part.find(", ", from: 1) {
                // Something else: a subrequest, bytes of a stream.
                part.skip(next)
            } else {
                return
            }
        }
    }
}
