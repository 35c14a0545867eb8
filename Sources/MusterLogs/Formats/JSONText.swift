internal import CMusterScan

/// Strings of JSON (RFC 8259 §7) where they stand in a chunk.
enum JSONText {
    typealias Bytes = ByteScan.Bytes

    /// Looks for the quote that ends a string begun before `start`. Escapes and UTF-8 (RFC 3629) are checked; `escaped` is
    /// set where there is an escape. Where the string is faulty, `fault` says how, and the faulty byte is returned.
    /// Invariant for the caller: a line feed lies at or behind `start`, and it stops every scan.
    @inline(__always)
    static func end(_ start: Bytes, escaped: inout Bool, fault: inout StaticString?) -> Bytes {
        var at = unsafe start
        while true {
            let mask = unsafe cms_match_text(at, 0x22, 0x5c)
            if mask != 0 {
                unsafe at += mask.trailingZeroBitCount
                if unsafe _fastPath(at.pointee == 0x22) { return unsafe at }
                unsafe at = odd(at, &escaped, &fault)
                if fault != nil { return unsafe at }
            } else {
                unsafe at += Int(CMS_WIDTH)
            }
        }
    }

    /// Passes over an escape or a run of characters beyond ASCII; a control character is a fault.
    @inline(never)
    private static func odd(_ start: Bytes, _ escaped: inout Bool, _ fault: inout StaticString?) -> Bytes {
        if unsafe start.pointee == 0x5c {
            escaped = true
            return unsafe escape(start, &fault)
        }
        var at = unsafe start
        while unsafe at.pointee >= 0x80 {
            let length = unsafe character(at)
            if length == 0 {
                fault = "UTF-8"
                return unsafe at
            }
            unsafe at += length
        }
        if unsafe at.pointee < 0x20 {
            fault = unsafe at.pointee == 0x0a ? "a string's end" : "no control character in a string"
        }
        return unsafe at
    }

    private static func escape(_ start: Bytes, _ fault: inout StaticString?) -> Bytes {
        switch unsafe start[1] {
        case 0x22, 0x5c, 0x2f, UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"),
            UInt8(ascii: "t"):
            return unsafe start + 2
        case UInt8(ascii: "u"):
            for index in 2..<6 where unsafe Unescaping.hexDigit(start[index]) == nil {
                fault = "four hexadecimal digits"
                return unsafe start + index
            }
            return unsafe start + 6
        default:
            fault = #"an escape: \" \\ \/ \b \f \n \r \t or \u and four digits"#
            return unsafe start + 1
        }
    }

    /// Length of the character beyond ASCII that begins here; 0 where it is no UTF-8: cut short, overlong, a surrogate, or
    /// beyond U+10FFFF.
    static func character(_ start: Bytes) -> Int {
        func follows(_ index: Int) -> Bool { unsafe start[index] & 0xc0 == 0x80 }
        let second = unsafe start[1]
        switch unsafe start[0] {
        case 0xc2...0xdf: return follows(1) ? 2 : 0
        case 0xe0: return second >= 0xa0 && follows(1) && follows(2) ? 3 : 0
        case 0xed: return second < 0xa0 && follows(1) && follows(2) ? 3 : 0
        case 0xe1...0xef: return follows(1) && follows(2) ? 3 : 0
        case 0xf0: return second >= 0x90 && follows(1) && follows(2) && follows(3) ? 4 : 0
        case 0xf1...0xf3: return follows(1) && follows(2) && follows(3) ? 4 : 0
        case 0xf4: return second < 0x90 && follows(1) && follows(2) && follows(3) ? 4 : 0
        default: return 0
        }
    }

    /// Undoes the escapes of a checked string where it stands and returns its new length, never more. Half a surrogate
    /// pair becomes U+FFFD, as in most readers.
    static func unescape(_ start: UnsafeMutablePointer<UInt8>, _ count: Int) -> Int {
        var read = 0
        var write = 0
        // Invariant: write <= read <= count, for an escape is never shorter than what it stands for.
        while read < count {
            let byte = unsafe start[read]
            guard byte == 0x5c, read + 1 < count else {
                unsafe start[write] = byte
                write += 1
                read += 1
                continue
            }
            let kind = unsafe start[read + 1]
            if kind != UInt8(ascii: "u") {
                unsafe start[write] = plain(kind)
                write += 1
                read += 2
                continue
            }
            var value = unsafe unit(start, read, count)
            guard value <= 0xffff else {
                // Cut short, which no checked string is.
                unsafe start[write] = byte
                write += 1
                read += 1
                continue
            }
            read += 6
            if value & 0xfffff800 == 0xd800 {
                let low = unsafe unit(start, read, count)
                if value < 0xdc00, low & 0xfffffc00 == 0xdc00 {
                    value = 0x10000 + (value - 0xd800) << 10 + (low - 0xdc00)
                    read += 6
                } else {
                    value = 0xfffd
                }
            }
            unsafe write += put(value, start + write)
        }
        return write
    }

    private static func plain(_ kind: UInt8) -> UInt8 {
        switch kind {
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0c
        case UInt8(ascii: "n"): 0x0a
        case UInt8(ascii: "r"): 0x0d
        case UInt8(ascii: "t"): 0x09
        default: kind
        }
    }

    /// The code unit of `\uXXXX` at an offset; `UInt32.max` where there is no such escape.
    private static func unit(_ start: UnsafeMutablePointer<UInt8>, _ at: Int, _ count: Int) -> UInt32 {
        guard at + 6 <= count, unsafe start[at] == 0x5c && start[at + 1] == UInt8(ascii: "u") else { return .max }
        var value: UInt32 = 0
        for index in at + 2..<at + 6 { value = unsafe value << 4 | UInt32(Unescaping.hexDigit(start[index]) ?? 0) }
        return value
    }

    /// Writes a scalar as UTF-8.
    private static func put(_ value: UInt32, _ to: UnsafeMutablePointer<UInt8>) -> Int {
        func tail(_ shift: UInt32) -> UInt8 { UInt8(truncatingIfNeeded: value >> shift) & 0x3f | 0x80 }
        switch value {
        case ..<0x80:
            unsafe to[0] = UInt8(truncatingIfNeeded: value)
            return 1
        case ..<0x800:
            unsafe to[0] = 0xc0 | UInt8(truncatingIfNeeded: value >> 6)
            unsafe to[1] = tail(0)
            return 2
        case ..<0x10000:
            unsafe to[0] = 0xe0 | UInt8(truncatingIfNeeded: value >> 12)
            unsafe to[1] = tail(6)
            unsafe to[2] = tail(0)
            return 3
        default:
            unsafe to[0] = 0xf0 | UInt8(truncatingIfNeeded: value >> 18)
            unsafe to[1] = tail(12)
            unsafe to[2] = tail(6)
            unsafe to[3] = tail(0)
            return 4
        }
    }
}
