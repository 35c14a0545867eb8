/// Numbers of bytes as people write them.
package enum ByteCount {
    /// `512`, `64KB`, `64K`, `64KiB`, `1.5MB`, `2GB`, `1TB`: powers of 1024; nil where the text is none of these. What is more
    /// than an `Int` holds is `Int.max`, so that whoever asks can say which limit it is over.
    package static func parse(_ text: String) -> Int? {
        guard let bytes = value(text) else { return nil }
        return bytes < 9.2e18 ? Int(bytes) : .max
    }

    /// The same of any size, rounded to whole bytes.
    package static func value(_ text: String) -> Double? {
        let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        guard !number.isEmpty, let value = Double(number) else { return nil }
        let unit: Double
        switch text.dropFirst(number.count).uppercased() {
        case "", "B": unit = 1
        case "K", "KB", "KIB": unit = 1024
        case "M", "MB", "MIB": unit = 1_048_576
        case "G", "GB", "GIB": unit = 1_073_741_824
        case "T", "TB", "TIB": unit = 1_099_511_627_776
        default: return nil
        }
        return (value * unit).rounded()
    }

    /// A number of bytes with the greatest unit that it is whole in: `64MB`, `1025 bytes`.
    package static func text(_ bytes: Int) -> String {
        for (shift, unit) in [(40, "TB"), (30, "GB"), (20, "MB"), (10, "KB")]
        where bytes > 0 && bytes & (1 << shift - 1) == 0 {
            return "\(bytes >> shift)\(unit)"
        }
        return bytes == 1 ? "1 byte" : "\(bytes) bytes"
    }
}
