/// The text that is matched, for as long as it is.
///
/// Invariant: `count` bytes from `start` are initialized.
@safe
struct PatternText {
    let start: UnsafePointer<UInt8>
    let count: Int

    /// The first of some bytes. Errors: none; the caller warrants that they live as long.
    @unsafe
    init(_ bytes: UnsafeBufferPointer<UInt8>, atMost most: Int) {
        // Nothing is ever read from a text that is empty.
        unsafe start = bytes.baseAddress ?? UnsafePointer(bitPattern: 1).unsafelyUnwrapped
        count = min(bytes.count, most)
    }

    @inline(__always)
    subscript(index: Int) -> UInt8 {
        precondition(UInt(bitPattern: index) < UInt(bitPattern: count))
        return unsafe start[index]
    }

    func matches(_ bytes: [UInt8], at place: Int) -> Bool {
        guard place >= 0, place + bytes.count <= count else { return false }
        for index in bytes.indices where self[place + index] != bytes[index] { return false }
        return true
    }

    /// Whether a character, or what counts as one, may begin at a place: false inside of one that goes on there.
    func isCharacterStart(_ place: Int) -> Bool {
        guard place > 0, place < count, self[place] & 0xc0 == 0x80 else { return true }
        for back in 1...min(3, place) {
            let lead = self[place - back]
            if lead & 0xc0 == 0x80 { continue }
            let length = lead < 0xc2 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 1
            return back >= length || !Self.seconds(lead).contains(self[place - back + 1])
        }
        return true
    }

    /// What may stand behind the first byte of a character.
    private static func seconds(_ lead: UInt8) -> ClosedRange<UInt8> {
        switch lead {
        case 0xe0: 0xa0...0xbf
        case 0xed: 0x80...0x9f
        case 0xf0: 0x90...0xbf
        case 0xf4: 0x80...0x8f
        default: 0x80...0xbf
        }
    }
}
