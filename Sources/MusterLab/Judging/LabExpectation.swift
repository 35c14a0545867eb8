package import MusterCore

/// What each target of an inventory has to be judged as, when the lab serves it.
package struct LabExpectation: Sendable {
    private let plants: LabPlants

    /// Errors: planted faults that nobody knows, that do not apply to their check, or that no target has.
    package init(_ inventory: Inventory) throws(LabPlanFaults) {
        let log = FaultLog()
        var services: [(any LabService)?] = []
        for check in inventory.checks { services.append(LabServiceCatalog.service(for: check, log: log)) }
        plants = LabPlants(inventory, services, log: log)
        guard log.faults.isEmpty else { throw LabPlanFaults(faults: log.faults) }
    }

    /// How many targets have a fault.
    package var plantedCount: Int { plants.count }

    /// The verdict a target has to get; `up` where nothing is planted.
    package func expected(for target: Target) -> Verdict { plant(of: target)?.expected ?? .up }

    /// The name of the fault that a target has; nil where nothing is planted.
    package func fault(of target: Target) -> String? { plant(of: target)?.fault.name }

    private func plant(of target: Target) -> LabPlants.Plant? {
        plants.plant(entry: target.host.entry, offset: target.host.offset, check: target.checkIndex)
    }
}
