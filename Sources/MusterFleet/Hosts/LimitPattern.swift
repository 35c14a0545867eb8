/// A word of `--limit`: the name of a host or a group, with `*` for any characters.
struct LimitPattern: Sendable, Hashable {
    /// Without the `!`.
    let word: String
    /// Whether it leaves out what it matches.
    let leavesOut: Bool
    private let bytes: [UInt8]
    private let isPlain: Bool

    init(_ text: Substring) {
        leavesOut = text.hasPrefix("!")
        word = String(leavesOut ? text.dropFirst() : text)
        bytes = Array(word.utf8)
        isPlain = !bytes.contains(UInt8(ascii: "*"))
    }

    /// Whether a name is one of those it stands for. It takes at most the time of both lengths multiplied.
    func matches(_ name: String) -> Bool {
        if isPlain { return name == word }
        let text = Array(name.utf8)
        var (place, index) = (0, 0)
        // Where to go on should the rest not fit: behind the last star, one byte of the name further each time.
        var star: Int?
        var retry = 0
        while index < text.count {
            if place < bytes.count, bytes[place] == UInt8(ascii: "*") {
                star = place
                retry = index
                place += 1
            } else if place < bytes.count, bytes[place] == text[index] {
                place += 1
                index += 1
            } else if let star {
                retry += 1
                index = retry
                place = star + 1
            } else {
                return false
            }
        }
        return bytes[place...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
