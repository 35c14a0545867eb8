package import MusterCore

/// Numbers as people read them.
package enum ValueText {
    /// A fixed number of digits behind the point, never `-0`; `–` where it is no number.
    package static func fixed(_ value: Double, _ digits: Int) -> String {
        guard value.isFinite else { return "–" }
        let scale = [1.0, 10, 100, 1000, 10_000, 100_000, 1_000_000][max(0, min(6, digits))]
        let scaled = (value * scale).rounded()
        guard abs(scaled) < 1e15 else { return value.description }
        let (whole, part) = Int(scaled).magnitude.quotientAndRemainder(dividingBy: UInt(scale))
        let sign = scaled < 0 ? "-" : ""
        guard digits > 0 else { return sign + Int(whole).grouped }
        let fraction = String(part)
        return sign + Int(whole).grouped + "." + String(repeating: "0", count: digits - fraction.utf8.count) + fraction
    }

    /// A share from 0 to 1: `91.2%`. What is more than nothing is never told as nothing: `<0.1%`.
    package static func share(_ value: Double, digits: Int = 1) -> String {
        guard value.isFinite else { return "–" }
        let text = fixed(value * 100, digits)
        let least = digits > 1 ? "<0.01%" : digits > 0 ? "<0.1%" : "<1%"
        return value > 0 && text.utf8.allSatisfy { $0 == 48 || $0 == 46 } ? least : text + "%"
    }

    /// A small share, with two digits where it is below one in a hundred: `0.06%`.
    package static func smallShare(_ value: Double) -> String { share(value, digits: value < 0.00995 ? 2 : 1) }

    /// `812 B`, `64.0 KB`, `2.21 GB`: three digits, powers of 1024.
    package static func bytes(_ value: Double) -> String {
        guard value.isFinite else { return "–" }
        let units = ["B", "KB", "MB", "GB", "TB", "PB", "EB"]
        var scaled = value
        var unit = 0
        // What rounds to four digits is told in the next unit.
        while abs(scaled) >= 999.5, unit < units.count - 1 {
            scaled /= 1024
            unit += 1
        }
        if unit == 0 { return fixed(scaled, scaled == scaled.rounded() ? 0 : 1) + " B" }
        return significant(scaled) + " " + units[unit]
    }

    /// `850µs`, `12.3ms`, `2.04s`, `3m05s`.
    package static func seconds(_ value: Double) -> String {
        guard value.isFinite else { return "–" }
        if value < 0 { return "-" + seconds(-value) }
        if value == 0 { return "0s" }
        if value < 1e-6 { return "<1µs" }
        return Duration.nanoseconds(Int64(min(value, 9e9) * 1e9)).text
    }

    /// Any other number: whole ones as they are, others with about three digits that say something.
    package static func number(_ value: Double) -> String {
        guard value.isFinite else { return "–" }
        if value == value.rounded() { return fixed(value, 0) }
        if abs(value) < 0.001 { return value.description }
        return abs(value) < 1 ? fixed(value, 4) : significant(value)
    }

    /// A count in a few columns: `950`, `12.3K`, `4.56M`.
    package static func compact(_ value: Double) -> String {
        guard value.isFinite else { return "–" }
        let units = ["", "K", "M", "G", "T", "P", "E"]
        var scaled = value
        var unit = 0
        while abs(scaled) >= 999.5, unit < units.count - 1 {
            scaled /= 1000
            unit += 1
        }
        if scaled == scaled.rounded() { return fixed(scaled, 0) + units[unit] }
        return significant(scaled) + units[unit]
    }

    private static func significant(_ value: Double) -> String {
        fixed(value, abs(value) < 9.995 ? 2 : abs(value) < 99.95 ? 1 : 0)
    }
}

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
