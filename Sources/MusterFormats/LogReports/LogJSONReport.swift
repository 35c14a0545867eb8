import MusterCore

/// One JSON object: `muster`, `run`, `sources`, `figures`, `statuses`, `timeline`, `tables`, `distributions`,
/// `bad_lines`; the members are in `docs/reports.md`.
enum LogJSONReport {
    static func bytes(_ report: LogReport) -> [UInt8] {
        var bytes: [UInt8] = []
        var json = JSONWriter(taking: &bytes)
        json.beginObject()
        json.key("muster")
        json.string(report.version)
        json.key("run")
        json.beginObject()
        LogRecord.write(run: report, to: &json)
        json.endObject()
        list("sources", report.sources, &json) { LogRecord.write($0, to: &$1) }
        list("figures", report.figures, &json) { LogRecord.write($0, to: &$1) }
        list("statuses", report.statuses, &json) { LogRecord.write($0, to: &$1) }
        if let timeline = report.timeline {
            json.key("timeline")
            json.beginObject()
            json.key("step_us")
            json.integer(Int(timeline.step))
            list("points", timeline.points, &json) { LogRecord.write($0, timeline.columns, to: &$1) }
            json.endObject()
        }
        list("tables", report.tables, &json) { table, json in
            LogRecord.write(table, to: &json)
            let names = distinctNames(table.keys)
            list("rows", table.rows, &json) { LogRecord.write($0, of: table, names, to: &$1) }
        }
        list("distributions", report.distributions, &json) { distribution, json in
            LogRecord.write(distribution, to: &json)
            list("buckets", distribution.buckets, &json) { LogRecord.write($0, to: &$1) }
        }
        list("bad_lines", report.badLines, &json) { LogRecord.write($0, to: &$1) }
        json.endObject()
        json.newline()
        json.give(to: &bytes)
        return bytes
    }

    /// An array of objects, one a line.
    private static func list<Element>(
        _ name: String, _ elements: [Element], _ json: inout JSONWriter, _ members: (Element, inout JSONWriter) -> Void
    ) {
        json.key(name)
        json.beginArray()
        for element in elements {
            json.lineBreak()
            json.beginObject()
            members(element, &json)
            json.endObject()
        }
        json.endArray()
    }
}

/// One JSON object a line, `type` says of what: first the `run`, then each `source`, `figure`, `status`, `point` of the
/// timeline, `table` with its `row`s behind it, `distribution` with its `bucket`s, and `bad_line`.
enum LogNDJSONReport {
    static func bytes(_ report: LogReport) -> [UInt8] {
        var bytes: [UInt8] = []
        line("run", &bytes) { json in
            json.key("muster")
            json.string(report.version)
            LogRecord.write(run: report, to: &json)
        }
        for source in report.sources { line("source", &bytes) { LogRecord.write(source, to: &$0) } }
        for figure in report.figures { line("figure", &bytes) { LogRecord.write(figure, to: &$0) } }
        for status in report.statuses { line("status", &bytes) { LogRecord.write(status, to: &$0) } }
        if let timeline = report.timeline {
            for point in timeline.points {
                line("point", &bytes) { json in
                    json.key("step_us")
                    json.integer(Int(timeline.step))
                    LogRecord.write(point, timeline.columns, to: &json)
                }
            }
        }
        for table in report.tables { append(table, &bytes) }
        for distribution in report.distributions { append(distribution, &bytes) }
        for bad in report.badLines { line("bad_line", &bytes) { LogRecord.write(bad, to: &$0) } }
        return bytes
    }

    private static func append(_ table: LogReport.Table, _ bytes: inout [UInt8]) {
        line("table", &bytes) { LogRecord.write(table, to: &$0) }
        let names = distinctNames(table.keys)
        for row in table.rows {
            line("row", &bytes) { json in
                json.key("table")
                json.string(table.name)
                LogRecord.write(row, of: table, names, to: &json)
            }
        }
    }

    private static func append(_ distribution: LogReport.Distribution, _ bytes: inout [UInt8]) {
        line("distribution", &bytes) { LogRecord.write(distribution, to: &$0) }
        for bucket in distribution.buckets {
            line("bucket", &bytes) { json in
                json.key("field")
                json.string(distribution.field)
                LogRecord.write(bucket, to: &json)
            }
        }
    }

    private static func line(_ type: String, _ bytes: inout [UInt8], _ members: (inout JSONWriter) -> Void) {
        var json = JSONWriter(taking: &bytes)
        json.beginObject()
        json.key("type")
        json.string(type)
        members(&json)
        json.endObject()
        json.newline()
        json.give(to: &bytes)
    }
}
