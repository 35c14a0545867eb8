/// Numbers of bytes as people write them.
package enum ByteCount {
    /// `512`, `64KB`, `64K`, `64KiB`, `1.5MB`, `2GB`, `1TB`: powers of 1024; nil where the text is none of these.
    package static func parse(_ text: String) -> Int? {
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
        let bytes = (value * unit).rounded()
        return bytes <= 1e15 ? Int(bytes) : nil
    }
}
