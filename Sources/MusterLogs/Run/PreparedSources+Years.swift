internal import MusterSystem

extension PreparedSources {
    /// Finds out the years of lines that have none, from the newest log to the oldest: no line of a rotated log is later
    /// than the first of the log that came after it.
    mutating func findYears(_ year: Int?, _ isCancelled: () -> Bool) {
        /// The earliest line of the log that was looked at last, by the log's name.
        var firsts: [String: Int64] = [:]
        for index in sources.indices.reversed() where sources[index].years != nil {
            let stem = RotationName(sources[index].source.path).stem
            let limit = firsts[stem].map { $0 + CivilTime.day }
            let years = years(of: sources[index], limit, year, isCancelled)
            sources[index].years = years.found
            if let first = years.first { firsts[stem] = first }
        }
    }

    /// The years of a source, and the local time of its first line where that was seen.
    private func years(
        of source: RunSource, _ limit: Int64?, _ year: Int?, _ isCancelled: () -> Bool
    ) -> (found: SourceYears, first: Int64?) {
        var latest = source.source.modified.map { $0 * 1_000_000 + CivilTime.day } ?? SourceYears.now + CivilTime.day
        if let year, let next = CivilTime.days(year: year + 1, month: 1, day: 1) { latest = next * CivilTime.day - 1 }
        if let limit { latest = min(latest, limit) }
        let survey = YearSurvey(source.reading)
        if let blocks = source.blocks {
            // What was read of a pipe so far.
            if let head = try? blocks.beginning(0, isCancelled: { false }) { survey.note(head, at: source.offset) }
        } else {
            survey.look(through: source.source, isCancelled)
        }
        let anchor = source.resumedYear.map { (year: $0, offset: source.offset - 1) }
        var found = survey.years(latest: latest, given: year, after: anchor)
        if year == nil, source.source.modified == nil { found.latest = nil }
        // What is written to a file from now on has the clock to tell its year.
        if !source.source.isPlainFile { found.given = year }
        return (found, survey.first.flatMap { found.time($0, at: 0) })
    }
}
