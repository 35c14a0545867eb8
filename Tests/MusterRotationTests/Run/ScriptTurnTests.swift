import MusterCore
import MusterSystem
import MusterTesting
import Synchronization
import Testing

@testable import MusterRotation

/// Scripts that would get in each other's way.
@Suite("Turns of scripts", .timeLimit(.minutes(40))) struct ScriptTurnTests {
    /// Tells which scripts ran at the same time.
    private final class Watcher: RotationPrograms {
        private struct State {
            var running: [(text: String, stanza: String)] = []
            var problems: [String] = []
            var widest = 0
            var order: [String] = []
        }

        private let state = Mutex(State())

        var problems: [String] { state.withLock { $0.problems } }
        var widest: Int { state.withLock { $0.widest } }
        var order: [String] { state.withLock { $0.order } }

        func run(
            _ script: RotationSettings.Script, _ kind: ScriptKind, arguments: [String]
        ) async throws(RotationFault) {
            // The folder of a log is its stanza.
            let stanza = arguments[0].split(separator: "/").first.map(String.init) ?? ""
            let text = script.text.split(separator: " ").joined()
            state.withLock { state in
                for other in state.running where other.text == text || other.stanza == stanza {
                    state.problems.append("\(kind.rawValue) \(arguments[0]) beside another of \(other.stanza)")
                }
                state.running.append((text, stanza))
                state.widest = max(state.widest, state.running.count)
                state.order.append("\(kind.rawValue) \(arguments[0])")
            }
            // Gives all others every chance to begin.
            for _ in 0..<200 { await Task.yield() }
            state.withLock { state in
                if let index = state.running.firstIndex(where: { $0.text == text && $0.stanza == stanza }) {
                    state.running.remove(at: index)
                }
            }
        }

        func run(
            _ command: String, _ options: [String], from input: any DiskFile, to output: any DiskFile, of log: String
        ) async throws(RotationFault) {}
    }

    private func watched(_ configuration: String, _ logs: [String]) async throws -> Watcher {
        let disk = ModelDisk()
        disk.addDirectory("/state")
        for log in logs { disk.addFile(log, Array("line\n".utf8)) }
        let watcher = Watcher()
        let options = RotationOptions(isForced: true, statePath: "/state/status", workers: 4)
        let configuration = TextSource(["/c": configuration]).read()
        #expect(configuration.faults == [])
        let run = RotationRun(configuration, options, disk: disk, programs: watcher, now: CrashRig.now) { _ in disk }
        let report = try await WorkerPool.withPool(4) { pool in
            try await run.run(on: pool, progress: RotationProgress())
        }
        #expect(report.texts == [])
        return watcher
    }

    @Test("Scripts of one stanza run one after the other, and no log begins between the two of another")
    func oneStanza() async throws {
        let logs = (1...6).map { "/a/\($0).log" }
        let watcher = try await watched(
            "/a/*.log {\nrotate 0\ncreate\nprerotate\none\nendscript\npostrotate\ntwo\nendscript\n"
                + "preremove\nthree\nendscript\n}\n", logs)
        #expect(watcher.problems == [])
        #expect(
            watcher.order.filter { !$0.hasPrefix("preremove") }
                == logs.flatMap { ["prerotate \($0)", "postrotate \($0)"] })
        #expect(watcher.order.count { $0.hasPrefix("preremove") } == 6)
    }

    @Test("The same text in forty stanzas never runs twice at an instant, and other texts do")
    func equalTexts() async throws {
        let names = (1...40).map { "s\($0)" }
        let stanzas = names.enumerated().map { number, name in
            let blank = String(repeating: " ", count: number % 3)
            return "/\(name)/a.log {\nrotate 2\ncreate\nprerotate\nown \(number)\nendscript\n"
                + "postrotate\n\(blank)kill -HUP 7\(blank)\n\nendscript\n}\n"
        }
        let watcher = try await watched(stanzas.joined(), names.map { "/\($0)/a.log" })
        #expect(watcher.problems == [])
        #expect(watcher.order.count == 80)
        #expect(watcher.widest > 1)
    }

    @Test("Indentation and empty lines make no other script")
    func plainText() {
        #expect(OrderedPrograms.plain("  kill -HUP 7 \r\n\n\t x  y\n") == OrderedPrograms.plain("kill -HUP 7\nx  y"))
        #expect(OrderedPrograms.plain("kill -HUP 7") != OrderedPrograms.plain("kill -HUP 8"))
    }
}
