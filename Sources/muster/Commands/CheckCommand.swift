import ArgumentParser
import MusterCore
import MusterEngine
import MusterFormats
import MusterLab
import MusterProbes
import MusterSystem

struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check every host of an inventory.",
        discussion: """
            The report goes to standard output, progress and complaints to standard error. Ctrl-C stops the run and
            reports what is done; a second one ends at once. Exit status: 0 all up, 1 some down or degraded,
            2 a fault, or targets that could not be judged.
            """)

    @Argument(help: "The inventory file, or - for standard input.")
    var inventory: String

    @Option(name: [.short, .long], help: ArgumentHelp("How the report is written.", valueName: "format"))
    var output = OutputFormatChoice(ReportCatalog.formats[0])

    @Option(
        help: ArgumentHelp(
            "Write a report to a file as well; the format follows from the extension (.json, .ndjson, .txt) or is named. May be repeated.",
            valueName: "[format=]path"))
    var outputFile: [OutputFileChoice] = []

    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "Targets in flight at most. (default: chosen from the limits of this machine)", valueName: "count"))
    var concurrency: Int?

    @Option(help: ArgumentHelp("For the whole run, for example 90s.", valueName: "duration"))
    var deadline: DurationChoice?

    @Option(
        help: ArgumentHelp(
            "How long targets wait in all while our own network is gone; 0s: not at all.", valueName: "duration"))
    var networkWait = WaitChoice(NetworkSenses.defaultPatience)

    @Option(help: ArgumentHelp("Event loops. (default: one a core)", valueName: "count"))
    var loops: Int?

    @Option(help: ArgumentHelp("Trust the roots of this PEM file as well.", valueName: "path"))
    var caFile: [String] = []

    @Option(help: ArgumentHelp("Colours: auto, always, never.", valueName: "when"))
    var color = ColorChoice.auto

    @Flag(help: "Serve the inventory on loopback by a lab of our own and compare every verdict with what it planted.")
    var lab = false

    func validate() throws {
        if let concurrency, concurrency < 1 { throw ValidationError("--concurrency must be at least 1") }
        if let loops, !(1...64).contains(loops) { throw ValidationError("--loops must be from 1 to 64") }
    }

    func run() async throws {
        // Before any thread is started, so that no signal is lost.
        let interruption = try Interruption.install()
        let limits = ResourceLimits.current()
        if lab {
            guard inventory != "-" else {
                throw Complaint("--lab needs an inventory file, for a second process reads it too")
            }
            // Faults of the inventory are told before anything is started.
            let expectation = try LabProcess.expectation(try LoadedInventory.read(inventory, environment([])).inventory)
            try await LabProcess.withLab(inventory) { root in
                try await check(interruption, limits, environment([root]), expectation)
            }
        } else {
            try await check(interruption, limits, environment([]), nil)
        }
    }

    private func environment(_ roots: [String]) throws -> ProbeEnvironment {
        var roots = roots
        for path in caFile {
            do throws(FileFault) {
                roots.append(try FileReading.text(path))
            } catch {
                throw Complaint(error)
            }
        }
        return ProbeEnvironment(resolver: .system(), extraRoots: roots)
    }

    private func check(
        _ interruption: Interruption, _ limits: ResourceLimits, _ environment: ProbeEnvironment,
        _ expectation: LabExpectation?
    ) async throws {
        let loaded = try LoadedInventory.read(inventory, environment)
        let showsProgress = OutputFile.standardError.terminalWidth != nil && !output.format.streams
        let outcome = try await CheckRun(
            loaded: loaded,
            concurrency: lab
                // The fleet shares this machine's cores: a wide window would only queue.
                ? Concurrency(
                    asked: concurrency, preferred: 256, because: "--lab", descriptors: limits.descriptors,
                    ports: limits.ports)
                : Concurrency(asked: concurrency, descriptors: limits.descriptors, ports: limits.ports),
            loopCount: loops ?? ResourceLimits.cores, deadline: deadline?.duration,
            networkWait: networkWait.duration, outlets: try outlets(),
            progressWidth: showsProgress ? OutputFile.standardError.terminalWidth : nil,
            color: color.isOn(for: .standardError), interruption: interruption, expectation: expectation
        ).run()
        try end(outcome)
    }

    private func outlets() throws -> [ReportDesk.Outlet] {
        let width = OutputFile.standardOutput.terminalWidth
        let options = ReportOptions(color: color.isOn(for: .standardOutput), width: width ?? 100)
        var outlets = [ReportDesk.Outlet(output.format.make(options), to: .standardOutput)]
        for choice in outputFile {
            do throws(FileFault) {
                outlets.append(.init(choice.format.make(ReportOptions()), to: try OutputFile.create(choice.path)))
            } catch {
                throw Complaint(error)
            }
        }
        return outlets
    }

    private func end(_ outcome: CheckRun.Outcome) throws {
        var status = outcome.summary.exitStatus(outcome.footer)
        if let comparison = outcome.comparison {
            // The table is for people; a machine's report on standard output stays one document.
            let file: OutputFile = output.format.name == "table" ? .standardOutput : .standardError
            // Of a run that was cut short the counts say enough: what is missing is missing for that.
            let lines = comparison.lines.filter {
                outcome.footer.ending == .complete || !($0.contains(": planted ") || $0.hasPrefix("lab: and "))
            }
            for line in lines {
                Complaint.write(TerminalText.safe(line), to: file)
            }
            status = comparison.holds ? 0 : 1
        }
        if !outcome.faults.isEmpty {
            Complaint(outcome.faults.map(\.text)).print()
            status = 2
        }
        throw ExitCode(status)
    }
}
