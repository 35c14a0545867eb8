import ArgumentParser
import MusterCore
import MusterFleet
import MusterFormats
import MusterSystem

/// What every command that goes to the hosts of an inventory can be told.
struct FleetOptions: ParsableArguments {
    /// The ways to a host.
    enum Way: String, ExpressibleByArgument, CaseIterable { case ssh }

    @Option(
        help: ArgumentHelp(
            "Only these hosts and groups: names with commas between, * for any characters, ! to leave out.",
            valueName: "pattern"))
    var limit: String?

    @Option(help: ArgumentHelp("The way to the hosts: ssh, the system's OpenSSH client.", valueName: "way"))
    var via = Way.ssh

    @Option(help: ArgumentHelp("Hosts at a time at most.", valueName: "count"))
    var forks = 50

    @Option(
        help: ArgumentHelp(
            "After so many failures, or such a part of all hosts, begin no further one.", valueName: "n|n%"))
    var maxFailures: FailureLimitChoice?

    @Option(
        help: ArgumentHelp(
            "Spread the beginnings over so long a time, each host at the same place of it in every run.",
            valueName: "duration"))
    var splay: DurationChoice?

    @Option(help: ArgumentHelp("For a host from its beginning to its end.", valueName: "duration"))
    var timeout: DurationChoice?

    @Option(help: ArgumentHelp("For reaching a host. (default: 10s)", valueName: "duration"))
    var connectTimeout: DurationChoice?

    @Option(help: ArgumentHelp("An option of ssh, as for its -o. May be repeated.", valueName: "key=value"))
    var sshOption: [String] = []

    @Option(help: ArgumentHelp("ssh's configuration, instead of the user's and the system's.", valueName: "path"))
    var sshConfig: String?

    @Option(
        help: ArgumentHelp(
            "Keep so many bytes of each output of a host, half of them of its end. (default: 16KB)", valueName: "size"))
    var keep: KeptSizeChoice?

    @Option(
        help: ArgumentHelp(
            "Go on with an earlier run: its id, the path of its record, or last. Hosts that are done are left out.",
            valueName: "run"))
    var resume: String?

    @Option(
        help: ArgumentHelp(
            "Where records of runs are kept. (default: $XDG_STATE_HOME/muster/runs)", valueName: "folder"))
    var runsDirectory: String?

    @Option(name: [.short, .long], help: ArgumentHelp("How the report is written.", valueName: "format"))
    var output = RunReportFormat.table

    @Option(help: ArgumentHelp("Colours: auto, always, never.", valueName: "when"))
    var color = ColorChoice.auto

    @Flag(name: [.short, .long], help: "A line for every host as it ends, also where the report is not on a terminal.")
    var verbose = false

    func validate() throws {
        if !(1...10_000).contains(forks) { throw ValidationError("--forks must be from 1 to 10000") }
    }

    /// How ssh is called.
    var ssh: SSHSettings {
        var settings = SSHSettings()
        if let connectTimeout { settings.connectTimeout = connectTimeout.duration }
        settings.configuration = sshConfig
        settings.options = sshOption
        return settings
    }

    /// The folder of the records. Errors: a ``Complaint`` where nothing says where it is.
    func runsFolder() throws -> String {
        guard let folder = runsDirectory ?? RunRecordFile.defaultFolder() else {
            throw Complaint("neither XDG_STATE_HOME nor HOME says where to keep the record; give --runs-directory")
        }
        return folder
    }
}

extension RunReportFormat: ExpressibleByArgument {}

/// `--max-failures N` or `N%`.
struct FailureLimitChoice: ExpressibleByArgument {
    var limit: FailureLimit

    init?(argument: String) {
        guard let limit = FailureLimit(argument) else { return nil }
        self.limit = limit
    }
}

/// `--keep SIZE`: from 1 KB to 16 MB.
struct KeptSizeChoice: ExpressibleByArgument {
    var bytes: Int

    init?(argument: String) {
        guard let bytes = ByteCount.parse(argument), (1_024...(16 << 20)).contains(bytes) else { return nil }
        self.bytes = bytes
    }
}
