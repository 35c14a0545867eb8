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
            /// Up to the byte ``stop``, without a blank.
            case name
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
            /// One column: without the quotes around it, where there are any.
            case unquoted
        }

        var kind: Kind
        var shape = Shape.plain
        /// Whether the field may be empty.
        var mayBeEmpty = true
        /// Whether quotes may stand in a quoted field as they are.
        var hasRawQuotes = false
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
    /// Columns that are this line's own, the first ones; the others are those of ``others``.
    var ownCount: Int?
    /// Columns that such a line has not.
    var absent: [Int] = []
    /// What a line may look like instead, tried in this order where it does not fit.
    var others: [PatternLine] = []

    /// The same with other kinds of lines beside it. Their fields have the columns of equal names, or further ones.
    func or(_ lines: [PatternLine]) -> PatternLine {
        var whole = self
        whole.ownCount = fields.count
        for line in lines {
            for field in line.fields where !whole.fields.contains(where: { $0.name == field.name }) {
                whole.fields.append(field)
            }
        }
        whole.absent = Array(fields.count..<whole.fields.count)
        whole.others = lines.map { $0.moved(to: whole.fields) }
        return whole
    }

    /// The same with columns where fields of these names are.
    private func moved(to all: [LogField]) -> PatternLine {
        let columns = fields.map { field in all.firstIndex { $0.name == field.name } ?? 0 }
        var moved = self
        for index in steps.indices where steps[index].column >= 0 {
            let column = steps[index].column
            moved.steps[index].column = columns[column]
            // A shape with several columns needs them side by side, and what is optional needs its own to be the last.
            let width = steps[index].shape == .request ? 3 : steps[index].shape == .hostPort ? 2 : 1
            precondition(steps[index].kind != .optional)
            precondition((0..<width).allSatisfy { columns[column + $0] == columns[column] + $0 })
        }
        moved.escapable = escapable.map { columns[$0] }
        moved.absent = all.indices.filter { !columns.contains($0) }
        moved.fields = all
        return moved
    }

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
