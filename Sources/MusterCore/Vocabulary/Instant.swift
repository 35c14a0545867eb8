/// A point on the monotonic clock, in nanoseconds since a start that only the clock knows.
///
/// A number of our own instead of `ContinuousClock.Instant`: a manual clock can make one, the timer wheel can divide it,
/// and comparing two costs one instruction.
@frozen
package struct Instant: InstantProtocol, Hashable, Sendable {
    /// Nanoseconds since the clock's start; only differences mean something.
    package var nanoseconds: Int64

    @inlinable
    package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// Later than every instant a clock gives.
    package static let distantFuture = Instant(nanoseconds: .max)

    @inlinable
    package static func < (left: Instant, right: Instant) -> Bool { left.nanoseconds < right.nanoseconds }

    /// The instant `duration` later; the far future where it would overflow.
    @inlinable
    package func advanced(by duration: Duration) -> Instant {
        let (sum, overflow) = nanoseconds.addingReportingOverflow(duration.nanoseconds)
        return overflow
            ? (duration < .zero ? Instant(nanoseconds: .min) : Instant(nanoseconds: .max)) : Instant(nanoseconds: sum)
    }

    @inlinable
    package func duration(to other: Instant) -> Duration {
        .nanoseconds(other.nanoseconds.subtractingReportingOverflow(nanoseconds).partialValue)
    }
}

extension Duration {
    /// The whole nanoseconds of this duration, clamped to what an `Int64` holds (292 years).
    @inlinable
    package var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, carry) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000)
        return overflow || carry ? (seconds < 0 ? .min : .max) : sum
    }

    /// Parses `250ms`, `2s`, `1.5s`, `3m`, `1h`, `2d`, `90us`; nil where the text is none of these or is over 10 years.
    package init?(text: String) {
        let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        guard !number.isEmpty, let value = Double(number), value <= 1e12 else { return nil }
        let seconds: Double
        switch text.dropFirst(number.count) {
        case "us", "µs": seconds = value / 1e6
        case "ms": seconds = value / 1e3
        case "s": seconds = value
        case "m": seconds = value * 60
        case "h": seconds = value * 3600
        case "d": seconds = value * 86400
        default: return nil
        }
        guard seconds <= 315_360_000 else { return nil }
        self = .nanoseconds(Int64((seconds * 1e9).rounded()))
    }

    /// For people: `850µs`, `12.3ms`, `2.04s`, `3m05s`, `2h10m`.
    package var text: String {
        let value = max(0, nanoseconds)
        func fixed(_ whole: Int64, _ unit: Int64, _ digits: Int) -> String {
            let scale: Int64 = digits == 2 ? 100 : digits == 1 ? 10 : 1
            let scaled = (whole * scale + unit / 2) / unit
            guard digits > 0 else { return "\(scaled)" }
            let fraction = String(scaled % scale)
            return "\(scaled / scale)." + String(repeating: "0", count: digits - fraction.count) + fraction
        }
        switch value {
        case ..<999_500: return fixed(value, 1_000, 0) + "µs"
        case ..<99_950_000: return fixed(value, 1_000_000, 1) + "ms"
        case ..<999_500_000: return fixed(value, 1_000_000, 0) + "ms"
        case ..<59_995_000_000: return fixed(value, 1_000_000_000, 2) + "s"
        default:
            let seconds = (value + 500_000_000) / 1_000_000_000
            let pad = { (part: Int64) in part < 10 ? "0\(part)" : "\(part)" }
            return seconds < 3600
                ? "\(seconds / 60)m\(pad(seconds % 60))s" : "\(seconds / 3600)h\(pad(seconds / 60 % 60))m"
        }
    }
}
