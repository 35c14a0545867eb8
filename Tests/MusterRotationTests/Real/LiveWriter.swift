import Glibc
import MusterRotation
import MusterSystem
import Synchronization

/// A daemon that writes numbered lines to a log as fast as it can, and opens it again when it is told to.
///
/// It may write so many lines only as it was allowed, so that rotations and lines meet without a clock.
final class LiveWriter: Sendable {
    private struct State: Sendable {
        var allowed = 0
        var isOver = false
        /// Times that it was told to open its log again, and that it did.
        var asked = 0
        var reopened = 0
    }

    private let path: String
    private let state = Monitor(State())
    private let isAsked = Atomic(false)
    private let count = Atomic(0)

    init(_ path: String) { self.path = path }

    /// Lines that are written, from 0; the next may be on its way.
    var written: Int { count.load(ordering: .sequentiallyConsistent) }

    func allow(_ lines: Int) { state.change { $0.allowed += lines } }

    /// No further lines; those that were allowed are still written.
    func end() { state.change { $0.isOver = true } }

    func askToReopen() {
        state.change { $0.asked += 1 }
        isAsked.store(true, ordering: .sequentiallyConsistent)
        // Once more, for one that waits and did not see it.
        state.change { _ in }
    }

    func waitUntilReopened() { state.wait { $0.reopened == $0.asked || $0.isOver ? () : nil } }

    /// Writes until it is told to end.
    func run() throws {
        var file = try open()
        defer { close(file) }
        var (line, allowed) = (0, 0)
        while true {
            if isAsked.exchange(false, ordering: .sequentiallyConsistent) {
                close(file)
                file = try open()
                state.change { $0.reopened = $0.asked }
            }
            if line == allowed {
                guard let more = wait(behind: line) else { return }
                allowed = more
                continue
            }
            let bytes = Array("\(line)\n".utf8)
            guard unsafe write(file, bytes, bytes.count) == bytes.count else { throw RealTree.Failure(text: "write") }
            line += 1
            count.store(line, ordering: .sequentiallyConsistent)
        }
    }

    /// How far it may write, once that is further or it has to look at something; nil at the end.
    private func wait(behind line: Int) -> Int? {
        let allowed: Int = state.wait { state in
            if state.allowed > line { return state.allowed }
            if isAsked.load(ordering: .sequentiallyConsistent) { return line }
            return state.isOver ? -1 : nil
        }
        return allowed < 0 ? nil : allowed
    }

    private func open() throws -> Int32 {
        let file = unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
        if file < 0 { throw RealTree.Failure(text: "open: \(SystemError.text(errno))") }
        return file
    }
}

/// A `postrotate` that tells the writer to open its log again, and waits for that where logs are compressed at once.
struct WriterPrograms: RotationPrograms {
    let writer: LiveWriter
    let waits: Bool

    func run(
        _ script: RotationSettings.Script, _ kind: ScriptKind, arguments: [String]
    ) async throws(RotationFault) {
        writer.askToReopen()
        if waits { writer.waitUntilReopened() }
    }

    func run(
        _ command: String, _ options: [String], from input: any DiskFile, to output: any DiskFile, of log: String
    ) async throws(RotationFault) {
        throw RotationFault(.compressor, at: command, "no such program is expected")
    }
}
