package import MusterCore

/// What the lab serves for an inventory: pure data, made before anything is opened.
package struct LabPlan: Sendable {
    /// How many targets it stands for.
    package let targetCount: Int
    /// How many of them have a fault.
    package let plantedCount: Int
    /// TCP, by port, ascending.
    let streams: [StreamPort]
    /// UDP ports that answer queries for 127.0.0.0/8, ascending.
    let datagramPorts: [UInt16]
    /// UDP ports that answer queries for ::1, ascending.
    let datagramPorts6: [UInt16]
    let sites: [Site]
    let routes: [Route]
    let leaves: [LeafNames]
    let names: NameTable

    /// Plans every target of an inventory. Errors: everything that the lab cannot serve, each with its place.
    package init(_ inventory: Inventory) throws(LabPlanFaults) {
        let log = FaultLog()
        var services: [(any LabService)?] = []
        for check in inventory.checks { services.append(LabServiceCatalog.service(for: check, log: log)) }
        let plants = LabPlants(inventory, services, log: log)
        var builder = LabPlanBuilder(log: log)
        var targetCount = 0
        for (index, entry) in inventory.entries.enumerated() {
            targetCount += entry.names.count * entry.checks.count
            for offset in 0..<entry.names.count {
                let host = Host(inventory: inventory, entry: index, offset: offset)
                for check in entry.checks {
                    let plant = plants.plant(entry: index, offset: offset, check: check)
                    services[check]?.plan(
                        LabTarget(
                            host: host, check: inventory.checks[check], plantedAt: plant?.location, fault: plant?.fault),
                        into: &builder)
                }
            }
        }
        self = try builder.finish(targetCount: targetCount, plantedCount: plants.count)
    }

    init(
        targetCount: Int, plantedCount: Int, streams: [StreamPort], datagramPorts: [UInt16], datagramPorts6: [UInt16],
        sites: [Site], routes: [Route], leaves: [LeafNames], names: NameTable
    ) {
        self.targetCount = targetCount
        self.plantedCount = plantedCount
        self.streams = streams
        self.datagramPorts = datagramPorts
        self.datagramPorts6 = datagramPorts6
        self.sites = sites
        self.routes = routes
        self.leaves = leaves
        self.names = names
    }

    /// What answers at an endpoint; nil where nothing does. For tests.
    func site(at endpoint: Endpoint) -> Site? {
        guard let stream = streams.first(where: { $0.port == endpoint.port }) else { return nil }
        return stream.place(at: endpoint.address).map { sites[Int($0.site)] }
    }
}

/// Why the lab cannot serve an inventory: all faults, in the order they were found.
package struct LabPlanFaults: Error, Sendable {
    package let faults: [InventoryFault]
}
