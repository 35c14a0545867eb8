/// What an earlier run had begun and not ended, from its journal.
struct Recovery {
    /// Stanzas with the logs that are not ended.
    private(set) var works: [StanzaWork] = []
    /// Logs that were rotated: the state file may not know of them yet.
    private(set) var ended: [RotationIntent] = []
    /// Numbers that are free.
    private(set) var nextStanza = 0
    private(set) var nextLog = 0

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
        let index = StanzaBinding.Index(configuration)
        let byStanza = Dictionary(grouping: logs.values) { $0.intent.stanza }
        for (number, stanza) in stanzas.sorted(by: { $0.key < $1.key }) where !closed.contains(number) {
            let logs = byStanza[number, default: []].sorted { $0.number < $1.number }
            // Where all is ended, what comes after all logs may be left.
            guard !logs.isEmpty || begun.contains(number) else { continue }
            let binding = StanzaBinding(stanza, in: index, isGone: isGone)
            works.append(
                StanzaWork(
                    number, binding.stanza, logs, scriptsRun: scripts[number] ?? [], endedBefore: anchors[number],
                    binding: binding))
        }
    }
}
