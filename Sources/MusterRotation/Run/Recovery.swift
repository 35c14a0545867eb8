/// What an earlier run had begun and not ended, from its journal.
struct Recovery {
    /// Stanzas with the logs that are not ended.
    private(set) var works: [StanzaWork] = []
    /// Logs that were rotated: the state file may not know of them yet.
    private(set) var ended: [RotationIntent] = []
    /// Numbers that are free.
    private(set) var nextStanza = 0
    private(set) var nextLog = 0

    /// The last rotation of each log: it has taken over what could not be compressed before.
    private static func lastRotations(_ records: [JournalRecord]) -> [LeftCompressions.Key: Int] {
        var dropped: Set<Int> = []
        for case .dropped(let numbers) in records { dropped.formUnion(numbers) }
        var rotations: [LeftCompressions.Key: Int] = [:]
        for case .intent(let number, let intent) in records where intent.rotates && !dropped.contains(number) {
            rotations[LeftCompressions.Key(intent)] = number
        }
        return rotations
    }

    /// - Parameters:
    ///   - configuration: The one that is run: what it does not vouch for is not run.
    ///   - isGone: Whether no file is at a path any more.
    init(
        _ records: [JournalRecord], _ configuration: RotationConfiguration, isGone: (String) -> Bool = { _ in false }
    ) {
        var stanzas: [Int: JournalStanza] = [:]
        var begun: Set<Int> = []
        var logs: [Int: LogRotation] = [:]
        var scripts: [Int: Set<ScriptKind>] = [:]
        var closed: Set<Int> = []
        var anchors: [Int: StanzaWork.EndedLog] = [:]
        for record in records {
            switch record {
            case .stanza(let number, let stanza):
                stanzas[number] = stanza
                nextStanza = max(nextStanza, number &+ 1)
            case .intent(let number, let intent):
                logs[number] = LogRotation(recovering: number, intent)
                begun.insert(intent.stanza)
                nextLog = max(nextLog, number &+ 1)
            case .named(let numbers): for number in numbers { logs[number]?.isNamed = true }
            case .copied(let number, let copy): logs[number]?.copied = copy
            case .cutting(let numbers): for number in numbers { logs[number]?.copied?.cut = .begun }
            case .cut(let numbers): for number in numbers { logs[number]?.copied?.cut = .done }
            case .ran(let kind, let stanza, nil): scripts[stanza, default: []].insert(kind)
            case .ran(let kind, _, let log?): logs[log]?.scriptsRun.insert(kind)
            case .ended(let numbers):
                for number in numbers {
                    guard let intent = logs.removeValue(forKey: number)?.intent else { continue }
                    ended.append(intent)
                    anchors[intent.stanza] = (number, intent)
                }
            case .dropped(let numbers): for number in numbers { logs[number] = nil }
            case .closed(let number): closed.insert(number)
            }
        }
        if stanzas.isEmpty { return }
        let rotations = Self.lastRotations(records)
        logs = logs.filter { !$1.isRetry || rotations[LeftCompressions.Key($1.intent)] ?? $0 <= $0 }
        let index = StanzaBinding.Index(configuration)
        let byStanza = Dictionary(grouping: logs.values) { $0.intent.stanza }
        for (number, stanza) in stanzas.sorted(by: { $0.key < $1.key }) where !closed.contains(number) {
            let logs = byStanza[number, default: []].sorted { $0.number < $1.number }
            // Where all is ended, what comes after all logs may be left.
            guard !logs.isEmpty || begun.contains(number) else { continue }
            let binding = StanzaBinding(stanza, in: index, isGone: isGone)
            for log in logs where log.isRetry { log.prepare(binding.retry) }
            works.append(
                StanzaWork(
                    number, binding.stanza, logs, scriptsRun: scripts[number] ?? [], endedBefore: anchors[number],
                    binding: binding))
        }
    }
}
