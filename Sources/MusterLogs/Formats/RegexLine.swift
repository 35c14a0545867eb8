internal import MusterPattern

/// Lines by a regular expression with named groups: `regex:^(?<ip>\S+) (?<status>\d{3})$`. A group named `time` is read as the
/// time: ISO 8601, the common log format's, or a number since 1970.
package enum RegexLine {
    package static let notation = LogFormatNotation(
        name: "regex", summary: "a regular expression with named groups, (?<ip>…)",
        isLikely: { $0.contains("(?<") || $0.contains("(?P<") }
    ) { (text, _) throws(LogFormatFault) in
        let pattern = try compile(text)
        guard !pattern.names.isEmpty else {
            throw LogFormatFault("no named group: write (?<url>…) around what is a field")
        }
        let fields = pattern.names.filter { $0 != "time" }.map { LogField($0, JSONLine.kind($0)) }
        return LineReading(title: "regex: \(text)", fields: fields, hasTime: pattern.names.contains("time")) {
            RegexParser(pattern)
        }
    }

    private static func compile(_ text: String) throws(LogFormatFault) -> Pattern {
        do { return try Pattern(text, groups: .named) } catch { throw LogFormatFault(error.hint, at: error.offset) }
    }
}

private final class RegexParser: LineParser {
    private let matcher: PatternMatcher
    private var time = LooseTime()
    /// By group, whether it is the line's time.
    private let isTime: [Bool]

    init(_ pattern: Pattern) {
        matcher = PatternMatcher(pattern)
        isTime = pattern.names.map { $0 == "time" }
    }

    func obey(_ limit: ScanLimit) { matcher.limit = limit }

    func parse(_ chunk: Chunk, _ cursor: inout Int, into batch: inout RowBatch) {
        let base = unsafe UnsafePointer(chunk.base)
        let isTime = isTime
        unsafe LineWalk.lines(of: chunk, &cursor, into: &batch) { line, end, row, instant in
            guard matcher.find(in: unsafe Text(start: line, count: end - line)) != nil else {
                return unsafe LineWalk.Stop(line, "a line that the expression matches")
            }
            var column = 0
            let groups = matcher.groups
            for index in isTime.indices {
                let (start, end) = (groups[2 * index], groups[2 * index + 1])
                if isTime[index] {
                    if start >= 0 { instant = unsafe time.read(line + start, end - start) }
                    continue
                }
                unsafe row[column] = start < 0 ? .absent : FieldSpan(start: line - base + start, count: end - start)
                column += 1
            }
            return nil
        }
    }
}
