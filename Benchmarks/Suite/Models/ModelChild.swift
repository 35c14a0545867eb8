import CMusterLimits
import Glibc
import MusterBenchmarkResults

/// One run of a contender in a process of its own, looked at while it works.
struct ModelChild {
    let contender: Contender
    let ledger: Ledger
    /// Lines of each log, as they are known; empty where there are none.
    let lines: [Int]

    /// Seconds after which a run is ended.
    static let mostSeconds = 30

    /// Errors: it could not do the work, or did it wrongly.
    func measure(hasLatency: Bool) throws(BenchmarkFault) -> ModelSample {
        var input: Int32 = -1
        let process = unsafe ChildProcess.withVector(["/proc/self/exe", "model-run", ledger.path, contender.name]) {
            unsafe lim_spawn($0, -1, &input, nil, true)
        }
        guard process > 0 else { throw BenchmarkFault("it cannot be started", errno: -process) }
        defer { close(input) }
        var sight = lim_sight()
        var usage = lim_usage()
        let outcome = unsafe lim_observe(
            process, contender.family != .alone, contender.family == .childrenOnly, Int32(Self.mostSeconds), &sight,
            &usage)
        guard outcome == 0 else { throw BenchmarkFault("it does not end within \(Self.mostSeconds) s") }
        let head = ledger.head
        // Being killed is what crashes are about: what was answered for until then counts.
        if usage.status != 0, usage.status != 128 + SIGKILL || head.begun_ns == 0 {
            throw BenchmarkFault(ledger.fault.isEmpty ? "it ends with status \(usage.status)" : ledger.fault)
        }
        var sample = try counted(head, crash: usage)
        sample.peakMemory = Int(sight.memory)
        sample.threads = Int(sight.threads)
        sample.descriptors = Int(sight.descriptors)
        if head.heartbeat_ns >= 0 { sample.heartbeatP99 = Double(head.heartbeat_ns) / 1e9 }
        if hasLatency { sample.latency = latency(head) }
        return sample
    }

    private func counted(_ head: lim_record, crash: lim_usage) throws(BenchmarkFault) -> ModelSample {
        let entries = (0..<ledger.items).map { ledger.entry($0) }
        var done = entries.count { $0.state == 1 }
        var failed = entries.count { $0.state == 2 }
        if head.told_done >= 0 { (done, failed) = (Int(head.told_done), Int(head.told_failed)) }
        try check(entries, head, isWhole: done == ledger.items)
        guard done > 0 || crash.status != 0 else {
            throw BenchmarkFault("no item of \(ledger.items) came to a good end")
        }
        var sample = ModelSample(wall: 0, user: 0, system: 0, done: done, failed: failed)
        sample.lost = max(0, ledger.items - done - failed)
        if head.ended_ns > 0 {
            sample.wall = Double(head.ended_ns - head.begun_ns) / 1e9
            sample.user = Double(head.after.0 - head.before.0) / 1e9
            sample.system = Double(head.after.1 - head.before.1) / 1e9
            sample.voluntarySwitches = Int(head.after.2 - head.before.2)
            sample.involuntarySwitches = Int(head.after.3 - head.before.3)
        } else {
            // It crashed: until then, and all that the system charged it with.
            let last = entries.map(\.ended_ns).max() ?? 0
            sample.wall = Double(max(last - head.begun_ns, 0)) / 1e9
            sample.user = max(0, Double(crash.cpu_ns - head.before.0 - head.before.1) / 1e9)
        }
        return sample
    }

    /// The same lines as everybody else has to be read.
    private func check(_ entries: [lim_entry], _ head: lim_record, isWhole: Bool) throws(BenchmarkFault) {
        guard !lines.isEmpty, isWhole else { return }
        let wanted = lines.prefix(ledger.items).reduce(0, +)
        let found = head.told_lines >= 0 ? Int(head.told_lines) : entries.reduce(0) { $0 + Int($1.value) }
        guard found == wanted else { throw BenchmarkFault("it reads \(found) lines of \(wanted)") }
    }

    /// From the intended start of each item, or from where it began if that was earlier.
    private func latency(_ head: lim_record) -> ModelLatency? {
        guard head.told_done < 0 else { return nil }
        let window = contender.width == .unbounded ? 0 : ledger.window
        let starts = IdealSchedule.starts(waits: (0..<ledger.items).map { ledger.wait($0) }, window: window)
        var log = LatencyLog(expecting: ledger.items)
        for index in 0..<ledger.items where ledger.item(index) != LIM_ITEM_LOG {
            let entry = ledger.entry(index)
            guard entry.state != 0 else { continue }
            let started = Double(entry.started_ns - head.begun_ns) / 1e9
            log.add(
                intended: min(starts[index], started), ended: Double(entry.ended_ns - head.begun_ns) / 1e9)
        }
        return log.latency
    }
}
