/// Numbers of log lines as whole millionths, so that sums are exact and the same in any order.
enum LogQuantity {
    static let one: Int64 = 1_000_000

    /// A decimal number (`12`, `-0.250`, `1.5e3`) as millionths; digits beyond the sixth decimal are dropped. Nil where
    /// the text is no number or its magnitude is over 9.2e12.
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
        guard text.count <= 40, let value = Double(text.string), value.isFinite, abs(value) <= 9.2e12 else {
            return nil
        }
        return Int64((value * 1e6).rounded(.towardZero))
    }
}
