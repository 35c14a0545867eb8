package import MusterCore

/// Turns what was counted into a report: the greatest keys, figures, lines over time.
package struct LogAnswers {
    /// Rows of a table at most.
    package var limit: Int
    /// Bad lines shown at most.
    package var badLineLimit: Int
    /// Quantiles that are told of a distribution.
    package static let quantiles: [(name: String, share: Double)] = [
        ("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999),
    ]

    package init(limit: Int, badLineLimit: Int = 0) {
        self.limit = limit
        self.badLineLimit = badLineLimit
    }

    /// A report without what only the caller knows: sources' names are given, elapsed time and notes are not.
    ///
    /// `kinds` say what the numbers of the measures' fields stand for.
    package func report(_ tally: LogTally, sources: [LogReport.Source], kinds: [String: FieldKind]) -> LogReport {
        var report = LogReport(version: Version.text)
        report.filter = tally.questions.filter?.text ?? ""
        report.sources = sources
        report.zone = tally.questions.zone
        report.lines = Int(clamping: tally.fitting &+ tally.bad)
        report.bad = Int(clamping: tally.bad)
        report.matched = Int(clamping: tally.matched)
        report.bytesRead = Int(clamping: tally.bytes)
        if tally.first <= tally.last { (report.first, report.last) = (tally.first, tally.last) }
        report.statuses = statuses(tally)
        let kinds = Kinds(kinds: kinds)
        report.figures = figures(tally, kinds)
        report.distributions = distributions(tally, kinds)
        report.timeline = timeline(tally, kinds)
        report.tables = tally.questions.groups.indices.map { table(tally, $0, kinds) }
        report.badLines = tally.examples.prefix(badLineLimit).map { line in
            LogReport.BadLine(
                source: line.source < sources.count ? sources[line.source].name : "source \(line.source)",
                offset: Int(line.offset), column: line.column, expected: line.expected,
                text: String(decoding: line.text, as: UTF8.self))
        }
        return report
    }

    /// What the numbers of the measures' fields stand for, as the formats have it.
    package static func kinds(_ names: MeasureNames, _ readings: [LineReading]) -> [String: FieldKind] {
        var kinds: [String: FieldKind] = [:]
        for name in names.sums + names.quantiles {
            kinds[name] = readings.lazy.compactMap { NumberField.resolve(name, in: $0)?.kind }.first
        }
        return kinds
    }

    private struct Kinds {
        let kinds: [String: FieldKind]

        func value(_ field: String, _ millionths: Double) -> LogReport.Value {
            switch kinds[field] {
            case .bytes: .bytes(millionths / 1e6)
            case .duration: .seconds(millionths / 1e6)
            default: .number(millionths / 1e6)
            }
        }

        func isDuration(_ field: String) -> Bool {
            if case .duration = kinds[field] { true } else { false }
        }
    }

    private func statuses(_ tally: LogTally) -> [LogReport.StatusClass] {
        guard tally.hasStatus else { return [] }
        return zip(["1xx", "2xx", "3xx", "4xx", "5xx", "other"], tally.classes).compactMap { name, count in
            count > 0 ? LogReport.StatusClass(name: name, count: Int(clamping: count)) : nil
        }
    }

    // MARK: Measures

    private static func word(_ field: String) -> String {
        String(field.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
    }

    private func columns(_ names: MeasureNames) -> [LogReport.Column] {
        names.sums.map { LogReport.Column(name: "\(Self.word($0))_sum", title: $0) }
            + names.quantiles.flatMap { field in
                Self.quantiles.map {
                    LogReport.Column(name: "\(Self.word(field))_\(Self.word($0.name))", title: "\($0.name) \(field)")
                }
            } + names.distinct.map { LogReport.Column(name: "\(Self.word($0))_distinct", title: "distinct \($0)") }
    }

    private func values(_ table: MeasureTable, _ entry: Int, _ kinds: Kinds) -> [LogReport.Value] {
        let names = table.names
        var values: [LogReport.Value] = []
        for (index, field) in names.sums.enumerated() {
            values.append(kinds.value(field, Double(table.sum(entry, index))))
        }
        for (index, field) in names.quantiles.enumerated() {
            let histogram = table.histogram(entry, index)
            values += Self.quantiles.map { histogram.quantile($0.share).map { kinds.value(field, $0) } ?? .none }
        }
        for index in names.distinct.indices { values.append(.count(table.sketch(entry, index).estimate)) }
        return values
    }

    private func figures(_ tally: LogTally, _ kinds: Kinds) -> [LogReport.Figure] {
        let names = tally.questions.measures
        var figures = zip(columns(names), values(tally.totals, 0, kinds)).map { column, value in
            LogReport.Figure(name: column.name, title: column.title, value: value)
        }
        let quantileCount = names.quantiles.count * Self.quantiles.count
        for index in figures.indices {
            let isQuantile = index >= names.sums.count && index < names.sums.count + quantileCount
            if isQuantile { figures[index].precision = "± 0.4 %" }
            let distinct = index - names.sums.count - quantileCount
            if distinct >= 0, !tally.totals.sketch(0, distinct).isExact { figures[index].precision = "± 1.6 %" }
        }
        return figures
    }

    private func distributions(_ tally: LogTally, _ kinds: Kinds) -> [LogReport.Distribution] {
        tally.questions.measures.quantiles.enumerated().compactMap { index, field in
            let histogram = tally.totals.histogram(0, index)
            guard kinds.isDuration(field), histogram.count > 0 else { return nil }
            let buckets = histogram.counts.enumerated().compactMap { place, count in
                count == 0
                    ? nil
                    : LogReport.Distribution.Bucket(
                        upTo: Double(ValueHistogram.floor(histogram.firstBucket + place + 1)) / 1e6,
                        count: Int(clamping: count))
            }
            return LogReport.Distribution(field: field, count: Int(clamping: histogram.count), buckets: buckets)
        }
    }

    // MARK: Time

    private func timeline(_ tally: LogTally, _ kinds: Kinds) -> LogReport.Timeline? {
        let time = tally.timeline
        guard tally.questions.hasTimeline, let first = time.entries.keys.min(), let last = time.entries.keys.max()
        else {
            return nil
        }
        let classes = TimeTally.classCount
        let empty = [Int](repeating: 0, count: tally.hasStatus ? classes : 0)
        // Steps between are shown where they are not too many; a log of two lines years apart has them left out.
        let numbers = last - first < 100_000 ? Array(first...last) : time.entries.keys.sorted()
        let points = numbers.map { number in
            guard let entry = time.entries[number] else {
                return LogReport.Timeline.Point(
                    time: number * time.step, count: 0, classes: empty,
                    values: columns(tally.questions.measures).map { _ in .none })
            }
            let counted = time.classes[entry * classes..<(entry + 1) * classes].map { Int(clamping: $0) }
            return LogReport.Timeline.Point(
                time: number * time.step, count: Int(clamping: time.counts[entry]),
                classes: tally.hasStatus ? counted : [], values: values(time.measures, entry, kinds))
        }
        return LogReport.Timeline(step: time.step, columns: columns(tally.questions.measures), points: points)
    }

    // MARK: Tables

    private func table(_ tally: LogTally, _ index: Int, _ kinds: Kinds) -> LogReport.Table {
        let group = tally.groups[index]
        let rows = group.table.top(limit).map { entry in
            LogReport.Row(
                keys: GroupTally.parts(entry.key, group.names.count).map { String(decoding: $0, as: UTF8.self) },
                values: [
                    .count(Int(clamping: entry.count)), .share(Double(entry.count) / Double(max(1, group.total))),
                ] + values(group.measures, entry.number, kinds), error: Int(clamping: group.error(entry.number)))
        }
        let columns = [
            LogReport.Column(name: "count", title: "lines"), LogReport.Column(name: "share", title: "share"),
        ]
        return LogReport.Table(
            name: group.names.joined(separator: ","), title: group.names.joined(separator: ", "), keys: group.names,
            columns: columns + self.columns(tally.questions.measures), rows: rows,
            distinct: group.isExact ? group.table.count : nil, total: Int(clamping: group.total),
            isExact: group.isExact,
            errorBound: Int(clamping: group.floor), counters: group.isExact ? 0 : group.table.count)
    }
}
