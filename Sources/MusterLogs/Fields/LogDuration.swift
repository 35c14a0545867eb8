/// Durations as log lines write them, as millionths of a second.
enum LogDuration {
    /// What is longer is no duration of a log: about 290,000 years.
    private static let longest = Int64.max / 1_000

    /// A field's text whose plain numbers are multiples of a second divided by `perSecond`; one with units (`12ms`,
    /// `1.5s`, `1m2.5s` as Go writes it) says itself what it is; one with commas or colons is a list of those (`$upstream_response_time`
    /// of nginx), which counts as its sum without the parts that are `-`. What is finer than a millionth is dropped. Nil
    /// where the text is none of these.
    static func parse(_ text: Text, perSecond: Int) -> Int64? {
        if let number = LogQuantity.parse(text) { return scale(number, perSecond) }
        return parts(text, perSecond)
    }

    /// A number of millionths of a part of a second, as millionths of a second.
    @inline(__always)
    private static func scale(_ number: Int64, _ perSecond: Int) -> Int64 {
        perSecond <= 1 ? number : number / Int64(perSecond)
    }

    @inline(never)
    private static func parts(_ text: Text, _ perSecond: Int) -> Int64? {
        if let whole = whole(text, perSecond) ?? withUnits(text) { return whole }
        var sum: Int64?
        var hasSeparator = false
        var index = 0
        while index <= text.count {
            var end = index
            while end < text.count, text[end] != 0x2c, text[end] != 0x3a { end += 1 }
            hasSeparator = hasSeparator || end < text.count
            let part = trimmed(text[index..<end])
            if !part.isEmpty, !part.equals([0x2d]) {
                let value = LogQuantity.parse(part).map { scale($0, perSecond) }
                guard let value = value ?? whole(part, perSecond) ?? withUnits(part) else { return nil }
                let (total, overflow) = (sum ?? 0).addingReportingOverflow(value)
                if overflow { return nil }
                sum = total
            }
            index = end + 1
        }
        return hasSeparator ? sum : nil
    }

    /// A whole number that is too long for ``LogQuantity``: nanoseconds of some hours.
    private static func whole(_ text: Text, _ perSecond: Int) -> Int64? {
        guard perSecond >= 1_000_000, (1...18).contains(text.count) else { return nil }
        var value: Int64 = 0
        for index in 0..<text.count {
            let digit = text[index] &- 48
            if digit > 9 { return nil }
            value = value * 10 + Int64(digit)
        }
        return value / Int64(perSecond / 1_000_000)
    }

    /// One or more numbers, each with its unit: `1h2m3.5s`, `250µs`, `1.2 ms`. Nil where there is a number without one.
    static func withUnits(_ text: Text) -> Int64? {
        guard text.count <= 64 else { return nil }
        var sum: Int64 = 0
        var index = 0
        var isNegative = false
        if text.count > 1, text[0] == 0x2d {
            isNegative = true
            index = 1
        }
        guard index < text.count else { return nil }
        while index < text.count {
            let start = index
            while index < text.count, text[index] &- 48 < 10 || text[index] == 0x2e { index += 1 }
            guard index > start, let number = LogQuantity.parse(text[start..<index]) else { return nil }
            if index < text.count, text[index] == 0x20 { index += 1 }
            guard let unit = unit(text, &index), let value = times(number, unit) else { return nil }
            sum += value
            if sum > longest { return nil }
        }
        return isNegative ? -sum : sum
    }

    /// Millionths of a number of units; nil where it is over ``longest``.
    private static func times(_ number: Int64, _ unit: Unit) -> Int64? {
        let (product, overflow) = number.multipliedReportingOverflow(by: unit.factor)
        return overflow || product > longest ? nil : product / unit.divisor
    }

    private struct Unit {
        var factor: Int64
        var divisor: Int64 = 1
    }

    /// The unit at an index, which moves behind it.
    private static func unit(_ text: Text, _ index: inout Int) -> Unit? {
        let first = index < text.count ? text[index] : 0
        let second = index + 1 < text.count ? text[index + 1] : 0
        let hasS = second == UInt8(ascii: "s")
        switch first {
        case UInt8(ascii: "n") where hasS:
            index += 2
            return Unit(factor: 1, divisor: 1_000_000_000)
        case UInt8(ascii: "u") where hasS:
            index += 2
            return Unit(factor: 1, divisor: 1_000_000)
        case UInt8(ascii: "m") where hasS:
            index += 2
            return Unit(factor: 1, divisor: 1_000)
        // µ as U+00B5 or U+03BC.
        case 0xc2 where second == 0xb5, 0xce where second == 0xbc:
            guard index + 2 < text.count, text[index + 2] == UInt8(ascii: "s") else { return nil }
            index += 3
            return Unit(factor: 1, divisor: 1_000_000)
        case UInt8(ascii: "s"): index += 1
        case UInt8(ascii: "m"):
            index += 1
            return Unit(factor: 60)
        case UInt8(ascii: "h"):
            index += 1
            return Unit(factor: 3_600)
        case UInt8(ascii: "d"):
            index += 1
            return Unit(factor: 86_400)
        default: return nil
        }
        return Unit(factor: 1)
    }

    private static func trimmed(_ text: Text) -> Text {
        var start = 0
        var end = text.count
        while start < end, text[start] == 0x20 { start += 1 }
        while end > start, text[end - 1] == 0x20 { end -= 1 }
        return text[start..<end]
    }
}
