import ArgumentParser
import CMusterLimits

/// The server of a workload, as a process of its own so that its work is not charged to the client.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "serve", shouldDisplay: false)

    @Argument
    var service: Service

    @Option
    var seconds: Int32 = 3600

    func run() async throws {
        guard let raw = service.raw else {
            lim_lifeline(seconds)
            lim_hurry()
            return try await TLSService.run()
        }
        let outcome = lim_serve(raw, seconds)
        // A server does not come back unless it could not start.
        throw ExitCode(outcome == 0 ? 2 : outcome)
    }
}

extension Service: ExpressibleByArgument {}
