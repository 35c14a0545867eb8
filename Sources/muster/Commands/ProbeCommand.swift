import ArgumentParser
import MusterCore
import MusterEngine
import MusterFormats
import MusterProbes
import MusterSystem
import MusterText

struct ProbeCommand: ConfinedCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe", abstract: "Make one check and draw its phases.",
        usage: """
            muster probe tcp HOST:PORT [--expect TEXT]
            muster probe dns NAME [TYPE] [@SERVER]
            muster probe URL
            """,
        discussion: """
            Examples: muster probe tcp db1.example.com:5432 · muster probe dns example.com MX @127.0.0.1:5353 · \
            muster probe https://example.com/health
            """)

    @Argument(help: "tcp HOST:PORT, dns NAME [TYPE] [@SERVER], or a URL.")
    var target: [String]

    @Option(
        help: ArgumentHelp(
            "The bytes that the peer must send first (tcp), or the body must contain (URL).", valueName: "text"))
    var expect: String?

    @Option(help: ArgumentHelp("For one attempt.", valueName: "duration"))
    var timeout: DurationChoice?

    @Option(help: ArgumentHelp("Attempts at most.", valueName: "count"))
    var attempts = 1

    @Option(help: ArgumentHelp("Trust the roots of this PEM file as well.", valueName: "path"))
    var caFile: [String] = []

    @Flag(help: "Report a certificate chain that does not hold, but go on.")
    var insecure = false

    @Option(name: [.short, .long], help: ArgumentHelp("How the result is written.", valueName: "format"))
    var output = OutputFormatChoice(ReportCatalog.formats[0])

    @Option(help: ArgumentHelp("Colours: auto, always, never.", valueName: "when"))
    var color = ColorChoice.auto

    @OptionGroup var sandbox: SandboxOptions

    func validate() throws {
        if !(1...10).contains(attempts) { throw ValidationError("--attempts must be from 1 to 10") }
    }

    func prepare() throws -> Work {
        let interruption = try Interruption.install()
        let question = try ProbeQuestion.read(target, expect: expect, insecure: insecure)
        var roots: [String] = []
        for path in caFile {
            do throws(FileFault) {
                roots.append(try FileReading.text(path))
            } catch {
                throw Complaint(error)
            }
        }
        let loaded = try LoadedInventory(
            try question.inventory(timeout: timeout?.duration ?? Check.defaultTimeout, attempts: attempts),
            ProbeEnvironment(resolver: .system(), extraRoots: roots))
        let isTable = output.format.name == "table"
        let width = OutputFile.standardOutput.terminalWidth ?? 100
        let options = ReportOptions(color: color.isOn(for: .standardOutput), width: width)
        let writer: any ReportWriter = isTable ? WaterfallReport(options) : output.format.make(options)
        sandbox.confine(.network(ports: loaded.ports))
        return { try await probe(loaded, writer, interruption) }
    }

    private func probe(
        _ loaded: LoadedInventory, _ writer: any ReportWriter, _ interruption: Interruption
    ) async throws {
        let outcome = try await CheckRun(
            loaded: loaded, concurrency: Concurrency(asked: 1, descriptors: 64, ports: 1024), loopCount: 1,
            deadline: nil,
            outlets: [.init(writer, to: .standardOutput)], progressWidth: nil, color: false, interruption: interruption,
            expectation: nil
        ).run()
        if !outcome.faults.isEmpty { throw Complaint(outcome.faults.map(\.text)) }
        throw ExitCode(outcome.exitStatus)
    }
}

/// Draws each observation; nothing before, nothing after.
private struct WaterfallReport: ReportWriter {
    private let waterfall: Waterfall

    init(_ options: ReportOptions) { waterfall = Waterfall(options) }

    mutating func begin(_ header: RunHeader, into output: inout [UInt8]) {}
    mutating func add(_ observation: Observation, into output: inout [UInt8]) {
        output += waterfall.text(observation).utf8
    }
    mutating func end(_ footer: RunFooter, _ summary: Summary, into output: inout [UInt8]) {}
}
