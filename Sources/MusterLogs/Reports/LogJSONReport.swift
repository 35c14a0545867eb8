internal import MusterText

/// One JSON object: `muster`, `run`, `sources`, `figures`, `statuses`, `timeline`, `tables`, `distributions`,
/// `bad_lines`; the members are in `docs/reports.md`.
enum LogJSONReport {
    static func bytes(_ report: LogReport) -> [UInt8] {
        var bytes: [UInt8] = []
        var json = JSONWriter(taking: &bytes)
        json.beginObject()
        json.member("muster", report.version)
        json.key("run")
        json.beginObject()
        LogRecord.write(run: report, to: &json)
        json.endObject()
        json.list("sources", report.sources, isLined: true) { LogRecord.write($0, to: &$1) }
        json.list("figures", report.figures, isLined: true) { LogRecord.write($0, to: &$1) }
        json.list("statuses", report.statuses, isLined: true) { LogRecord.write($0, to: &$1) }
        if let timeline = report.timeline {
            json.key("timeline")
            json.beginObject()
            json.member("step_us", Int(timeline.step))
            json.list("points", timeline.points, isLined: true) { LogRecord.write($0, timeline.columns, to: &$1) }
            json.endObject()
        }
        json.list("tables", report.tables, isLined: true) { table, json in
            LogRecord.write(table, to: &json)
            let names = distinctNames(table.keys)
            json.list("rows", table.rows, isLined: true) { LogRecord.write($0, of: table, names, to: &$1) }
        }
        json.list("distributions", report.distributions, isLined: true) { distribution, json in
            LogRecord.write(distribution, to: &json)
            json.list("buckets", distribution.buckets, isLined: true) { LogRecord.write($0, to: &$1) }
        }
        json.list("bad_lines", report.badLines, isLined: true) { LogRecord.write($0, to: &$1) }
        json.endObject()
        json.newline()
        json.give(to: &bytes)
        return bytes
    }
}

/// One JSON object a line, `type` says of what: first the `run`, then each `source`, `figure`, `status`, `point` of the
/// timeline, `table` with its `row`s behind it, `distribution` with its `bucket`s, and `bad_line`.
enum LogNDJSONReport {
    static func bytes(_ report: LogReport) -> [UInt8] {
        var bytes: [UInt8] = []
        JSONWriter.line("run", into: &bytes) { json in
            json.member("muster", report.version)
            LogRecord.write(run: report, to: &json)
        }
        for source in report.sources { JSONWriter.line("source", into: &bytes) { LogRecord.write(source, to: &$0) } }
        for figure in report.figures { JSONWriter.line("figure", into: &bytes) { LogRecord.write(figure, to: &$0) } }
        for status in report.statuses { JSONWriter.line("status", into: &bytes) { LogRecord.write(status, to: &$0) } }
        if let timeline = report.timeline {
            for point in timeline.points {
                JSONWriter.line("point", into: &bytes) { json in
                    json.member("step_us", Int(timeline.step))
                    LogRecord.write(point, timeline.columns, to: &json)
                }
            }
        }
        for table in report.tables { append(table, &bytes) }
        for distribution in report.distributions { append(distribution, &bytes) }
        for bad in report.badLines { JSONWriter.line("bad_line", into: &bytes) { LogRecord.write(bad, to: &$0) } }
        return bytes
    }

    private static func append(_ table: LogReport.Table, _ bytes: inout [UInt8]) {
        JSONWriter.line("table", into: &bytes) { LogRecord.write(table, to: &$0) }
        let names = distinctNames(table.keys)
        for row in table.rows {
            JSONWriter.line("row", into: &bytes) { json in
                json.member("table", table.name)
                LogRecord.write(row, of: table, names, to: &json)
            }
        }
    }

    private static func append(_ distribution: LogReport.Distribution, _ bytes: inout [UInt8]) {
        JSONWriter.line("distribution", into: &bytes) { LogRecord.write(distribution, to: &$0) }
        for bucket in distribution.buckets {
            JSONWriter.line("bucket", into: &bytes) { json in
                json.member("field", distribution.field)
                LogRecord.write(bucket, to: &json)
            }
        }
    }
}
