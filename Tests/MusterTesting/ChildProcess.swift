internal import Foundation
internal import Glibc
internal import Synchronization

/// A program run as a child process. Foundation's `Process` is not used because it reads beyond its tables when a process
/// holds thousands of descriptors, as these tests do.
package final class ChildProcess: Sendable {
    /// How it ended.
    package struct Ending: Sendable {
        /// The exit status; the signal's number where a signal ended it.
        package var status: Int32
        package var isSignal: Bool
    }

    /// Why it could not be started.
    package struct Failure: Error { package var errorNumber: Int32 }

    private let processID: Int32
    private let ending = Mutex<Ending?>(nil)
    private let ended: AsyncStream<Void>
    private let done = DispatchSemaphore(value: 0)

    /// Starts a program; standard input is empty. The descriptors are the child's standard output and error, and stay open
    /// here; whoever opened them marks them to be closed in other children.
    package init(
        _ path: String, _ arguments: [String], environment: [String: String], directory: String? = nil, output: Int32,
        error: Int32
    ) throws(Failure) {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        // Copied out of the way first, so that neither is overwritten by the other's place.
        unsafe posix_spawn_file_actions_adddup2(&actions, output, 1)
        unsafe posix_spawn_file_actions_adddup2(&actions, error, 2)
        // The shell changes to the directory and becomes the program.
        let program = directory == nil ? path : "/bin/sh"
        let all = directory.map { [program, "-c", "cd \"$0\" && exec \"$@\"", $0, path] } ?? [path]
        var words: [UnsafeMutablePointer<CChar>?] = unsafe (all + arguments).map { unsafe strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = unsafe environment.map { unsafe strdup("\($0)=\($1)") } + [nil]
        defer {
            for index in unsafe words.indices { unsafe free(words[index]) }
            for index in unsafe variables.indices { unsafe free(variables[index]) }
        }
        var attributes = Self.ownSignals()
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var id = pid_t()
        let outcome = unsafe posix_spawn(&id, program, &actions, &attributes, &words, &variables)
        guard outcome == 0 else { throw Failure(errorNumber: outcome) }
        let child = id
        processID = child
        let (ended, teller) = AsyncStream.makeStream(of: Void.self)
        self.ended = ended
        // A thread that waits in the kernel.
        Thread.detachNewThread { [self] in
            var status: Int32 = 0
            while unsafe waitpid(child, &status, 0) < 0, errno == EINTR {}
            let signal = status & 0x7f
            note(Ending(status: signal == 0 ? (status >> 8) & 0xff : signal, isSignal: signal != 0))
            teller.finish()
            done.signal()
        }
    }

    /// No signal is blocked or ignored at its start, whoever started the tests: under nohup SIGHUP is.
    private static func ownSignals() -> posix_spawnattr_t {
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe posix_spawnattr_setsigmask(&attributes, &signals)
        for signal in [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE] { unsafe sigaddset(&signals, signal) }
        unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        return attributes
    }

    private func note(_ value: Ending) { ending.withLock { $0 = value } }

    package var isRunning: Bool { ending.withLock { $0 == nil } }

    /// Sends a signal, unless it has ended.
    package func signal(_ number: Int32) { if isRunning { _ = kill(processID, number) } }

    /// Where its descriptors lead; empty once it has ended.
    package var openPaths: [String] {
        let folder = "/proc/\(processID)/fd"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.compactMap { try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\($0)") }
    }

    /// Waits for its end on the caller's thread.
    package func waitOnThread() -> Ending {
        done.wait()
        done.signal()
        return ending.withLock { $0 } ?? Ending(status: 0, isSignal: false)
    }

    /// Waits for its end.
    package func wait() async -> Ending {
        for await _ in ended {}
        return ending.withLock { $0 } ?? Ending(status: 0, isSignal: false)
    }
}
