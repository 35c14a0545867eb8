import MusterCore

/// Writes the parts of a log report as members of JSON objects; they are in `docs/reports.md`.
enum LogRecord {
    static func write(run report: LogReport, to json: inout JSONWriter) {
        if !report.filter.isEmpty { member("filter", report.filter, &json) }
        member("lines", report.lines, &json)
        member("bad_lines", report.bad, &json)
        member("matched", report.matched, &json)
        member("bytes", report.bytesRead, &json)
        if let first = report.first { member("first", UTCMoment(first).rfc3339, &json) }
        if let last = report.last { member("last", UTCMoment(last).rfc3339, &json) }
        if !report.zone.isUTC { member("zone", report.zone.name, &json) }
        json.key("interrupted")
        json.bool(report.isInterrupted)
        member("elapsed_us", Int(report.elapsed.nanoseconds / 1000), &json)
        member("workers", report.workers, &json)
        json.key("notes")
        json.beginArray()
        for note in report.notes { json.string(note) }
        json.endArray()
    }

    static func write(_ source: LogReport.Source, to json: inout JSONWriter) {
        member("name", source.name, &json)
        if !source.format.isEmpty { member("format", source.format, &json) }
        member("bytes", source.bytes, &json)
        member("lines", source.lines, &json)
        member("bad_lines", source.bad, &json)
        if !source.note.isEmpty { member("note", source.note, &json) }
    }

    static func write(_ figure: LogReport.Figure, to json: inout JSONWriter) {
        member("name", figure.name, &json)
        member("title", figure.title, &json)
        write(figure.value, "value", to: &json)
        if let unit = unit(figure.value) { member("unit", unit, &json) }
        if !figure.precision.isEmpty { member("precision", figure.precision, &json) }
    }

    static func write(_ status: LogReport.StatusClass, to json: inout JSONWriter) {
        member("class", status.name, &json)
        member("count", status.count, &json)
    }

    static func write(
        _ point: LogReport.Timeline.Point, _ columns: [LogReport.Column], to json: inout JSONWriter
    ) {
        member("time", UTCMoment(point.time).rfc3339, &json)
        member("count", point.count, &json)
        for (name, count) in zip(statusClasses, point.classes) { member(name, count, &json) }
        if let rate = point.errorRate {
            json.key("error_rate")
            json.number(rate)
        }
        let names = distinctNames(columns.map(\.name), reserved: ["type", "step_us", "time", "count", "error_rate"])
        for (name, value) in zip(names, point.values) { write(value, name, to: &json) }
    }

    /// All but its rows.
    static func write(_ table: LogReport.Table, to json: inout JSONWriter) {
        member("name", table.name, &json)
        member("title", table.title, &json)
        json.key("fields")
        json.beginArray()
        for name in distinctNames(table.keys) { json.string(name) }
        json.endArray()
        json.key("columns")
        json.beginArray()
        for name in columnNames(table) { json.string(name) }
        json.endArray()
        if let distinct = table.distinct { member("distinct", distinct, &json) }
        member("total", table.total, &json)
        json.key("exact")
        json.bool(table.isExact)
        guard !table.isExact else { return }
        member("error_bound", table.errorBound, &json)
        member("counters", table.counters, &json)
    }

    static func write(
        _ row: LogReport.Row, of table: LogReport.Table, _ names: [String], to json: inout JSONWriter
    ) {
        json.key("keys")
        json.beginObject()
        for (field, name) in names.enumerated() { member(name, row.key(field), &json) }
        json.endObject()
        for (index, name) in columnNames(table).enumerated() { write(row.value(index), name, to: &json) }
        if !table.isExact { member("error", row.error, &json) }
    }

    static func write(_ distribution: LogReport.Distribution, to json: inout JSONWriter) {
        member("field", distribution.field, &json)
        member("count", distribution.count, &json)
    }

    static func write(_ bucket: LogReport.Distribution.Bucket, to json: inout JSONWriter) {
        json.key("up_to")
        json.number(bucket.upTo)
        member("count", bucket.count, &json)
    }

    static func write(_ bad: LogReport.BadLine, to json: inout JSONWriter) {
        member("source", bad.source, &json)
        member("offset", bad.offset, &json)
        member("column", bad.column, &json)
        member("expected", bad.expected, &json)
        member("text", bad.text, &json)
    }

    /// Names of the six counts of a point.
    static let statusClasses = ["1xx", "2xx", "3xx", "4xx", "5xx", "other"]

    private static func columnNames(_ table: LogReport.Table) -> [String] {
        distinctNames(table.columns.map(\.name), reserved: ["type", "table", "keys", "error"])
    }

    private static func unit(_ value: LogReport.Value) -> String? {
        switch value {
        case .bytes: "bytes"
        case .seconds: "seconds"
        case .share: "share"
        case .sum(let sum): unit(sum.rounded)
        case .none, .count, .number, .text: nil
        }
    }

    /// A member; left out where there is no value.
    private static func write(_ value: LogReport.Value, _ name: String, to json: inout JSONWriter) {
        if case .text(let text) = value { return member(name, text, &json) }
        guard let number = value.plainNumber else { return }
        json.key(name)
        json.raw(Array(number.utf8))
    }

    private static func member(_ name: String, _ text: String, _ json: inout JSONWriter) {
        json.key(name)
        json.string(text)
    }

    private static func member(_ name: String, _ number: Int, _ json: inout JSONWriter) {
        json.key(name)
        json.integer(number)
    }
}
