internal import MusterCore
internal import MusterText

extension LogReport.Value {
    /// For people; a text as it is, so whoever shows it makes it safe.
    package var text: String {
        switch self {
        case .none: "–"
        case .count(let count): count.grouped
        case .bytes(let bytes): ValueText.bytes(bytes)
        case .seconds(let seconds): ValueText.seconds(seconds)
        case .number(let number): ValueText.number(number)
        case .sum(let sum): sum.rounded.text
        case .share(let share): ValueText.share(share)
        case .text(let text): text
        }
    }

    /// For programs: plain digits in base units (bytes, seconds, shares from 0 to 1); nil where there is no value, and
    /// for a text.
    var plainNumber: String? {
        switch self {
        case .none, .text: nil
        case .count(let count): String(count)
        case .sum(let sum): sum.digits
        case .bytes(let value), .seconds(let value), .number(let value), .share(let value): LogReport.Value.plain(value)
        }
    }

    /// As a number; nil where it is none.
    var double: Double? {
        switch self {
        case .none, .text: nil
        case .count(let count): Double(count)
        case .sum(let sum): sum.rounded.double
        case .bytes(let value), .seconds(let value), .number(let value), .share(let value):
            value.isFinite ? value : nil
        }
    }

    /// Whole numbers without a point, for `1.5e+300` is as good a number as any but `12.0` no count of bytes.
    static func plain(_ value: Double) -> String? {
        guard value.isFinite else { return nil }
        return value == value.rounded() && abs(value) < 9_007_199_254_740_992 ? String(Int(value)) : value.description
    }
}

extension LogReport.Table {
    /// Column of the lines: the one named `count`, else the first whose values are counts.
    var countColumn: Int? {
        columns.firstIndex { $0.name == "count" }
            ?? columns.indices.first { index in
                if case .count? = rows.first?.value(index) { true } else { false }
            }
    }

    /// Whether a column holds shares of all lines, which are drawn as bars.
    func isShare(_ column: Int) -> Bool {
        if case .share? = rows.lazy.map({ $0.value(column) }).first(where: { $0 != .none }) { return true }
        return columns[column].name == "share"
    }

    /// What is to be known of the counts: `exact`, or the bound of Space-Saving.
    var precisionText: String {
        isExact
            ? "exact"
            : "at most " + errorBound.grouped + " too high (Space-Saving, " + counters.grouped + " counters)"
    }

    /// How many of the keys are shown, and how many there are: `20 of 12,345 keys`.
    var keysText: String {
        guard let distinct else {
            return counters > 0
                ? rows.count.grouped + " of more than " + counters.counted("key")
                : rows.count.grouped + " of an unknown number of keys"
        }
        // Keys that are shown whole have rows without lines as well.
        return distinct <= rows.count ? distinct.counted("key") : rows.count.grouped + " of " + distinct.counted("key")
    }
}

extension LogReport.Row {
    /// The value in a column; none where the row is too short.
    func value(_ column: Int) -> LogReport.Value { column < values.count ? values[column] : .none }

    /// The key of a field; empty where the row is too short.
    func key(_ field: Int) -> String { field < keys.count ? keys[field] : "" }
}

extension LogReport.Source {
    /// For a headline.
    var shownName: String { name == "-" ? "standard input" : name }
}

extension LogReport {
    /// Titles of the formats that lines were read in, each once, in the order of the sources.
    var formats: [String] {
        var formats: [String] = []
        for source in sources where !source.format.isEmpty && !formats.contains(source.format) {
            formats.append(source.format)
        }
        return formats
    }

    var elapsedSeconds: Double { Double(elapsed.nanoseconds) / 1e9 }

    /// Bytes read a second; nil where too little time passed to tell.
    var bytesPerSecond: Double? {
        elapsedSeconds > 0.001 && bytesRead > 0 ? Double(bytesRead) / elapsedSeconds : nil
    }

    /// Share of the lines that did not fit.
    var badShare: Double { lines > 0 ? Double(bad) / Double(lines) : 0 }
}

/// Names made different from each other and from the reserved ones: a second `path` becomes `path_2`.
func distinctNames(_ names: [String], reserved: Set<String> = []) -> [String] {
    var taken = reserved
    return names.map { name in
        var candidate = name
        var number = 2
        while !taken.insert(candidate).inserted {
            candidate = name + "_" + String(number)
            number += 1
        }
        return candidate
    }
}
