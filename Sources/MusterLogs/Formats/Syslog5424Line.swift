/// Syslog of RFC 5424: `<PRI>1 TIME HOST APP PROCID MSGID DATA MESSAGE`. What is `-` is absent. A parameter of the
/// structured data is had by its name, `sd.ID.PARAM`. Names of level and facility are written over the line's head.
package enum Syslog5424Line {
    package static let format = LogFormat(name: "syslog", summary: "syslog of RFC 5424") { wanted in
        let (fields, parameters) = columns(wanted.map(Carrier.ownName))
        return LineReading(title: "syslog", fields: fields, hasTime: true) { Syslog5424Parser(parameters) }
    }

    /// The same as a carrier: its message is a line of another format.
    package static let carrier = Carrier(format) { wanted in
        let (fields, parameters) = columns(wanted)
        let keepsHead = wanted.contains("time")
        return (fields, { Syslog5424Parser(parameters, keepsHead: keepsHead) })
    }

    private static func columns(_ wanted: [String]) -> (fields: [LogField], parameters: [[UInt8]]) {
        let fixed = [
            LogField("level", origin: "severity"), LogField("facility"), LogField("host", origin: "HOSTNAME"),
            LogField("app", origin: "APP-NAME"), LogField("pid", origin: "PROCID"), LogField("msgid", origin: "MSGID"),
            LogField("message", origin: "MSG"),
        ]
        var seen: Set<String> = []
        let names = wanted.filter { $0.hasPrefix("sd.") && seen.insert($0).inserted }
        return (fixed + names.map { LogField($0) }, names.map { Array($0.utf8.dropFirst(3)) })
    }
}

private final class Syslog5424Parser: LineCarrier {
    private typealias Bytes = ByteScan.Bytes
    /// First column of the structured data.
    private static let firstParameter = 7
    private let parameters: [[UInt8]]
    private var time = TimeReader(.iso)
    /// Whether the time has to stay as it is written: then there is no room for the names of level and facility.
    private let keepsHead: Bool

    init(_ parameters: [[UInt8]], keepsHead: Bool = false) {
        self.parameters = parameters
        self.keepsHead = keepsHead
    }

    func parse(_ chunk: Chunk, _ cursor: inout Int, into batch: inout RowBatch) {
        let base = unsafe UnsafePointer(chunk.base)
        unsafe LineWalk.lines(of: chunk, &cursor, into: &batch) { line, end, row, instant in
            unsafe read(line, end, base, row, &instant)
        }
    }

    func open(
        _ line: ByteScan.Bytes, _ end: ByteScan.Bytes, _ base: ByteScan.Bytes, _ row: UnsafeMutablePointer<FieldSpan>,
        _ text: inout CarriedText
    ) -> LineWalk.Stop? {
        let length = unsafe SyslogPriority.read(line)?.length ?? 0
        if let stop = unsafe read(line, end, base, row, &text.time) { return stop }
        let message = unsafe row[6]
        unsafe text.start = message.isAbsent ? end : base + Int(message.start)
        unsafe text.end = end
        if keepsHead {
            // Behind the version and its blank.
            let start = unsafe line + length + 2
            let stop = unsafe ByteScan.first(of: 0x20, or: 0x20, from: start, to: end)
            text.stamp = unsafe FieldSpan(start: start - base, count: stop - start)
        }
        return nil
    }

    private func read(
        _ line: Bytes, _ end: Bytes, _ base: Bytes, _ row: UnsafeMutablePointer<FieldSpan>, _ instant: inout Int64
    ) -> LineWalk.Stop? {
        guard let (priority, length) = unsafe SyslogPriority.read(line) else {
            return unsafe LineWalk.Stop(line, "<PRI>, a number up to 191")
        }
        var at = unsafe line + length
        guard unsafe at[0] &- 49 <= 8 && at[1] == 0x20 else {
            return unsafe LineWalk.Stop(at, "a version, 1, and a blank")
        }
        unsafe at += 2
        if unsafe at.pointee == 0x2d {
            unsafe at += 1
        } else {
            guard let (value, length) = unsafe time.take(at, end - at) else {
                return unsafe LineWalk.Stop(at, "a time of RFC 3339, or -")
            }
            instant = value
            unsafe at += length
        }
        guard unsafe at < end && at.pointee == 0x20 else { return unsafe LineWalk.Stop(at, "a blank behind the time") }
        unsafe at += 1
        let head = unsafe at - line
        for (column, expected) in Self.words {
            guard let behind = unsafe word(at, end, base, &row[column]) else {
                return unsafe LineWalk.Stop(at, expected)
            }
            unsafe at = behind
        }
        for index in parameters.indices { unsafe row[Self.firstParameter + index] = .absent }
        if let stop = unsafe data(&at, end, base, row) { return stop }
        unsafe row[6] = .absent
        if unsafe at < end {
            guard unsafe at.pointee == 0x20 else { return unsafe LineWalk.Stop(at, "a blank before the message") }
            unsafe at += 1
            // The mark that says the message is UTF-8.
            if unsafe end - at >= 3 && at[0] == 0xef && at[1] == 0xbb && at[2] == 0xbf { unsafe at += 3 }
            unsafe row[6] = FieldSpan(start: at - base, count: end - at)
        }
        unsafe unescape(row, base)
        if keepsHead {
            unsafe row[0] = .absent
            unsafe row[1] = .absent
        } else {
            (unsafe row[0], unsafe row[1]) = unsafe SyslogPriority.write(priority, line, room: head, base)
        }
        return nil
    }

    private static let words: [(Int, StaticString)] = [
        (2, "a host name, then a blank"), (3, "an app name, then a blank"), (4, "a process id, then a blank"),
        (5, "a message id, then a blank"),
    ]

    /// A word of printable ASCII; `-` is absent. Returns what lies behind its blank.
    private func word(_ start: Bytes, _ end: Bytes, _ base: Bytes, _ span: inout FieldSpan) -> Bytes? {
        var at = unsafe start
        while unsafe at < end && at.pointee &- 33 <= 93 { unsafe at += 1 }
        guard unsafe at > start && at < end && at.pointee == 0x20 else { return nil }
        let isNil = unsafe at - start == 1 && start.pointee == 0x2d
        span = unsafe isNil ? .absent : FieldSpan(start: start - base, count: at - start)
        return unsafe at + 1
    }

    /// Structured data (§6.3): `-`, or elements `[ID NAME="value" …]`.
    private func data(
        _ at: inout Bytes, _ end: Bytes, _ base: Bytes, _ row: UnsafeMutablePointer<FieldSpan>
    ) -> LineWalk.Stop? {
        if unsafe at < end && at.pointee == 0x2d {
            unsafe at += 1
            return nil
        }
        guard unsafe at < end && at.pointee == 0x5b else { return unsafe LineWalk.Stop(at, "structured data, [ or -") }
        while unsafe at < end && at.pointee == 0x5b {
            let id = unsafe at + 1
            unsafe at = Self.name(id, end)
            guard unsafe at > id && at < end else { return unsafe LineWalk.Stop(at, "an element's name") }
            let idText = unsafe Text(start: id, count: at - id)
            while unsafe at < end && at.pointee == 0x20 {
                let name = unsafe at + 1
                unsafe at = Self.name(name, end)
                guard unsafe at > name && at + 1 < end && at[0] == 0x3d && at[1] == 0x22 else {
                    return unsafe LineWalk.Stop(min(at, end), #"a parameter, NAME="value""#)
                }
                let nameText = unsafe Text(start: name, count: at - name)
                let value = unsafe at + 2
                var isEscaped = false
                unsafe at = ByteScan.closingQuote(from: value, to: end, escaped: &isEscaped)
                guard unsafe at < end && at.pointee == 0x22 else {
                    return unsafe LineWalk.Stop(min(at, end), "the quote that ends the value")
                }
                unsafe keep(idText, nameText, FieldSpan(start: value - base, count: at - value), row)
                unsafe at += 1
            }
            guard unsafe at < end && at.pointee == 0x5d else { return unsafe LineWalk.Stop(at, "a blank or ]") }
            unsafe at += 1
        }
        return nil
    }

    /// The end of a name: printable ASCII but `=`, `]` and `"`.
    private static func name(_ start: Bytes, _ end: Bytes) -> Bytes {
        var at = unsafe start
        while unsafe at < end && at.pointee &- 33 <= 93 && at.pointee != 0x3d && at.pointee != 0x5d
            && at.pointee != 0x22
        {
            unsafe at += 1
        }
        return unsafe at
    }

    private func keep(_ id: Text, _ name: Text, _ span: FieldSpan, _ row: UnsafeMutablePointer<FieldSpan>) {
        for (index, wanted) in parameters.enumerated() where wanted.count == id.count + 1 + name.count {
            guard wanted[id.count] == UInt8(ascii: "."), id.equals(Array(wanted[..<id.count])),
                name.equals(Array(wanted[(id.count + 1)...]))
            else { continue }
            unsafe row[Self.firstParameter + index] = span
        }
    }

    /// Undoes `\"`, `\\` and `\]` where they stand (§6.3.3); any other backslash is itself.
    private func unescape(_ row: UnsafeMutablePointer<FieldSpan>, _ base: Bytes) {
        for index in parameters.indices {
            let span = unsafe row[Self.firstParameter + index]
            if span.isAbsent { continue }
            // Invariant: write <= read < count, and the span lies in the chunk, which a parser may write.
            let start = unsafe UnsafeMutablePointer(mutating: base + Int(span.start))
            let count = Int(span.count)
            var read = 0
            var write = 0
            while read < count {
                if unsafe start[read] == 0x5c && read + 1 < count
                    && (start[read + 1] == 0x22 || start[read + 1] == 0x5c || start[read + 1] == 0x5d)
                {
                    read += 1
                }
                unsafe start[write] = start[read]
                write += 1
                read += 1
            }
            unsafe row[Self.firstParameter + index] = FieldSpan(start: Int(span.start), count: write)
        }
    }
}
