/// What `docker compose logs` prints: `web-1  | text`, the name padded so that all bars stand below each other; with or
/// without colours.
package enum ComposeLine {
    package static let format = LogFormat(name: "compose", summary: "what docker compose logs prints") { _ in
        LineReading(title: "compose", fields: fields, hasTime: false) { ComposeParser() }
    }

    package static let carrier = Carrier(format, hasTime: false) { _ in (fields, { ComposeParser() }) }

    private static let fields = [LogField("app", origin: "service"), LogField("message")]
}

private final class ComposeParser: LineCarrier {
    private typealias Bytes = ByteScan.Bytes

    func open(
        _ line: ByteScan.Bytes, _ end: ByteScan.Bytes, _ base: ByteScan.Bytes, _ row: UnsafeMutablePointer<FieldSpan>,
        _ text: inout CarriedText
    ) -> LineWalk.Stop? {
        let name = unsafe Self.passColour(line, end)
        var at = unsafe name
        while unsafe at < end && Self.isName(at.pointee) { unsafe at += 1 }
        let nameEnd = unsafe at
        while unsafe at < end && at.pointee == 0x20 { unsafe at += 1 }
        // Two blanks at least: a table of other things rarely has them.
        guard unsafe nameEnd > name && at - nameEnd >= 2 && at < end && at.pointee == 0x7c else {
            return unsafe LineWalk.Stop(at, "a container's name, two blanks and |")
        }
        unsafe at = Self.passColour(at + 1, end)
        if unsafe at < end {
            guard unsafe at.pointee == 0x20 else { return unsafe LineWalk.Stop(at, "a blank behind the |") }
            unsafe at += 1
        }
        unsafe row[0] = FieldSpan(start: name - base, count: nameEnd - name)
        unsafe row[1] = FieldSpan(start: at - base, count: end - at)
        unsafe text.start = at
        unsafe text.end = end
        return nil
    }

    private static func isName(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- 97 < 26 || LineWalk.isDigit(byte) || byte == 0x2d || byte == 0x2e || byte == 0x5f
    }

    /// Passes over `ESC [ 36 m`.
    private static func passColour(_ start: Bytes, _ end: Bytes) -> Bytes {
        guard unsafe end - start > 2 && start[0] == 0x1b && start[1] == 0x5b else { return unsafe start }
        var at = unsafe start + 2
        while unsafe at < end && (LineWalk.isDigit(at.pointee) || at.pointee == 0x3b) { unsafe at += 1 }
        return unsafe at < end && at.pointee == UInt8(ascii: "m") ? at + 1 : start
    }
}
