/// A field that a question names, found in a format: what it takes to read it from a row.
///
/// A name is looked for like this, and the first that is there is taken: a derived field whose base the format has; the
/// format's field of that name; the field that the format itself calls so; the field with the same meaning in
/// ``FieldVocabulary``. A leading dot (`.query`) passes over all but the second, and an address then keeps its port.
package struct KeyField: Sendable {
    private enum Source: Sendable {
        case missing
        case column(Int)
        /// An address, which may have a port or brackets.
        case address(Int)
        case path(Int)
        case text(Int, @Sendable (Text, inout Scratch) -> Text)
        case time(@Sendable (LocalTime, inout Scratch) -> Text)
    }

    /// A field that the format has not: `-` in every row.
    static let missing = KeyField(.missing)

    private let source: Source
    /// Whether it is the time of the line itself.
    let isTime: Bool

    private init(_ source: Source, isTime: Bool = false) {
        self.source = source
        self.isTime = isTime
    }

    /// With `normalize`, `path` means `normalized_path`. Nil where the format has no such field.
    package static func resolve(_ name: String, in reading: LineReading, normalize: Bool = false) -> KeyField? {
        if let own = ownName(name) {
            return reading.fields.firstIndex { $0.name == own }.map { KeyField(.column($0)) }
        }
        if let derived = DerivedFieldCatalog.field(normalize && name == "path" ? "normalized_path" : name),
            let source = source(of: derived, in: reading)
        {
            return KeyField(source, isTime: name == "time")
        }
        return column(name, in: reading).map { column in
            KeyField(reading.fields[column].kind == .address ? .address(column) : .column(column))
        }
    }

    /// The column that a name is read from; nil for what follows from the time, and for what the format has not.
    static func baseColumn(_ name: String, in reading: LineReading) -> Int? {
        if ownName(name) == nil, let derived = DerivedFieldCatalog.field(name), source(of: derived, in: reading) != nil
        {
            return derived.bases.first.flatMap { column($0, in: reading) }
        }
        return resolve(name, in: reading)?.column
    }

    /// The same; a fault with what was probably meant where the format has no such field.
    package static func require(
        _ name: String, in reading: LineReading, normalize: Bool = false, at offset: Int? = nil
    ) throws(QuestionFault) -> KeyField {
        guard let field = resolve(name, in: reading, normalize: normalize) else {
            throw QuestionFault.unknownField(name, in: reading, at: offset)
        }
        return field
    }

    /// The fields that a format has to provide for a name: `url` for `path`; none for what follows from the time.
    package static func baseNames(_ name: String) -> [String] {
        if let own = ownName(name) { return [own] }
        return DerivedFieldCatalog.field(name)?.bases ?? [name]
    }

    /// Every name that can be asked for, in no particular order.
    package static func names(in reading: LineReading) -> [String] {
        let derived = DerivedFieldCatalog.fields.filter { source(of: $0, in: reading) != nil }.map(\.name)
        return reading.fields.map(\.name) + derived.filter { name in !reading.fields.contains { $0.name == name } }
    }

    /// The field's text in a row, `-` where it is absent. It lives until the batch or the scratch is used anew.
    @inline(__always)
    package func text(_ batch: borrowing RowBatch, _ row: Int, _ scratch: inout Scratch) -> Text {
        switch source {
        case .missing: break
        case .column(let column):
            if let text = batch.text(row, column) { return text }
        case .address(let column):
            if let text = batch.text(row, column) { return AddressText.plain(text) }
        case .path(let column):
            if let text = batch.text(row, column) { return PathText.path(text) }
        case .text(let column, let make):
            if let text = batch.text(row, column) { return make(text, &scratch) }
        case .time(let make):
            if let time = batch.localTime(row) { return make(time, &scratch) }
        }
        return Self.absent(&scratch)
    }

    /// The column where it is a plain one.
    var column: Int? {
        switch source {
        case .column(let column), .address(let column): column
        case .missing, .path, .text, .time: nil
        }
    }

    /// Whether its column holds addresses, of which only a part may be the key.
    var isAddress: Bool {
        if case .address = source { true } else { false }
    }

    /// The format's column of a name, by the name itself, by what the format calls it, or by meaning.
    static func column(_ name: String, in reading: LineReading) -> Int? {
        let fields = reading.fields
        if let found = fields.firstIndex(where: { $0.name == name }) ?? fields.firstIndex(where: { $0.origin == name })
        {
            return found
        }
        for alias in FieldVocabulary.names(FieldVocabulary.canonical(name)) {
            if let found = fields.firstIndex(where: { $0.name == alias }) { return found }
        }
        // A carrier by itself, whose text is no other format's or is looked up by the carrier.
        guard name.hasPrefix(Carrier.prefix), LogFormatCatalog.carriers.contains(where: { $0.name == reading.title })
        else { return nil }
        return column(Carrier.ownName(name), in: reading)
    }

    @inline(never)
    private static func absent(_ scratch: inout Scratch) -> Text { scratch.copy([0x2d]) }

    private static func ownName(_ name: String) -> String? {
        name.hasPrefix(".") && name.utf8.count > 1 ? String(name.dropFirst()) : nil
    }

    private static func source(of derived: DerivedField, in reading: LineReading) -> Source? {
        let column = derived.bases.first.flatMap { Self.column($0, in: reading) }
        switch derived.evaluation {
        case .path: return column.map { .path($0) }
        case .text(let make): return column.map { .text($0, make) }
        case .time(let make): return reading.hasTime ? .time(make) : nil
        }
    }
}
