extension LogReport {
    /// A sum of numbers, exact to the millionth.
    package struct Sum: Sendable, Hashable {
        /// What is summed up.
        package enum Unit: Sendable, Hashable {
            case none, bytes, seconds
        }

        package var millionths: Int128
        package var unit: Unit

        package init(millionths: Int128, unit: Unit = .none) {
            self.millionths = millionths
            self.unit = unit
        }

        /// The nearest value of 64 bits, for people.
        package var rounded: Value {
            let number = Double(millionths) / 1e6
            return switch unit {
            case .none: .number(number)
            case .bytes: .bytes(number)
            case .seconds: .seconds(number)
            }
        }

        /// All its digits, without zeros at their end: `12345678901.123456`.
        package var digits: String {
            let (whole, part) = millionths.magnitude.quotientAndRemainder(dividingBy: 1_000_000)
            var text = (millionths < 0 ? "-" : "") + String(whole)
            guard part > 0 else { return text }
            let fraction = String(part)
            text += "." + String(repeating: "0", count: 6 - fraction.utf8.count) + fraction
            while text.hasSuffix("0") { text.removeLast() }
            return text
        }
    }
}
