/// Labels of axes: as short as they can be.
package enum AxisText {
    /// `0`, `500`, `1.5K`.
    package static func count(_ value: Double) -> String {
        let text = ValueText.compact(value)
        guard text.contains(".") else { return text }
        let unit = text.filter { $0.isLetter }
        var digits = text.filter { !$0.isLetter }
        while digits.last == "0" { digits.removeLast() }
        if digits.last == "." { digits.removeLast() }
        return digits + unit
    }

    /// `0%`, `0.5%`, `20%`, with as many digits as the step needs.
    package static func share(_ value: Double, step: Double) -> String {
        value == 0 ? "0%" : ValueText.fixed(value * 100, step < 0.00099 ? 2 : step < 0.0099 ? 1 : 0) + "%"
    }

    /// A power of ten of seconds, or 2 or 5 times one: `10ms`, `500µs`, `2s`, `1m`.
    package static func seconds(_ value: Double) -> String {
        if value < 0.999e-3 { return ValueText.fixed(value * 1e6, 0) + "µs" }
        if value < 0.999 { return ValueText.fixed(value * 1e3, 0) + "ms" }
        return ValueText.fixed(value, 0) + "s"
    }
}
