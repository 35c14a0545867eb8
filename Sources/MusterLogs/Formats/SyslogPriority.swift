/// The number in `<…>` before a syslog message: facility times eight and severity (RFC 5424 §6.2.1).
enum SyslogPriority {
    /// Names of the severities, from 0.
    static let severities: [StaticString] = [
        "emerg", "alert", "crit", "err", "warning", "notice", "info", "debug",
    ]
    private static let facilities: [StaticString] = [
        "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp", "ntp",
        "audit", "alert", "clock", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
    ]

    /// Reads `<0>` to `<191>`; nil where there is none. `length` counts the brackets.
    /// Invariant for the caller: a line feed or padding stops the reading.
    static func read(_ start: ByteScan.Bytes) -> (value: Int, length: Int)? {
        guard unsafe start.pointee == 0x3c else { return nil }
        var value = 0
        var at = 1
        while at <= 3, unsafe LineWalk.isDigit(start[at]) {
            value = unsafe value * 10 + Int(start[at]) - 48
            at += 1
        }
        guard unsafe at > 1 && start[at] == 0x3e && value < 192 && (at == 2 || start[1] != 0x30) else { return nil }
        return (value, at + 1)
    }

    /// Writes the names of a severity and a facility over the `room` bytes of a line's head, which has been read: fields
    /// are bytes of the chunk. Where there is no room the field is absent.
    /// Invariant for the caller: `room` bytes from `head` lie in the chunk and no field lies in them.
    static func write(
        _ priority: Int, _ head: ByteScan.Bytes, room: Int, _ base: ByteScan.Bytes
    ) -> (level: FieldSpan, facility: FieldSpan) {
        var used = 0
        func put(_ name: StaticString) -> FieldSpan {
            let count = name.utf8CodeUnitCount
            guard used + count <= room else { return .absent }
            unsafe UnsafeMutablePointer(mutating: head + used).update(from: name.utf8Start, count: count)
            defer { used += count }
            return unsafe FieldSpan(start: head - base + used, count: count)
        }
        return (put(severities[priority & 7]), put(facilities[priority >> 3]))
    }
}
