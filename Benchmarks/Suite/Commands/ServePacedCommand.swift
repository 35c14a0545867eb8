import ArgumentParser
import CMusterLimits

/// The server whose hosts take their time, as a process of its own.
struct ServePacedCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "serve-paced", shouldDisplay: false)

    /// As in `lim_delays`.
    @Argument
    var delays: UInt32

    @Argument
    var stall: UInt32

    func run() async throws {
        let outcome = lim_serve_paced(lim_delays(delays), stall, 3600)
        // A server does not come back unless it could not start.
        throw ExitCode(outcome == 0 ? 2 : outcome)
    }
}
