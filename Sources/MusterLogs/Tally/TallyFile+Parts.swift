internal import MusterCore
internal import MusterSystem

// The parts of a tally file, each written and read side by side.

extension TallyWriter {
    mutating func questions(_ questions: LogQuestions) {
        list(questions.groups) { $0.list($1) { $0.text($1) } }
        for names in [questions.measures.sums, questions.measures.quantiles, questions.measures.distinct] {
            list(names) { $0.text($1) }
        }
        flag(questions.hasTimeline)
        signed(questions.every ?? 0)
        text(questions.filter?.text ?? "")
        for bound in [questions.range.since, questions.range.until] {
            flag(bound != nil)
            signed(bound ?? 0)
        }
        flag(questions.normalize)
        text(questions.zone.name)
        data(questions.zone.source)
        signed(Int64(questions.year ?? 0))
        text(questions.timeField?.text ?? "")
    }

    mutating func kind(_ kind: FieldKind) {
        switch kind {
        case .text: count(0)
        case .address: count(1)
        case .number: count(2)
        case .bytes: count(3)
        case .duration(let perSecond):
            count(4)
            count(perSecond)
        }
    }

    mutating func source(_ source: TallySource) {
        text(source.name)
        text(source.format)
        flag(source.position != nil)
        guard let position = source.position else { return }
        unsigned(position.fingerprint.hash)
        count(position.fingerprint.count)
        unsigned(position.identity.device)
        unsigned(position.identity.inode)
        signed(position.offset)
        signed(Int64(position.year ?? 0))
    }

    mutating func tally(_ tally: LogTally) {
        for value in [tally.fitting, tally.bad, tally.matched, tally.bytes] { unsigned(value) }
        signed(tally.first)
        signed(tally.last)
        flag(tally.hasStatus)
        list(tally.seen.sorted()) { $0.text($1) }
        flag(tally.hasTime)
        unsigned(tally.dayless)
        list(tally.notes) { writer, note in
            writer.flag(note.hasNumber)
            writer.unsigned(note.beyond)
            writer.unsigned(note.negative)
        }
        list(tally.classes) { $0.unsigned($1) }
        list(tally.sources.sorted { $0.key < $1.key }) { writer, source in
            writer.count(source.key)
            for value in [source.value.bytes, source.value.lines, source.value.bad] { writer.unsigned(value) }
        }
        list(tally.examples) { writer, example in
            writer.count(example.source)
            writer.signed(example.offset)
            writer.count(example.column)
            writer.text(example.expected)
            writer.data(example.text)
        }
        measures(tally.totals, 0)
        timeline(tally.timeline)
        for group in tally.groups { self.group(group) }
    }

    private mutating func timeline(_ time: TimeTally) {
        signed(time.step)
        list(time.entries.sorted { $0.key < $1.key }) { writer, entry in
            writer.signed(entry.key)
            writer.unsigned(time.counts[entry.value])
            let first = entry.value * TimeTally.classCount
            writer.list(Array(time.classes[first..<first + TimeTally.classCount])) { $0.unsigned($1) }
            writer.measures(time.measures, entry.value)
        }
    }

    private mutating func group(_ group: GroupTally) {
        unsigned(group.total)
        unsigned(group.floor)
        list(group.table.top(.max)) { writer, entry in
            writer.data(entry.key)
            writer.unsigned(entry.count)
            writer.unsigned(group.error(entry.number))
            writer.measures(group.measures, entry.number)
        }
    }

    private mutating func measures(_ table: MeasureTable, _ entry: Int) {
        for index in table.names.sums.indices { wide(table.sum(entry, index)) }
        for index in table.names.quantiles.indices {
            let histogram = table.histogram(entry, index)
            count(histogram.firstBucket)
            list(histogram.counts) { $0.unsigned($1) }
            signed(histogram.least)
            signed(histogram.greatest)
        }
        for index in table.names.distinct.indices {
            let sketch = table.sketch(entry, index)
            list(sketch.hashes.sorted()) { $0.unsigned($1) }
            data(sketch.registers)
        }
    }
}

extension TallyReader {
    mutating func questions() throws(TallyFault) -> LogQuestions {
        func names(_ reader: inout TallyReader) throws(TallyFault) -> [String] {
            try reader.list { (reader) throws(TallyFault) in try reader.text() }
        }
        var questions = LogQuestions()
        questions.groups = try list { (reader) throws(TallyFault) in try names(&reader) }
        // Each takes memory before it has a key.
        guard questions.groups.count <= TallyFile.groupLimit else { throw damage }
        questions.measures.sums = try names(&self)
        questions.measures.quantiles = try names(&self)
        questions.measures.distinct = try names(&self)
        questions.hasTimeline = try flag()
        let every = try signed()
        guard every >= 0 else { throw damage }
        questions.every = every == 0 ? nil : every
        let filter = try text()
        var bounds: [Int64?] = []
        for _ in 0..<2 {
            let isSet = try flag()
            let value = try signed()
            bounds.append(isSet ? value : nil)
        }
        questions.range = TimeRange(since: bounds[0], until: bounds[1])
        questions.normalize = try flag()
        if version >= 2 { try times(&questions) }
        if !filter.isEmpty {
            do throws(QuestionFault) {
                questions.filter = try LogFilter(filter, zone: questions.zone)
            } catch {
                throw TallyFault("the tally's filter is none that this program knows: \(error.text)")
            }
        }
        return questions
    }

    /// How times were read.
    private mutating func times(_ questions: inout LogQuestions) throws(TallyFault) {
        let (name, source) = (try text(), try data())
        do throws(TimeZoneFault) {
            questions.zone = try TimeZoneRules(name: name, source: source)
        } catch {
            throw TallyFault("the tally's zone is damaged: \(error.hint)")
        }
        questions.year = try year()
        let field = try text()
        if field.isEmpty { return }
        do throws(LogFormatFault) {
            questions.timeField = try TimeField(field)
        } catch {
            throw TallyFault("the tally's time field is none that this program knows: \(error.hint)")
        }
    }

    /// Nil for 0.
    private mutating func year() throws(TallyFault) -> Int? {
        let year = try signed()
        guard (0...9999).contains(year) else { throw damage }
        return year == 0 ? nil : Int(year)
    }

    mutating func kind() throws(TallyFault) -> FieldKind {
        switch try number(4) {
        case 0: .text
        case 1: .address
        case 2: .number
        case 3: .bytes
        default: .duration(perSecond: max(1, try number(1_000_000_000)))
        }
    }

    mutating func source() throws(TallyFault) -> TallySource {
        var source = TallySource(name: try text(), format: try text(), position: nil)
        guard try flag() else { return source }
        let fingerprint = Fingerprint(hash: try unsigned(), count: try number(Fingerprint.limit))
        let identity = FileIdentity(device: try unsigned(), inode: try unsigned())
        source.position = Position(fingerprint: fingerprint, identity: identity, offset: try signed())
        if version >= 2 { source.position?.year = try year() }
        return source
    }

    mutating func tally(
        _ questions: LogQuestions, sourceCount: Int, seed: UInt64
    ) throws(TallyFault) -> LogTally {
        let tally = LogTally(questions, seed: seed)
        tally.fitting = try unsigned()
        tally.bad = try unsigned()
        tally.matched = try unsigned()
        tally.bytes = try unsigned()
        tally.first = try signed()
        tally.last = try signed()
        // Both are at their ends where no line had a time.
        guard tally.first > tally.last || (tally.first > -TimeTally.farthest && tally.last < TimeTally.farthest) else {
            throw damage
        }
        tally.hasStatus = try flag()
        try traits(tally)
        let classes = try list { (reader) throws(TallyFault) in try reader.unsigned() }
        guard classes.count == TimeTally.classCount else { throw damage }
        tally.classes = classes
        for _ in 0..<(try count(of: 4)) {
            let source = try number(sourceCount - 1)
            tally.sources[source] = .init(bytes: try unsigned(), lines: try unsigned(), bad: try unsigned())
        }
        tally.examples = try list(of: 5) { (reader) throws(TallyFault) in
            BadLineExample(
                source: try reader.number(sourceCount - 1), offset: try reader.signed(),
                column: try reader.number(.max), expected: try reader.text(), text: try reader.data())
        }
        if tally.examples.count > LogTally.exampleLimit { tally.examples.removeSubrange(LogTally.exampleLimit...) }
        let totals = try measures(questions.measures)
        tally.totals.set(0, sums: totals.sums, histograms: totals.histograms, sketches: totals.sketches)
        try timeline(tally)
        for group in tally.groups { try self.group(group, questions.measures) }
        return tally
    }

    /// What lines had; all that was asked for where the file does not say.
    private mutating func traits(_ tally: LogTally) throws(TallyFault) {
        tally.seen = Set(tally.questions.fieldNames)
        tally.hasTime = true
        for index in tally.notes.indices { tally.notes[index].hasNumber = true }
        if version >= 3 { tally.seen = Set(try list { (reader) throws(TallyFault) in try reader.text() }) }
        guard version >= 4 else { return }
        tally.hasTime = try flag()
        if version >= 5 { tally.dayless = try unsigned() }
        let notes = try list { (reader) throws(TallyFault) in
            var note = MeasureNote()
            note.hasNumber = try reader.flag()
            note.beyond = try reader.unsigned()
            note.negative = try reader.unsigned()
            return note
        }
        guard notes.count == tally.notes.count else { throw damage }
        tally.notes = notes
    }

    private mutating func timeline(_ tally: LogTally) throws(TallyFault) {
        let step = try signed()
        guard step > 0, tally.timeline.restore(step: step) else { throw damage }
        for _ in 0..<(try count(of: 9)) {
            let stored = try signed()
            let number = version >= 4 ? stored : tally.timeline.number(ofUTC: stored)
            guard tally.timeline.canRestore(number) else { throw damage }
            let lines = try unsigned()
            let classes = try list { (reader) throws(TallyFault) in try reader.unsigned() }
            let parts = try measures(tally.questions.measures)
            tally.timeline.restore(
                number: number, count: lines, classes: classes, sums: parts.sums, histograms: parts.histograms,
                sketches: parts.sketches)
        }
    }

    private mutating func group(_ group: GroupTally, _ names: MeasureNames) throws(TallyFault) {
        group.restore(total: try unsigned(), floor: try unsigned())
        for _ in 0..<(try count(of: 3)) {
            let key = try data()
            let lines = try unsigned()
            guard lines > 0 else { throw damage }
            let error = try unsigned()
            let parts = try measures(names)
            group.restore(
                group.insert(key, lines), error: error, sums: parts.sums, histograms: parts.histograms,
                sketches: parts.sketches)
        }
    }

    /// Of one entry.
    private struct Measures {
        var sums: [Int128] = []
        var histograms: [ValueHistogram] = []
        var sketches: [DistinctSketch] = []
    }

    private mutating func measures(_ names: MeasureNames) throws(TallyFault) -> Measures {
        var measures = Measures()
        for _ in names.sums { measures.sums.append(try wide()) }
        for _ in names.quantiles {
            let first = try number(.max)
            let counts = try list { (reader) throws(TallyFault) in try reader.unsigned() }
            guard
                let histogram = ValueHistogram(
                    firstBucket: first, counts: counts, least: try signed(), greatest: try signed())
            else { throw damage }
            measures.histograms.append(histogram)
        }
        for _ in names.distinct {
            let hashes = try list { (reader) throws(TallyFault) in try reader.unsigned() }
            guard let sketch = DistinctSketch(hashes: hashes, registers: try data()) else {
                throw damage
            }
            measures.sketches.append(sketch)
        }
        return measures
    }
}
