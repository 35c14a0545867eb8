import MusterCore
import MusterLogs
import MusterSystem

/// `--follow`: counts what is written to the logs after a run has read them, second by second.
///
/// Invariant for sharing: one step runs at a time, on the pool, and the outcome is taken after the last.
final class LogFollowing: @unchecked Sendable {
    private let questions: LogQuestions
    /// Bytes that exact tables may take together.
    private let memory: Int
    private let seed = RandomSeed.draw()
    private let follower = Follower()
    private let counter: LineCounter
    /// Sources by number of the followed name.
    private var sources: [Int] = []
    private let show: @Sendable (LogRun.Outcome) -> Void
    private var outcome: LogRun.Outcome
    private var looks = 0

    /// Looks a second.
    private static let looksPerSecond = 4

    /// Errors: a log is compressed and so does not grow, or cannot be opened.
    init(
        _ prepared: PreparedSources, _ questions: LogQuestions, _ outcome: LogRun.Outcome, memory: Int,
        show: @escaping @Sendable (LogRun.Outcome) -> Void
    ) throws(Complaint) {
        self.questions = questions
        self.memory = memory
        self.show = show
        self.outcome = outcome
        counter = LineCounter(prepared.readings, questions)
        for (index, source) in prepared.logSources.enumerated() {
            // Compressed copies are read once; what is written goes to the plain file.
            guard source.isPlainFile, prepared.readings[index].makeJoiner == nil else { continue }
            do {
                guard case .file(let file) = try source.open() else { continue }
                follower.follow(source.path, from: file, offset: outcome.offsets[index])
                sources.append(index)
            } catch {
                throw Complaint("\(source.name): cannot be followed: \(error.hint)")
            }
        }
        if sources.isEmpty { throw Complaint("--follow: none of these grows; name a plain file") }
    }

    /// Looks and shows until the task is cancelled.
    func run(_ pool: WorkerPool, _ loop: Reactor) async throws -> LogRun.Outcome {
        repeat {
            do {
                try await pool.run { () throws in try self.step() }
            } catch is CancellationError {
                break
            }
        } while await Self.pause(on: loop)
        outcome.isInterrupted = true
        return outcome
    }

    /// Waits for the next look; false where the task is cancelled.
    static func pause(on loop: Reactor) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask(executorPreference: loop) {
                let pause = Duration.milliseconds(1000 / looksPerSecond)
                return await Reactor.sleep(until: SystemClock.now.advanced(by: pause))
            }
            return await group.next() ?? false
        }
    }

    private func step() throws {
        // Apart at first: only joining keeps the bounds of tables that are no longer exact.
        let news = LogTally(questions, seed: seed)
        var isBehind = true
        while isBehind, !Task.isCancelled {
            let look = follower.poll()
            for piece in look.pieces {
                try counter.count(
                    piece.bytes, source: sources[piece.source], position: piece.position, into: news)
            }
            isBehind = look.isBehind
        }
        // What broke off within a line is left for the next run, with the place where this look began.
        if counter.isOver { return }
        outcome.tally.merge(news)
        outcome.tally.prune(to: memory)
        // Where a file cannot be read again, the last known place holds.
        if let positions = try? follower.positions() {
            outcome.followed = positions.map { (sources[$0.source], $0.position) }
        }
        if looks % Self.looksPerSecond == 0 { show(outcome) }
        looks += 1
    }
}
