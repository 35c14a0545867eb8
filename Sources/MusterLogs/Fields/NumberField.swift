/// A field that a question counts with: for sums, quantiles and comparisons.
package struct NumberField: Sendable {
    private enum Source: Sendable {
        case number(Int)
        case duration(Int, perSecond: Int)
        /// Of a field of whose kind nothing is known.
        case any(Int)
        case hourOfDay
    }

    private let source: Source
    /// What its values are; `duration` for values in seconds, whatever the format's own unit.
    package let kind: FieldKind

    /// Names are looked for as ``KeyField`` does. Nil where the format has no such field or it can hold no number.
    package static func resolve(_ name: String, in reading: LineReading, normalize: Bool = false) -> NumberField? {
        if name == "hour_of_day", reading.hasTime { return NumberField(source: .hourOfDay, kind: .number) }
        guard let column = KeyField.resolve(name, in: reading, normalize: normalize)?.column else { return nil }
        let kind = reading.fields[column].kind
        switch kind {
        case .number, .bytes: return NumberField(source: .number(column), kind: kind)
        case .duration(let perSecond):
            return NumberField(source: .duration(column, perSecond: perSecond), kind: .duration(perSecond: 1))
        case .text: return NumberField(source: .any(column), kind: kind)
        case .address: return nil
        }
    }

    /// The same; a fault where there is no such field or it can hold no number.
    package static func require(
        _ name: String, in reading: LineReading, normalize: Bool = false, at offset: Int? = nil
    ) throws(QuestionFault) -> NumberField {
        if let field = resolve(name, in: reading, normalize: normalize) { return field }
        guard KeyField.resolve(name, in: reading, normalize: normalize) != nil else {
            throw QuestionFault.unknownField(name, in: reading, at: offset)
        }
        throw QuestionFault("\"\(name)\" holds no numbers; \(hint(reading))", at: offset)
    }

    private static func hint(_ reading: LineReading) -> String {
        let numbers = reading.fields.filter { $0.kind != .text && $0.kind != .address }.map(\.name)
        return numbers.isEmpty ? "choose a field that does" : "fields that do: " + numbers.joined(separator: ", ")
    }

    /// The value in a row in millionths (``LogQuantity``), of a second where it is a duration; nil where the field is absent
    /// or no number. What 64 bits cannot hold is ±`Int64.max`.
    @inline(__always)
    package func value(_ batch: borrowing RowBatch, _ row: Int) -> Int64? {
        switch source {
        case .number(let column):
            return batch.text(row, column).flatMap { LogQuantity.parse($0) ?? Self.beyond($0) }
        case .duration(let column, let perSecond):
            return batch.text(row, column).flatMap { LogDuration.parse($0, perSecond: perSecond) }
        case .any(let column):
            return batch.text(row, column).flatMap { LogQuantity.parse($0) ?? Self.any($0).map(LogQuantity.saturated) }
        case .hourOfDay:
            return batch.localTime(row).map { Int64($0.moment.hour) * LogQuantity.one }
        }
    }

    /// The same, with room for greater numbers (``LogQuantity/wide(_:)``).
    @inline(never)
    func wide(_ batch: borrowing RowBatch, _ row: Int) -> Int128? {
        switch source {
        case .number(let column): batch.text(row, column).flatMap { LogQuantity.wide($0) }
        case .duration(let column, let perSecond):
            batch.text(row, column).flatMap { LogDuration.wide($0, perSecond: perSecond) }
        case .any(let column): batch.text(row, column).flatMap { Self.any($0) }
        case .hourOfDay: value(batch, row).map { Int128($0) }
        }
    }

    /// A number that is too great for ``LogQuantity/parse(_:)``.
    @inline(never)
    static func beyond(_ text: Text) -> Int64? { LogQuantity.wide(text).map(LogQuantity.saturated) }

    @inline(never)
    private static func any(_ text: Text) -> Int128? { LogQuantity.wide(text) ?? LogDuration.withUnits(text) }

    /// The column that it is read from; nil where it follows from the time.
    var column: Int? {
        switch source {
        case .number(let column), .any(let column), .duration(let column, _): column
        case .hourOfDay: nil
        }
    }

    /// The column where the texts of whole numbers mean just these: neither a duration nor of a unit of its own.
    var wholeColumn: Int? {
        switch source {
        case .number(let column), .any(let column), .duration(let column, perSecond: 1): column
        case .duration, .hourOfDay: nil
        }
    }
}
