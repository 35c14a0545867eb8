/// What `journalctl -o json` prints (systemd, "Journal Export Formats", JSON). A value of bytes is read as text,
/// `PRIORITY` as the name of its level; any other wanted name is a key of the journal's.
package enum JournalLine {
    package static let format = LogFormat(name: "journald", summary: "what journalctl -o json prints") { wanted in
        let (fields, keys) = columns(wanted.map(Carrier.ownName))
        return LineReading(title: "journald", fields: fields, hasTime: true) { JournalParser(keys) }
    }

    package static let carrier = Carrier(format) { wanted in
        let (fields, keys) = columns(wanted.filter { $0 != "time" })
        return (fields, { JournalParser(keys) })
    }

    fileprivate static let fixed: [(field: LogField, keys: [String])] = [
        (LogField("level", origin: "PRIORITY"), ["PRIORITY"]),
        (LogField("message", origin: "MESSAGE"), ["MESSAGE"]),
        (LogField("host", origin: "_HOSTNAME"), ["_HOSTNAME"]),
        (LogField("app", origin: "SYSLOG_IDENTIFIER"), ["SYSLOG_IDENTIFIER", "_COMM"]),
        (LogField("pid", origin: "_PID"), ["_PID", "SYSLOG_PID"]),
        (LogField("unit", origin: "_SYSTEMD_UNIT"), ["_SYSTEMD_UNIT", "UNIT"]),
    ]

    private static func columns(_ wanted: [String]) -> (fields: [LogField], keys: JSONKeys) {
        let known = Set(fixed.flatMap { [$0.field.name, $0.field.origin] })
        let others = JSONLine.columns(
            wanted.filter { !known.contains($0) && !known.contains(FieldVocabulary.canonical($0)) })
        let keys = JSONKeys(
            columns: fixed.map(\.keys) + others.map { JSONLine.candidates($0.name) }, times: ["__REALTIME_TIMESTAMP"])
        return (fixed.map(\.field) + others, keys)
    }
}

private final class JournalParser: LineCarrier {
    private typealias Bytes = ByteScan.Bytes
    private static let level = 0
    private static let message = 1
    private let scanner: JSONScanner
    private var time = TimeReader(.epoch(perSecond: 1_000_000))

    init(_ keys: JSONKeys) { scanner = JSONScanner(keys) }

    func open(
        _ line: ByteScan.Bytes, _ end: ByteScan.Bytes, _ base: ByteScan.Bytes, _ row: UnsafeMutablePointer<FieldSpan>,
        _ text: inout CarriedText
    ) -> LineWalk.Stop? {
        var values = unsafe JSONValues(line)
        guard let behind = unsafe scanner.read(line, &values) else {
            return unsafe LineWalk.Stop(values.place, values.expected)
        }
        guard unsafe JSONValues.space(behind) >= end else { return unsafe LineWalk.Stop(behind, "the end of the line") }
        let last = scanner.slotCount - 1
        let stamp = unsafe scanner.slots[last]
        guard let stampStart = unsafe stamp.start, let value = unsafe time.read(stampStart, stamp.count) else {
            return unsafe LineWalk.Stop(line, "__REALTIME_TIMESTAMP, as journalctl writes it")
        }
        scanner.unescape()
        decodeArrays()
        text.time = value
        text.stamp = unsafe FieldSpan(start: stampStart - base, count: stamp.count)
        for slot in 0..<last {
            let found = unsafe scanner.slots[slot]
            unsafe row[slot] = found.start.map { unsafe FieldSpan(start: $0 - base, count: found.count) } ?? .absent
        }
        unsafe nameLevel(&row[Self.level], base)
        unsafe text.start = behind - 1
        unsafe text.end = behind - 1
        text.isDecoded = true
        let message = unsafe scanner.slots[Self.message]
        if let start = unsafe message.start {
            unsafe text.start = start
            unsafe text.end = start + message.count
        }
        return nil
    }

    /// Writes the name of a level over the key before its digit: `PRIORITY":` has room for it.
    private func nameLevel(_ span: inout FieldSpan, _ base: Bytes) {
        guard span.count == 1 else { return }
        // Invariant: the key and a colon, ten bytes, lie before the value in the line, which a parser may write.
        let digit = unsafe UnsafeMutablePointer(mutating: base + Int(span.start))
        let severity = unsafe Int(digit.pointee) - 48
        guard SyslogPriority.severities.indices.contains(severity) else { return }
        let name = SyslogPriority.severities[severity]
        let count = name.utf8CodeUnitCount
        unsafe (digit - count).update(from: name.utf8Start, count: count)
        span = FieldSpan(start: Int(span.start) - count, count: count)
    }

    /// Makes texts of arrays of bytes where they stand; slots that share one get the same.
    private func decodeArrays() {
        for slot in 0..<scanner.slotCount - 1 {
            guard let start = unsafe scanner.slots[slot].start, unsafe start.pointee == 0x5b && start[-1] != 0x22,
                unsafe scanner.slots[slot].rank != .min
            else { continue }
            let written = unsafe scanner.slots[slot].count
            let count = unsafe Self.decode(UnsafeMutablePointer(mutating: start), written)
            for other in slot..<scanner.slotCount - 1 where unsafe scanner.slots[other].start == start {
                unsafe scanner.slots[other].count = count
                // Its first byte may be a bracket again.
                unsafe scanner.slots[other].rank = .min
            }
        }
    }

    /// Writes the bytes that `[72,105]` stands for over it and returns how many they are; what is no such array stays.
    private static func decode(_ start: UnsafeMutablePointer<UInt8>, _ count: Int) -> Int {
        var (value, digits, written) = (0, 0, 0)
        for isWriting in [false, true] {
            (value, digits, written) = (0, 0, 0)
            // Invariant: `[` and the numbers before are longer than what was written.
            for index in 1..<count {
                let byte = unsafe start[index]
                if LineWalk.isDigit(byte), digits < 3 {
                    value = value * 10 + Int(byte) - 48
                    digits += 1
                } else if byte == 0x2c || byte == 0x5d {
                    if digits == 0, count == 2 { break }
                    guard digits > 0, value < 256, byte == 0x2c || index == count - 1 else { return count }
                    if isWriting { unsafe start[written] = UInt8(value) }
                    (value, digits, written) = (0, 0, written + 1)
                } else if !LineWalk.isBlank(byte) {
                    return count
                }
            }
        }
        return written
    }
}
