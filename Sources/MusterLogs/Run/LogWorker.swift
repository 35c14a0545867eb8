internal import MusterSystem

/// One thread's part of a run: it takes pieces from the list, reads their lines and counts them in a tally of its own.
///
/// Invariant for sharing: its own thread uses it, and another only while that one waits in ``WorkList/claim(_:memory:holds:)``
/// or has ended.
final class LogWorker: @unchecked Sendable {
    private let number: Int
    private let run: LogRunState
    private let buffer: ChunkBuffer
    private var readers: [Int: FormatReader] = [:]
    private(set) var tally: LogTally

    /// A format's parser with its questions.
    private final class FormatReader {
        let parser: any LineParser
        let bound: BoundQuestions
        var batch: RowBatch

        init(_ reading: LineReading, _ questions: LogQuestions) throws(QuestionFault) {
            parser = reading.makeParser()
            bound = try BoundQuestions(questions, reading)
            batch = RowBatch(width: reading.fields.count)
        }
    }

    init(_ number: Int, _ run: LogRunState) {
        self.number = number
        self.run = run
        buffer = ChunkBuffer(run.size)
        tally = LogTally(run.questions, seed: run.seed)
    }

    /// Works until there is nothing left, the run is stopped, or `isCancelled`. Errors: a filter means nothing for a format,
    /// which is found out before a run.
    func work(isCancelled: () -> Bool) throws(QuestionFault) {
        var holds = false
        while true {
            let piece = run.list.claim(number, memory: tally.memory, holds: holds)
            holds = true
            switch piece {
            case .end: return
            case .fold:
                holds = false
                run.fold()
            case .range(let source, let file, let range): try take(source, file, range)
            case .block(let source, let blocks): try take(source, blocks, isCancelled)
            }
            if isCancelled() { run.list.stop() }
        }
    }

    /// Gives away what was counted so far.
    func takeTally() -> LogTally {
        let full = tally
        tally = LogTally(run.questions, seed: run.seed)
        return full
    }

    private func take(_ source: Int, _ file: InputFile, _ range: Range<Int64>) throws(QuestionFault) {
        let loaded: ChunkBuffer.Loaded
        do throws(FileFault) {
            loaded = try buffer.load(
                file, range, first: run.sources[source].offset, source: source, keepsPartialLine: run.keepsPartialLine)
        } catch {
            return run.list.note(source, error.hint)
        }
        try count(loaded.chunk)
        if let tooLong = loaded.tooLong { noteTooLong(source, [tooLong]) }
        if let partial = loaded.partial { run.list.leave(source, at: partial) }
    }

    private func take(_ source: Int, _ blocks: BlockReader, _ isCancelled: () -> Bool) throws(QuestionFault) {
        var chunk: Chunk?
        var note: String?
        do throws(StreamFault) {
            chunk = try blocks.next(buffer, source: source, isCancelled: isCancelled)
            note = blocks.note
        } catch {
            note = error == .cancelled ? nil : WorkList.text(error)
        }
        let tooLong = blocks.takeTooLong()
        let bytes = chunk.map { $0.end - $0.start } ?? 0
        run.list.release(source, ended: chunk == nil, bytes: bytes, consumed: blocks.consumed, note: note)
        if let chunk { try count(chunk) }
        noteTooLong(source, tooLong)
    }

    private func noteTooLong(_ source: Int, _ lines: [(offset: Int64, beginning: [UInt8])]) {
        for line in lines { tally.noteTooLong(source: source, offset: line.offset, beginning: line.beginning) }
        tally.sources[source, default: .init()].lines &+= UInt64(lines.count)
        tally.sources[source, default: .init()].bad &+= UInt64(lines.count)
    }

    /// Reads a chunk's lines and counts them.
    private func count(_ chunk: Chunk) throws(QuestionFault) {
        let reader = try reader(chunk.source)
        let before = (tally.fitting, tally.bad)
        var cursor = chunk.start
        while cursor < chunk.end {
            reader.batch.begin(chunk)
            reader.parser.parse(chunk, &cursor, into: &reader.batch)
            tally.add(reader.batch, reader.bound, chunk)
        }
        let bytes = UInt64(chunk.end - chunk.start)
        tally.bytes &+= bytes
        let (fitting, bad) = (tally.fitting &- before.0, tally.bad &- before.1)
        var counted = tally.sources[chunk.source] ?? .init()
        counted.bytes &+= bytes
        counted.lines &+= fitting &+ bad
        counted.bad &+= bad
        tally.sources[chunk.source] = counted
        run.counted(lines: fitting &+ bad, bytes: bytes)
    }

    private func reader(_ source: Int) throws(QuestionFault) -> FormatReader {
        if let known = readers[source] { return known }
        // Logs of many files: a parser for the last few is enough.
        if readers.count >= 16 { readers.removeAll() }
        let reader = try FormatReader(run.sources[source].reading, run.questions)
        readers[source] = reader
        return reader
    }
}
