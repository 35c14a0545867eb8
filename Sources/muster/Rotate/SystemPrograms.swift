import MusterRotation
import MusterSystem
import Subprocess
import SystemPackage

/// Scripts and compressors as processes of the system.
///
/// A script gets what logrotate gives it: `/bin/sh -c TEXT logrotate_script $1 $2` with our environment, folder and umask,
/// and `/dev/null` as its standard input. What it says is passed on when it has ended, for cron to mail, and a fault has the
/// end of it. What a script leaves running may keep its output open: nobody waits for that. A program ends with the task
/// that runs it.
struct SystemPrograms: RotationPrograms {
    /// What `$0` is in scripts.
    static let scriptName = "logrotate_script"
    /// How long a program that is told to end may take to.
    private static let patience = Duration.seconds(5)

    /// Is told what programs say on standard error, a safe line at a time.
    private let tell: @Sendable (String) -> Void
    /// Is told what scripts say on standard output.
    private let say: @Sendable (_ line: String, _ name: String) -> Void

    /// Without `say` all is told alike.
    init(
        telling tell: @escaping @Sendable (String) -> Void, saying say: (@Sendable (String) -> Void)? = nil
    ) {
        self.tell = tell
        self.say = { line, name in if let say { say(line) } else { tell("\(name): \(line)") } }
    }

    /// A group of its own, so that what a script has started ends with it, and Ctrl-C reaches us alone.
    private static var platformOptions: PlatformOptions {
        var options = PlatformOptions()
        options.processGroupID = 0
        options.teardownSequence = [.gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: patience)]
        return options
    }

    // MARK: Scripts

    func run(
        _ script: RotationSettings.Script, _ kind: ScriptKind, arguments: [String]
    ) async throws(RotationFault) {
        let place = script.place.description
        let words = ["-c", script.text, Self.scriptName] + arguments
        // A zero would end a word early, and the script would run on something else.
        guard !words.contains(where: { $0.utf8.contains(0) }) else {
            throw RotationFault(.script, at: place, "\(kind.rawValue) or its arguments have a zero byte; remove it")
        }
        let ending: Ending
        do {
            ending = try await Self.shell(words)
        } catch {
            throw Self.fault(error, .script, at: place, starting: kind.rawValue + " by /bin/sh")
        }
        if Task.isCancelled { throw RotationFault(.interrupted, at: place, "\(kind.rawValue) was interrupted") }
        guard ending.status.isSuccess else {
            throw RotationFault(.script, at: place, Self.text(kind.rawValue, ending))
        }
        let name = "\(place): \(kind.rawValue)"
        for line in ending.said.lines { say(line, name) }
        pass(ending.complaints, from: name)
    }

    private static func shell(_ words: [String]) async throws -> Ending {
        let result = try await Subprocess.run(
            .path("/bin/sh"), arguments: Arguments(executablePathOverride: "sh", remainingValues: words),
            platformOptions: platformOptions, input: .none, output: .sequence, error: .sequence
        ) { execution in
            async let complaints = tail(of: execution.standardError)
            let said = try await tail(of: execution.standardOutput)
            return (said, try await complaints)
        }
        let (said, complaints) = result.closureResult
        return Ending(status: result.terminationStatus, said: said, complaints: complaints)
    }

    // MARK: Compressors

    func run(
        _ command: String, _ options: [String], from input: any DiskFile, to output: any DiskFile, of log: String
    ) async throws(RotationFault) {
        let filter = ProgramFilter(input: input, output: output, log: log)
        let result: (ending: Ending, hasReadAll: Bool)
        do {
            result = try await filter.run(command, options, Self.platformOptions)
        } catch let fault as DiskFault {
            let reason = Errno(rawValue: fault.code)
            if reason == .resourceBusy { throw RotationFault(fault) }
            throw RotationFault(.disk, at: fault.path, "cannot \(fault.call) for \(command): \(reason.description)")
        } catch {
            throw Self.fault(error, .compressor, at: command, starting: command)
        }
        if Task.isCancelled { throw RotationFault(.interrupted, at: command, "it was interrupted") }
        guard result.ending.status.isSuccess else {
            throw RotationFault(.compressor, at: command, Self.text("it", result.ending))
        }
        guard result.hasReadAll else {
            throw RotationFault(.compressor, at: command, "it ended well before it had read the whole log")
        }
        let mayBe: Bool
        do throws(DiskFault) { mayBe = try CompressedForm.mayBe(output, by: command) } catch {
            throw RotationFault(error)
        }
        guard mayBe else {
            throw RotationFault(
                .compressor, at: command, "what it wrote for \(log) is nothing compressed; see compressoptions")
        }
        pass(result.ending.complaints, from: command)
    }

    // MARK: What comes of a program

    /// How a program ended and what it said.
    struct Ending: Sendable {
        var status: TerminationStatus
        /// On standard output, where that is no file.
        var said = OutputTail()
        /// On standard error.
        var complaints: OutputTail

        /// The last lines of both in one.
        var summary: String {
            [said.summary(), complaints.summary()].filter { !$0.isEmpty }.joined(separator: "; ")
        }
    }

    static func tail(of output: SubprocessOutputSequence) async throws -> OutputTail {
        var tail = OutputTail()
        for try await chunk in output {
            // Invariant: the bytes are copied before the closure ends.
            unsafe chunk.withUnsafeBytes { unsafe tail.append(Array($0)) }
        }
        return tail
    }

    private func pass(_ said: OutputTail, from name: String) {
        for line in said.lines { tell("\(name): \(line)") }
    }

    private static func text(_ name: String, _ ending: Ending) -> String {
        let how =
            switch ending.status {
            case .exited(let code): "exit status \(code)"
            case .signaled(let signal): "signal \(signal)"
            }
        let said = ending.summary
        return "\(name) failed with \(how)" + (said.isEmpty ? "" : ": \(said)")
    }

    private static func fault(
        _ error: any Error, _ code: RotationFault.Code, at location: String, starting name: String
    ) -> RotationFault {
        if error is CancellationError || Task.isCancelled {
            return RotationFault(.interrupted, at: location, "it was interrupted")
        }
        guard let error = error as? SubprocessError else {
            return RotationFault(code, at: location, "\(name) cannot be run")
        }
        if error.code == .executableNotFound {
            return RotationFault(code, at: location, "\(name) is not installed or cannot be executed; install it")
        }
        let reason = error.underlyingError.map { ": " + $0.description } ?? ""
        return RotationFault(code, at: location, "\(name) cannot be run\(reason)")
    }
}
