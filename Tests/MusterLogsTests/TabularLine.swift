@testable import MusterLogs

/// Lines of tab-separated values: `time` (microseconds, where the first field is named so) and fields as they are named; a
/// value `∅` is an absent field.
enum TabularLine {
    static func reading(_ fields: [LogField], hasTime: Bool = true) -> LineReading {
        LineReading(title: "tabular", fields: fields, hasTime: hasTime) {
            TabularParser(width: fields.count, hasTime: hasTime)
        }
    }

    private final class TabularParser: LineParser {
        private let width: Int
        private let hasTime: Bool

        init(width: Int, hasTime: Bool) {
            self.width = width
            self.hasTime = hasTime
        }

        func parse(_ chunk: Chunk, _ cursor: inout Int, into batch: inout RowBatch) {
            while cursor < chunk.end, !batch.isFull {
                let start = cursor
                while chunk.bytes(cursor..<cursor + 1) != [10] { cursor += 1 }
                let parts = chunk.bytes(start..<cursor).split(separator: 9, omittingEmptySubsequences: false)
                let row = unsafe batch.row()
                var time = RowBatch.noTime
                var offset = start
                for (index, part) in parts.enumerated() {
                    let field = hasTime ? index - 1 : index
                    if field < 0 {
                        time = Int64(String(decoding: part, as: UTF8.self)) ?? RowBatch.noTime
                    } else if field < width {
                        unsafe row[field] =
                            part.elementsEqual("∅".utf8) ? .absent : FieldSpan(start: offset, count: part.count)
                    }
                    offset += part.count + 1
                }
                batch.commit(line: FieldSpan(start: start, count: cursor - start), time: time)
                cursor += 1
            }
        }
    }

    /// The letters, from `a`, of the lines that match a filter.
    static func select(_ text: String, _ reading: LineReading, _ lines: [[String]]) throws -> String {
        let filter = try LogFilter(text).bound(to: reading)
        return with(reading, lines) { batch in
            var selection = Selection(all: batch)
            filter.select(batch, &selection)
            var letters = ""
            selection.forEach { letters.append(Array("abcde")[$0]) }
            return letters
        }
    }

    /// Lends the rows of some lines, at most a batch.
    static func with<R>(
        _ reading: LineReading, _ lines: [[String]], _ body: (borrowing RowBatch) throws -> R
    ) rethrows -> R {
        let text = lines.map { $0.joined(separator: "\t") + "\n" }.joined()
        return try Chunk.with(Array(text.utf8)) { chunk in
            var batch = RowBatch(width: reading.fields.count)
            batch.begin(chunk)
            var cursor = 0
            reading.makeParser().parse(chunk, &cursor, into: &batch)
            precondition(cursor == chunk.end)
            return try body(batch)
        }
    }
}
