import MusterCore

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
