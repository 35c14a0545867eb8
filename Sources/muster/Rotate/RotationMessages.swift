import MusterSystem
import MusterText
import Subprocess
import Synchronization

/// What is told beside the report: on standard error, and in the file of `-l` as well, or in the system's log.
final class RotationMessages: Sendable {
    /// What `-l` calls the system's log.
    static let systemLog = "syslog"
    /// Bytes that are kept for the system's log.
    private static let limit = 1 << 20

    private struct State {
        /// Whether a live line stands where the next message goes.
        var isLive = false
        var lines: [UInt8] = []
    }

    private let file: OutputFile?
    private let hasSystemLog: Bool
    private let state = Mutex(State())

    /// A file that cannot be written is told, and all goes on without it, as with logrotate.
    init(log path: String?) {
        hasSystemLog = path == Self.systemLog
        guard let path, path != Self.systemLog else {
            file = nil
            return
        }
        do throws(FileFault) {
            file = try OutputFile.create(path)
        } catch {
            file = nil
            tell("--log: " + error.text)
        }
    }

    var hasLog: Bool { file != nil || hasSystemLog }

    /// Tells a line everywhere.
    func tell(_ line: String) {
        let safe = "muster: " + TerminalText.safe(line, limit: 6_000)
        state.withLock { state in
            Complaint.write((state.isLive ? LiveLine.cleared : "") + safe, to: .standardError)
            keep(Array((safe + "\n").utf8), &state)
        }
    }

    /// Says a line of a script on standard output, where logrotate's scripts write it themselves.
    func say(_ line: String) {
        let safe = TerminalText.safe(line, limit: 6_000)
        state.withLock { state in
            if state.isLive { _ = try? OutputFile.standardError.write(Array(LiveLine.cleared.utf8)) }
            Complaint.write(safe, to: .standardOutput)
            keep(Array((safe + "\n").utf8), &state)
        }
    }

    /// What only the log is told; safe lines, each with its end.
    func log(_ bytes: [UInt8]) { state.withLock { keep(bytes, &$0) } }

    /// Draws the live line over the one before; nil takes it away. One that cannot be shown is no loss.
    func show(_ live: String?) {
        state.withLock { state in
            guard live != nil || state.isLive else { return }
            state.isLive = live != nil
            _ = try? OutputFile.standardError.write(Array(LiveLine.drawn(live ?? "").utf8))
        }
    }

    private func keep(_ bytes: [UInt8], _ state: inout State) {
        // What cannot be written there stands on standard error or in the report as well.
        _ = try? file?.write(bytes)
        if hasSystemLog { state.lines.append(contentsOf: bytes.prefix(max(0, Self.limit - state.lines.count))) }
    }

    /// Hands everything to the system's log where that was asked for, by logger(1).
    func close() async {
        let lines = state.withLock { $0.lines }
        guard hasSystemLog, !lines.isEmpty else { return }
        let result = try? await Subprocess.run(
            .name("logger"), arguments: ["-t", "muster"], input: .array(lines), output: .discarded, error: .discarded)
        guard let result, result.terminationStatus.isSuccess else {
            return Complaint("--log syslog: logger(1) failed or is not installed; name a file").print()
        }
    }
}
