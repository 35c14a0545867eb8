internal import MusterSystem
internal import Synchronization

/// Lets scripts run one after the other that must not run at the same time: those of one stanza, and those with the same text,
/// such as a signal to one daemon that forty stanzas send.
///
/// Who waits is not woken by a cancellation: the script it waits for ends by the same.
final class ScriptTurns: Sendable {
    enum Key: Hashable, Sendable {
        case stanza(Int)
        case text(String)
    }

    /// Those that wait for each key that is taken, in order.
    private let waiting = Mutex<[Key: [CheckedContinuation<Void, Never>]]>([:])

    /// Does something while nobody else does with the same key. Who needs several takes a stanza's first.
    func take(_ key: Key, _ body: () async throws(RotationFault) -> Void) async throws(RotationFault) {
        await begin(key)
        defer { end(key) }
        try await body()
    }

    private func begin(_ key: Key) async {
        await withCheckedContinuation { turn in
            let isFree = waiting.withLock { waiting in
                guard waiting[key] != nil else {
                    waiting[key] = []
                    return true
                }
                waiting[key]?.append(turn)
                return false
            }
            if isFree { turn.resume() }
        }
    }

    private func end(_ key: Key) {
        let next = waiting.withLock { waiting -> CheckedContinuation<Void, Never>? in
            guard let turns = waiting[key], let next = turns.first else {
                waiting[key] = nil
                return nil
            }
            waiting[key] = Array(turns.dropFirst())
            return next
        }
        next?.resume()
    }
}

/// Programs of a stanza whose scripts wait for their turn.
struct OrderedPrograms: RotationPrograms {
    let programs: any RotationPrograms
    let turns: ScriptTurns
    /// Its number.
    let stanza: Int

    func run(
        _ script: RotationSettings.Script, _ kind: ScriptKind, arguments: [String]
    ) async throws(RotationFault) {
        try await turns.take(.stanza(stanza)) { () async throws(RotationFault) in
            try await turns.take(.text(Self.plain(script.text))) { () async throws(RotationFault) in
                if Task.isCancelled {
                    throw RotationFault(.interrupted, at: "\(script.place)", "\(kind.rawValue) was interrupted")
                }
                try await programs.run(script, kind, arguments: arguments)
            }
        }
    }

    func run(
        _ command: String, _ options: [String], from input: any DiskFile, to output: any DiskFile, of log: String
    ) async throws(RotationFault) {
        try await programs.run(command, options, from: input, to: output, of: log)
    }

    /// A script without indentation and empty lines.
    static func plain(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline)
            .map { line in
                let line = line.drop(while: \.isWhitespace)
                return line.prefix(upTo: line.lastIndex { !$0.isWhitespace }.map(line.index(after:)) ?? line.startIndex)
            }
            .filter { !$0.isEmpty }
            .joined(separator: "\n")
    }
}

extension RotationMeans {
    /// For the stanza of a number.
    func inTurn(_ stanza: Int) -> RotationMeans {
        var means = self
        means.programs = OrderedPrograms(programs: programs, turns: turns, stanza: stanza)
        return means
    }
}
