/// The bytes of a bracket in a regular expression; never NUL.
struct ByteMembers {
    private var isMember = [Bool](repeating: false, count: 256)

    mutating func insert(_ range: ClosedRange<UInt8>) {
        for byte in range where byte != 0 { isMember[Int(byte)] = true }
    }

    private mutating func insertOthers(_ other: ByteMembers) {
        for byte in 1..<256 where !other.isMember[byte] { isMember[byte] = true }
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
            var others = ByteMembers()
            _ = others.insert(escape: kind | 0x20)
            insertOthers(others)
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

    /// As a bracket of POSIX, where `]` stands first, `-` last, and `^` not first to mean themselves, and no `[` stands
    /// before a dot, a colon or an equals sign.
    func bracket(isNegated: Bool) -> [UInt8] {
        func has(_ byte: UInt8) -> Bool { isMember[Int(byte)] }
        let caret = UInt8(ascii: "^")
        let special = [UInt8(ascii: "]"), UInt8(ascii: "["), caret, UInt8(ascii: "-")]
        var body: [UInt8] = has(special[0]) ? [special[0]] : []
        var byte = 1
        while byte < 256 {
            var end = byte
            while end < 256, isMember[end], !special.contains(UInt8(end)) { end += 1 }
            if end - byte > 3 {
                body += [UInt8(byte), UInt8(ascii: "-"), UInt8(end - 1)]
            } else {
                for single in byte..<end { body.append(UInt8(single)) }
            }
            byte = max(end, byte + 1)
        }
        if has(special[1]) { body.append(special[1]) }
        let dash = has(special[3]) ? [special[3]] : []
        if has(caret) {
            if body.isEmpty, !isNegated {
                // A lone ^, or ^ and - turned around.
                return dash.isEmpty ? [UInt8(ascii: "\\"), caret] : Array("[-^]".utf8)
            }
            body.append(caret)
        }
        return [UInt8(ascii: "[")] + (isNegated ? [caret] : []) + body + dash + [UInt8(ascii: "]")]
    }
}
