import ArgumentParser
import MusterCore

/// What `--hosts` takes beside an inventory.
struct RotateFleetOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Rotate on every host of this inventory, as is set there.", valueName: "inventory"))
    var hosts: String?

    @Option(help: ArgumentHelp("Only hosts and groups that match.", valueName: "pattern"))
    var limit: String?

    @Option(help: ArgumentHelp("How hosts are reached: ssh.", valueName: "way"))
    var via = "ssh"

    @Option(help: ArgumentHelp("Hosts at a time.", valueName: "count"))
    var forks = 50

    @Option(help: ArgumentHelp("Begin with no further host after so many failures.", valueName: "count"))
    var maxFailures: Int?

    @Option(help: ArgumentHelp("Spread the hosts over this time, each time alike.", valueName: "duration"))
    var splay: DurationChoice?

    @Option(help: ArgumentHelp("Go on with this run; hosts that finished are left alone.", valueName: "run"))
    var resume: String?

    func validate() throws {
        if hosts == nil, limit != nil || maxFailures != nil || splay != nil || resume != nil {
            throw ValidationError("--limit, --max-failures, --splay and --resume go with --hosts")
        }
        if !(1...10_000).contains(forks) { throw ValidationError("--forks must be from 1 to 10000") }
        if let maxFailures, maxFailures < 1 { throw ValidationError("--max-failures must be at least 1") }
        if via != "ssh" { throw ValidationError("--via knows ssh only") }
    }
}

/// A rotation on every host of an inventory.
struct RotateFleet {
    let options: RotateFleetOptions
    /// The command's words on each host.
    let remote: [String]

    init(_ options: RotateFleetOptions, remote: [String]) {
        self.options = options
        self.remote = remote
    }

    func run(_ inventory: String) async throws {
        throw Complaint(
            "--hosts \(inventory): no way to a fleet; run \(remote.joined(separator: " ")) on each host")
    }
}
