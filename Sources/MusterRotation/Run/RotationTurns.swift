internal import MusterCore
internal import MusterSystem

/// A stanza with what is done for it.
typealias PlannedWork = (plan: RotationPlanning.Planned, work: StanzaWork)

/// Turns after the first one, for logs of one name that go to one `olddir`: each is planned when the one before it has its
/// rotated name, as logrotate does. Every turn is a rotation of its own, with all scripts of the stanza.
struct RotationTurns {
    let options: RotationOptions
    let now: RotationTime
    let stanzas: [RotationStanza]
    /// By stanza.
    private var waiting: [[LogSearch.Found]]
    private var nextLog: Int
    private var nextStanza: Int
    /// What was done, by stanza.
    private(set) var done: [[PlannedWork]]

    init(
        after planned: [PlannedWork], of stanzas: [RotationStanza], _ options: RotationOptions, now: RotationTime,
        _ recovery: Recovery
    ) {
        self.options = options
        self.now = now
        self.stanzas = stanzas
        waiting = planned.map { $0.plan.waiting }
        nextLog = planned.reduce(recovery.nextLog) { $0 &+ $1.work.logs.count }
        nextStanza = recovery.nextStanza &+ stanzas.count
        done = planned.map { _ in [] }
    }

    var isAtEnd: Bool { waiting.allSatisfy(\.isEmpty) }

    /// Plans the next turn. Whoever performs it does so before he asks for another one.
    ///
    /// - Parameter left: What could not be compressed before.
    mutating func next(
        _ state: RotationState, _ disks: ActorDirectories, left: [LeftCompressions.Key: [RotationStep]]
    ) -> [StanzaWork] {
        var planning = RotationPlanning(
            options, state, now: now, disks: disks, unfinished: [], nextLog: nextLog, shared: [])
        planning.left = left
        var works: [StanzaWork] = []
        for index in waiting.indices where !waiting[index].isEmpty {
            var findings = LogSearch.Findings()
            findings.logs = waiting[index]
            let plan = planning.plan(stanzas[index], findings, number: nextStanza)
            let work = StanzaWork(nextStanza, JournalStanza(stanzas[index]), plan.due)
            nextStanza &+= 1
            nextLog &+= work.logs.count
            done[index].append((plan, work))
            waiting[index] = plan.waiting
            if !work.logs.isEmpty { works.append(work) }
        }
        return works
    }
}

extension RotationPlanning.Planned {
    var due: [LogRotation] { entries.compactMap { if case .due(let log) = $0 { log } else { nil } } }
    var waiting: [LogSearch.Found] { entries.compactMap { if case .waiting(let log) = $0 { log } else { nil } } }
}

extension RotationReport.Stanza {
    /// A stanza with what was done, in the first turn and in later ones.
    init(_ first: PlannedWork, later: [PlannedWork]) {
        self.init(pattern: first.plan.stanza.pattern, place: first.plan.stanza.place.description)
        let turns = [first] + later
        faults = turns.flatMap { $0.plan.faults + $0.work.faults }.map(RotationReport.Fault.init)
        steps = turns.flatMap(\.work.steps)
        var rotatedLater: [PathKey: RotationReport.Log] = [:]
        for log in later.flatMap(\.plan.entries).compactMap(\.log) { rotatedLater[PathKey(log.path)] = log }
        logs = first.plan.entries.map { entry in
            if let log = entry.log { return log }
            guard case .waiting(let found) = entry else { preconditionFailure("an entry without a log") }
            return rotatedLater[PathKey(found.path)] ?? RotationReport.Log(waiting: found)
        }
    }
}

extension RotationPlanning.Entry {
    /// As it is told; nil for one whose turn has not come.
    fileprivate var log: RotationReport.Log? {
        switch self {
        case .due(let log): log.report
        case .other(let log): log
        case .waiting: nil
        }
    }
}

extension RotationReport.Log {
    /// One whose turn did not come: the one before it was interrupted, or the next run has to end it.
    fileprivate init(waiting found: LogSearch.Found) {
        self.init(path: found.path, outcome: .skipped)
        reason = "waits for another log"
        bytes = Int(clamping: found.facts.size)
    }
}
