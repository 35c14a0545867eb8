/// What a comparison asks of a whole number: of 64 bits, or of 128 where the one it compares with needs them.
struct ValueRange<Value: FixedWidthInteger & Sendable>: Hashable, Sendable {
    /// Both ends are in it; empty where the first is the greater.
    private let low: Value
    private let high: Value
    /// Whether what is not in it is asked for.
    let isOutside: Bool

    init(_ comparison: FilterTest.Comparison, _ value: Value) {
        isOutside = comparison == .notEqual
        switch comparison {
        case .equal, .notEqual: (low, high) = (value, value)
        case .below: (low, high) = value == .min ? (0, -1) : (.min, value - 1)
        case .atMost: (low, high) = (.min, value)
        case .above: (low, high) = value == .max ? (0, -1) : (value + 1, .max)
        case .atLeast: (low, high) = (value, .max)
        }
    }

    @inline(__always)
    func contains(_ value: Value) -> Bool { (value >= low && value <= high) != isOutside }
}
