internal import MusterCore
internal import MusterText

/// Writes the parts of a log report as members of JSON objects; they are in `docs/reports.md`.
enum LogRecord {
    static func write(run report: LogReport, to json: inout JSONWriter) {
        if !report.filter.isEmpty { json.member("filter", report.filter) }
        json.member("lines", report.lines)
        json.member("bad_lines", report.bad)
        json.member("matched", report.matched)
        json.member("bytes", report.bytesRead)
        if let first = report.first { json.member("first", UTCMoment(first).rfc3339) }
        if let last = report.last { json.member("last", UTCMoment(last).rfc3339) }
        if !report.zone.isUTC { json.member("zone", report.zone.name) }
        json.member("interrupted", report.isInterrupted)
        json.member("elapsed_us", Int(report.elapsed.nanoseconds / 1000))
        json.member("workers", report.workers)
        json.member("notes", report.notes)
    }

    static func write(_ source: LogReport.Source, to json: inout JSONWriter) {
        json.member("name", source.name)
        if !source.format.isEmpty { json.member("format", source.format) }
        json.member("bytes", source.bytes)
        json.member("lines", source.lines)
        json.member("bad_lines", source.bad)
        if !source.note.isEmpty { json.member("note", source.note) }
    }

    static func write(_ figure: LogReport.Figure, to json: inout JSONWriter) {
        json.member("name", figure.name)
        json.member("title", figure.title)
        write(figure.value, "value", to: &json)
        if let unit = unit(figure.value) { json.member("unit", unit) }
        if !figure.precision.isEmpty { json.member("precision", figure.precision) }
    }

    static func write(_ status: LogReport.StatusClass, to json: inout JSONWriter) {
        json.member("class", status.name)
        json.member("count", status.count)
    }

    static func write(
        _ point: LogReport.Timeline.Point, _ columns: [LogReport.Column], to json: inout JSONWriter
    ) {
        json.member("time", UTCMoment(point.time).rfc3339)
        json.member("count", point.count)
        for (name, count) in zip(statusClasses, point.classes) { json.member(name, count) }
        if let rate = point.errorRate { json.member("error_rate", rate) }
        let names = distinctNames(columns.map(\.name), reserved: ["type", "step_us", "time", "count", "error_rate"])
        for (name, value) in zip(names, point.values) { write(value, name, to: &json) }
    }

    /// All but its rows.
    static func write(_ table: LogReport.Table, to json: inout JSONWriter) {
        json.member("name", table.name)
        json.member("title", table.title)
        json.member("fields", distinctNames(table.keys))
        json.member("columns", columnNames(table))
        if let distinct = table.distinct { json.member("distinct", distinct) }
        json.member("total", table.total)
        json.member("exact", table.isExact)
        guard !table.isExact else { return }
        json.member("error_bound", table.errorBound)
        json.member("counters", table.counters)
    }

    static func write(
        _ row: LogReport.Row, of table: LogReport.Table, _ names: [String], to json: inout JSONWriter
    ) {
        json.key("keys")
        json.beginObject()
        for (field, name) in names.enumerated() { json.member(name, row.key(field)) }
        json.endObject()
        for (index, name) in columnNames(table).enumerated() { write(row.value(index), name, to: &json) }
        if !table.isExact { json.member("error", row.error) }
    }

    static func write(_ distribution: LogReport.Distribution, to json: inout JSONWriter) {
        json.member("field", distribution.field)
        json.member("count", distribution.count)
    }

    static func write(_ bucket: LogReport.Distribution.Bucket, to json: inout JSONWriter) {
        json.member("up_to", bucket.upTo)
        json.member("count", bucket.count)
    }

    static func write(_ bad: LogReport.BadLine, to json: inout JSONWriter) {
        json.member("source", bad.source)
        json.member("offset", bad.offset)
        json.member("column", bad.column)
        json.member("expected", bad.expected)
        json.member("text", bad.text)
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
        if case .text(let text) = value { return json.member(name, text) }
        guard let number = value.plainNumber else { return }
        json.key(name)
        json.raw(Array(number.utf8))
    }
}
