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

    /// The same for numbers of any size; one whose magnitude is over ``widest`` is a millionth more than that.
    @inline(never)
    static func wide(_ text: Text) -> Int128? {
        var index = 0
        let isNegative = text.count > 0 && text[0] == 0x2d
        if isNegative || (text.count > 0 && text[0] == 0x2b) { index = 1 }
        var digits = 0
        var value: Int128 = 0
        while index < text.count, text[index] &- 48 < 10 {
            value = min(value * 10 + Int128(text[index] &- 48), widest / Int128(one) + 1)
            (digits, index) = (digits + 1, index + 1)
        }
        value *= Int128(one)
        if index < text.count, text[index] == 0x2e {
            index += 1
            var scale = one / 10
            while index < text.count, text[index] &- 48 < 10 {
                value += Int128(scale * Int64(text[index] &- 48))
                scale /= 10
                (digits, index) = (digits + 1, index + 1)
            }
        }
        if digits == 0 { return nil }
        if index < text.count {
            guard text.count <= 40, let number = Double(text.string) else { return nil }
            return bounded(Int128(min(max(number * 1e6, -2e26), 2e26)))
        }
        return bounded(isNegative ? -value : value)
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
