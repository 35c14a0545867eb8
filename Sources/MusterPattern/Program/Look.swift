/// What a byte is to the place beside it.
enum Look: UInt8 {
    case other, word, lineFeed
    /// No byte: the text's beginning or end.
    case edge
    /// Bytes that go on with a character: 80 to 8F, 90 to 9F, A0 to BF.
    case early, middle, late

    static let count = 7

    init(_ byte: UInt8) {
        switch byte {
        case 0x0a: self = .lineFeed
        case 0x80...0x8f: self = .early
        case 0x90...0x9f: self = .middle
        case 0xa0...0xbf: self = .late
        default: self = ScalarClass.word.contains(UInt32(byte)) ? .word : .other
        }
    }

    var mask: UInt8 { 1 << rawValue }

    /// Of the bytes from the middle of characters, those of a range.
    static func mask(_ bytes: ClosedRange<UInt8>) -> UInt8 {
        (bytes.contains(0x80) ? Look.early.mask : 0) | (bytes.contains(0x90) ? Look.middle.mask : 0)
            | (bytes.contains(0xa0) ? Look.late.mask : 0)
    }
}

/// Which looks a program tells apart.
struct Looks {
    var words = false
    var lines = false
    var edges = false
    var middles = false

    /// What stands for a look where nothing asks for more. `before` is that of a byte before a place: nobody asks there
    /// whether it is in the middle of a character.
    func folded(_ look: Look, before: Bool) -> Look {
        switch look {
        case .other: .other
        case .word: words ? .word : .other
        case .lineFeed: lines ? .lineFeed : .other
        case .edge: edges ? .edge : .other
        case .early, .middle, .late: middles && !before ? look : .other
        }
    }
}

extension PatternAssertion {
    /// Whether it holds between two bytes.
    func holds(_ before: Look, _ after: Look) -> Bool {
        switch self {
        case .textStart: before == .edge
        case .textEnd: after == .edge
        case .lineStart: before == .edge || before == .lineFeed
        case .lineEnd: after == .edge || after == .lineFeed
        case .wordBoundary: (before == .word) != (after == .word)
        case .noWordBoundary: (before == .word) == (after == .word)
        }
    }
}
