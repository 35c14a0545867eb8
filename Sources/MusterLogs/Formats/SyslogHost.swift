/// Tells hosts of syslog from other words that stand behind a time.
enum SyslogHost {
    /// Levels as programs write them behind the time: none is a host.
    private static let levels: [StaticString] = [
        "TRACE", "DEBUG", "INFO", "NOTICE", "WARN", "WARNING", "ERROR", "FATAL", "CRITICAL", "SEVERE",
    ]

    /// Messages of syslog daemons that have no tag.
    private static let messages: [StaticString] = ["last message repeated ", "message repeated ", "-- MARK --"]

    /// Whether a word may be a host. No name has brackets, quotes or `=`, or ends in a single colon; behind a time that
    /// other programs write too (`isStrict`) it is neither a number nor a level.
    static func isHost(_ start: ByteScan.Bytes, _ end: ByteScan.Bytes, _ isStrict: Bool) -> Bool {
        var isNumber = true
        var at = unsafe start
        while unsafe at < end {
            let byte = unsafe at.pointee
            if byte == 0x5b || byte == 0x5d || byte == 0x22 || byte == 0x3d || byte == 0x7c { return false }
            if !LineWalk.isDigit(byte) { isNumber = false }
            unsafe at += 1
        }
        if unsafe end[-1] == 0x3a && (end - start < 2 || end[-2] != 0x3a) { return false }
        if !isStrict { return true }
        return !isNumber
            && !levels.contains { unsafe end - start == $0.utf8CodeUnitCount && begins(start, end, $0) }
    }

    /// Whether a text without a tag is one that syslog daemons write.
    static func isKnownMessage(_ start: ByteScan.Bytes, _ end: ByteScan.Bytes) -> Bool {
        messages.contains { unsafe begins(start, end, $0) }
    }

    private static func begins(_ start: ByteScan.Bytes, _ end: ByteScan.Bytes, _ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard unsafe end - start >= count else { return false }
        // Invariant: both have `count` bytes.
        for index in 0..<count where unsafe start[index] != text.utf8Start[index] { return false }
        return true
    }
}
