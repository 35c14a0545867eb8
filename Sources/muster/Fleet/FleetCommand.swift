import ArgumentParser
import MusterCore
import MusterEngine
import MusterFleet
import MusterSystem

/// One command on the hosts of an inventory, from the options to the report: what `muster run` does, and what others that go
/// to a fleet do with a command of their own.
struct FleetCommand {
    var reach: FleetReachOptions
    var report: FleetReport
    /// A path, or `-` for standard input.
    var inventory: String
    /// Its words; they arrive as they are. Empty where a run is resumed: its record has them.
    var command: [String]
    /// What it reads on each host; nothing where nil.
    var input: [UInt8]?

    /// What is known before the first host begins.
    private struct Plan {
        var head: RunHead
        var record: RunRecordFile
        /// Those that are not done.
        var hosts: [FleetHost]
        var doneBefore: Int
    }

    /// Runs it, writes record and report, and returns the exit status: 0 all well, 1 a host failed or was not begun, 2 the
    /// record could not be written. Errors: a ``Complaint`` about the options, the inventory or the record; nothing was
    /// begun then.
    func run() async throws -> Int32 {
        // Nothing is begun by the plan: a signal meanwhile ends the program at once.
        let plan = try plan()
        let interruption = try Interruption.install()
        let clock = EngineClock(now: { SystemClock.now }, sleep: { await Reactor.sleep(until: $0) })
        _ = ResourceLimits.current()
        let runner = try told {
            () throws(FileFault) in
            try SSHRunner(
                reach.ssh, command: plan.head.command, input: input, timeout: reach.timeout?.duration,
                keptBytes: reach.keep?.bytes ?? 16_384, clock: clock)
        }
        let desk = FleetDesk(plan.record, writer: report.writer(to: .standardOutput), to: .standardOutput)
        let started = SystemClock.now
        // A loop of its own for the record, whose waiting for the device is nobody's.
        return try await Reactor.withLoops(2, name: "muster-fleet") { loops in
            await desk.begin(plan.head)
            let run = FleetRun(
                hosts: plan.hosts, forks: reach.forks ?? 50, failureLimit: reach.maxFailures?.limit,
                splay: Splay(reach.splay?.duration ?? .zero), clock: clock, command: { await runner.run(on: $0) },
                sink: { ending in await withTaskExecutorPreference(loops[1]) { await desk.take(ending) } })
            let outcome = await conduct(run, interruption, loops[0])
            let status = await desk.end(
                RunFoot(
                    ending: outcome.ending, elapsed: started.duration(to: SystemClock.now), doneBefore: plan.doneBefore,
                    notBegun: outcome.notBegun.map(\.name), record: plan.record.path))
            let fault = await desk.fault
            if let fault { Complaint(fault).print() }
            return fault == nil ? status : 2
        }
    }

    private func conduct(_ run: FleetRun, _ interruption: Interruption, _ loop: Reactor) async -> FleetRun.Outcome {
        await withTaskGroup(of: FleetRun.Outcome?.self) { group in
            group.addTask(executorPreference: loop) { await run.run() }
            group.addTask(executorPreference: loop) {
                _ = await interruption.wait()
                return nil
            }
            var outcome: FleetRun.Outcome?
            while outcome == nil, let finished = await group.next() {
                outcome = finished
                group.cancelAll()
            }
            return outcome ?? FleetRun.Outcome(ending: .interrupted, notBegun: run.hosts)
        }
    }

    private func plan() throws -> Plan {
        let whole = try LoadedInventory.inventory(inventory)
        let folder = try reach.runsFolder()
        let past = try reach.resume.map { run in
            try told { () throws(FileFault) in try RunRecordFile.open(try RunRecordFile.path(of: run, in: folder)) }
        }
        let words = command.isEmpty ? past?.record.head.command ?? [] : command
        guard !words.isEmpty else { throw Complaint("no command; write it behind --, for example -- uptime") }
        // A run that was for a part of the hosts goes on with that part.
        let limit = reach.limit ?? past?.record.head.limit
        let log = FaultLog()
        let chosen = HostSelection.hosts(of: whole, limit: limit, log: log)
        guard log.isEmpty else { throw Complaint(log) }
        let head = RunHead(command: words, input: input, inventory: inventory, limit: limit, hosts: chosen.count)
        guard let past else {
            let record = try told { () throws(FileFault) in try RunRecordFile.begin(head, in: folder) }
            return Plan(head: head, record: record, hosts: chosen, doneBefore: 0)
        }
        if let difference = past.record.head.difference(to: head) {
            throw Complaint("--resume: \(past.record.path): \(difference)")
        }
        let open = chosen.filter { !past.done.contains($0.name) }
        var old = past.record.head
        old.hosts = chosen.count
        return Plan(head: old, record: past.record, hosts: open, doneBefore: chosen.count - open.count)
    }

    private func told<T>(_ body: () throws(FileFault) -> T) throws(Complaint) -> T {
        do throws(FileFault) { return try body() } catch { throw Complaint(error) }
    }
}

/// Takes the hosts as they end: into the record first, then into the report.
actor FleetDesk {
    private let record: RunRecordFile
    private var writer: any RunReportWriter
    private let file: OutputFile
    private var tally = RunTally()
    /// Whether anybody still reads the report.
    private var isRead = true
    /// What kept record or report from being written.
    private(set) var fault: FileFault?

    init(_ record: RunRecordFile, writer: any RunReportWriter, to file: OutputFile) {
        self.record = record
        self.writer = writer
        self.file = file
    }

    func begin(_ head: RunHead) { write { writer.begin(head, into: &$0) } }

    /// False where the record did not take it.
    func take(_ ending: HostEnding) -> Bool {
        var isKept = true
        do throws(FileFault) {
            try record.append(ending)
        } catch {
            fault = error
            isKept = false
        }
        tally.add(ending)
        write { writer.add(ending, into: &$0) }
        return isKept
    }

    /// The exit status.
    func end(_ foot: RunFoot) -> Int32 {
        write { writer.end(foot, tally, into: &$0) }
        return tally.exitStatus(foot)
    }

    private func write(_ body: (inout [UInt8]) -> Void) {
        var bytes: [UInt8] = []
        body(&bytes)
        guard isRead, !bytes.isEmpty else { return }
        do throws(FileFault) {
            isRead = try file.write(bytes)
        } catch {
            // The run goes on: its record is what counts.
            isRead = false
            fault = fault ?? error
        }
    }
}
