internal import MusterCore
package import MusterPattern

/// Reads the lines of chunks and counts them: parsers and bound questions for the formats of some sources. Used by one thread
/// at a time.
package final class LineCounter {
    private let readings: [LineReading]
    private let questions: LogQuestions
    private let years: [Int: SourceYears]
    /// Of sources that were not looked through for their years, where one is given.
    private let givenYear: SourceYears?
    private var clock: LineClock
    /// Whether keys need what clocks show at the lines' times.
    private let showsClock: Bool
    private var readers: [Int: FormatReader] = [:]
    private let limit: ScanLimit

    /// A format's parser with its questions.
    private final class FormatReader {
        let parser: any LineParser
        let bound: BoundQuestions
        var batch: RowBatch
        /// Fields of the questions that no line had so far, with their columns.
        private var unseen: [(name: String, column: Int)]
        /// Whether it is asked for times and no line had one so far.
        private var awaitsTime: Bool
        /// The column that has the time, where one was named.
        let timeColumn: Int?
        private var times: TimeField.Reader?

        init(_ reading: LineReading, _ questions: LogQuestions, _ limit: ScanLimit) throws(QuestionFault) {
            parser = reading.makeParser()
            bound = try BoundQuestions(questions, reading)
            parser.obey(limit)
            bound.filter?.obey(limit)
            batch = RowBatch(width: reading.fields.count)
            unseen = questions.fieldNames.compactMap { name in
                KeyField.baseColumn(name, in: reading).map { (name, $0) }
            }
            awaitsTime = reading.hasTime && !questions.timeFlags.isEmpty
            timeColumn = questions.timeField.flatMap { KeyField.column($0.name, in: reading) }
            times = questions.timeField.map { TimeField.Reader($0) }
        }

        /// Notes in the tally which fields the batch's lines have, and whether one has a time.
        @inline(__always)
        func look(_ tally: LogTally) {
            if !unseen.isEmpty || awaitsTime { lookClosely(tally) }
        }

        @inline(never)
        private func lookClosely(_ tally: LogTally) {
            unseen.removeAll { name, column in
                guard (0..<batch.count).contains(where: { !batch.span($0, column).isAbsent }) else { return false }
                tally.seen.insert(name)
                return true
            }
            if awaitsTime, (0..<batch.count).contains(where: { batch.time($0) != RowBatch.noTime }) {
                tally.hasTime = true
                awaitsTime = false
            }
        }

        /// Takes the times of the rows from a column.
        func readTimes(_ column: Int) {
            for row in 0..<batch.count {
                let time = batch.text(row, column).flatMap { times?.read($0) }
                batch.set(time: time ?? RowBatch.noTime, row)
            }
        }
    }

    /// `readings` and `years` by number of the source.
    package init(
        _ readings: [LineReading], _ questions: LogQuestions, years: [Int: SourceYears] = [:],
        limit: ScanLimit = ScanLimit()
    ) {
        self.readings = readings
        self.years = years
        givenYear = questions.year.map { SourceYears(given: $0) }
        clock = LineClock(questions.zone)
        showsClock = questions.isOfTime && !questions.zone.isUTC
        self.questions = questions
        self.limit = limit
    }

    /// Whether its task is cancelled and the work dropped: what was counted last breaks off before the end of its chunk.
    package var isOver: Bool { limit.isOver }

    /// Counts a chunk's lines and returns how many there were, blank ones aside: fewer where the limit is over. Errors: a filter
    /// means nothing for the format, which is found out before a run.
    @discardableResult
    package func count(_ chunk: Chunk, into tally: LogTally) throws(QuestionFault) -> UInt64 {
        let reader = try reader(chunk.source)
        let before = (tally.fitting, tally.bad)
        var cursor = chunk.start
        var counted = cursor
        while cursor < chunk.end {
            reader.batch.begin(chunk)
            reader.parser.parse(chunk, &cursor, into: &reader.batch)
            settleTimes(reader, chunk)
            // A batch is counted whole or not at all.
            if limit.isOver || !tally.add(reader.batch, reader.bound, chunk) { break }
            reader.look(tally)
            limit.spend(cursor - counted)
            counted = cursor
        }
        tally.dayless &+= clock.takeDayless()
        let (fitting, bad) = (tally.fitting &- before.0, tally.bad &- before.1)
        tally.addSource(chunk.source, bytes: UInt64(counted - chunk.start), lines: fitting &+ bad, bad: bad)
        return fitting &+ bad
    }

    /// Makes instants of what the rows say about their times.
    @inline(__always)
    private func settleTimes(_ reader: FormatReader, _ chunk: Chunk) {
        if let column = reader.timeColumn { reader.readTimes(column) }
        if reader.batch.mayHaveMarkedTimes {
            clock.settle(&reader.batch, years[chunk.source] ?? givenYear, at: chunk.position)
        }
        if showsClock { clock.show(&reader.batch) }
    }

    /// Counts lines that are at hand as bytes: `position` is where they begin in their source.
    package func count(
        _ lines: [UInt8], source: Int, position: Int64, into tally: LogTally
    ) throws(QuestionFault) {
        _ = try Chunk.with(lines) { (chunk) throws(QuestionFault) in
            try count(chunk.at(position, source: source), into: tally)
        }
    }

    private func reader(_ source: Int) throws(QuestionFault) -> FormatReader {
        if let known = readers[source] { return known }
        // Logs of many files: a parser for the last few is enough.
        if readers.count >= 16 { readers.removeAll() }
        let reader = try FormatReader(readings[source], questions, limit)
        readers[source] = reader
        return reader
    }
}
