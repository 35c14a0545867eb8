internal import MusterText

/// Prometheus' text exposition format 0.0.4: every family once, with its HELP and TYPE, its samples together.
struct LogPrometheusReport {
    private var bytes: [UInt8] = []
    private var families: Set<String> = []

    static func bytes(_ report: LogReport) -> [UInt8] {
        var exposition = LogPrometheusReport()
        exposition.writeRun(report)
        exposition.writeStatuses(report.statuses)
        exposition.writeFigures(report)
        exposition.writeTables(report.tables)
        return exposition.bytes
    }

    private struct Sample {
        /// Behind the family's name: `_sum`, `_count`.
        var suffix = ""
        var labels: [(name: String, value: String)] = []
        var value: String
    }

    private mutating func writeRun(_ report: LogReport) {
        counter("lines_total", "Lines read, blank ones aside.", report.lines)
        counter("bad_lines_total", "Lines that did not fit the format.", report.bad)
        counter("matched_lines_total", "Lines that fit and passed the filter.", report.matched)
        counter("bytes_total", "Bytes read, decompressed.", report.bytesRead)
        for (name, time) in [("first", report.first), ("last", report.last)] {
            guard let time, let seconds = LogReport.Value.plain(Double(time) / 1e6) else { continue }
            let help = "Time of the " + name + " matching line, seconds since 1970."
            family(name + "_line_timestamp_seconds", "gauge", help, [Sample(value: seconds)])
        }
        if let seconds = LogReport.Value.plain(report.elapsedSeconds) {
            family("elapsed_seconds", "gauge", "How long the run took.", [Sample(value: seconds)])
        }
        let interrupted = report.isInterrupted ? "1" : "0"
        family("interrupted", "gauge", "1 where the run was cut short.", [Sample(value: interrupted)])
    }

    private mutating func writeStatuses(_ statuses: [LogReport.StatusClass]) {
        let samples = statuses.map { Sample(labels: [("class", $0.name)], value: String($0.count)) }
        family("status_total", "counter", "Matching lines by class of status.", samples)
    }

    /// Quantiles of a field as one summary, with its sum where there is one, everything else as a gauge.
    private mutating func writeFigures(_ report: LogReport) {
        var fields: [String] = []
        for figure in report.figures where figure.value.plainNumber != nil {
            guard let (field, _) = LogPrometheusReport.quantile(figure.name), !fields.contains(field) else { continue }
            fields.append(field)
            writeSummary(of: field, report)
        }
        for figure in report.figures where LogPrometheusReport.quantile(figure.name) == nil {
            guard let value = figure.value.plainNumber, !fields.contains(where: { $0 + "_sum" == figure.name }) else {
                continue
            }
            family(figure.name, "gauge", figure.title + ", of the matching lines.", [Sample(value: value)])
        }
    }

    private mutating func writeSummary(of field: String, _ report: LogReport) {
        var samples: [Sample] = []
        var unit = ""
        var told: Set<String> = []
        for figure in report.figures {
            guard let (name, quantile) = LogPrometheusReport.quantile(figure.name), name == field,
                let value = figure.value.plainNumber, told.insert(quantile).inserted
            else { continue }
            if case .seconds = figure.value { unit = "_seconds" }
            samples.append(Sample(labels: [("quantile", quantile)], value: value))
        }
        if let sum = report.figures.first(where: { $0.name == field + "_sum" })?.value.plainNumber {
            samples.append(Sample(suffix: "_sum", value: sum))
        }
        if let count = report.distributions.first(where: { $0.field == field })?.count {
            samples.append(Sample(suffix: "_count", value: String(count)))
        }
        family(field + unit, "summary", "Quantiles of " + field + " over the matching lines.", samples)
    }

    /// `request_time_p99` is the quantile 0.99 of `request_time`, `…_p99_9` and `…_p999` are 0.999.
    static func quantile(_ name: String) -> (field: String, quantile: String)? {
        guard let mark = name.lastIndex(of: "p"), let field = LogPrometheusReport.field(name[..<mark]) else {
            return nil
        }
        let rank = name[name.index(after: mark)...]
        let digits = rank.filter { $0 != "_" && $0 != "." }
        guard !digits.isEmpty, digits.utf8.count <= 8, rank.first != "_", rank.first != ".",
            digits.utf8.allSatisfy({ (48...57).contains($0) })
        else { return nil }
        if digits == "100" { return (field, "1") }
        // Digits behind the point of the share: a single one, as in p5, means five in a hundred.
        var share = digits.utf8.count == 1 ? "0" + digits : String(digits)
        while share.count > 1, share.last == "0" { share.removeLast() }
        return (field, share == "0" ? "0" : "0." + share)
    }

    /// `request_time_` without its end; nil where it has none or nothing before it.
    private static func field(_ text: Substring) -> String? {
        text.last == "_" && text.count > 1 ? String(text.dropLast()) : nil
    }

    private mutating func writeTables(_ tables: [LogReport.Table]) {
        var top: [Sample] = []
        var columns: [(name: String, samples: [Sample])] = []
        for table in tables {
            let labels = LogPrometheusReport.labels(table)
            let count = table.countColumn
            for index in table.columns.indices where !table.isShare(index) {
                let samples = table.rows.indices.compactMap { row in
                    table.rows[row].value(index).plainNumber.map { Sample(labels: labels[row], value: $0) }
                }
                let name = table.columns[index].name
                if index == count {
                    top += samples
                } else if let known = columns.firstIndex(where: { $0.name == name }) {
                    columns[known].samples += samples
                } else {
                    columns.append((name, samples))
                }
            }
        }
        family("top", "gauge", "Matching lines of the greatest keys of a table.", top)
        for column in columns {
            family("top_" + column.name, "gauge", column.name + " of the greatest keys of a table.", column.samples)
        }
        let bounds = tables.map {
            Sample(labels: [("table", $0.name)], value: $0.isExact ? "0" : String($0.errorBound))
        }
        family("top_error_bound", "gauge", "By how much a count of a table may be too high.", bounds)
        let distinct = tables.compactMap { table in
            table.distinct.map { Sample(labels: [("table", table.name)], value: String($0)) }
        }
        family("top_distinct", "gauge", "Keys there are in a table.", distinct)
    }

    /// Labels of each row. Keys that were different but look alike once they are safe get a number, for a series must not
    /// occur twice.
    private static func labels(_ table: LogReport.Table) -> [[(name: String, value: String)]] {
        let names = distinctNames(table.keys.map(name), reserved: ["table", "duplicate", "quantile", "le"])
        var seen: [[String]: Int] = [:]
        return table.rows.map { row in
            let keys = names.indices.map { TerminalText.safe(ShownKey.text(row.key($0))) }
            var labels = [(name: "table", value: table.name)] + zip(names, keys).map { (name: $0, value: $1) }
            let before = seen[keys, default: 0]
            seen[keys] = before + 1
            if before > 0 { labels.append(("duplicate", String(before + 1))) }
            return labels
        }
    }

    private mutating func counter(_ name: String, _ help: String, _ value: Int) {
        family(name, "counter", help, [Sample(value: String(value))])
    }

    private mutating func family(_ name: String, _ type: String, _ help: String, _ samples: [Sample]) {
        guard !samples.isEmpty else { return }
        let wanted = "muster_logs_" + LogPrometheusReport.name(name)
        var family = wanted
        var number = 2
        // A summary takes the names of its sum and count too.
        let suffixes = type == "summary" ? ["", "_sum", "_count"] : [""]
        while suffixes.contains(where: { families.contains(family + $0) }) {
            family = wanted + "_" + String(number)
            number += 1
        }
        families.formUnion(suffixes.map { family + $0 })
        append("# HELP " + family + " " + LogPrometheusReport.escaped(help, quotes: false) + "\n")
        append("# TYPE " + family + " " + type + "\n")
        for sample in samples {
            append(family + sample.suffix)
            if !sample.labels.isEmpty {
                let labels = sample.labels.map { $0.name + "=\"" + LogPrometheusReport.escaped($0.value) + "\"" }
                append("{" + labels.joined(separator: ",") + "}")
            }
            append(" " + sample.value + "\n")
        }
    }

    private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

    /// A name of letters, digits and `_` that does not begin with a digit or `__`.
    static func name(_ text: String) -> String {
        var name = ""
        for byte in text.utf8.prefix(200) {
            let isLetter = (97...122).contains(byte | 0x20)
            name.unicodeScalars.append(isLetter || (48...57).contains(byte) ? Unicode.Scalar(byte) : "_")
        }
        if let first = name.utf8.first, (48...57).contains(first) { name = "_" + name }
        while name.hasPrefix("__") { name.removeFirst() }
        return name.isEmpty ? "_" : name
    }

    /// A text made safe, with a backslash, a quote and a line end as the format wants them.
    private static func escaped(_ text: String, quotes: Bool = true) -> String {
        var escaped = ""
        for character in TerminalText.safe(text).unicodeScalars {
            if character == "\\" || quotes && character == "\"" { escaped += "\\" }
            escaped.unicodeScalars.append(character)
        }
        return escaped
    }
}
