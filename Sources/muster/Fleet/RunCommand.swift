import ArgumentParser
import MusterCore
import MusterFleet

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run a command on every host of an inventory.",
        discussion: """
            The words behind -- arrive on each host as they are; for pipes and variables there write the shell. See \
            docs/fleet.md.

              muster run inventory.json -- uptime
              muster run inventory.json --limit 'web*' -- sh -c 'df -h | tail -n 1'

            Ctrl-C begins no further host, ends those that run, and reports; a second one ends at once.

            Exit status: 0 all well, 1 a host did not end well or was not begun, 2 wrong usage or a fault.
            """)

    @Argument(help: "The inventory file, or - for standard input.")
    var inventory: String

    @OptionGroup var reach: FleetReachOptions

    @OptionGroup var report: FleetReportOptions

    @Argument(
        parsing: .postTerminator,
        help: ArgumentHelp(
            "The command and its arguments, behind --. With --resume it may be left out.", valueName: "command"))
    var command: [String] = []

    func validate() throws {
        if command.isEmpty, reach.resume == nil {
            throw ValidationError("no command; write it behind --, for example -- uptime")
        }
    }

    func run() async throws {
        throw ExitCode(
            try await FleetCommand(reach: reach, report: report.report, inventory: inventory, command: command).run())
    }
}
