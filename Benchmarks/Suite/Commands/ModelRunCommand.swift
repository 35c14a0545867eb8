import ArgumentParser
import CMusterLimits

/// Does the work of a record with one contender, as a process of its own so that its memory, threads, descriptors and
/// switches are its own, and so that a crash is something to measure.
struct ModelRunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "model-run", shouldDisplay: false)

    @Argument
    var record: String

    @Argument
    var contender: String

    @MainActor
    func run() async throws {
        lim_lead_group(Int32(ModelChild.mostSeconds + 10))
        _ = lim_raise_descriptor_limit()
        let ledger = try Ledger(opening: record)
        guard let contender = ContenderCatalog.named(contender) else { throw ExitCode(2) }
        do {
            ledger.beginAll()
            try await contender.runBeating(ledger)
            // Who told of its end itself has something to read after it.
            if !ledger.isOver { ledger.endAll() }
        } catch {
            ledger.note("\(error)")
            throw ExitCode(3)
        }
    }
}

/// One item of a record, as a process of its own.
struct ModelItemCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "model-item", shouldDisplay: false)

    @Argument
    var record: String

    @Argument
    var index: Int

    func run() async throws {
        let ledger = try Ledger(opening: record)
        guard (0..<ledger.items).contains(index) else { throw ExitCode(2) }
        ledger.perform(index)
        if ledger.entry(index).state != 1 { throw ExitCode(1) }
    }
}
