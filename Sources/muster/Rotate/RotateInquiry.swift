import ArgumentParser
import MusterCore
import MusterRotation
import MusterSystem

/// One rotation on this host, from the command line to the report.
struct RotateInquiry {
    private let command: RotateCommand

    init(_ command: RotateCommand) { self.command = command }

    private enum Ending: Sendable {
        case done(RotationReport)
        case refused(RotationFault)
    }

    func run() async throws {
        let interruption = try Interruption.install()
        try checkLog()
        let messages = RotationMessages(log: command.log)
        if command.mail != nil { messages.tell("warning: --mail: muster sends no mail; logs are rotated without it") }
        let options: RotationOptions
        do throws(RotationFault) {
            options = try command.options(isRoot: Accounts.effectiveUser == 0, environment: Environment.variable)
        } catch {
            return try await refuse(error, messages)
        }
        if command.state == nil || !options.keepsState, !command.isDry {
            RotationWiring.makeFolders(of: options.statePath)
        }
        let started = SystemClock.now
        let ending = try await WorkerPool.withPool(options.workers) { pool in
            try await Reactor.withLoops(1, name: "muster-desk") { loops in
                try await rotate(options, messages, pool, loops[0], interruption)
            }
        }
        switch ending {
        case .done(var report):
            report.seconds = Double(started.duration(to: SystemClock.now).nanoseconds) / 1e9
            var status = Self.status(report)
            do throws(FileFault) {
                try RotationDesk(command).write(report, messages)
            } catch {
                messages.tell(error.text)
                status = 1
            }
            await messages.close()
            throw ExitCode(status)
        case .refused(let fault): try await refuse(fault, messages)
        }
    }

    /// The file of `-l` is emptied before anything is read. Errors: the run needs what stands in it.
    private func checkLog() throws {
        guard let log = command.log, log != RotationMessages.systemLog, let found = try? FileFacts.of(log) else {
            return
        }
        let options = try? command.options(
            isRoot: Accounts.effectiveUser == 0, environment: Environment.variable)
        let states = options.map { options in ["", ".journal", ".lock"].map { options.statePath + $0 } } ?? []
        let configurations = command.configurations.flatMap { path in
            // Of a folder, the file of that name in it.
            [path, path + "/" + (log.split(separator: "/").last.map(String.init) ?? "")]
        }
        for (paths, what) in [(configurations, "a configuration"), (states, "the state, its journal or its lock")]
        where paths.contains(where: { (try? FileFacts.of($0))??.identity == found.identity }) {
            throw ValidationError("--log: \(log) is \(what); write another file")
        }
    }

    /// Nothing was begun.
    private func refuse(_ fault: RotationFault, _ messages: RotationMessages) async throws {
        messages.tell(fault.text)
        await messages.close()
        throw ExitCode(fault.code == .locked ? 3 : 1)
    }

    /// As logrotate's: 1 where anything went wrong, or was left undone.
    static func status(_ report: RotationReport) -> Int32 { report.hasFaults || report.isInterrupted ? 1 : 0 }

    private func rotate(
        _ options: RotationOptions, _ messages: RotationMessages, _ pool: WorkerPool, _ loop: Reactor,
        _ interruption: Interruption
    ) async throws -> Ending {
        let progress = RotationProgress()
        let programs = programs(telling: messages)
        let paths = command.configurations
        return try await withThrowingTaskGroup(of: Ending?.self) { group in
            group.addTask(executorPreference: loop) {
                _ = await interruption.wait()
                return nil
            }
            if let width = OutputFile.standardError.terminalWidth, !command.isLogrotate, !command.isDry {
                group.addTask(executorPreference: loop) {
                    await show(progress, messages, width)
                    return nil
                }
            }
            group.addTask {
                let configuration = try await pool.run { RotationWiring.configuration(paths) }
                do throws(RotationFault) {
                    return .done(
                        try await RotationWiring.rotate(configuration, options, programs, on: pool, progress: progress))
                } catch {
                    return .refused(error)
                }
            }
            defer { group.cancelAll() }
            var ending: Ending?
            // An interruption comes as nil: it ends the run, which tells what it did by then.
            while let next = try await group.next() {
                ending = next ?? ending
                group.cancelAll()
            }
            return ending ?? .refused(RotationFault(.interrupted, at: "muster", "it was interrupted before it began"))
        }
    }

    /// Lines of a script between those of a report for programs would spoil it: then they go to standard error as well.
    private func programs(telling messages: RotationMessages) -> SystemPrograms {
        let tell: @Sendable (String) -> Void = { messages.tell($0) }
        let format = command.output?.format ?? RotationReportCatalog.formats[0]
        guard format.name == RotationReportCatalog.formats[0].name else { return SystemPrograms(telling: tell) }
        return SystemPrograms(telling: tell, saying: { messages.say($0) })
    }

    /// A live line until the task is cancelled.
    private func show(_ progress: RotationProgress, _ messages: RotationMessages, _ width: Int) async {
        let started = SystemClock.now
        let isColored = command.color.isOn(for: .standardError)
        while await Reactor.sleep(until: SystemClock.now.advanced(by: .milliseconds(100))) {
            let line = RotationProgressLine(
                done: progress.logsDone, total: progress.logs, bytesCompressed: progress.bytesCompressed,
                elapsed: started.duration(to: SystemClock.now))
            messages.show(line.text(width: max(width - 1, 1), color: isColored))
        }
        messages.show(nil)
    }
}
