/// The second half of a time as RFC 3339 §5.6 writes it, with microseconds and in UTC.
enum RFC3339 {
    /// Appends `18:06:27.123456Z`, from microseconds since midnight.
    static func append(timeOfDay microseconds: Int, to bytes: inout [UInt8]) {
        append(microseconds / 3_600_000_000, digits: 2, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        append(microseconds / 60_000_000 % 60, digits: 2, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        append(microseconds / 1_000_000 % 60, digits: 2, to: &bytes)
        bytes.append(UInt8(ascii: "."))
        append(microseconds % 1_000_000, digits: 6, to: &bytes)
        bytes.append(UInt8(ascii: "Z"))
    }

    private static func append(_ value: Int, digits: Int, to bytes: inout [UInt8]) {
        var scale = 1
        for _ in 1..<digits { scale *= 10 }
        while scale > 0 {
            bytes.append(UInt8(truncatingIfNeeded: 48 + value / scale % 10))
            scale /= 10
        }
    }
}
