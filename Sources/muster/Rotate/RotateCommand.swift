import ArgumentParser
import MusterCore
import MusterFleet
import MusterRotation
import MusterSystem

/// `muster logs rotate`, which is also `logrotate`.
struct RotateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate", abstract: "Rotate logs as logrotate's configurations say, losing nothing.",
        usage: """
            muster logs rotate [-d] [-f] [-v] [-s <file>] [-l <file>] [--output <format>] [--workers <count>] \
            [--wait-for-state-lock] [--state-lock-timeout <duration>] [--hosts <inventory>] \
            <configuration> ...
            """,
        discussion: """
            Reads logrotate's configuration language and state file. A run that is killed at any moment is ended by the next \
            one. See docs/rotation.md.

              muster logs rotate -d /etc/logrotate.conf
              muster logs rotate /etc/logrotate.conf -v

            Exit status, as logrotate's: 0 done, 1 an error, 2 a bad option, 3 another run holds the lock.
            """,
        version: "muster \(Version.text)")

    @Argument(help: "Configurations, or folders of them.")
    var configurations: [String] = []

    @Flag(
        name: [.customShort("d"), .customLong("debug"), .customLong("dry-run")],
        help: "Touch nothing; list the steps that a run would take.")
    var isDry = false

    @Flag(name: [.customShort("f"), .customLong("force")], help: "Rotate every log, due or not.")
    var isForced = false

    @Option(
        name: [.customShort("s", allowingJoined: true), .customLong("state")],
        help: ArgumentHelp("State file. (default: see docs/rotation.md)", valueName: "file"))
    var state: String?

    @Flag(name: [.customShort("v"), .customLong("verbose")], help: "Tell each log and what was done to it.")
    var isVerbose = false

    @Option(
        name: [.customShort("l", allowingJoined: true), .customLong("log")],
        help: ArgumentHelp(
            "Write all that is told to this file as well, which is emptied before; fifo:PATH is a FIFO.",
            valueName: "file"))
    var log: String?

    @Option(
        name: [.customShort("m", allowingJoined: true), .customLong("mail")],
        help: ArgumentHelp("Accepted for logrotate's sake: muster sends no mail.", valueName: "command"))
    var mail: String?

    @Flag(name: .customLong("skip-state-lock"), help: "Do not lock: nothing else may rotate these logs meanwhile.")
    var skipsLock = false

    @Flag(name: .customLong("wait-for-state-lock"), help: "Wait for another run to end, for an hour at most.")
    var waitsForLock = false

    @Option(
        help: ArgumentHelp("How long --wait-for-state-lock waits. (default: 1h)", valueName: "duration"))
    var stateLockTimeout: DurationChoice?

    @Flag(name: .customLong("usage"), help: "Show the usage in brief.")
    var showsUsage = false

    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "How the report is written: \(RotationReportCatalog.formats.map(\.name).joined(separator: ", ")). (default: text)",
            valueName: "format"))
    var output: RotationOutputChoice?

    @Option(help: ArgumentHelp("Threads that work on files. (default: one a core)", valueName: "count"))
    var workers: Int?

    @Option(help: ArgumentHelp("Colours: auto, always, never.", valueName: "when"))
    var color = ColorChoice.auto

    @OptionGroup(title: "Fleet") var fleet: RotateFleetOptions

    /// Set where the program is called logrotate: it is then as silent as that, and has its state file.
    @Flag(name: .customLong("as-logrotate"), help: .private)
    var isLogrotate = false

    func validate() throws {
        if let workers, !(1...256).contains(workers) { throw ValidationError("--workers must be from 1 to 256") }
        if skipsLock, waitsForLock {
            throw ValidationError("--skip-state-lock and --wait-for-state-lock exclude each other")
        }
        if stateLockTimeout != nil, !waitsForLock {
            throw ValidationError("--state-lock-timeout is for --wait-for-state-lock; write that as well")
        }
        if configurations.contains("") {
            throw ValidationError("a configuration has an empty name; write a file's or a folder's")
        }
        for (name, value) in [("--state", state), ("--log", log)] where value?.isEmpty ?? false {
            throw ValidationError("\(name) has an empty name; write a file's")
        }
    }

    func run() async throws {
        if showsUsage { return Complaint.write(usage, to: .standardOutput) }
        guard !configurations.isEmpty else {
            Complaint.write(usage, to: .standardError)
            throw ExitCode(1)
        }
        if let inventory = fleet.hosts {
            // The fleet: the same command on every host of an inventory.
            return try await RotateFleet(fleet, report: fleetReport, remote: remoteWords).run(inventory)
        }
        try await RotateInquiry(self).run()
    }

    private var usage: String {
        "Usage: " + CalledName.text(Self.configuration.usage ?? "", calledBy: isLogrotate ? CalledName.logrotate : "")
    }

    /// What to tell the run. Errors: nobody says where the state file is.
    func options(isRoot: Bool, environment: (String) -> String?) throws(RotationFault) -> RotationOptions {
        let named = state == DefaultState.none ? nil : state
        let path =
            if let named {
                named
            } else {
                try DefaultState.path(isLogrotate: isLogrotate, isRoot: isRoot, environment: environment)
            }
        var options = RotationOptions(
            isDry: isDry, isForced: isForced, statePath: path, workers: workers ?? ResourceLimits.cores)
        options.tellsSteps = isVerbose || log != nil || output.map { $0.format.name != "text" } ?? false
        options.keepsState = state != DefaultState.none
        options.locking = skipsLock ? .skip : waitsForLock ? .wait(lockTimeout) : .refuse
        return options
    }

    private var lockTimeout: Duration { stateLockTimeout?.duration ?? .seconds(3_600) }

    /// How this host tells of a fleet; text is the table.
    var fleetReport: FleetReport {
        FleetReport(
            format: output.flatMap { RunReportFormat(rawValue: $0.format.name) } ?? .table, color: color,
            isVerbose: isVerbose)
    }

    /// The command as it is run on a host of a fleet: by the same name, and in NDJSON, whatever is told here.
    var remoteWords: [String] {
        var words = ["muster", "logs", "rotate"]
        if isLogrotate { words.append("--as-logrotate") }
        words += ["--output", "ndjson"]
        if isDry { words.append("--dry-run") }
        if isForced { words.append("--force") }
        if let state { words.append("--state=" + state) }
        if let log { words.append("--log=" + log) }
        if skipsLock { words.append("--skip-state-lock") }
        if waitsForLock { words.append("--wait-for-state-lock") }
        // A host may have a version that does not know it, so it is written only where it was given.
        if let stateLockTimeout {
            words.append("--state-lock-timeout=\(max(1, stateLockTimeout.duration.nanoseconds / 1_000_000))ms")
        }
        if let workers { words.append("--workers=\(workers)") }
        return words + ["--"] + configurations
    }
}

/// `--output FORMAT`.
struct RotationOutputChoice: ExpressibleByArgument {
    var format: RotationReportFormat

    init?(argument: String) {
        guard let format = RotationReportCatalog.format(named: argument) else { return nil }
        self.format = format
    }

    static var allValueStrings: [String] { RotationReportCatalog.formats.map(\.name) }
}
