/// Access logs that servers write as JSON with keys of their own.
enum ServerJSON {
    /// A field, and its keys, the best first.
    struct Column {
        var field: LogField
        var keys: [String]

        init(_ name: String, _ kind: FieldKind = .text, _ keys: String...) {
            field = LogField(name, kind, origin: keys[0])
            self.keys = keys
        }
    }

    /// A reading with fixed columns and, behind them, those that are wanted beside. A line without the `required` columns
    /// is none of the format.
    static func reading(
        title: String, _ fixed: [Column], times: [String], required: [String], expected: StaticString, wanted: [String]
    ) -> LineReading {
        let known = Set(fixed.map(\.field.name))
        let others = JSONLine.columns(
            wanted.filter { !known.contains($0) && !known.contains(FieldVocabulary.canonical($0)) })
        let keys = JSONKeys(
            columns: fixed.map(\.keys) + others.map { JSONLine.candidates($0.name) }, times: times)
        let places = required.compactMap { name in fixed.firstIndex { $0.field.name == name } }
        return LineReading(title: title, fields: fixed.map(\.field) + others, hasTime: true) {
            JSONParser(keys, required: places, expected: expected)
        }
    }
}
