import ArgumentParser
import MusterSystem

/// A command that gives up what it does not need before it does its work.
///
/// ``prepare()`` runs on the process's first thread while there is no other, reads what the operator named, and confines
/// itself at its end: threads that come later are confined with it. The work is what it returns.
protocol ConfinedCommand: AsyncParsableCommand {
    typealias Work = () async throws -> Void

    func prepare() throws -> Work
}

extension ConfinedCommand {
    func run() async throws { try await prepare()() }
}

/// `--no-sandbox`.
struct SandboxOptions: ParsableArguments {
    @Flag(name: .customLong("no-sandbox"), help: "Give up no rights of the process (docs/hardening.md).")
    var isOff = false

    func confine(_ confinement: @autoclosure () -> Confinement) { if !isOff { confinement().enforce() } }
}

extension Confinement {
    /// For checks: sockets, and the reports' files.
    static func network(ports: Set<UInt16>?, outputs: [String] = []) -> Confinement {
        var confinement = Confinement(paths: [], ports: ports, usesNetwork: true)
        for path in outputs { confinement.allowOutput(path) }
        return confinement
    }

    /// For a fleet of our own on loopback: it is a second process of ours, which reads the inventory and listens.
    static let lab = Confinement(
        paths: nil, ports: nil, usesNetwork: true, startsPrograms: true,
        capabilities: [.overrideModes, .readAll, .changeOwner, .actAsOwner, .bindLowPorts])
}
