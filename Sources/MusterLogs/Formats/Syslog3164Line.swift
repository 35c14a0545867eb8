/// Syslog as RFC 3164 describes it and as rsyslog writes it to files: `Mmm dd hh:mm:ss host tag[pid]: message`, with a
/// `<PRI>` before it or not, or with a time of ISO 8601.
///
/// Such a time names neither year nor zone, which are for the run to know (``LineTime``).
package enum Syslog3164Line {
    package static let format = LogFormat(
        name: "syslog-bsd", summary: "syslog of RFC 3164, and what rsyslog writes to files"
    ) { _ in
        LineReading(title: "syslog-bsd", fields: fields, hasTime: true) { Syslog3164Parser() }
    }

    /// The same as a carrier: its message is a line of another format.
    package static let carrier = Carrier(format) { wanted in
        let keepsHead = wanted.contains("time")
        return (fields, { Syslog3164Parser(keepsHead: keepsHead) })
    }

    private static let fields = [
        LogField("level", origin: "severity"), LogField("facility"), LogField("host"), LogField("app", origin: "tag"),
        LogField("pid"), LogField("message"),
    ]
}

private final class Syslog3164Parser: LineCarrier {
    private typealias Bytes = ByteScan.Bytes
    private var iso = TimeReader(.iso)
    /// Whether the time has to stay as it is written: then there is no room for the names of level and facility.
    private let keepsHead: Bool

    init(keepsHead: Bool = false) { self.keepsHead = keepsHead }

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
        let priority = unsafe SyslogPriority.read(line)
        if let stop = unsafe read(line, end, base, row, &text.time) { return stop }
        unsafe text.start = base + Int(row[5].start)
        unsafe text.end = end
        if priority == nil || keepsHead {
            let start = unsafe line + (priority?.length ?? 0) - base
            text.stamp = unsafe FieldSpan(start: start, count: Int(row[2].start) - 1 - start)
        }
        return nil
    }

    private func read(
        _ line: Bytes, _ end: Bytes, _ base: Bytes, _ row: UnsafeMutablePointer<FieldSpan>, _ instant: inout Int64
    ) -> LineWalk.Stop? {
        let priority = unsafe SyslogPriority.read(line)
        var at = unsafe line + (priority?.length ?? 0)
        var isISO = false
        if unsafe end - at >= 16 && at[15] == 0x20, let value = unsafe stamp(at) {
            instant = value
            unsafe at += 15
        } else if unsafe end - at >= 16 && at[4] == 0x2d && at[10] == UInt8(ascii: "T"),
            let (value, length) = unsafe iso.take(at, end - at)
        {
            instant = value
            isISO = true
            unsafe at += length
        } else {
            return unsafe LineWalk.Stop(at, "a time, Mmm dd hh:mm:ss or of RFC 3339")
        }
        guard unsafe at < end && at.pointee == 0x20 else { return unsafe LineWalk.Stop(at, "a blank behind the time") }
        unsafe at += 1
        let head = unsafe at - line
        let host = unsafe at
        while unsafe at < end && at.pointee > 0x20 { unsafe at += 1 }
        guard unsafe at > host && at < end && at.pointee == 0x20 else {
            return unsafe LineWalk.Stop(at, "a host, then a blank")
        }
        guard unsafe SyslogHost.isHost(host, at, isISO) else { return unsafe LineWalk.Stop(host, "a host's name") }
        unsafe row[2] = FieldSpan(start: host - base, count: at - host)
        unsafe at += 1
        unsafe tag(&at, end, base, row)
        // Many logs begin with such a time and a word.
        if isISO, unsafe row[3].isAbsent && !SyslogHost.isKnownMessage(at, end) {
            return unsafe LineWalk.Stop(at, "a tag and a colon")
        }
        unsafe row[5] = FieldSpan(start: at - base, count: end - at)
        if let priority, !keepsHead {
            (unsafe row[0], unsafe row[1]) = unsafe SyslogPriority.write(priority.value, line, room: head, base)
        } else {
            unsafe row[0] = .absent
            unsafe row[1] = .absent
        }
        return nil
    }

    /// `tag: ` or `tag[pid]: `; where there is neither, all is message.
    private func tag(_ at: inout Bytes, _ end: Bytes, _ base: Bytes, _ row: UnsafeMutablePointer<FieldSpan>) {
        unsafe row[3] = .absent
        unsafe row[4] = .absent
        let tag = unsafe at
        var next = unsafe at
        while unsafe next < end && next.pointee > 0x20 && next.pointee != 0x3a && next.pointee != 0x5b {
            unsafe next += 1
        }
        let tagEnd = unsafe next
        var pid = FieldSpan.absent
        if unsafe next < end && next.pointee == 0x5b {
            let start = unsafe next + 1
            unsafe next = start
            while unsafe next < end && next.pointee > 0x20 && next.pointee != 0x5d { unsafe next += 1 }
            guard unsafe next < end && next.pointee == 0x5d else { return }
            pid = unsafe FieldSpan(start: start - base, count: next - start)
            unsafe next += 1
        }
        guard unsafe tagEnd > tag && next < end && next.pointee == 0x3a && (next + 1 == end || next[1] == 0x20) else {
            return
        }
        unsafe row[3] = FieldSpan(start: tag - base, count: tagEnd - tag)
        unsafe row[4] = pid
        unsafe at = min(next + 2, end)
    }

    /// `Mmm dd hh:mm:ss`, the day with a blank or a zero, as a number of ``LineTime``. Nil where it is no time.
    /// Invariant for the caller: 15 bytes may be read.
    private func stamp(_ start: Bytes) -> Int64? {
        func two(_ index: Int) -> Int? {
            let tens = unsafe start[index] == 0x20 && index == 4 ? 0 : start[index] &- 48
            let ones = unsafe start[index + 1] &- 48
            return tens <= 9 && ones <= 9 ? Int(tens) * 10 + Int(ones) : nil
        }
        guard unsafe start[3] == 0x20 && start[6] == 0x20 && start[9] == 0x3a && start[12] == 0x3a,
            let month = unsafe CivilTime.month(start[0], start[1], start[2]), let day = two(4), let hour = two(7),
            hour < 24, let minute = two(10), minute < 60, let second = two(13), second <= 60
        else {
            return nil
        }
        let clock = Int64(hour * 3600 + minute * 60 + second) * 1_000_000
        guard let micros = YearlessTime.micros(month: month, day: day, clock: clock) else { return nil }
        return LineTime.number(LineTime.Parts(value: micros, isLocal: true, isYearless: true))
    }
}
