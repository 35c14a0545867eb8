import MusterTesting

/// Random damage.
enum Mutations {
    /// Bytes with one to four changes: a byte changed, added or taken, a piece repeated, moved or cut off.
    static func mutated(_ bytes: [UInt8], using dice: inout Dice) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &dice) {
            guard !bytes.isEmpty else { break }
            let at = Int.random(in: 0..<bytes.count, using: &dice)
            let end = min(bytes.count, at + Int.random(in: 1...40, using: &dice))
            switch Int.random(in: 0..<6, using: &dice) {
            case 0: bytes[at] = marks.randomElement(using: &dice) ?? 0
            case 1: bytes[at] = UInt8.random(in: 0...255, using: &dice)
            case 2: bytes.insert(marks.randomElement(using: &dice) ?? 0, at: at)
            case 3: bytes.removeSubrange(at..<end)
            case 4: bytes.insert(contentsOf: bytes[at..<end], at: Int.random(in: 0...bytes.count, using: &dice))
            default: bytes.removeSubrange(at...)
            }
        }
        return bytes
    }

    private static let marks = Array("{}\"'\\\n\r\t #=/~*,[]-\0".utf8)
}
