import ArgumentParser
import MusterCore
import MusterFleet
import MusterSystem

/// What every command that goes to the hosts of an inventory can be told about the way there. Its names are chosen so that
/// a command with options of its own can take all of them; none has a short name. What was not given is nil, so that a
/// command that goes to a fleet on demand can tell.
struct FleetReachOptions: ParsableArguments {
    /// The ways to a host.
    enum Way: String, ExpressibleByArgument, CaseIterable { case ssh }

    @Option(
        help: ArgumentHelp(
            "Only these hosts and groups: names with commas between, * for any characters, ! to leave out.",
            valueName: "pattern"))
    var limit: String?

    @Option(
        help: ArgumentHelp("The way to the hosts: ssh, the system's OpenSSH client. (default: ssh)", valueName: "way"))
    var via: Way?

    @Option(help: ArgumentHelp("Hosts at a time at most. (default: 50)", valueName: "count"))
    var forks: Int?

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

    func validate() throws {
        if let forks, !(1...10_000).contains(forks) { throw ValidationError("--forks must be from 1 to 10000") }
        if let keep, !KeptSizeChoice.range.contains(keep.bytes) {
            throw ValidationError("--keep must be from 1KB to 16MB, not \(keep.text)")
        }
    }

    /// The first option that was given, nil where none was.
    var given: String? {
        let all: [(String, Bool)] = [
            ("--limit", limit != nil), ("--via", via != nil), ("--forks", forks != nil),
            ("--max-failures", maxFailures != nil), ("--splay", splay != nil), ("--timeout", timeout != nil),
            ("--connect-timeout", connectTimeout != nil), ("--ssh-option", !sshOption.isEmpty),
            ("--ssh-config", sshConfig != nil), ("--keep", keep != nil), ("--resume", resume != nil),
            ("--runs-directory", runsDirectory != nil),
        ]
        return all.first(where: \.1)?.0
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
    /// What the option takes, which is checked with the others.
    static let range = 1_024...(16 << 20)

    var bytes: Int
    /// As it was given.
    var text: String

    init?(argument: String) {
        guard let bytes = ByteCount.parse(argument) else { return nil }
        (self.bytes, text) = (bytes, argument)
    }
}
