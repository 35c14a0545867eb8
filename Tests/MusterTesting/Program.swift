package import Foundation
internal import Synchronization

/// A program of ours, as it was built, as a process of its own.
package final class Program: Sendable {
    /// How it ended.
    package struct Ending: Sendable {
        /// The exit status; the signal's number where a signal ended it.
        package var status: Int32
        package var isSignal: Bool
        package var output: Data
        package var complaints: String

        package var text: String { String(decoding: output, as: UTF8.self) }
        /// The complaints, one a line.
        package var complaintLines: [Substring] { complaints.split(separator: "\n") }
    }

    /// Long enough for the busiest machine: reached only by a program that hangs.
    private static let patience = Duration.seconds(300)

    /// Where the products are, the tests' own executable among them.
    private static let folders = (["/proc/self/exe"] + CommandLine.arguments).map {
        URL(fileURLWithPath: $0).resolvingSymlinksInPath().deletingLastPathComponent()
    }

    /// The path of a product.
    package static func path(of name: String) -> String {
        let candidates = folders.map { $0.appendingPathComponent(name).path }
        return candidates.first { FileManager.default.isExecutableFile(atPath: $0) } ?? candidates[0]
    }

    /// That of `muster`.
    package static let path = path(of: "muster")

    package let output: Stream
    package let complaints: Stream
    private let process: ChildProcess

    private init(
        _ executable: String, _ arguments: [String], _ environment: [String: String], readsOutput: Bool
    ) throws {
        (output, complaints) = (Stream(), Stream())
        process = try ChildProcess(
            executable, arguments,
            environment: ProcessInfo.processInfo.environment.filter { $0.key != "NO_COLOR" }
                .merging(environment) { _, own in own },
            output: output.pipe.fileHandleForWriting.fileDescriptor,
            error: complaints.pipe.fileHandleForWriting.fileDescriptor)
        // The child has its own: the reader is to hear of its end.
        try output.pipe.fileHandleForWriting.close()
        try complaints.pipe.fileHandleForWriting.close()
        if readsOutput { output.read() }
        complaints.read()
    }

    /// Runs a product while `body` runs, and ends it then where it has not ended.
    ///
    /// - Parameters:
    ///   - name: The product's name.
    ///   - shell: A command line for `sh` to run instead, with `"$0" "$@"` for the product and its arguments.
    ///   - readsOutput: Whether anybody reads its standard output.
    package static func with<R>(
        _ arguments: [String], of name: String = "muster", environment: [String: String] = [:], shell: String? = nil,
        readsOutput: Bool = true, _ body: (Program) async throws -> R
    ) async throws -> R {
        let path = path(of: name)
        let program = try Program(
            shell == nil ? path : "/bin/sh", shell.map { ["-c", $0, path] + arguments } ?? arguments, environment,
            readsOutput: readsOutput)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await Task.sleep(for: patience)
                program.signal(SIGKILL)
                program.complaints.give(up: "the tests ran out of patience")
                program.output.give(up: "")
            }
            defer {
                group.cancelAll()
                program.signal(SIGKILL)
            }
            return try await body(program)
        }
    }

    /// Runs a product to its end.
    package static func run(
        _ arguments: [String], of name: String = "muster", environment: [String: String] = [:], shell: String? = nil
    ) async throws -> Ending {
        try await with(arguments, of: name, environment: environment, shell: shell) { await $0.ending() }
    }

    /// Waits for the end of the process, and of all that its children say.
    package func ending() async -> Ending {
        let ending = await process.wait()
        if output.isRead { await output.end() }
        await complaints.end()
        return Ending(
            status: ending.status, isSignal: ending.isSignal,
            output: output.data, complaints: complaints.text)
    }

    package var isRunning: Bool { process.isRunning }

    package func signal(_ number: Int32) { process.signal(number) }

    /// Whether it has a file open in a folder that is to take a name there: one without a name, or with one of muster's.
    package func hasBegunFile(in folder: String) -> Bool {
        process.openPaths.contains { $0.hasPrefix(folder + "/#") || $0.hasPrefix(folder + "/.muster-") }
    }

    /// What comes out of one end of a process.
    package final class Stream: Sendable {
        private struct State {
            var data = Data()
            var isRead = false
            var isOver = false
        }

        fileprivate let pipe: Pipe = {
            let pipe = Pipe()
            // Other children must not hold it open.
            for end in [pipe.fileHandleForReading, pipe.fileHandleForWriting] {
                _ = fcntl(end.fileDescriptor, F_SETFD, FD_CLOEXEC)
            }
            return pipe
        }()
        private let state = Mutex(State())
        private let (news, teller) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

        package var data: Data { state.withLock { $0.data } }
        package var text: String { String(decoding: data, as: UTF8.self) }
        fileprivate var isRead: Bool { state.withLock { $0.isRead } }

        fileprivate func read() {
            state.withLock { $0.isRead = true }
            // Room for whole reports: on a busy machine this thread may be slower than muster has patience with a reader.
            let setPipeSize: Int32 = 1031  // F_SETPIPE_SZ
            _ = fcntl(pipe.fileHandleForReading.fileDescriptor, setPipeSize, 1 << 20)
            // A thread that waits in the kernel: handlers of file handles do not survive many pipes at once on Linux.
            Thread.detachNewThread { [self] in while takePart() {} }
        }

        /// Takes what there is, waiting for it; false at the end.
        private func takePart() -> Bool {
            let part = pipe.fileHandleForReading.availableData
            state.withLock { state in
                state.data += part
                if part.isEmpty { state.isOver = true }
            }
            teller.yield()
            return !part.isEmpty
        }

        fileprivate func give(up reason: String) {
            state.withLock { state in
                state.data += Data(reason.utf8)
                state.isOver = true
            }
            teller.yield()
        }

        /// Waits until the text is as it should be; false where it ends before.
        @discardableResult
        package func wait(until isEnough: (String) -> Bool) async -> Bool {
            while true {
                let isOver = state.withLock { $0.isOver }
                if isEnough(text) { return true }
                if isOver { return false }
                var next = news.makeAsyncIterator()
                _ = await next.next()
            }
        }

        fileprivate func end() async { await wait { _ in false } }
    }
}
