/// A format whose lines are fields with fixed text between them, ready for ``PatternParser``: a flat row of steps.
struct PatternLine: Sendable {
    /// A field up to the text behind it, and that text; or text alone.
    struct Step: Sendable {
        /// How the field's end is found.
        enum Kind: UInt8, Sendable {
            /// No field, only the text.
            case literal
            /// Any number of blanks.
            case blanks
            /// Up to the byte ``stop``.
            case word
            /// Up to the text behind it as a whole.
            case text
            /// Up to the closing quote; a backslash takes the next byte along.
            case quoted
            /// Items with `, ` or ` : ` between them, up to the byte ``stop`` behind the last.
            case list
            /// By its own shape: a time of the common log format, another time, digits, a decimal number, three digits.
            case clf, time, digits, decimal, status
            /// Addresses with bytes of a set around them; the first is the field.
            case addresses
            /// No field: all before the word that stands before ` [dd/`.
            case prefix
            /// Texts in braces with a blank behind each; may be missing.
            case braces
            /// No field: where the line ends here, the columns from ``column`` on are absent.
            case optional
        }

        /// What becomes of the bytes that were found.
        enum Shape: UInt8, Sendable {
            /// One column.
            case plain
            /// Three columns: method, target, protocol.
            case request
            /// Two columns: what stands before the last colon, and what behind it.
            case hostPort
            /// One column: the last item of a list.
            case lastItem
            /// One column: the address that it begins with.
            case firstItem
        }

        var kind: Kind
        var shape = Shape.plain
        /// Whether the field may be empty.
        var mayBeEmpty = true
        /// First byte of the text behind the field; a blank for a word at the end of the line, a line feed for a text.
        var stop: UInt8 = 0x0a
        /// The field's first column; -1 where it has none.
        var column = -1
        /// Up to eight bytes that stand behind the field, the first lowest, under a mask.
        var needle: UInt64 = 0
        var mask: UInt64 = 0
        /// Bytes of the needle.
        var length = 0
        /// Which of the readers of times, or of the sets of bytes.
        var index = 0
    }

    var steps: [Step] = []
    /// Two a step: what should stand at the field, and what behind it. For people.
    var expectations: [String] = []
    var fields: [LogField] = []
    /// Columns whose escapes are to be undone.
    var escapable: [Int] = []
    /// How each time is written. Their values add up.
    var times: [TimeReader.Style] = []
    /// Sets of 256 bits.
    var sets: [ByteSet] = []

    /// The reading of such lines.
    func reading(title: String) -> LineReading {
        LineReading(title: title, fields: fields, hasTime: !times.isEmpty) { PatternParser(self) }
    }
}

/// A set of bytes.
struct ByteSet: Sendable {
    private var bits: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    init(_ bytes: [UInt8]) {
        for byte in bytes {
            let bit: UInt64 = 1 << UInt64(byte & 63)
            switch byte >> 6 {
            case 0: bits.0 |= bit
            case 1: bits.1 |= bit
            case 2: bits.2 |= bit
            default: bits.3 |= bit
            }
        }
    }

    func contains(_ byte: UInt8) -> Bool {
        let bit: UInt64 = 1 << UInt64(byte & 63)
        return switch byte >> 6 {
        case 0: bits.0 & bit != 0
        case 1: bits.1 & bit != 0
        case 2: bits.2 & bit != 0
        default: bits.3 & bit != 0
        }
    }
}
