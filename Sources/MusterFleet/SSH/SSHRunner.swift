internal import MusterCore
package import MusterEngine
package import MusterSystem
internal import Subprocess
internal import Synchronization
internal import SystemPackage

/// Runs one command on hosts through the system's OpenSSH client, each host by a child process of its own.
package struct SSHRunner: Sendable {
    private let settings: SSHSettings
    private let executable: FilePath
    private let command: [String]
    private let input: [UInt8]?
    private let timeout: Duration?
    private let keptBytes: Int
    private let clock: EngineClock

    /// Errors: there is no such program.
    ///
    /// - Parameters:
    ///   - command: The words of the remote command; they arrive as they are, whatever is in them.
    ///   - input: What the command reads; nothing where nil.
    ///   - timeout: For a host from ssh's start to its end, nil for none. After it the child is told to end (SIGTERM), and
    ///     five seconds later ended (SIGKILL).
    ///   - keptBytes: Of each of standard output and standard error, half of them of the end.
    package init(
        _ settings: SSHSettings, command: [String], input: [UInt8]? = nil, timeout: Duration? = nil,
        keptBytes: Int = 16_384, clock: EngineClock
    ) throws(FileFault) {
        let isPath = settings.program.utf8.contains(UInt8(ascii: "/"))
        guard let path = isPath ? settings.program : ProgramStream.find(settings.program),
            try FileFacts.of(path)?.kind == .regular
        else {
            throw FileFault(
                path: settings.program, hint: isPath ? "no such program" : "is not on PATH; install OpenSSH's client")
        }
        self.settings = settings
        executable = FilePath(path)
        self.command = command
        self.input = input
        self.timeout = timeout
        self.keptBytes = keptBytes
        self.clock = clock
    }

    /// What both streams wrote so far; it outlives whatever becomes of the child.
    private final class Kept: Sendable {
        private let streams: Mutex<(output: KeptOutput, error: KeptOutput)>

        init(_ limit: Int) { streams = Mutex((KeptOutput(limit: limit), KeptOutput(limit: limit))) }

        func take(_ chunk: borrowing SubprocessOutputSequence.Buffer, isError: Bool) {
            let bytes = unsafe chunk.withUnsafeBytes { unsafe Array($0) }
            streams.withLock { streams in
                if isError { streams.error.append(bytes.span) } else { streams.output.append(bytes.span) }
            }
        }

        var both: (output: KeptOutput, error: KeptOutput) { streams.withLock { $0 } }
    }

    /// How the child ended, or that its time did.
    private enum Event: Sendable {
        case ended(TerminationStatus)
        /// Our side could not do it.
        case failed(HostOutcome, String)
        case timedOut
        /// The clock was stopped before its time.
        case stopped
    }

    /// Runs it on a host. When the task is cancelled, the child is ended as after the timeout.
    package func run(on host: FleetHost) async -> HostEnding {
        let started = clock.now()
        let kept = Kept(keptBytes)
        let event = await event(host, kept, started)
        let (output, error) = kept.both
        var ending = HostEnding(
            host: host, outcome: .done, elapsed: started.duration(to: clock.now()), output: output, error: error)
        switch event {
        case .ended(.exited(0)): ending.outcome = .done
        case .ended(.exited(255)): (ending.outcome, ending.detail) = SSHComplaint.read(error.lastLines(3))
        case .ended(.exited(let status)): ending.outcome = .failed(status: status)
        case .ended(.signaled(let signal)):
            (ending.outcome, ending.detail) = (.unknown(.fault), "ssh was ended here by signal \(signal)")
        case .failed(let outcome, let detail): (ending.outcome, ending.detail) = (outcome, detail)
        case .timedOut: ending.outcome = .timedOut
        case .stopped: ending.outcome = .unknown(.cancelled)
        }
        return ending
    }

    private func event(_ host: FleetHost, _ kept: Kept, _ started: Instant) async -> Event {
        await withTaskGroup(of: Event.self) { group in
            group.addTask { await child(host, kept) }
            if let timeout {
                group.addTask { await clock.sleep(started.advanced(by: timeout)) ? .timedOut : .stopped }
            }
            var first = await group.next() ?? .stopped
            group.cancelAll()
            // Until the child is gone, whoever was first.
            while let other = await group.next() { if case .stopped = first { first = other } }
            if Task.isCancelled, case .ended(.exited(0)) = first { return first }
            return Task.isCancelled ? .stopped : first
        }
    }

    private func child(_ host: FleetHost, _ kept: Kept) async -> Event {
        var options = PlatformOptions()
        // A session of its own: the terminal's Ctrl-C is left to us, and a proxy that ssh started ends with it.
        options.createSession = true
        options.teardownSequence = [
            .send(signal: .terminate, toProcessGroup: true, allowedDurationToNextStep: .seconds(5))
        ]
        let configuration = Configuration(
            executable: .path(executable), arguments: Arguments(settings.arguments(for: host, command)),
            platformOptions: options)
        do {
            let status =
                if let input {
                    try await Subprocess.run(
                        configuration, input: .inputWriter, output: .sequence, error: .sequence
                    ) { execution in
                        await Self.drain(execution.standardOutput, execution.standardError, into: kept) {
                            // Who ends without reading all of it says so by its status.
                            _ = try? await execution.standardInputWriter.write(input)
                            try? await execution.standardInputWriter.finish()
                        }
                    }.terminationStatus
                } else {
                    try await Subprocess.run(
                        configuration, input: .none, output: .sequence, error: .sequence
                    ) { execution in
                        await Self.drain(execution.standardOutput, execution.standardError, into: kept) {}
                    }.terminationStatus
                }
            return .ended(status)
        } catch {
            return Self.failure(error)
        }
    }

    private static func drain(
        _ output: SubprocessOutputSequence, _ error: SubprocessOutputSequence, into kept: Kept,
        writing: @escaping @Sendable () async -> Void
    ) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await writing() }
            for (stream, isError) in [(output, false), (error, true)] {
                group.addTask {
                    // What cannot be read any more ends the stream; how the child ended is told by its status.
                    do { for try await chunk in stream { kept.take(chunk, isError: isError) } } catch {}
                }
            }
        }
    }

    private static func failure(_ error: any Error) -> Event {
        guard let error = error as? SubprocessError else { return .failed(.unknown(.fault), "\(error)") }
        let reason: LocalReason =
            switch error.underlyingError {
            case .tooManyOpenFiles?, .tooManyOpenFilesInSystem?: .descriptors
            case .noMemory?, .resourceTemporarilyUnavailable?: .memory
            case .permissionDenied?, .notPermitted?: .forbidden
            default: .fault
            }
        return .failed(.unknown(reason), "ssh cannot be started: \(error)")
    }
}
