import MusterCore

@testable import MusterLogs

/// What became of some lines.
struct ReadLines {
    /// Fields by name, with `time` in microseconds where there is one; a dictionary a row.
    var rows: [[String: String]] = []
    var bad: [BadLine] = []
    /// Texts of the bad lines.
    var badTexts: [String] = []
}

extension LineReading {
    /// Reads a text's lines, batch by batch. Times without a zone are of `zone`, those without a year of `years`.
    func read(_ bytes: [UInt8], zone: TimeZoneRules = .utc, years: SourceYears? = nil) -> ReadLines {
        Chunk.with(bytes) { chunk in
            let parser = makeParser()
            var clock = LineClock(zone)
            var batch = RowBatch(width: fields.count)
            var result = ReadLines()
            var cursor = 0
            while cursor < chunk.end {
                batch.begin(chunk)
                let before = cursor
                parser.parse(chunk, &cursor, into: &batch)
                precondition(cursor > before, "a parser must move on")
                clock.settle(&batch, years, at: 0)
                result.take(batch, fields, chunk)
            }
            return result
        }
    }

    func read(_ text: String, zone: TimeZoneRules = .utc, years: SourceYears? = nil) -> ReadLines {
        read(Array(text.utf8), zone: zone, years: years)
    }
}

extension ReadLines {
    mutating func take(_ batch: borrowing RowBatch, _ fields: [LogField], _ chunk: Chunk) {
        for row in 0..<batch.count {
            var found: [String: String] = [:]
            for (index, field) in fields.enumerated() {
                if let text = batch.text(row, index) { found[field.name] = text.string }
            }
            if batch.time(row) != RowBatch.noTime { found["time"] = "\(batch.time(row))" }
            rows.append(found)
        }
        bad += batch.bad
        badTexts += batch.bad.map { String(decoding: chunk.bytes($0.line), as: UTF8.self) }
    }
}
