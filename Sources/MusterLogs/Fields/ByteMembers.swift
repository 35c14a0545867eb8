/// A set of bytes, as a bracket or a class of a regular expression stands for.
struct ByteMembers: Hashable, Sendable {
    private var words = SIMD4<UInt64>(repeating: 0)

    init() {}

    init(_ byte: UInt8) { words[Int(byte) >> 6] = 1 << UInt64(byte & 63) }

    func contains(_ byte: UInt8) -> Bool { words[Int(byte) >> 6] >> UInt64(byte & 63) & 1 != 0 }

    /// Inserts a range. NUL is in none: only what a bracket turned around stands for has it.
    mutating func insert(_ range: ClosedRange<UInt8>) {
        for byte in range where byte != 0 { words[Int(byte) >> 6] |= 1 << UInt64(byte & 63) }
    }

    /// All bytes that are not in it, NUL among them.
    var inverted: ByteMembers {
        var result = self
        result.words = ~words
        return result
    }

    /// With each ASCII letter in both cases.
    var folded: ByteMembers {
        var result = self
        for lower in UInt8(ascii: "a")...UInt8(ascii: "z") where contains(lower) || contains(lower ^ 0x20) {
            result.insert(lower...lower)
            result.insert(lower ^ 0x20...lower ^ 0x20)
        }
        return result
    }

    /// The bytes of `\d`, `\D` and their like; false where it is none of them.
    mutating func insert(escape kind: UInt8) -> Bool {
        switch kind {
        case UInt8(ascii: "d"): return insert(named: "digit")
        case UInt8(ascii: "s"): return insert(named: "space")
        case UInt8(ascii: "w"):
            insert(UInt8(ascii: "_")...UInt8(ascii: "_"))
            return insert(named: "alnum")
        case UInt8(ascii: "D"), UInt8(ascii: "S"), UInt8(ascii: "W"):
            var others = ByteMembers(0)
            _ = others.insert(escape: kind | 0x20)
            words |= others.inverted.words
            return true
        default: return false
        }
    }

    /// The bytes of a class of POSIX in its own locale; false where there is no such class.
    mutating func insert(named name: String) -> Bool {
        let ranges: [ClosedRange<UInt8>]
        switch name {
        case "digit": ranges = [48...57]
        case "upper": ranges = [65...90]
        case "lower": ranges = [97...122]
        case "alpha": ranges = [65...90, 97...122]
        case "alnum": ranges = [48...57, 65...90, 97...122]
        case "xdigit": ranges = [48...57, 65...70, 97...102]
        case "blank": ranges = [9...9, 32...32]
        case "space": ranges = [9...13, 32...32]
        case "punct": ranges = [33...47, 58...64, 91...96, 123...126]
        case "cntrl": ranges = [1...31, 127...127]
        case "print": ranges = [32...126]
        case "graph": ranges = [33...126]
        default: return false
        }
        for range in ranges { insert(range) }
        return true
    }
}
