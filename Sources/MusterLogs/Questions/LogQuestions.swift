package import MusterCore

/// What is asked of logs in one pass.
package struct LogQuestions: Sendable {
    /// The keys of each `--by`.
    package var groups: [[String]]
    package var measures: MeasureNames
    /// Whether lines over time are asked for.
    package var hasTimeline: Bool
    /// Length of a step in microseconds; nil to find one that shows the whole.
    package var every: Int64?
    package var filter: LogFilter?
    package var range: TimeRange
    /// Whether `path` means the normalised path.
    package var normalize: Bool
    /// Of lines and keys: how lines are read whose times name none, and what `day` and `hour` mean.
    package var zone: TimeZoneRules
    /// Of each log's last line, where times have none; nil to find out.
    package var year: Int?
    /// Where lines have their time; nil for where their format has it.
    package var timeField: TimeField?

    package init(
        groups: [[String]] = [], measures: MeasureNames = MeasureNames(), hasTimeline: Bool = true, every: Int64? = nil,
        filter: LogFilter? = nil, range: TimeRange = TimeRange(), normalize: Bool = false, zone: TimeZoneRules = .utc,
        year: Int? = nil, timeField: TimeField? = nil
    ) {
        self.groups = groups
        self.measures = measures
        self.hasTimeline = hasTimeline
        self.every = every
        self.filter = filter
        self.range = range
        self.normalize = normalize
        self.zone = zone
        self.year = year
        self.timeField = timeField
    }

    /// Fields that are asked about, as they were written, each once.
    var fieldNames: [String] {
        let keys = groups.flatMap { $0 } + measures.sums + measures.quantiles + measures.distinct
        var seen: Set<String> = []
        return (keys + (filter?.node.tests.map(\.field) ?? [])).filter { seen.insert($0).inserted }
    }

    /// Fields that a format has to provide, each once.
    package var wanted: [String] {
        var names: [String] = []
        let asked = groups.flatMap { $0 } + measures.sums + measures.quantiles + measures.distinct
        let times = timeField.map { [$0.name] } ?? []
        for name in asked.flatMap({ KeyField.baseNames($0) }) + (filter?.fields ?? []) + ["status"] + times
        where !names.contains(name) {
            names.append(name)
        }
        return names
    }

    /// Whether something that is asked about hangs on the zone, beside lines that name none.
    var isOfTime: Bool {
        let names = groups.flatMap { $0 } + measures.sums + measures.quantiles + measures.distinct
        return names.contains { DerivedFieldCatalog.isOfTime($0) } || filter?.isOfTime ?? false
    }

    /// What is asked about the times of lines, as the command line has it.
    var timeFlags: [String] {
        var flags = (range.since == nil ? [] : ["--since"]) + (range.until == nil ? [] : ["--until"])
        for (flag, names) in [
            ("--by", groups.flatMap { $0 }), ("--sum", measures.sums), ("--quantiles", measures.quantiles),
            ("--distinct", measures.distinct),
        ] {
            flags += names.filter { DerivedFieldCatalog.isOfTime($0) }.map { "\(flag) \($0)" }
        }
        if filter?.isOfTime ?? false { flags.append("--where") }
        if every != nil { flags.append("--every") }
        if let timeField { flags.append("--time-field \(timeField.name)") }
        var told: Set<String> = []
        return flags.filter { told.insert($0).inserted }
    }

    /// Everything that changes what a tally counts, as text: two tallies can be joined where it is the same.
    package var signature: String {
        var parts = groups.map { "by \($0.joined(separator: ","))" }
        parts += measures.sums.map { "sum \($0)" } + measures.quantiles.map { "quantiles \($0)" }
        parts += measures.distinct.map { "distinct \($0)" }
        if hasTimeline { parts.append(every.map { "every \($0)us" } ?? "timeline") }
        if let filter { parts.append("where \(filter.text)") }
        if normalize { parts.append("normalize") }
        if isOfTime, !zone.isUTC { parts.append("zone \(zone.name)") }
        if let year { parts.append("year \(year)") }
        if let timeField { parts.append("time field \(timeField.text)") }
        return parts.joined(separator: "; ")
    }
}

/// Questions with their fields found in a format: for one worker.
package final class BoundQuestions {
    let groups: [[KeyField]]
    /// Of each group, the column of a key that is a plain field.
    let columns: [Int?]
    let measures: BoundMeasures
    let filter: BoundFilter?
    let range: TimeRange
    let status: Int?
    let hasTimeline: Bool

    /// Fields that this format has not read as `-`; that none of a run's formats has one is told before.
    init(_ questions: LogQuestions, _ reading: LineReading) throws(QuestionFault) {
        groups = questions.groups.map { names in
            names.map { KeyField.resolve($0, in: reading, normalize: questions.normalize) ?? .missing }
        }
        columns = groups.map { $0.count == 1 ? $0[0].column : nil }
        measures = BoundMeasures(questions.measures, reading, normalize: questions.normalize)
        filter = try questions.filter?.bound(to: reading, isForgiving: true)
        range = questions.range
        status = KeyField.column("status", in: reading)
        hasTimeline = questions.hasTimeline && reading.hasTime
    }

    /// All faults of the questions about a format, each with the flag that it stands behind.
    package static func faults(_ questions: LogQuestions, _ readings: [LineReading]) -> [String] {
        guard let first = readings.first else { return [] }
        var faults: [String] = []
        func check(_ flag: String, _ name: String, _ isFound: (LineReading) -> Bool, _ fault: () throws -> Void) {
            if readings.contains(where: isFound) { return }
            do { try fault() } catch let error as QuestionFault {
                faults.append("\(flag) \(name): \(error.text)")
            } catch {}
        }
        if let field = questions.timeField {
            check("--time-field", field.name, { KeyField.column(field.name, in: $0) != nil }) {
                throw QuestionFault.unknownField(field.name, in: first, at: nil)
            }
        }
        let keys = questions.groups.flatMap { $0 }.map { ("--by", $0) }
        for (flag, name) in keys + questions.measures.distinct.map({ ("--distinct", $0) }) {
            check(flag, name, { KeyField.resolve(name, in: $0) != nil }) { _ = try KeyField.require(name, in: first) }
        }
        let numbers =
            questions.measures.sums.map { ("--sum", $0) } + questions.measures.quantiles.map { ("--quantiles", $0) }
        for (flag, name) in numbers {
            check(flag, name, { NumberField.resolve(name, in: $0) != nil }) {
                _ = try NumberField.require(name, in: first)
            }
        }
        if let filter = questions.filter {
            do throws(QuestionFault) {
                for test in filter.node.tests {
                    if readings.contains(where: { KeyField.resolve(test.field, in: $0) != nil }) { continue }
                    throw QuestionFault.unknownField(test.field, in: first, at: test.offset)
                }
                for reading in readings { _ = try filter.bound(to: reading, isForgiving: true) }
            } catch {
                faults.append("--where \(filter.text): \(error.text)")
            }
        }
        return faults
    }

    /// What to know of the answers: fields of the filter that a format has not, fields that no line has had, with the one of
    /// `names` that may have been meant, and what numbers and times there were not.
    package static func remarks(_ tally: LogTally, _ readings: [LineReading], names: [String] = []) -> [String] {
        let questions = tally.questions
        var told: Set<String> = []
        var remarks: [String] = []
        for reading in readings {
            for field in questions.filter?.unknownTests(in: reading).map(\.field) ?? []
            where told.insert(reading.title + "\n" + field).inserted {
                remarks.append(
                    "Lines of \(reading.title) have no field \"\(field)\": a test of it matches none of them.")
            }
        }
        guard tally.fitting > 0 else { return remarks }
        for field in questions.fieldNames where !tally.seen.contains(field) && !DerivedFieldCatalog.isOfTime(field) {
            let hint = NearestWord.of(field, among: names).map { "; did you mean \"\($0)\"?" } ?? "."
            remarks.append("No line has the field \"\(field)\"\(hint)")
        }
        let flags = questions.timeFlags
        if !flags.isEmpty, !tally.hasTime, tally.first > tally.last {
            remarks.append("No line has a time, so there is nothing to answer \(flags.joined(separator: ", ")) by.")
        }
        if tally.dayless > 0 {
            let lines = tally.dayless == 1 ? "1 line has" : "\(tally.dayless) lines have"
            let year = questions.year.map { " (--year \($0))" } ?? ""
            remarks.append("\(lines) no time: 29 February, in a year that has none\(year).")
        }
        if tally.matched > 0 { remarks += questions.measures.remarks(tally.notes, seen: tally.seen) }
        return remarks
    }
}
