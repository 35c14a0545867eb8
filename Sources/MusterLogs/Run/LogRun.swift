internal import MusterCore
package import MusterSystem
internal import Synchronization

/// One pass over logs on the threads of a pool.
package struct LogRun: Sendable {
    package var questions: LogQuestions
    package var options: LogRunOptions

    package init(questions: LogQuestions, options: LogRunOptions) {
        self.questions = questions
        self.options = options
    }

    /// What came of it.
    package struct Outcome: @unchecked Sendable {
        /// Invariant for sharing: nobody else has it any more.
        package var tally: LogTally
        /// Why a source was not read to its end, by its number.
        package var notes: [Int: String]
        /// Where a later run goes on, by source.
        package var offsets: [Int64]
        package var isInterrupted: Bool
        /// Whether the interruption broke off within a piece, for a line or a pattern took too long: then the offsets
        /// do not say what was counted, and a later run cannot go on from there.
        package var isCutShort = false
        /// Where to go on in files that were followed after the run, with the numbers of their sources.
        package var followed: [(source: Int, position: Position)] = []
    }

    /// Counts all lines of the sources; `start` is what an earlier run counted. Where the task is cancelled, what was
    /// counted by then is returned. `save` is called at times with what is counted so far, while all workers are idle.
    /// Errors: a filter that means nothing for a format.
    package func run(
        _ prepared: PreparedSources, start: LogTally? = nil, on pool: WorkerPool, progress: LogProgress,
        save: (@Sendable (LogTally, [Int64]) -> Void)? = nil
    ) async throws -> Outcome {
        let streams = prepared.sources.count { !$0.source.isPlainFile || $0.reading.makeJoiner != nil }
        let canRestart = prepared.sources.allSatisfy { $0.source.size != nil } && start == nil && save == nil
        let isOrdered = streams <= 1 || !canRestart
        let first = try await pass(prepared, start, isOrdered, pool, progress, save)
        guard first.mustRestart, !first.outcome.isInterrupted else { return first.outcome }
        // Too many keys for exact tables: what is kept must not depend on which worker was faster.
        progress.restart()
        return try await pass(prepared, nil, true, pool, progress, save).outcome
    }

    private func pass(
        _ prepared: PreparedSources, _ start: LogTally?, _ isOrdered: Bool, _ pool: WorkerPool, _ progress: LogProgress,
        _ save: (@Sendable (LogTally, [Int64]) -> Void)?
    ) async throws -> (outcome: Outcome, mustRestart: Bool) {
        let state = LogRunState(prepared.sources, questions, options, start, isOrdered, pool.width, progress, save)
        // Workers and state know each other; all tasks have ended by then, also where one has thrown.
        defer { state.dismissWorkers() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in state.workers {
                group.addTask(executorPreference: pool) { try worker.work { Task.isCancelled } }
            }
            do {
                try await group.waitForAll()
            } catch {
                state.list.stop()
                throw error
            }
        }
        let isInterrupted = Task.isCancelled
        let tally = try await pool.finish { state.finish() }
        return (
            Outcome(
                tally: tally, notes: state.list.notes, offsets: state.list.offsets, isInterrupted: isInterrupted,
                isCutShort: state.isCutShort),
            state.mustRestart
        )
    }
}

extension WorkerPool {
    /// Runs a closure on the pool also where the task is cancelled.
    fileprivate func finish(_ work: @escaping @Sendable () -> LogTally) async throws -> LogTally {
        await withTaskGroup(of: SentTally.self) { group in
            group.addTask(executorPreference: self) { SentTally(tally: work()) }
            guard let sent = await group.next() else { preconditionFailure("a task of the group ends") }
            return sent.tally
        }
    }

    /// Invariant: made by one task and taken by another, never used by both.
    private struct SentTally: @unchecked Sendable { var tally: LogTally }
}

/// What bounds a run.
package struct LogRunOptions: Sendable {
    /// Bytes that exact tables may take together.
    package var memory: Int
    /// Whether a last line without end waits for a later run.
    package var keepsPartialLine: Bool
    package var size: ChunkBuffer.Size
    /// Counters of a group that is no longer exact, at least.
    package var counters: Int

    package init(
        memory: Int = 512 << 20, keepsPartialLine: Bool = false, size: ChunkBuffer.Size = ChunkBuffer.Size(),
        counters: Int = LogTally.leastCounters
    ) {
        self.memory = memory
        self.counters = counters
        self.keepsPartialLine = keepsPartialLine
        self.size = size
    }
}

/// How far a run is, for a progress line; read from any thread.
package final class LogProgress: Sendable {
    private let lineCount = Atomic<UInt64>(0)
    private let badCount = Atomic<UInt64>(0)
    private let byteCount = Atomic<UInt64>(0)
    private let takenCount = Atomic<Int64>(0)
    private let size = Mutex<Int64?>(nil)

    package init() {}

    /// Bytes of all sources, as they are there; nil where that is not known.
    package var total: Int64? { size.withLock { $0 } }

    package var lines: Int { Int(lineCount.load(ordering: .relaxed)) }
    package var bad: Int { Int(badCount.load(ordering: .relaxed)) }
    /// Of lines, decompressed.
    package var bytes: Int { Int(byteCount.load(ordering: .relaxed)) }
    /// Bytes taken from the sources, as they are there.
    package var bytesTaken: Int64 { takenCount.load(ordering: .relaxed) }

    func begin(total: Int64?) { size.withLock { $0 = total } }

    func took(bytes: Int64) { takenCount.add(bytes, ordering: .relaxed) }

    func counted(lines: UInt64, bad: UInt64, bytes: UInt64) {
        lineCount.add(lines, ordering: .relaxed)
        badCount.add(bad, ordering: .relaxed)
        byteCount.add(bytes, ordering: .relaxed)
    }

    func restart() {
        lineCount.store(0, ordering: .relaxed)
        badCount.store(0, ordering: .relaxed)
        byteCount.store(0, ordering: .relaxed)
        takenCount.store(0, ordering: .relaxed)
    }
}

/// What the workers of a pass share.
///
/// Invariant for sharing: `base` is touched by the one worker that folds, while the others wait, and after the last ended.
final class LogRunState: @unchecked Sendable {
    let sources: [RunSource]
    let questions: LogQuestions
    let keepsPartialLine: Bool
    let size: ChunkBuffer.Size
    let seed: UInt64
    let list: WorkList
    private(set) var workers: [LogWorker] = []
    private let budget: Int
    private let counters: Int
    private let isOrdered: Bool
    private let progress: LogProgress
    private let save: (@Sendable (LogTally, [Int64]) -> Void)?
    private var base: LogTally?
    private(set) var mustRestart = false
    private let wasCutShort = Atomic(false)

    init(
        _ sources: [RunSource], _ questions: LogQuestions, _ options: LogRunOptions, _ start: LogTally?,
        _ isOrdered: Bool, _ width: Int, _ progress: LogProgress, _ save: (@Sendable (LogTally, [Int64]) -> Void)?
    ) {
        self.sources = sources
        self.questions = questions
        keepsPartialLine = options.keepsPartialLine
        size = options.size
        seed = RandomSeed.draw()
        budget = options.memory
        counters = options.counters
        self.isOrdered = isOrdered
        self.progress = progress
        self.save = save
        base = start
        let columns = max(1, questions.groups.count)
        list = WorkList(
            sources, workers: width, progress: progress,
            bounds: .init(
                epochBytes: min(max(options.memory / 16, size.chunk), 32 * size.chunk),
                foldEvery: save == nil ? .max : 64, budget: options.memory,
                // Short lines with keys that are all new, each with a slot of a table that was just doubled.
                growth: columns * GroupTally.weight(questions.measures) * size.chunk / 4, isOrdered: isOrdered,
                keepsPartialLine: options.keepsPartialLine, size: size))
        workers = (0..<width).map { LogWorker($0, self) }
        let sizes = sources.map(\.source.size)
        progress.begin(total: sizes.contains(nil) ? nil : sizes.reduce(0) { $0 + ($1 ?? 0) })
    }

    func dismissWorkers() { workers = [] }

    func counted(lines: UInt64, bad: UInt64, bytes: UInt64) {
        progress.counted(lines: lines, bad: bad, bytes: bytes)
    }

    /// A worker broke off within a piece: the run ends.
    func cutShort() {
        wasCutShort.store(true, ordering: .relaxed)
        list.stop()
    }

    var isCutShort: Bool { wasCutShort.load(ordering: .relaxed) }

    /// Joins what all workers counted, and keeps to the budget. The caller is the only worker that is busy.
    func fold() {
        let whole = join()
        bound(whole)
        base = whole
        if !isCutShort { save?(whole, list.offsets) }
        list.folded(whole.weight)
        if mustRestart { list.stop() }
    }

    /// Everything that was counted, after the last worker has ended.
    func finish() -> LogTally {
        let whole = join()
        bound(whole)
        base = nil
        return whole
    }

    private func bound(_ whole: LogTally) {
        guard whole.weight > budget else { return }
        if isOrdered { whole.prune(to: budget, counters: counters) } else { mustRestart = true }
    }

    private func join() -> LogTally {
        var whole = base
        for worker in workers {
            let part = worker.takeTally()
            if let whole { whole.merge(part) } else { whole = part }
        }
        return whole ?? LogTally(questions, seed: seed)
    }
}
