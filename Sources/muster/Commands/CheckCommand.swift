import ArgumentParser
import MusterCore
import MusterEngine
import MusterFormats
import MusterLab
import MusterProbes
import MusterSystem
import MusterText

struct CheckCommand: ConfinedCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check every host of an inventory.",
        discussion: """
            The report goes to standard output, progress and complaints to standard error. Ctrl-C stops the run and \
            reports what is done, and so do SIGTERM and SIGHUP; a second Ctrl-C ends it at once.

            Exit status: 0 all up; 1 some down or degraded; 2 a fault, a report that could not be written, or targets \
            that could not be judged.
            """)

    @Argument(help: "The inventory file, or - for standard input.")
    var inventory: String

    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "How the report on standard output is written. (default: \(ReportCatalog.formats[0].name))",
            valueName: "format"))
    var output: OutputFormatChoice?

    @Option(
        help: ArgumentHelp(
            "Write a report to a file as well, whole or not at all; the format follows from the extension (.json, .ndjson, .txt) or is named, and - is standard output; fifo:PATH is a FIFO. May be repeated.",
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
            "How long targets wait in all while our own network is gone; 0s for no wait.", valueName: "duration"))
    var networkWait = WaitChoice(NetworkSenses.defaultPatience)

    @Option(help: ArgumentHelp("Event loops. (default: one a core)", valueName: "count"))
    var loops: Int?

    @Option(help: ArgumentHelp("Trust the roots of this PEM file as well.", valueName: "path"))
    var caFile: [String] = []

    @Option(help: ArgumentHelp("Colours: auto, always, never.", valueName: "when"))
    var color = ColorChoice.auto

    @Flag(help: "Serve the inventory on loopback by a lab of our own and compare every verdict with what it planted.")
    var lab = false

    @OptionGroup var sandbox: SandboxOptions

    func validate() throws {
        if let concurrency, concurrency < 1 { throw ValidationError("--concurrency must be at least 1") }
        if let loops, !(1...64).contains(loops) { throw ValidationError("--loops must be from 1 to 64") }
    }

    func prepare() throws -> Work {
        // Before any thread is started, so that no signal is lost.
        let interruption = try Interruption.install()
        let limits = ResourceLimits.current()
        if let deadline { Patience.ofProcess.end(at: SystemClock.now.advanced(by: deadline.duration)) }
        // Faults of the command line and the inventory are told before anything is started.
        if lab, inventory == "-" {
            throw Complaint("--lab needs an inventory file, for a second process reads it too")
        }
        let places = try ReportPlaces(output, outputFile, inputs: [inventory] + caFile)
        let loaded = try LoadedInventory.read(inventory, environment([]))
        let expectation = lab ? try LabProcess.expectation(loaded.inventory) : nil
        let outlets = try places.outlets(color: color)
        sandbox.confine(lab ? .lab : .network(ports: loaded.ports, outputs: places.paths))
        return {
            guard lab else { return try await check(interruption, limits, loaded, outlets, places.format, nil) }
            try await LabProcess.withLab(inventory) { root in
                let loaded = try LoadedInventory(loaded.inventory, environment([root]))
                try await check(interruption, limits, loaded, outlets, places.format, expectation)
            }
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
        _ interruption: Interruption, _ limits: ResourceLimits, _ loaded: LoadedInventory,
        _ outlets: [ReportDesk.Outlet], _ format: ReportFormat, _ expectation: LabExpectation?
    ) async throws {
        let showsProgress = OutputFile.standardError.terminalWidth != nil && !format.streams
        let outcome = try await CheckRun(
            loaded: loaded, concurrency: window(limits),
            loopCount: loops ?? ResourceLimits.cores, deadline: deadline?.duration,
            networkWait: networkWait.duration, outlets: outlets,
            progressWidth: showsProgress ? OutputFile.standardError.terminalWidth : nil,
            color: color.isOn(for: .standardError), interruption: interruption, expectation: expectation
        ).run()
        try end(outcome, format)
    }

    private func window(_ limits: ResourceLimits) -> Concurrency {
        var window =
            lab
            // The fleet shares this machine's cores: a wide window would only queue.
            ? Concurrency(
                asked: concurrency, preferred: 256, because: "--lab", descriptors: limits.descriptors,
                ports: limits.ports)
            : Concurrency(asked: concurrency, descriptors: limits.descriptors, ports: limits.ports)
        if let most = Footing.targetLimit, most < window.width {
            window.width = max(most, 1)
            window.reason = "limit of address space"
        }
        return window
    }

    private func end(_ outcome: CheckRun.Outcome, _ format: ReportFormat) throws {
        if let comparison = outcome.comparison {
            // The table is for people; a machine's report on standard output stays one document.
            let file: OutputFile = format.name == "table" ? .standardOutput : .standardError
            // Of a run that was cut short the counts say enough: what is missing is missing for that.
            let lines = comparison.lines.filter {
                outcome.footer.ending == .complete || !($0.contains(": planted ") || $0.hasPrefix("lab: and "))
            }
            for line in lines {
                Complaint.write(TerminalText.safe(line), to: file)
            }
        }
        if !outcome.faults.isEmpty { Complaint(outcome.faults.map(\.text)).print() }
        throw ExitCode(outcome.exitStatus)
    }
}
