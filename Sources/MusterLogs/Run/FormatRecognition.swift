/// Finds the format of a log by its first lines.
package enum FormatRecognition {
    /// The reading that fits the most of some lines, with the names of the fields that they have; nil where none fits any.
    /// Of equals the first in the catalog is taken. The last line counts only where it is whole.
    package static func recognise(_ head: [UInt8], wanted: [String]) -> (reading: LineReading, present: Set<String>)? {
        var best: (reading: LineReading, present: Set<String>, rows: Int)?
        for format in LogFormatCatalog.formats where format.isRecognised {
            // A format without fields to set has no fault to tell.
            guard let reading = try? format.reading(wanted) else { continue }
            let (rows, bad, present) = fit(head, reading)
            // Lines that do not fit speak against a format as loudly as those that fit speak for it.
            if rows > bad, rows > best?.rows ?? 0 { best = (reading, present, rows) }
        }
        if best == nil { best = mostlyBad(head, wanted) }
        return best.map { ($0.reading, $0.present) }
    }

    /// Where more lines are bad than good in every format: the one that fits most.
    private static func mostlyBad(
        _ head: [UInt8], _ wanted: [String]
    ) -> (reading: LineReading, present: Set<String>, rows: Int)? {
        var best: (reading: LineReading, present: Set<String>, rows: Int)?
        for format in LogFormatCatalog.formats where format.isRecognised {
            guard let reading = try? format.reading(wanted) else { continue }
            let (rows, _, present) = fit(head, reading)
            if rows > best?.rows ?? 0 { best = (reading, present, rows) }
        }
        return best
    }

    /// How many lines fit and how many do not, and the names of the columns that have a value.
    package static func fit(_ head: [UInt8], _ reading: LineReading) -> (rows: Int, bad: Int, present: Set<String>) {
        var lines = head[...]
        if lines.last != 10, let end = lines.lastIndex(of: 10) { lines = lines[...end] }
        var present: Set<String> = []
        return Chunk.with(Array(lines)) { chunk in
            let parser = reading.makeParser()
            var batch = RowBatch(width: reading.fields.count)
            var cursor = 0
            var rows = 0
            var bad = 0
            while cursor < chunk.end {
                batch.begin(chunk)
                parser.parse(chunk, &cursor, into: &batch)
                rows += batch.count
                bad += batch.bad.count
                for row in 0..<batch.count {
                    for (index, field) in reading.fields.enumerated() where !batch.span(row, index).isAbsent {
                        present.insert(field.name)
                    }
                }
            }
            return (rows, bad, present)
        }
    }
}
