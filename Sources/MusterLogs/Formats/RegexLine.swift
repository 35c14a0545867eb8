/// Lines by a regular expression with named groups: `regex:^(?<ip>\S+) (?<status>\d{3})$`. The slow way: some tens of
/// megabytes a second. A group named `time` is read as the time: ISO 8601, the common log format's, or a number since 1970.
package enum RegexLine {
    package static let notation = LogFormatNotation(
        name: "regex", summary: "a regular expression with named groups, (?<ip>…); the slow way",
        isLikely: { $0.contains("(?<") || $0.contains("(?P<") }
    ) { (text, _) throws(LogFormatFault) in
        let pattern = try BytePatternProgram(text)
        guard !pattern.names.isEmpty else {
            throw LogFormatFault("no named group: write (?<url>…) around what is a field")
        }
        let fields = pattern.names.filter { $0 != "time" }.map { LogField($0, JSONLine.kind($0)) }
        return LineReading(title: "regex: \(text)", fields: fields, hasTime: pattern.names.contains("time")) {
            RegexParser(pattern)
        }
    }
}

private final class RegexParser: LineParser {
    private let pattern: BytePattern
    private var time = LooseTime()

    init(_ program: BytePatternProgram) { pattern = BytePattern(program) }

    func obey(_ limit: ScanLimit) { pattern.limit = limit }

    func parse(_ chunk: Chunk, _ cursor: inout Int, into batch: inout RowBatch) {
        let base = unsafe UnsafePointer(chunk.base)
        unsafe LineWalk.lines(of: chunk, &cursor, into: &batch) { line, end, row, instant in
            guard pattern.matches(unsafe Text(start: line, count: end - line)) else {
                return unsafe LineWalk.Stop(line, "a line that the expression matches")
            }
            var column = 0
            for (index, name) in pattern.names.enumerated() {
                let place = pattern.capture(index)
                if name == "time" {
                    if let place { instant = unsafe time.read(line + place.lowerBound, place.count) }
                    continue
                }
                unsafe row[column] =
                    place.map { unsafe FieldSpan(start: line - base + $0.lowerBound, count: $0.count) } ?? .absent
                column += 1
            }
            return nil
        }
    }
}
