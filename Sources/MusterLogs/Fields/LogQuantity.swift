/// Numbers of log lines as whole millionths, so that sums are exact and the same in any order.
enum LogQuantity {
    static let one: Int64 = 1_000_000

    /// A decimal number (`12`, `-0.250`, `1.5e3`) as millionths; digits beyond the sixth decimal are dropped. Nil where
    /// the text is no number or its magnitude is over 9.2e12: ``wide(_:)`` reads those.
    static func parse(_ text: Text) -> Int64? {
        // Invariant: every index is below the count.
        let start = unsafe text.start
        let count = text.count
        var index = 0
        var isNegative = false
        if count > 0, unsafe start[0] == 0x2d || start[0] == 0x2b {
            isNegative = unsafe start[0] == 0x2d
            index = 1
        }
        let digits = index
        var value: Int64 = 0
        while index < count {
            let digit = unsafe start[index] &- 48
            if digit > 9 { break }
            if value > 900_000_000_000 { return slow(text) }
            value = value &* 10 &+ Int64(digit)
            index += 1
        }
        guard unsafe index > digits || (index < count && start[index] == 0x2e) else { return nil }
        value = value &* one
        if index < count, unsafe start[index] == 0x2e {
            index += 1
            let fraction = index
            var scale = one / 10
            while index < count {
                let digit = unsafe start[index] &- 48
                if digit > 9 { break }
                value = value &+ Int64(digit) &* scale
                scale /= 10
                index += 1
            }
            if index == fraction, fraction == digits + 1 { return nil }
        }
        if index < count { return slow(text) }
        return isNegative ? -value : value
    }

    /// Exponents and long numbers.
    @inline(never)
    private static func slow(_ text: Text) -> Int64? {
        guard let value = wide(text), value.magnitude <= 9_200_000_000_000_000_000 else { return nil }
        return Int64(value)
    }

    /// The greatest magnitude of a number that is told from greater ones: 1e20.
    static let widest = Int128(one) * 10_000_000_000 * 10_000_000_000

    /// The same, just as exactly, for numbers of any size; one whose magnitude is over ``widest`` is a millionth more than that.
    @inline(never)
    static func wide(_ text: Text) -> Int128? {
        var index = 0
        let isNegative = text.count > 0 && text[0] == 0x2d
        if isNegative || (text.count > 0 && text[0] == 0x2b) { index = 1 }
        var digits = Digits()
        digits.take(text, &index, isFraction: false)
        if index < text.count, text[index] == 0x2e {
            index += 1
            digits.take(text, &index, isFraction: true)
        }
        if digits.count == 0 { return nil }
        if index < text.count {
            guard text[index] | 0x20 == 0x65, let exponent = exponent(text, index + 1) else { return nil }
            digits.scale += exponent
        }
        let value = digits.millionths
        return isNegative ? -value : value
    }

    /// The whole number that is the rest of a text; nil where that is none.
    private static func exponent(_ text: Text, _ start: Int) -> Int? {
        var index = start
        let isNegative = index < text.count && text[index] == 0x2d
        if isNegative || (index < text.count && text[index] == 0x2b) { index += 1 }
        guard index < text.count else { return nil }
        var value = 0
        while index < text.count {
            guard text[index] &- 48 < 10 else { return nil }
            // Far beyond all that makes a difference.
            value = min(value * 10 + Int(text[index] &- 48), 1_000_000_000)
            index += 1
        }
        return isNegative ? -value : value
    }

    /// Digits of a number without its sign: `value` times ten to the power of `scale`.
    private struct Digits {
        private var value: Int128 = 0
        var scale = 0
        private(set) var count = 0
        /// Digits from the first that is not 0.
        private var significant = 0

        /// Takes the digits at an index. What stands behind the first 31 that say something is too small to count.
        mutating func take(_ text: Text, _ index: inout Int, isFraction: Bool) {
            while index < text.count, text[index] &- 48 < 10 {
                if significant < 31 {
                    value = value * 10 + Int128(text[index] &- 48)
                    if value > 0 { significant += 1 }
                    if isFraction { scale -= 1 }
                } else if !isFraction {
                    scale += 1
                }
                (count, index) = (count + 1, index + 1)
            }
        }

        /// As ``LogQuantity/wide(_:)`` gives it.
        var millionths: Int128 {
            let shift = scale + 6
            if value == 0 || shift < -38 { return 0 }
            if shift < 0 { return LogQuantity.bounded(value / Self.power(-shift)) }
            let isBeyond = shift > 27 || value > LogQuantity.widest / Self.power(shift)
            return isBeyond ? LogQuantity.widest + 1 : value * Self.power(shift)
        }

        private static func power(_ exponent: Int) -> Int128 {
            var power: Int128 = 1
            for _ in 0..<exponent { power *= 10 }
            return power
        }
    }

    /// A number as ``wide(_:)`` gives it.
    static func bounded(_ value: Int128) -> Int128 { min(max(value, -widest - 1), widest + 1) }

    /// A number in 64 bits. One that they cannot hold is ±`Int64.max`, which compares rightly with all that they can.
    static func saturated(_ value: Int128) -> Int64 {
        Int64(min(max(value, -Int128(Int64.max)), Int128(Int64.max)))
    }

    /// Whether a number of 64 bits may stand for one that they cannot hold.
    @inline(__always)
    static func isSaturated(_ value: Int64) -> Bool { value == .max || value == -.max }
}
