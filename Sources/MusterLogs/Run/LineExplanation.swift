internal import MusterCore

/// Field by field, where a line fits a format or fails.
package struct LineExplanation: Sendable {
    /// A field and what it holds; nil where it is absent, or was not come to.
    package struct Part: Sendable, Hashable {
        package var name: String
        package var origin: String
        package var value: String?
    }

    /// The format's title.
    package var title: String
    package var parts: [Part]
    /// Microseconds since 1970 UTC; nil where the line has none.
    package var time: Int64?
    /// Column of the first byte that does not fit, from 1, and what should stand there; nil where the line fits.
    package var fault: (column: Int, expected: String)?

    /// Reads one line. Line ends in it end it.
    package init(_ line: String, _ reading: LineReading) {
        title = reading.title
        let bytes = Array(line.utf8.prefix { $0 != 10 })
        (parts, time, fault) = Chunk.with(bytes + [10]) { chunk in
            let parser = reading.makeParser()
            var batch = RowBatch(width: reading.fields.count)
            batch.begin(chunk)
            var cursor = 0
            parser.parse(chunk, &cursor, into: &batch)
            // What was read before the fault stands in the row that was not kept.
            let parts = reading.fields.enumerated().map { index, field in
                let value = batch.span(0, index).isAbsent ? nil : batch.text(0, index)?.string
                return Part(name: field.name, origin: field.origin, value: value)
            }.filter { $0.value != nil || !Self.extras.contains($0.name) }
            var clock = LineClock(.utc)
            clock.settle(&batch, nil, at: 0)
            let time = batch.count > 0 && batch.time(0) != RowBatch.noTime ? batch.time(0) : nil
            let fault = batch.bad.first.map { ($0.fault - $0.line.lowerBound + 1, $0.expected) }
            return (parts, time, batch.count > 0 ? nil : fault ?? (1, "something, for the line is blank"))
        }
    }

    /// All formats that can be meant, those that fit first, then those that come farthest.
    package static func all(_ line: String, _ choice: PreparedSources.Choice) throws(LogFormatFault)
        -> [LineExplanation]
    {
        switch choice {
        case .named(let format): return [LineExplanation(line, try format.reading(wanted))]
        case .notation(let notation, let text): return [LineExplanation(line, try notation.read(text, wanted))]
        case .automatic:
            var all: [LineExplanation] = []
            for format in LogFormatCatalog.formats where format.isRecognised {
                let explanation = LineExplanation(line, try format.reading(wanted))
                if explanation.fault == nil,
                    let carrier = LogFormatCatalog.carriers.first(where: { $0.name == format.name })
                {
                    for inner in LogFormatCatalog.inner(of: carrier) {
                        let carried = carrier.around(inner)
                        // What carries any text carries this one; only what is sure to be meant is shown.
                        let reading = try (carried.strictReading ?? carried.reading)(wanted)
                        let explanation = LineExplanation(line, reading)
                        if explanation.fault == nil { all.append(explanation) }
                    }
                }
                all.append(explanation)
            }
            // Stable, so that the catalog's order decides between equals.
            return all.enumerated().sorted { left, right in
                let (a, b) = (left.element.reach, right.element.reach)
                return a != b ? a > b : left.offset < right.offset
            }.map(\.element)
        }
    }

    /// Fields that are shown where a format can have any.
    private static let wanted = DefaultQuestions.wanted + ExtraFields.names(extraCount)
    private static let extras = Set(ExtraFields.names(extraCount))
    private static let extraCount = 8

    private var reach: Int { fault?.column ?? .max }
}
