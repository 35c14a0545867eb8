internal import MusterCore

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

    /// A report without what only the caller knows: sources' names are given; elapsed time, and notes of the sources, are
    /// not.
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
        if tally.questions.hasTimeline, let axis = TimelineAxis(tally) {
            report.notes += Self.remarks(axis)
            if let refusal = refusal(tally, axis) {
                report.notes.append(refusal)
            } else {
                report.timeline = timeline(tally, axis, kinds)
            }
        }
        for index in tally.questions.groups.indices {
            let (table, remark) = table(tally, index, kinds)
            report.tables.append(table)
            if !remark.isEmpty { report.notes.append(remark) }
        }
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

        func sum(_ field: String, _ millionths: Int128) -> LogReport.Value {
            switch kinds[field] {
            case .bytes: .sum(LogReport.Sum(millionths: millionths, unit: .bytes))
            case .duration: .sum(LogReport.Sum(millionths: millionths, unit: .seconds))
            default: .sum(LogReport.Sum(millionths: millionths))
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
            values.append(kinds.sum(field, table.sum(entry, index)))
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

    private func timeline(_ tally: LogTally, _ axis: TimelineAxis, _ kinds: Kinds) -> LogReport.Timeline {
        let time = axis.steps
        let classes = TimeTally.classCount
        let empty = [Int](repeating: 0, count: tally.hasStatus ? classes : 0)
        let columns = columns(tally.questions.measures)
        let points = (axis.first...axis.last).map { number in
            guard let entry = time.entries[number] else {
                return LogReport.Timeline.Point(
                    time: time.beginning(number), count: 0, classes: empty, values: columns.map { _ in .none })
            }
            let counted = time.classes[entry * classes..<(entry + 1) * classes].map { Int(clamping: $0) }
            return LogReport.Timeline.Point(
                time: time.beginning(number), count: Int(clamping: time.counts[entry]),
                classes: tally.hasStatus ? counted : [], values: values(time.measures, entry, kinds))
        }
        return LogReport.Timeline(step: time.step, columns: columns, points: points)
    }

    /// Why the steps of `--every` cannot be shown; nil where they can.
    package func refusal(_ tally: LogTally) -> String? {
        guard tally.questions.hasTimeline, tally.questions.every != nil else { return nil }
        return TimelineAxis(tally).flatMap { refusal(tally, $0) }
    }

    private func refusal(_ tally: LogTally, _ axis: TimelineAxis) -> String? {
        guard let every = tally.questions.every, let count = axis.excess(every: every, in: tally) else { return nil }
        let least = count / TimelineAxis.chosenLimit + 1
        let lengths = zip(TimeTally.automaticSteps, ["1s", "5s", "10s", "1m", "5m", "10m", "1h", "6h", "1d"])
        let length = lengths.first { $0.0 / every >= least }?.1
        return "--every: that would be \(count) steps, and \(TimelineAxis.chosenLimit) are the most; "
            + (length.map { "ask for \($0) or longer, or " } ?? "")
            + "for less time with --since and --until"
    }

    /// What there is to know of lines beside the axis.
    private static func remarks(_ axis: TimelineAxis) -> [String] {
        axis.apart.map { apart in
            let (first, last) = (moment(apart.first), moment(apart.last))
            let when = first == last ? "its time is \(first)" : "the first \(first), the last \(last)"
            let lines = apart.count == 1 ? "1 line is" : "\(apart.count) lines are"
            return "\(lines) set apart from the timeline for a clock that seems wrong: \(when)."
        }
    }

    /// `1970-01-01T00:00:07Z`
    private static func moment(_ time: Int64) -> String {
        var scratch = Scratch()
        return unsafe scratch.make(CivilMoment.longest) { unsafe CivilMoment(time).write(to: $0, .full) }.string
    }

    // MARK: Tables

    private func row(_ entry: KeyTable.Entry, _ group: GroupTally, _ kinds: Kinds) -> LogReport.Row {
        LogReport.Row(
            keys: GroupTally.parts(entry.key, group.names.count).map(KeyText.string),
            values: [
                .count(Int(clamping: entry.count)), .share(Double(entry.count) / Double(max(1, group.total))),
            ] + values(group.measures, entry.number, kinds), error: Int(clamping: group.error(entry.number)))
    }

    /// All rows of a key that has an order of its own; nil where it has none.
    private func orderedRows(_ group: GroupTally, _ kinds: Kinds) -> (rows: [LogReport.Row], remark: String)? {
        guard group.names.count == 1, ["day", "weekday", "hour_of_day"].contains(group.names[0]), group.isExact,
            group.table.count <= OrderedKeys.limit
        else { return nil }
        let entries = group.table.top(.max)
        guard let keys = OrderedKeys.all(group.names[0], among: Set(entries.map(\.key))) else { return nil }
        let rows = Dictionary(entries.map { ($0.key, row($0, group, kinds)) }) { first, _ in first }
        let values = columns(group.measures.names).map { _ in LogReport.Value.none }
        let all = keys.all.map {
            rows[$0] ?? LogReport.Row(keys: [KeyText.string($0)], values: [.count(0), .share(0)] + values)
        }
        return (all, keys.remark)
    }

    private func table(
        _ tally: LogTally, _ index: Int, _ kinds: Kinds
    ) -> (table: LogReport.Table, remark: String) {
        let group = tally.groups[index]
        let ordered = orderedRows(group, kinds)
        let rows = ordered?.rows ?? group.table.top(limit).map { row($0, group, kinds) }
        let columns = [
            LogReport.Column(name: "count", title: "lines"), LogReport.Column(name: "share", title: "share"),
        ]
        var table = LogReport.Table(
            name: group.names.joined(separator: ","), title: group.names.joined(separator: ", "), keys: group.names,
            columns: columns + self.columns(tally.questions.measures), rows: rows,
            distinct: group.isExact ? group.table.count : nil, total: Int(clamping: group.total),
            isExact: group.isExact,
            errorBound: Int(clamping: group.floor), counters: group.isExact ? 0 : group.table.count)
        if group.names == ["path"], !tally.questions.normalize, Self.isWorthNormalizing(group) {
            table.hint = "Many paths differ only in numbers and identifiers: --normalize counts those as one."
        }
        return (table, ordered?.remark ?? "")
    }

    /// Whether there are many paths, at least twice as many as patterns of them.
    private static func isWorthNormalizing(_ group: GroupTally) -> Bool {
        let paths = group.table.top(1_000).map(\.key)
        guard paths.count >= 50 else { return false }
        var patterns: Set<[UInt8]> = []
        var scratch = Scratch()
        for path in paths {
            scratch.reset()
            let text = scratch.copy(path)
            patterns.insert(PathText.normalized(text, &scratch).bytes)
        }
        return patterns.count * 2 <= paths.count
    }
}
