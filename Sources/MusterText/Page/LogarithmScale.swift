internal import Glibc

/// Decadic logarithms for axes.
package enum LogarithmScale {
    /// The decadic logarithm; of what has none, that of a nanosecond.
    package static func log(_ value: Double) -> Double { log10(max(value, 1e-9)) }

    package static func power(_ exponent: Double) -> Double { pow(10, exponent) }
}
