/// Escapes of access logs.
enum Unescaping {
    /// Undoes what nginx (`\x22`, `\\`) and Apache (`\"`, `\\`, `\n`, `\xhh`; mod_log_config) write into quoted values,
    /// where it stands: the text never grows. Returns the new length. An escape that is none stays as it is.
    static func accessLog(_ start: UnsafeMutablePointer<UInt8>, _ count: Int) -> Int {
        var read = 0
        var write = 0
        while read < count {
            // Invariant: write <= read < count.
            let byte = unsafe start[read]
            var value = byte
            var length = 1
            if byte == 0x5c, read + 1 < count {
                switch unsafe start[read + 1] {
                case 0x22, 0x5c: (value, length) = (unsafe start[read + 1], 2)
                case UInt8(ascii: "n"): (value, length) = (0x0a, 2)
                case UInt8(ascii: "t"): (value, length) = (0x09, 2)
                case UInt8(ascii: "r"): (value, length) = (0x0d, 2)
                case UInt8(ascii: "b"): (value, length) = (0x08, 2)
                case UInt8(ascii: "v"): (value, length) = (0x0b, 2)
                case UInt8(ascii: "f"): (value, length) = (0x0c, 2)
                case UInt8(ascii: "x"):
                    if read + 3 < count, let high = hexDigit(unsafe start[read + 2]),
                        let low = hexDigit(unsafe start[read + 3])
                    {
                        (value, length) = (high << 4 | low, 4)
                    }
                default: break
                }
            }
            unsafe start[write] = value
            write += 1
            read += length
        }
        return write
    }

    static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 48...57: byte - 48
        case 97...102: byte - 87
        case 65...70: byte - 55
        default: nil
        }
    }
}
