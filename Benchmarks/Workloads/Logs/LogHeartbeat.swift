import CMusterLimits
import MusterBenchmarkResults
import MusterCore
import MusterSystem
import MusterText
import Synchronization

/// Whether a loop keeps time while the cores are busy with a log: network checks in the same process depend on it.
enum LogHeartbeat {
    static let workload = Workload<LogSettings>(
        name: "heartbeat", summary: "a heartbeat of 1 ms on a loop, alone and beside workers that decompress a log"
    ) { settings in
        let path = try settings.data.compressedPath(.combined)
        let workers = Int(lim_core_count())
        let beside = "beside \(workers) busy workers"
        let contenders = [(name: alone, busy: 0), (name: beside, busy: workers)]
        var worst: [[Double]] = [[], []]
        var late: [[Double]] = [[], []]
        for step in settings.rounds.steps(contenders.map(\.name)) {
            try step.begin()
            let delays = try await delays(path, workers: contenders[step.index].busy)
            guard step.counts else { continue }
            worst[step.index].append(delays.last ?? 0)
            late[step.index].append(delays[delays.count * 99 / 100])
        }
        var section = Section(name: "heartbeat", title: "A heartbeat of 1 ms on a loop, \(beats.grouped) beats a round")
        section.notes = [
            "How late a beat is. The workers are those of muster's pool, with the niceness that they have beside checks. "
                + "The target is 10 ms at most."
        ]
        section.rows = zip(contenders, worst).map { contender, samples in
            SectionRow(
                contender: contender.name, unit: "ms at worst", samples: samples,
                goals: contender.busy > 0 ? [.value(atMost: 10)] : [])
        }
        section.rows += zip(contenders, late).map { contender, samples in
            SectionRow(contender: contender.name, unit: "ms, p99", samples: samples)
        }
        return section
    }

    private static let alone = "alone"
    private static let beats = 1_000

    /// How late each beat was, in milliseconds, in ascending order.
    private static func delays(_ path: String, workers: Int) async throws -> [Double] {
        try await Reactor.withLoops(1, name: "heartbeat") { loops in
            try await WorkerPool.withPool(max(1, workers), niceness: WorkerPool.nicenessBesideChecks) { pool in
                let isDone = Flag()
                return try await withThrowingTaskGroup(of: [Double].self) { group in
                    for _ in 0..<workers {
                        // It only waits; what it gives the pool runs on the pool's threads.
                        group.addTask {
                            while !isDone.isSet { try await pool.run { try decompress(path, isDone) } }
                            return []
                        }
                    }
                    group.addTask(executorPreference: loops[0]) {
                        defer { isDone.set() }
                        return try await beat()
                    }
                    return try await group.reduce([], +).sorted()
                }
            }
        }
    }

    private static func beat() async throws -> [Double] {
        var delays: [Double] = []
        for _ in 0..<beats {
            let due = SystemClock.now.advanced(by: .milliseconds(1))
            await Reactor.sleep(until: due)
            delays.append(due.duration(to: SystemClock.now) / .milliseconds(1))
        }
        return delays
    }

    /// Reads it to its end, or until it is done.
    private static func decompress(_ path: String, _ isDone: Flag) throws {
        let stream = try GzipStream(FileStream.open(path))
        while try !isDone.isSet && !stream.bytes(1 << 16, isCancelled: { false }).isEmpty {}
    }

    private final class Flag: Sendable {
        private let value = Atomic<Bool>(false)

        var isSet: Bool { value.load(ordering: .relaxed) }
        func set() { value.store(true, ordering: .relaxed) }
    }
}
