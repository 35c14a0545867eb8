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
        waiting = planned.map { $0.plan.waiting.map(\.log) }
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
            let work = StanzaWork(nextStanza, JournalStanza(stanzas[index]), plan.due.map(\.log))
            nextStanza &+= 1
            nextLog &+= work.logs.count
            done[index].append((plan, work))
            waiting[index] = plan.waiting.map(\.log)
            if !work.logs.isEmpty { works.append(work) }
        }
        return works
    }
}

extension RotationPlanning.Planned {
    /// What is told of each log after its rotation.
    fileprivate var told: [RotationReport.Log] {
        var told = logs
        for (place, log) in due { told[place] = log.report }
        return told
    }
}

extension RotationReport.Stanza {
    /// A stanza with what was done, in the first turn and in later ones.
    init(_ first: PlannedWork, later: [PlannedWork]) {
        self.init(pattern: first.plan.stanza.pattern, place: first.plan.stanza.place.description)
        let turns = [first] + later
        faults = turns.flatMap { $0.plan.faults + $0.work.faults }.map(RotationReport.Fault.init)
        steps = turns.flatMap(\.work.steps)
        logs = first.plan.told
        for (place, found) in first.plan.waiting { logs[place] = RotationReport.Log(waiting: found) }
        let places = Dictionary(
            first.plan.waiting.map { (PathKey($0.log.path), $0.place) }, uniquingKeysWith: { first, _ in first })
        for turn in later {
            let waiting = Set(turn.plan.waiting.map(\.place))
            for (index, log) in turn.plan.told.enumerated() where !waiting.contains(index) {
                if let place = places[PathKey(log.path)] { logs[place] = log }
            }
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
