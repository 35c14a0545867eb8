internal import Glibc

/// A logarithmic axis between two values.
struct LogScale {
    private let low: Double
    private let high: Double

    /// From the least to the greatest of some values with a little room around them, at least so many powers of ten; nil
    /// where none is above 0.
    init?(_ values: [Double], room: Double = 0.04, least powers: Double = 1) {
        let values = values.filter { $0 > 0 && $0.isFinite }
        guard let least = values.min(), let greatest = values.max() else { return nil }
        let (first, last) = (log10(least), log10(greatest))
        let middle = (first + last) / 2
        let half = max((last - first) / 2 * (1 + 2 * room), powers / 2)
        (low, high) = (middle - half, middle + half)
    }

    /// From 0 to 1; what is no more than nothing lies at 0.
    func place(_ value: Double) -> Double {
        guard value > 0 else { return 0 }
        return max(0, min(1, (log10(value) - low) / (high - low)))
    }

    /// Powers of ten, and where these are few also 2 and 5 times them; at most about ten.
    var ticks: [Double] {
        let factors: [Double] =
            switch high - low {
            case ..<0.7: [1, 1.2, 1.5, 2, 3, 5, 8]
            case ..<1.6: [1, 2, 5]
            case ..<2.6: [1, 3]
            default: [1]
            }
        let from = Int(low.rounded(.down))
        let to = Int(high.rounded(.up))
        return stride(from: from, through: to, by: (to - from) / 9 + 1).flatMap { exponent in
            factors.map { pow(10, Double(exponent)) * $0 }
        }
        .filter { log10($0) >= low && log10($0) <= high }
    }
}

/// A scale of nines: as far from 90 % to 99 % as from there to 99.9 %, for the end of a distribution is what is of interest.
enum NinesScale {
    private static let most = 3.3

    /// From 0 to 1, for a share from 0 to 99.95 % and beyond.
    static func place(_ share: Double) -> Double {
        guard share < 1 else { return 1 }
        return min(1, -log10(1 - max(0, share)) / most)
    }

    static let ticks: [(share: Double, label: String)] = [
        (0, "0"), (0.5, "50%"), (0.9, "90%"), (0.99, "99%"), (0.999, "99.9%"),
    ]
}
