/// The field that lines have their time in, as `--time-field` names it: `NAME`, or `NAME:FORMAT` with `s`, `ms`, `us`, `ns`
/// (since 1970), `iso`, `clf`, or a ``TimePattern``.
package struct TimeField: Sendable, Hashable {
    package let name: String
    /// As it was given.
    package let text: String
    /// How it is written; nil to find out.
    let style: TimeReader.Style?

    private static let units: [String: Int64] = ["s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000]

    /// Errors: no name, or a format that is none.
    package init(_ text: String) throws(LogFormatFault) {
        self.text = text
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        name = String(parts.first ?? "")
        guard !name.isEmpty else { throw LogFormatFault("a field's name is expected, as in ts or ts:%F %T") }
        guard parts.count == 2 else {
            style = nil
            return
        }
        let format = String(parts[1])
        switch format {
        case "iso": style = .iso
        case "clf": style = .clf
        case _ where Self.units[format] != nil: style = .epoch(perSecond: Self.units[format] ?? 1)
        case _ where format.contains("%"): style = .pattern(try TimePattern(format))
        default: throw LogFormatFault("\"\(format)\" is no format of a time; write s, ms, us, ns, iso, clf or %F %T")
        }
    }

    /// Reads its values; one a worker.
    struct Reader {
        private var loose = LooseTime()
        private var exact: TimeReader?

        init(_ field: TimeField) { exact = field.style.map { TimeReader($0) } }

        /// A number of ``LineTime``; ``RowBatch/noTime`` where the text is no such time.
        mutating func read(_ text: Text) -> Int64 {
            // Invariant: a text's bytes are initialized, with the padding behind them.
            if exact == nil { return unsafe loose.read(text.start, text.count) }
            return unsafe exact?.read(text.start, text.count) ?? RowBatch.noTime
        }
    }
}
