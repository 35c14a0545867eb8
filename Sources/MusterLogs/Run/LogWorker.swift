internal import MusterSystem

/// One thread's part of a run: it takes pieces from the list, reads their lines and counts them in a tally of its own.
///
/// Invariant for sharing: its own thread uses it, and another only while that one waits in ``WorkList/claim(_:weight:holds:)``
/// or has ended.
final class LogWorker: @unchecked Sendable {
    private let number: Int
    private let run: LogRunState
    private var buffer: ChunkBuffer
    /// Memory of a block that was counted, to be given back.
    private var spare: ChunkBuffer?
    private let counter: LineCounter
    private(set) var tally: LogTally

    init(_ number: Int, _ run: LogRunState) {
        self.number = number
        self.run = run
        buffer = ChunkBuffer(run.size)
        var years: [Int: SourceYears] = [:]
        for (index, source) in run.sources.enumerated() { years[index] = source.years }
        counter = LineCounter(run.sources.map(\.reading), run.questions, years: years)
        tally = LogTally(run.questions, seed: run.seed)
    }

    /// Works until there is nothing left, the run is stopped, or `isCancelled`. Errors: a filter means nothing for a format,
    /// which is found out before a run.
    func work(isCancelled: () -> Bool) throws(QuestionFault) {
        var holds = false
        while true {
            // With nothing counted since the last fold, another thread may be taking the tally just now, which is empty.
            let weight = holds ? tally.weight : 0
            let piece = run.list.claim(number, weight: weight, holds: holds, spare: spare)
            spare = nil
            holds = true
            switch piece {
            case .end: return
            case .fold:
                holds = false
                run.fold()
            case .range(let source, let file, let range):
                try ending { () throws(QuestionFault) in try take(source, file, range) }
            case .stream(let source, let blocks):
                read(source, blocks, isCancelled)
            case .block(let block):
                try ending { () throws(QuestionFault) in try count(block.chunk) }
                spare = block.buffer
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

    /// Ends the whole run where this piece of it has a fault: others would wait for it.
    private func ending(_ body: () throws(QuestionFault) -> Void) throws(QuestionFault) {
        do throws(QuestionFault) {
            try body()
        } catch {
            run.list.stop()
            throw error
        }
    }

    private func take(_ source: Int, _ file: InputFile, _ range: Range<Int64>) throws(QuestionFault) {
        let loaded: ChunkBuffer.Loaded
        do throws(FileFault) {
            loaded = try buffer.load(file, range, source: source, keepsPartialLine: run.keepsPartialLine)
        } catch {
            return run.list.note(source, error.hint)
        }
        try count(loaded.chunk)
        noteTooLong(source, loaded.tooLong)
        if let next = loaded.next { run.list.reach(source, next) }
        if let partial = loaded.partial { run.list.leave(source, at: partial) }
    }

    private func read(_ source: Int, _ blocks: BlockReader, _ isCancelled: () -> Bool) {
        var chunk: Chunk?
        var note: String?
        do throws(StreamFault) {
            chunk = try blocks.next(buffer, source: source, isCancelled: isCancelled)
            note = blocks.note
        } catch {
            note = error == .cancelled ? nil : WorkList.text(error)
        }
        let tooLong = blocks.takeTooLong()
        let block = chunk.map { WorkList.Block(chunk: $0, buffer: buffer) }
        let free = run.list.release(source, block, consumed: blocks.consumed, note: note)
        if block != nil { buffer = free ?? ChunkBuffer(run.size) }
        noteTooLong(source, tooLong)
    }

    private func noteTooLong(_ source: Int, _ lines: [LongLine]) {
        if lines.isEmpty { return }
        for line in lines { tally.noteTooLong(source: source, offset: line.offset, beginning: line.beginning) }
        // Bytes of lines that were not read are not counted, wherever the chunks began.
        let blanked = lines.reduce(0) { $0 &+ UInt64($1.blanked) }
        tally.addSource(source, bytes: 0 &- blanked, lines: UInt64(lines.count), bad: UInt64(lines.count))
    }

    private func count(_ chunk: Chunk) throws(QuestionFault) {
        let before = tally.bad
        let lines = try counter.count(chunk, into: tally)
        if counter.isOver { run.cutShort() }
        run.counted(lines: lines, bad: tally.bad &- before, bytes: UInt64(chunk.end - chunk.start))
    }
}
