import ArgumentParser
import MusterFleet
import MusterRotation

/// What a rotation takes to be one of a fleet: an inventory, and the way there as `muster run` takes it.
struct RotateFleetOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Rotate on every host of this inventory; configurations and state are the host's own.",
            valueName: "inventory"))
    var hosts: String?

    @OptionGroup var reach: FleetReachOptions

    func validate() throws {
        guard hosts == nil, let option = reach.given else { return }
        throw ValidationError("\(option) goes with --hosts")
    }
}

/// A rotation on every host of an inventory.
struct RotateFleet {
    private let reach: FleetReachOptions
    private let report: FleetReport
    private let remote: [String]

    /// - Parameters:
    ///   - report: Its form; what is told of each host is chosen here.
    ///   - remote: The command's words on each host, with an NDJSON report, whose last line is its summary and so is kept
    ///     however much there is before it. They must not depend on how this host reports, for a run goes on with the same
    ///     words only.
    init(_ options: RotateFleetOptions, report: FleetReport, remote: [String]) {
        reach = options.reach
        self.report = report
        self.remote = remote
    }

    /// Ends with the status of ``FleetCommand``. Errors: a ``Complaint``; nothing was begun then.
    func run(_ inventory: String) async throws {
        var report = report
        report.telling = { RotationSummaryLine.words($0.bytes) }
        let fleet = FleetCommand(reach: reach, report: report, inventory: inventory, command: remote)
        throw ExitCode(try await fleet.run())
    }
}
