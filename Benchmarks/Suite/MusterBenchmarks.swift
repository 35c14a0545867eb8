import ArgumentParser

/// Measures muster against what the kernel lets anybody reach.
@main
struct MusterBenchmarks: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "muster-benchmarks",
        abstract: "Measures muster against what the kernel lets anybody reach.",
        subcommands: [
            IOCommand.self, LogsCommand.self, RotateCommand.self, ModelsCommand.self, ReportCommand.self,
            ServeCommand.self, ServePacedCommand.self, HoldCommand.self, MeasureCommand.self, ScanCommand.self,
            RotateBareCommand.self, ModelRunCommand.self, ModelItemCommand.self,
        ])
}
