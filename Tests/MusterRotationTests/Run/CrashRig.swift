import MusterCore
import MusterSystem
import MusterTesting
import Synchronization

@testable import MusterRotation

/// A machine with logs, daemons that write to them, and runs that rotate them.
final class CrashRig: Sendable {
    let scenario: CrashScenario
    let disk: ModelDisk
    let daemons: [CrashDaemon]
    private let book: LineBook
    /// What was under the logs' paths at first.
    private let first: [String: FileIdentity]
    private let scriptRuns: Mutex<[ScriptRun]>
    private let configuration: RotationConfiguration

    static let now = RotationTime(
        seconds: 1_800_000_000, calendar: CalendarTime(year: 2027, month: 1, day: 15, hour: 8)!)
    static let state = "/state/status"

    /// As it is before anything is rotated.
    init(_ scenario: CrashScenario) throws {
        let (disk, book) = (ModelDisk(), LineBook())
        disk.addDirectory("/state")
        for folder in scenario.folders { disk.addDirectory(folder) }
        for (index, mount) in scenario.mounts.enumerated() { disk.addDirectory(mount, device: UInt64(index + 2)) }
        for path in scenario.older {
            let isNeeded = !scenario.removed.contains(path)
            let lines = (0..<scenario.lines).flatMap { _ in book.line(isNeeded: isNeeded, isDurable: true) }
            let bytes =
                path.hasSuffix(".gz")
                ? GzipBytes.member(lines) : path.hasSuffix(".xz") ? CrashPrograms.turned(lines) : lines
            disk.addFile(path, bytes)
        }
        for path in scenario.logs {
            let lines = (0..<scenario.lines).flatMap { _ in book.line(isNeeded: !scenario.losesLog, isDurable: true) }
            disk.addFile(path, lines, mode: 0o640, user: 7, group: 8)
        }
        if scenario.hasState {
            let entries = scenario.logs.map { "\"\($0)\" 2027-1-14-8:0:0\n" }.joined()
            disk.addFile(Self.state, Array("logrotate state -- version 2\n\(entries)".utf8), mode: 0o600)
        }
        self.scenario = scenario
        self.disk = disk
        self.book = book
        daemons = try scenario.logs.map { try CrashDaemon($0, disk, book) }
        first = Dictionary(uniqueKeysWithValues: scenario.logs.map { ($0, disk.facts($0)!.identity) })
        scriptRuns = Mutex([])
        configuration = TextSource(["/c": scenario.configuration]).read()
        // On the device, as all that is there before.
        for daemon in daemons { try daemon.write(isNeeded: !scenario.losesLog, isDurable: true) }
    }

    /// After the power went and came back. The daemons start again.
    private init(afterCrash rig: CrashRig, seed: Int) throws {
        var dice = Dice(seed)
        scenario = rig.scenario
        disk = rig.disk.crash(keeping: &dice)
        book = LineBook(afterCrash: rig.book)
        first = rig.first
        scriptRuns = Mutex(rig.scripts)
        configuration = rig.configuration
        daemons = try rig.daemons.map { [disk, book] in try CrashDaemon($0.path, disk, book) }
    }

    func crashed(_ seed: Int) throws -> CrashRig { try CrashRig(afterCrash: self, seed: seed) }

    static func parts(_ path: String) -> (folder: String, name: String) {
        let parts = path.split(separator: "/").map(String.init)
        return ("/" + parts.dropLast().joined(separator: "/"), parts[parts.count - 1])
    }

    // MARK: Runs

    /// What came of a run, and how many calls it made.
    struct Outcome: Sendable {
        var report: RotationReport?
        var fault: RotationFault?
        var calls: Int
    }

    /// A whole run in a process of its own. Meanwhile the daemons write a line at every fourth call.
    func run(
        on pool: WorkerPool, isDry: Bool = false, isQuiet: Bool = false, now: RotationTime = CrashRig.now,
        configuration text: String? = nil,
        failing: @escaping @Sendable (ScriptKind?) -> Bool = { _ in false },
        onCall: @escaping @Sendable (DiskCall) -> DiskAction = { _ in .go }
    ) async -> Outcome {
        let hasStopped = Flag()
        let process = disk.process { call in
            if !isQuiet, call.number % 4 == 1 { self.write(isNeeded: self.needsMeanwhile) }
            let action = onCall(call)
            if action == .stop { hasStopped.set() }
            return action
        }
        let programs = CrashPrograms(rig: self, hasStopped: { hasStopped.isSet }, failing: failing)
        let options = RotationOptions(isDry: isDry, statePath: Self.state, workers: pool.width)
        let configuration = text.map { TextSource(["/c": $0]).read() } ?? configuration
        let run = RotationRun(configuration, options, disk: process, programs: programs, now: now) { _ in process }
        do throws(RotationFault) {
            let report = try await run.run(on: pool, progress: RotationProgress())
            return Outcome(report: report, calls: process.callCount)
        } catch {
            return Outcome(fault: error, calls: process.callCount)
        }
    }

    /// Lines that are written while nothing runs are needed, if their log is kept.
    func write(isNeeded: Bool = true) {
        // The daemons' own calls never fail.
        for daemon in daemons { try? daemon.write(isNeeded: isNeeded) }
    }

    /// Not where they may be between a copy and the cut, or in a log that goes.
    private var needsMeanwhile: Bool { !scenario.isCopy && !scenario.losesLog }

    func ran(_ kind: ScriptKind, _ arguments: [String], reloads: Bool) throws {
        let moved = first.filter { disk.facts($0.key)?.identity != $0.value }.map(\.key)
        scriptRuns.withLock { $0.append(ScriptRun(kind: kind, arguments: arguments, moved: Set(moved))) }
        guard reloads else { return }
        for daemon in daemons where isMeant(daemon.path, arguments) {
            try daemon.write(isNeeded: needsMeanwhile)
            try daemon.reopen()
            try daemon.write(isNeeded: !scenario.isCopy)
        }
    }

    /// A script has the log as its argument, or the pattern of all.
    private func isMeant(_ path: String, _ arguments: [String]) -> Bool {
        arguments.first == path || arguments.first == Self.parts(path).folder + "/*.log"
    }

    var scripts: [ScriptRun] { scriptRuns.withLock { $0 } }

    // MARK: What is there

    /// All that is there but what lies beside the state.
    var paths: [String] { disk.paths.filter { !$0.hasPrefix("/state/") } }

    struct Entry: Hashable {
        var facts: EntryFacts
        var contents: [UInt8]?
    }

    var snapshot: [String: Entry] {
        Dictionary(
            uniqueKeysWithValues: disk.paths.compactMap { path in
                disk.facts(path).map { (path, Entry(facts: $0, contents: disk.contents(path))) }
            })
    }

    /// What is wrong when all has been recovered.
    func problems() throws -> [String] {
        var problems: [String] = []
        var counts: [Int: Int] = [:]
        for path in paths {
            guard let bytes = disk.contents(path) else { continue }
            let content =
                path.hasSuffix(".gz")
                ? GzipBytes.content(bytes) : path.hasSuffix(".xz") ? CrashPrograms.content(bytes) : bytes
            guard let content else {
                problems.append("\(path) cannot be read")
                continue
            }
            for number in LineBook.numbers(content) { counts[number, default: 0] += 1 }
        }
        let missing = book.needed.filter { counts[$0] == nil }
        if !missing.isEmpty { problems.append("lines \(missing.sorted()) are missing") }
        let double = counts.filter { $0.value > 1 }.map(\.key)
        if !double.isEmpty, !scenario.isCopy { problems.append("lines \(double.sorted()) are there twice") }
        problems += disk.paths.filter { $0.contains(".muster-") }.map { "\($0) is left over" }
        if scenario.reopens { problems += try problemsOfDaemons() }
        let (folder, name) = Self.parts(Self.state)
        let records = try Journal.read(name + ".journal", in: try disk.openDirectory(folder))
        if !records.isEmpty { problems.append("the journal has \(records.count) records") }
        return problems
    }

    private func problemsOfDaemons() throws -> [String] {
        var problems: [String] = []
        for daemon in daemons {
            if !(try daemon.isCurrent) { problems.append("the daemon of \(daemon.path) writes to another file") }
            let hasRun = scripts.contains {
                $0.kind == .afterRotation && isMeant(daemon.path, $0.arguments)
                    && (scenario.isCopy || $0.moved.contains(daemon.path))
            }
            if !hasRun { problems.append("postrotate did not run for \(daemon.path)") }
        }
        return problems
    }
}

/// Something that happens once.
final class Flag: Sendable {
    private let state = Mutex(false)

    var isSet: Bool { state.withLock { $0 } }
    func set() { state.withLock { $0 = true } }
}
