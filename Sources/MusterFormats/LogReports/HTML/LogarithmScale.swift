internal import Glibc

extension DistributionPlot {
    /// The decadic logarithm; of what has none, that of a nanosecond.
    static func log(_ value: Double) -> Double { log10(max(value, 1e-9)) }

    static func power(_ exponent: Double) -> Double { pow(10, exponent) }
}
