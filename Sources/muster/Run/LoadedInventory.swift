import MusterCore
import MusterFormats
import MusterLab
import MusterProbes
import MusterSystem

/// An inventory without faults, with the probes of its checks.
struct LoadedInventory {
    var inventory: Inventory
    /// By check index.
    var probes: [any Probe]
    private let environment: ProbeEnvironment
    /// Every port that a run may connect to over TCP; nil where that is known only host by host.
    let ports: Set<UInt16>?

    /// Reads and checks a file whole, so that all faults are told in one go. Errors: a ``Complaint``.
    static func read(_ path: String, _ environment: ProbeEnvironment) throws -> LoadedInventory {
        let log = FaultLog()
        return try LoadedInventory(try inventory(path, log, needsChecks: true), environment, log)
    }

    /// The inventory alone, for those who check nothing: its probes are not asked. Errors: a ``Complaint``.
    static func inventory(_ path: String) throws -> Inventory {
        let log = FaultLog()
        let inventory = try inventory(path, log, needsChecks: false)
        guard log.isEmpty else { throw Complaint(log) }
        return inventory
    }

    private static func inventory(_ path: String, _ log: FaultLog, needsChecks: Bool) throws -> Inventory {
        let bytes: [UInt8]
        do throws(FileFault) {
            bytes = try FileReading.bytes(path)
        } catch {
            throw Complaint(error)
        }
        let vocabulary = InventoryVocabulary(
            kinds: ProbeCatalog.kinds.map(\.name), faultNames: LabFault.catalog.map(\.name),
            needsChecks: needsChecks)
        let source = path == "-" ? "standard input" : path
        guard let inventory = InventoryCatalog.read(bytes, source: source, vocabulary: vocabulary, log: log) else {
            throw Complaint(log)
        }
        return inventory
    }

    /// Checks what only the probes know.
    init(_ inventory: Inventory, _ environment: ProbeEnvironment, _ log: FaultLog = FaultLog()) throws {
        let blueprints = inventory.checks.map { ProbeCatalog.blueprint(for: $0, in: environment, log: log) }
        InventoryValidation.requireVariables(
            of: blueprints.map { $0?.variables ?? [] }, needsAddress: blueprints.map { $0?.needsAddress ?? false },
            in: inventory, log: log)
        guard log.isEmpty else { throw Complaint(log) }
        self.inventory = inventory
        self.environment = environment
        probes = blueprints.compactMap { $0?.probe }
        let usual = Set(inventory.sentinels.map(\.port) + environment.resolver.servers.map(\.port))
        ports = blueprints.reduce(usual) { ports, blueprint in
            blueprint.flatMap { next in next.ports.flatMap { ports?.union($0) } }
        }
    }

    /// What the name servers of this machine did so far, nil where none was asked.
    var resolverAccount: ResolverAccount? { environment.resolver.account }

    /// What the engine asks for.
    var probing: @Sendable (Target, Instant) async -> Attempt {
        let probes = probes
        return { target, deadline in await probes[target.checkIndex].attempt(target, until: deadline) }
    }
}
