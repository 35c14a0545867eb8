internal import MusterCore

/// A number in a question: plain, of bytes (`1MB`, powers of 1024) or a length of time (`250ms`).
struct FilterNumber: Hashable {
    enum Unit: Hashable {
        case none, bytes, time
    }

    /// In millionths (``LogQuantity``), of a byte or a second.
    var value: Int128
    var unit: Unit

    /// Nil where a text is no number. `5m` are minutes, `5M` are bytes.
    init?(_ text: String) {
        // A number begins so; most words do not.
        guard let first = text.utf8.first, first &- 48 < 10 || [0x2d, 0x2b, 0x2e].contains(first), text.utf8.count <= 64
        else { return nil }
        if let plain = Self.with(text, LogQuantity.wide) {
            (value, unit) = (plain, .none)
        } else if let duration = Self.duration(text) {
            (value, unit) = (duration, .time)
        } else if let bytes = ByteCount.value(text) {
            // Beyond 1e20 all numbers are alike.
            (value, unit) = (LogQuantity.bounded(Int128(min(bytes, 2e20)) * Int128(LogQuantity.one)), .bytes)
        } else {
            return nil
        }
    }

    /// A number where comparisons of 64 bits will do; nil for a greater one.
    static func narrow(_ value: Int128) -> Int64? {
        Int64(exactly: value).flatMap { LogQuantity.isSaturated($0) ? nil : $0 }
    }

    static func plain(_ text: String) -> Int64? { with(text) { LogQuantity.parse($0) } }

    /// Millionths of a second of `1h30m`, `250ms`.
    static func duration(_ text: String) -> Int128? { with(text) { LogDuration.withUnits($0) } }

    private static func with<R>(_ text: String, _ body: (Text) -> R) -> R {
        let bytes = Array(text.utf8)
        // Invariant: the chunk holds the bytes from its base, with its padding.
        return Chunk.with(bytes) { body(unsafe Text(start: UnsafePointer($0.base), count: bytes.count)) }
    }
}
