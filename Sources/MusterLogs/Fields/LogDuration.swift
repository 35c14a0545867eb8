/// Durations as log lines write them, as millionths of a second.
enum LogDuration {
    /// A field's text whose plain numbers are multiples of a second divided by `perSecond`; one with units (`12ms`,
    /// `1.5s`, `1m2.5s` as Go writes it) says itself what it is; one with commas or colons is a list of those (`$upstream_response_time`
    /// of nginx), which counts as its sum without the parts that are `-`. What is finer than a millionth is dropped. Nil
    /// where the text is none of these; ±`Int64.max` for what 64 bits cannot hold.
    static func parse(_ text: Text, perSecond: Int) -> Int64? {
        if let number = LogQuantity.parse(text) { return perSecond <= 1 ? number : number / Int64(perSecond) }
        return wide(text, perSecond: perSecond).map(LogQuantity.saturated)
    }

    /// The same, with room for greater ones (``LogQuantity/wide(_:)``).
    @inline(never)
    static func wide(_ text: Text, perSecond: Int) -> Int128? {
        if let whole = one(text, perSecond) { return whole }
        var sum: Int128?
        var hasSeparator = false
        var index = 0
        while index <= text.count {
            var end = index
            while end < text.count, text[end] != 0x2c, text[end] != 0x3a { end += 1 }
            hasSeparator = hasSeparator || end < text.count
            let part = trimmed(text[index..<end])
            if !part.isEmpty, !part.equals([0x2d]) {
                guard let value = one(part, perSecond) else { return nil }
                sum = LogQuantity.bounded((sum ?? 0) + value)
            }
            index = end + 1
        }
        return hasSeparator ? sum : nil
    }

    /// A number of parts of a second, or of the units behind it.
    private static func one(_ text: Text, _ perSecond: Int) -> Int128? {
        guard let number = LogQuantity.wide(text) else { return withUnits(text) }
        return number.magnitude > LogQuantity.widest.magnitude ? number : number / Int128(max(1, perSecond))
    }

    /// One or more numbers, each with its unit: `1h2m3.5s`, `250µs`, `1.2 ms`. Nil where there is a number without one.
    static func withUnits(_ text: Text) -> Int128? {
        guard text.count <= 64 else { return nil }
        var sum: Int128 = 0
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
            guard index > start, let number = number(text[start..<index]) else { return nil }
            if index < text.count, text[index] == 0x20 { index += 1 }
            guard let unit = unit(text, &index) else { return nil }
            sum = LogQuantity.bounded(sum + times(number, unit))
        }
        return isNegative ? -sum : sum
    }

    private static func number(_ text: Text) -> Int128? {
        LogQuantity.parse(text).map { Int128($0) } ?? LogQuantity.wide(text)
    }

    /// Millionths of a number of units.
    private static func times(_ number: Int128, _ unit: Unit) -> Int128 {
        // Division of 128 bits is slow, and seldom needed.
        if let number = Int64(exactly: number) {
            let (product, overflow) = number.multipliedReportingOverflow(by: unit.factor)
            if !overflow { return Int128(product / unit.divisor) }
        }
        return number * Int128(unit.factor) / Int128(unit.divisor)
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
