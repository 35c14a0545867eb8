extension RotationState {
    private static let pathLimit = 4_096
    private static let faultLimit = 100

    /// Reads a state file of version 1 or 2. Lines that are wrong are left out, each with a fault that names it, the first
    /// hundred of them; an empty file is an empty state.
    package static func read(_ bytes: [UInt8], file: String) -> (state: RotationState, faults: [RotationFault]) {
        var state = RotationState()
        var faults: [RotationFault] = []
        var lines = StateLines(bytes)
        guard let header = lines.next() else { return (state, []) }
        let versions = [1, 2].map { Array("logrotate state -- version \($0)".utf8) }
        guard versions.contains(where: { header.trimmed.elementsEqual($0) }) else {
            let hint =
                "the first line is not \"logrotate state -- version 2\"; correct it, or move the file away: all logs count as new"
            return (state, [RotationFault(.malformed, at: "\(file):1", hint)])
        }
        state.reserve(bytes: bytes.count)
        while let line = lines.next() {
            guard !line.trimmed.isEmpty else { continue }
            do throws(BadValue) {
                let (path, rest) = try path(line.trimmed)
                state.add(path, try time(rest))
            } catch {
                guard faults.count < faultLimit else { continue }
                let hint = "\(error.text); the line is left out: write \"/path\" 2026-1-31-0:0:0"
                faults.append(RotationFault(.malformed, at: "\(file):\(lines.number)", hint))
            }
        }
        state.isUnchanged()
        return (state, faults)
    }

    /// The path that a line begins with, and what stands behind it.
    private static func path(_ line: ArraySlice<UInt8>) throws(BadValue) -> (ArraySlice<UInt8>, ArraySlice<UInt8>) {
        guard line.first == UInt8(ascii: "\"") else {
            let path = line.prefix { !$0.isBlank }
            return (try checked(path), line[path.endIndex...])
        }
        // Nearly every path stands there as it is.
        let start = line.startIndex + 1
        var at = start
        while at < line.endIndex, line[at] != UInt8(ascii: "\""), line[at] != UInt8(ascii: "\\") { at += 1 }
        if at < line.endIndex, line[at] == UInt8(ascii: "\"") {
            return (try checked(line[start..<at]), line[(at + 1)...])
        }
        var path: [UInt8] = []
        at = start
        while at < line.endIndex, path.count <= pathLimit {
            var byte = line[at]
            at += 1
            if byte == UInt8(ascii: "\"") { return (try checked(path[...]), line[at...]) }
            if byte == UInt8(ascii: "\\"), at < line.endIndex {
                byte = line[at] == UInt8(ascii: "n") ? .newline : line[at]
                at += 1
            }
            path.append(byte)
        }
        throw BadValue(
            path.count > pathLimit ? "the path is longer than \(pathLimit) bytes" : "the path has no quote behind it")
    }

    private static func checked(_ path: ArraySlice<UInt8>) throws(BadValue) -> ArraySlice<UInt8> {
        guard !path.isEmpty, !path.contains(0) else { throw BadValue("the path is empty or has a zero in it") }
        guard path.count <= pathLimit else { throw BadValue("the path is longer than \(pathLimit) bytes") }
        return path
    }

    /// `Y-M-D`, `Y-M-D-h`, `Y-M-D-h:m` or `Y-M-D-h:m:s`.
    private static func time(_ rest: ArraySlice<UInt8>) throws(BadValue) -> CalendarTime {
        let text = rest.trimmed
        var numbers = InlineArray<6, Int>(repeating: 0)
        var count = 0
        var at = text.startIndex
        while count < 6 {
            let digits = text[at...].prefix(5).prefix { $0.isDigit }
            guard !digits.isEmpty else { break }
            numbers[count] = digits.reduce(0) { $0 * 10 + Int($1 - 48) }
            count += 1
            at = digits.endIndex
            // Three dashes, then colons.
            guard at < text.endIndex, count < 6, text[at] == UInt8(ascii: count <= 3 ? "-" : ":") else { break }
            at += 1
        }
        let hasEnded = at == text.endIndex && text.last?.isDigit == true
        guard hasEnded, count >= 3 else { throw BadValue("the time is none") }
        let time = CalendarTime(
            year: numbers[0], month: numbers[1], day: numbers[2], hour: numbers[3], minute: numbers[4],
            second: numbers[5])
        guard let time else { throw BadValue("the calendar has no such time") }
        // logrotate writes 1900 for a log that was never rotated.
        guard time.year >= 1970 || time.year == 1900 else { throw BadValue("the year is before 1970") }
        return time
    }
}

/// The lines of a state file.
private struct StateLines {
    private let bytes: [UInt8]
    private var index = 0
    /// Of the line that was given last, from 1.
    private(set) var number = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func next() -> ArraySlice<UInt8>? {
        guard index < bytes.count else { return nil }
        let line = bytes[index...].prefix { $0 != .newline }
        index = line.endIndex + 1
        number += 1
        return line
    }
}

extension ArraySlice<UInt8> {
    /// Without blanks at both ends.
    var trimmed: ArraySlice<UInt8> {
        var end = endIndex
        while end > startIndex, self[end - 1].isBlank { end -= 1 }
        return self[startIndex..<end].drop { $0.isBlank }
    }
}
