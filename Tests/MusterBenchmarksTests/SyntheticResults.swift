import MusterBenchmarkResults

/// A run that never was: every contender at every workload with several windows, the figures made by a formula and a fixed
/// noise.
enum SyntheticResults {
    static let contenders: [ModelContender] = [
        ModelContender(name: "serial", title: "one item after the other"),
        ModelContender(name: "unbounded", title: "a task group with all items at once"),
        ModelContender(name: "windowed", title: "a task group that is kept at a window of children"),
        ModelContender(name: "discarding", title: "a discarding task group, windowed"),
        ModelContender(name: "muster", title: "muster's engine on its reactors", kind: .ours),
        ModelContender(name: "worker-pool", title: "a task group on an executor of worker threads"),
        ModelContender(name: "perform", title: "DispatchQueue.concurrentPerform"),
        ModelContender(name: "semaphore", title: "a concurrent queue bounded by a semaphore"),
        ModelContender(name: "sources", title: "DispatchSource, driven by events"),
        ModelContender(name: "process-pool", title: "worker processes fed over pipes"),
        ModelContender(name: "process-each", title: "a process per item"),
        ModelContender(name: "threads", title: "POSIX threads"),
        ModelContender(name: "c", title: "an epoll loop in C", kind: .limit),
        ModelContender(name: "python-asyncio", title: "python3, asyncio", kind: .external),
    ]

    static let workloads: [ModelWorkload] = [
        ModelWorkload(name: "tcp-now", title: "TCP probes answered at once"),
        ModelWorkload(name: "tcp-10ms", title: "TCP probes answered after 10 ms"),
        ModelWorkload(name: "tcp-lognormal", title: "TCP probes, lognormal answers"),
        ModelWorkload(name: "tcp-stall", title: "TCP probes, 1 % stall for 2 s", criterion: .latency),
        ModelWorkload(name: "tcp-hole", title: "TCP probes, 10 % never answered"),
        ModelWorkload(name: "dns", title: "DNS queries"), ModelWorkload(name: "http", title: "HTTP probes"),
        ModelWorkload(name: "logs-small", title: "1,000 small logs parsed"),
        ModelWorkload(name: "logs-large", title: "one large log parsed in chunks"),
        ModelWorkload(name: "mixed", title: "checks while logs are parsed", criterion: .latency),
        ModelWorkload(name: "heartbeat", title: "blocking reads beside a heartbeat", criterion: .heartbeat),
        ModelWorkload(name: "crash", title: "1 % of the items crash"),
    ]

    /// Every contender and workload, with so many samples a cell.
    static let ordinary = full()

    static func full(samples: Int = 7, seed: UInt64 = 1, speed: Double = 1) -> BenchmarkResults {
        var noise = Noise(state: seed)
        var cells: [ModelCell] = []
        for (place, workload) in workloads.enumerated() {
            for (rank, contender) in contenders.enumerated() {
                cells += self.cells(workload, place, contender, rank, samples, speed, &noise)
            }
        }
        return BenchmarkResults(
            date: "2026-05-01T12:00:00Z",
            machine: BenchmarkMachine(
                cpu: "Example processor at 2.0 GHz", cores: 2, kernel: "6.1.0", swift: "Swift 6.3", build: "release",
                loadBefore: 0.12),
            isQuick: samples < 7, workloads: workloads, contenders: contenders, cells: cells)
    }

    private static func cells(
        _ workload: ModelWorkload, _ place: Int, _ contender: ModelContender, _ rank: Int, _ samples: Int,
        _ speed: Double, _ noise: inout Noise
    ) -> [ModelCell] {
        let isProcessor = workload.name.hasPrefix("logs")
        var cell = ModelCell(
            workload: workload.name, contender: contender.name, items: 1000, window: 0,
            isExternal: contender.kind == .external)
        if isProcessor, contender.name == "sources" {
            cell.notApplicable = "a file has no events to wait for"
            return [cell]
        }
        if workload.name == "dns", contender.name == "process-each" {
            cell.error = "fork: errno 11 after 812 items"
            return [cell]
        }
        let windows: [Int] =
            switch contender.name {
            case "serial": [1]
            case "unbounded": [0]
            case "perform": [2]
            default: isProcessor ? [1, 2, 4, 8] : [4, 16, 64, 256, 1024]
            }
        let counts = place == 1 ? [100, 1000, 10_000] : [1000]
        return counts.flatMap { items in
            windows.map { window in
                cell.items = items
                cell.window = window
                let own = Course(items: items, window: window, rank: rank, isProcessor: isProcessor, speed: speed)
                cell.samples = (0..<samples).map { _ in own.sample(workload, contender, &noise) }
                return cell
            }
        }
    }

    /// Numbers from 0 to 1 that are the same in every run.
    struct Noise {
        var state: UInt64

        mutating func next() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 11) / Double(UInt64(1) << 53)
        }
    }

    /// What a contender takes for an item.
    private struct Course {
        var items: Int
        var window: Int
        var rank: Int
        var isProcessor: Bool
        var speed: Double

        func sample(_ workload: ModelWorkload, _ contender: ModelContender, _ noise: inout Noise) -> ModelSample {
            let flight = Double(window == 0 ? items : window)
            let factor =
                contender.kind == .limit
                ? 0.6
                : contender.kind == .ours
                    ? 0.9
                    : contender.kind == .external
                        ? 6
                        : 1 + Double(rank % 5) * 0.45
            let cost = (isProcessor ? 400e-6 : 25e-6) * factor * (contender.name.hasPrefix("process") ? 4 : 1) / speed
            let wait = isProcessor ? 0 : 0.01
            let jitter = 1 + (noise.next() - 0.5) * 0.06
            let each = max(cost / (isProcessor ? min(flight, 2) : 1), (cost + wait) / flight) * jitter
            let survives = contender.name.hasPrefix("process")
            let lost = workload.name == "crash" ? (survives ? items / 100 : items * 9 / 10) : 0
            let done = items - lost
            let threads =
                contender.name == "threads" || contender.name == "semaphore"
                ? min(Int(flight) + 1, 64)
                : 3 + rank % 3
            let tail = workload.name == "tcp-stall" ? 2.0 : wait * 4 + cost * 30
            let times = (0..<100).map { index in
                let base = (wait + cost * flight / 2) * (0.6 + noise.next())
                return index % 100 == 99 ? base + tail * (0.9 + 0.1 * noise.next()) : base
            }
            return ModelSample(
                wall: each * Double(items), user: cost * 0.6 * Double(items), system: cost * 0.4 * Double(items),
                done: done, lost: lost, latency: isProcessor ? nil : ModelLatency(seconds: times),
                peakMemory: (8 << 20) * (survives ? 5 : 1) + Int(flight) * 2048 * (1 + rank % 4), threads: threads,
                descriptors: 12 + (isProcessor ? 2 : Int(flight)), voluntarySwitches: items * (1 + rank % 3),
                involuntarySwitches: Int(Double(items) * 0.1 * noise.next()),
                heartbeatP99: workload.criterion == .heartbeat
                    ? 0.0004 + (threads < 20 ? 0.05 * factor : 0.0002) * jitter : nil)
        }
    }
}
