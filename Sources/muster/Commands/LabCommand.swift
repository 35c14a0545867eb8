import ArgumentParser
import MusterCore
import MusterLab
import MusterProbes
import MusterSystem
import MusterText

struct LabCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lab", abstract: "Serve every host and check of an inventory on loopback, faults included.",
        discussion: """
            The faults are those the inventory plants under "lab". Nothing outside this machine reaches the lab; it needs
            no privileges and runs until Ctrl-C.
            """)

    @Argument(help: "The inventory file.")
    var inventory: String

    @Option(name: .customLong("for"), help: ArgumentHelp("End after this time.", valueName: "duration"))
    var time: DurationChoice?

    @Option(
        help: ArgumentHelp("Write the root certificate of the lab's HTTPS servers to this file.", valueName: "path"))
    var rootFile: String?

    @Flag(help: .hidden)
    var attached = false

    func run() async throws {
        let interruption = attached ? nil : try Interruption.install()
        if attached { Interruption.leaveToParent() }
        _ = ResourceLimits.current()
        let environment = ProbeEnvironment(resolver: .system())
        let inventory = try LoadedInventory.read(inventory, environment).inventory
        _ = try LabProcess.expectation(inventory)
        let (attached, rootFile, time) = (attached, rootFile, time?.duration)
        let failure = try await Reactor.withLoops(1, name: "muster-lab") { loops in
            await withTaskGroup(of: (any Error)?.self) { group in
                group.addTask(executorPreference: loops[0]) {
                    do {
                        try await Lab.run(inventory) { ready in
                            Self.announce(ready, attached: attached, rootFile: rootFile)
                        }
                        return nil
                    } catch {
                        return error
                    }
                }
                group.addTask(executorPreference: loops[0]) {
                    if let interruption { _ = await interruption.wait() } else { await StandardInput.waitForEnd() }
                    return nil
                }
                if let time {
                    group.addTask(executorPreference: loops[0]) {
                        await Reactor.sleep(until: SystemClock.now.advanced(by: time))
                        return nil
                    }
                }
                let first = await group.next() ?? nil
                group.cancelAll()
                return first
            }
        }
        if let failure = failure as? LabFailure { throw Complaint(failure.text) }
        if let failure { throw Complaint("lab: \(failure)") }
    }

    private static func announce(_ ready: LabReady, attached: Bool, rootFile: String?) {
        if attached { return Complaint.write(LabProcess.readyLine(ready), to: .standardOutput) }
        if let rootFile {
            do throws(FileFault) {
                try OutputFile.create(rootFile).write(Array(ready.rootCertificatePEM.utf8))
            } catch {
                Complaint(error).print()
            }
        }
        let ports = { (ports: [UInt16]) in ports.map { "\($0)" }.joined(separator: ", ") }
        Complaint.write(
            "lab: \(ready.targetCount.grouped) targets served on loopback, \(ready.plantedCount.grouped) with planted faults; "
                + "TCP ports \(ports(ready.streamPorts)); UDP ports \(ports(ready.datagramPorts)); Ctrl-C ends it",
            to: .standardOutput)
    }
}
