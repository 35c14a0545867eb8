internal import MusterCore

/// The format of the date in a rotated name: writes it and reads it again. `%Y %m %d %H %M %S %V %s` are replaced, all else
/// stands for itself, as logrotate has it.
struct DateFormat: Sendable, Hashable {
    enum Field: Int, Sendable, Hashable, CaseIterable {
        case year, month, day, hour, minute, second
        /// Of ISO 8601.
        case week
        /// Since 1970 in UTC.
        case seconds

        init?(_ letter: UInt8) {
            switch letter {
            case UInt8(ascii: "Y"): self = .year
            case UInt8(ascii: "m"): self = .month
            case UInt8(ascii: "d"): self = .day
            case UInt8(ascii: "H"): self = .hour
            case UInt8(ascii: "M"): self = .minute
            case UInt8(ascii: "S"): self = .second
            case UInt8(ascii: "V"): self = .week
            case UInt8(ascii: "s"): self = .seconds
            default: return nil
            }
        }

        /// Digits.
        var width: Int {
            switch self {
            case .year: 4
            case .seconds: 10
            default: 2
            }
        }

        var range: ClosedRange<Int> {
            switch self {
            case .year: 1...9999
            case .month: 1...12
            case .day: 1...31
            case .hour: 0...23
            case .minute: 0...59
            case .second: 0...60
            case .week: 1...53
            case .seconds: 0...9_999_999_999
            }
        }
    }

    private enum Piece: Sendable, Hashable {
        case literal([UInt8])
        case field(Field)
    }

    /// What a name says of its date: a number a field, 0 where the format has it not.
    struct Stamp: Sendable, Hashable, Comparable {
        fileprivate var values = [Int](repeating: 0, count: Field.allCases.count)

        subscript(field: Field) -> Int {
            get { values[field.rawValue] }
            set { values[field.rawValue] = newValue }
        }

        /// By the seconds where there are any, else from the year down.
        static func < (left: Stamp, right: Stamp) -> Bool {
            if left[.seconds] != right[.seconds] { return left[.seconds] < right[.seconds] }
            return left.values.lexicographicallyPrecedes(right.values)
        }
    }

    private let pieces: [Piece]
    private let fields: Set<Field>

    init(_ text: String) {
        var pieces: [Piece] = []
        var literal: [UInt8] = []
        let bytes = Array(text.utf8)
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 1 < bytes.count, let field = Field(bytes[index + 1]) {
                if !literal.isEmpty { pieces.append(.literal(literal)) }
                literal = []
                pieces.append(.field(field))
                index += 2
            } else {
                literal.append(bytes[index])
                index += 1
            }
        }
        if !literal.isEmpty { pieces.append(.literal(literal)) }
        self.pieces = pieces
        fields = Set(pieces.compactMap { if case .field(let field) = $0 { field } else { nil } })
    }

    /// What all dates begin with.
    var beginning: String {
        if case .literal(let bytes) = pieces.first { String(decoding: bytes, as: UTF8.self) } else { "" }
    }

    /// Whether later dates are greater. They are not where the year is missing, or something between it and the finest
    /// field: the first of January would come before the last of December.
    var isOrdered: Bool {
        if fields.contains(.seconds) { return true }
        let calendar: [Field] = [.year, .month, .day, .hour, .minute, .second]
        let known = calendar.prefix { fields.contains($0) }.count
        return known > 0 && known == calendar.count { fields.contains($0) } && (known > 2 || !fields.contains(.week))
    }

    func text(of time: RotationTime) -> String {
        var bytes: [UInt8] = []
        for piece in pieces {
            switch piece {
            case .literal(let literal): bytes += literal
            case .field(let field):
                let digits = Array(String(Self.value(field, of: time)).utf8)
                bytes += [UInt8](repeating: UInt8(ascii: "0"), count: max(field.width - digits.count, 0)) + digits
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func value(_ field: Field, of time: RotationTime) -> Int {
        let calendar = time.calendar
        return switch field {
        case .year: calendar.year
        case .month: calendar.month
        case .day: calendar.day
        case .hour: calendar.hour
        case .minute: calendar.minute
        case .second: calendar.second
        case .week: calendar.week
        case .seconds: max(Int(time.seconds), 0)
        }
    }

    /// Takes a date from the front of a name; nil where there is none, or none that the calendar has.
    func read(_ bytes: inout ArraySlice<UInt8>) -> Stamp? {
        var stamp = Stamp()
        var seen: Set<Field> = []
        for piece in pieces {
            switch piece {
            case .literal(let literal):
                guard bytes.starts(with: literal) else { return nil }
                bytes = bytes.dropFirst(literal.count)
            case .field(let field):
                guard let value = Decimal.read(bytes.prefix(field.width)), bytes.count >= field.width,
                    field.range ~= value, seen.insert(field).inserted || stamp[field] == value
                else { return nil }
                stamp[field] = value
                bytes = bytes.dropFirst(field.width)
            }
        }
        if seen.isSuperset(of: [.year, .month, .day]) {
            guard stamp[.day] <= CivilDate.length(year: stamp[.year], month: stamp[.month]) else { return nil }
        }
        return stamp
    }
}

/// Numbers in names.
enum Decimal {
    /// The number that some digits are; nil where there are none, others among them, or more than fit.
    static func read(_ bytes: ArraySlice<UInt8>) -> Int? {
        guard !bytes.isEmpty, bytes.count <= 18 else { return nil }
        var value = 0
        for byte in bytes {
            guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte else { return nil }
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return value
    }

    /// Takes a number as it is written, without noughts before it, from the front of a name.
    static func take(_ bytes: inout ArraySlice<UInt8>) -> Int? {
        let digits = bytes.prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
        guard digits.count == 1 || digits.first != UInt8(ascii: "0"), let value = read(digits) else { return nil }
        bytes = bytes.dropFirst(digits.count)
        return value
    }
}
