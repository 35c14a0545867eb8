internal import MusterSystem

/// Sources with their formats found: what a run reads.
package struct PreparedSources: @unchecked Sendable {
    /// Invariant for sharing: a stream that was begun is handed to one run.
    var sources: [RunSource] = []
    /// Names of the fields that the first lines have.
    package private(set) var present: Set<String> = []
    /// Keys of the first lines of formats that may have any.
    package private(set) var keys = SampledKeys()
    /// Sources that hold no line.
    package private(set) var empty: [String] = []
    package private(set) var faults: [InputFault] = []
    /// Why a source that is known begins anew, by its number.
    package private(set) var notes: [Int: String] = [:]

    /// How a format is found.
    package enum Choice: Sendable {
        case automatic
        case named(LogFormat)
        case notation(LogFormatNotation, String)
    }

    package init() {}

    package var names: [String] { sources.map(\.source.name) }
    package var titles: [String] { sources.map(\.reading.title) }
    package var readings: [LineReading] { sources.map(\.reading) }
    /// Bytes on disk of all that is to be read; nil where one is a pipe.
    package var size: Int64? {
        var sum: Int64 = 0
        for source in sources {
            guard let size = source.source.size else { return nil }
            sum += size
        }
        return sum
    }
    /// Whether bytes were taken from a pipe, which cannot be read again.
    package var hasBegun: Bool { sources.contains { $0.blocks != nil } }
    package var logSources: [LogSource] { sources.map(\.source) }

    /// Finds the format of each source; waits for the first bytes of a pipe. `wanted` are the fields that may be asked about,
    /// `asked` those that are, `positions` tell where an earlier run stopped, `year` is that of last lines where it is known.
    /// Errors: the format's text has a fault.
    package static func prepare(
        _ list: [LogSource], _ choice: Choice, wanted: [String], asked: [String] = [],
        positions: PositionTable? = nil, year: Int? = nil, keepsPartialLine: Bool = false, isCancelled: () -> Bool
    ) throws(LogFormatFault) -> PreparedSources {
        var prepared = PreparedSources()
        let recognition = FormatRecognition(wanted: wanted + asked, asked: asked)
        for source in list {
            let resumption = positions?.match(source)
            do throws(PreparationFault) {
                try prepared.add(source, choice, recognition, wanted, resumption, keepsPartialLine, isCancelled)
            } catch {
                switch error {
                case .wrong(let fault): throw fault
                case .unreadable(let hint): prepared.faults.append(InputFault(name: source.name, hint: hint))
                }
            }
        }
        prepared.findYears(year, isCancelled)
        return prepared
    }

    private enum PreparationFault: Error {
        case wrong(LogFormatFault)
        case unreadable(String)
    }

    private mutating func add(
        _ source: LogSource, _ choice: Choice, _ recognition: FormatRecognition, _ wanted: [String],
        _ resumption: PositionTable.Resumption?, _ keepsPartialLine: Bool, _ isCancelled: () -> Bool
    ) throws(PreparationFault) {
        var head = source.head
        var blocks: BlockReader?
        do {
            if source.size == nil {
                guard case .stream(let stream) = try source.open() else { return }
                let reader = BlockReader(stream, from: 0, keepsPartialLine: keepsPartialLine)
                head = try reader.beginningBehindBlanks(ChunkBuffer.Size().chunk, isCancelled: isCancelled)
                blocks = reader
            } else if head.count == Fingerprint.limit, BlankText.isBlank(head) {
                head = try Self.beginningBehindBlanks(source, isCancelled)
            } else if !head.contains(10), head.count == Fingerprint.limit {
                head = try source.beginning(ChunkBuffer.Size().line)
            } else if head.isEmpty, case .stream(let stream) = try source.open() {
                // Nothing may come of it because it is empty, or because it is damaged from its beginning.
                _ = try stream.bytes(1, isCancelled: isCancelled)
            }
        } catch {
            throw .unreadable(WorkList.text(error))
        }
        // Of a log that is written to, the first line may be there in part: it waits for a later look.
        if keepsPartialLine, source.isPlainFile, !head.contains(10), head.count < ChunkBuffer.Size().line {
            return empty.append(source.name)
        }
        guard !BlankText.isBlank(head) else { return empty.append(source.name) }
        let reading = try reading(source, head, choice, recognition, wanted)
        if ["json", "logfmt"].contains(reading.title) { keys.take(head) }
        if let joiner = reading.makeJoiner, let blocks { blocks.join(joiner()) }
        if let note = resumption?.note { notes[sources.count] = note }
        var added = RunSource(
            source: source, reading: reading, offset: resumption?.offset ?? 0, blocks: blocks,
            goesOn: goesOn(source, reading))
        // Looked at more closely once all sources are known.
        if YearSurvey.isNeeded(head, reading) { added.years = SourceYears() }
        added.resumedYear = resumption?.year
        sources.append(added)
    }

    /// Whether a record may begin in the source before and end in this one: it is the next copy of the same log.
    private func goesOn(_ source: LogSource, _ reading: LineReading) -> Bool {
        guard reading.makeJoiner != nil, let before = sources.last, before.reading.title == reading.title else {
            return false
        }
        guard source.size != nil, before.source.size != nil else { return false }
        let (name, former) = (RotationName(source.path), RotationName(before.source.path))
        return name.stem == former.stem && name.mark != former.mark
    }

    /// The first lines with text of a log that begins with others.
    private static func beginningBehindBlanks(_ source: LogSource, _ isCancelled: () -> Bool) throws -> [UInt8] {
        let count = ChunkBuffer.Size().line
        return switch try source.open() {
        case .file(let file): try BlankText.beginning(of: file, count, isCancelled: isCancelled)
        case .stream(let stream): try BlankText.beginning(of: stream, count, isCancelled: isCancelled)
        }
    }

    private mutating func reading(
        _ source: LogSource, _ head: [UInt8], _ choice: Choice, _ recognition: FormatRecognition, _ wanted: [String]
    ) throws(PreparationFault) -> LineReading {
        do throws(LogFormatFault) {
            switch choice {
            case .automatic: break
            case .named(let format): return known(try format.reading(wanted), head)
            case .notation(let notation, let text): return known(try notation.read(text, wanted), head)
            }
        } catch {
            throw .wrong(error)
        }
        let sample = LineSample(source, head: head)
        switch recognition.recognise(sample) {
        case .found(_, let reading, let present):
            self.present.formUnion(present)
            return reading
        case .unknown(let guesses):
            throw .unreadable(
                JournalExport.isLikely(sample.lines)
                    ? JournalExport.hint
                    : Self.unknown(guesses, recognition.nearest, source))
        }
    }

    /// Why a log is not read, and what to write so that it is.
    private static func unknown(
        _ guesses: [(name: String, percent: Int, doubt: String?)], _ nearest: FormatRecognition.Nearest?,
        _ source: LogSource
    ) -> String {
        // Only the beginning of a compressed log was looked at.
        let lines = source.compression == .none ? "its lines" : "its first lines"
        let own = "--format 'nginx:…' or 'regex:…'"
        if let best = guesses.first {
            if let doubt = best.doubt {
                return "\(lines) fit \(best.name), but \(doubt); "
                    + "read them so with --format \(best.name), or describe them with \(own)"
            }
            let shares = guesses.map { "\($0.name) fits \($0.percent) %" }.joined(separator: ", ")
            return
                "\(lines) fit no format (\(shares)); read what fits with --format \(best.name), or describe them with \(own)"
        }
        let reach = nearest.map { "\($0.name) fits up to column \($0.column), where it expects \($0.expected); " } ?? ""
        return "\(lines) fit no format; \(reach)describe them with \(own)"
    }

    private mutating func known(_ reading: LineReading, _ head: [UInt8]) -> LineReading {
        present.formUnion(FormatRecognition.present(LineSample(head).lines, reading))
        return reading
    }

    /// The same sources with columns for other fields: a format may have only those that are wanted.
    package func asking(_ wanted: [String], _ choice: Choice) throws(LogFormatFault) -> PreparedSources {
        var changed = self
        // Logs of one format share a reading.
        var readings: [String: LineReading] = [:]
        for index in sources.indices {
            let former = sources[index].reading
            if readings[former.title] == nil { readings[former.title] = try Self.reading(wanted, choice, former) }
            if let reading = readings[former.title] { changed.sources[index].reading = reading }
        }
        return changed
    }

    private static func reading(
        _ wanted: [String], _ choice: Choice, _ former: LineReading
    ) throws(LogFormatFault) -> LineReading {
        switch choice {
        case .named(let format): return try format.reading(wanted)
        case .notation(let notation, let text): return try notation.read(text, wanted)
        case .automatic:
            // What was recognised is called as `--format` would name it.
            guard case .named(let format) = try LogFormatCatalog.choice(former.title) else { return former }
            return try format.reading(wanted)
        }
    }

    /// The same sources where a field has the time of lines: every format that has it then has times.
    package func timed(by field: TimeField?) -> PreparedSources {
        guard let field else { return self }
        var changed = self
        for index in sources.indices where KeyField.column(field.name, in: sources[index].reading) != nil {
            changed.sources[index].reading.hasTime = true
        }
        return changed
    }

    /// Years of the sources whose lines have none, by number.
    package var years: [Int: SourceYears] {
        var years: [Int: SourceYears] = [:]
        for (index, source) in sources.enumerated() { years[index] = source.years }
        return years
    }
}
