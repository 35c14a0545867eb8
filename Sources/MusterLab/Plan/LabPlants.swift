import MusterCore

/// The planted faults of an inventory by target.
struct LabPlants: Sendable {
    struct Plant: Sendable {
        var fault: LabFault
        var location: String
        /// What the check has to come to.
        var expected: Verdict
    }

    private struct Key: Hashable, Sendable {
        var entry: Int
        var offset: Int
        var check: Int
    }

    /// A fault that waits for its host to be found.
    private struct Wish {
        var check: Int
        var plant: Int
        var isFound = false
    }

    private var plants: [Plant] = []
    private var byTarget: [Key: Int] = [:]

    /// How many targets have a fault.
    var count: Int { byTarget.count }

    /// Notes faults that nothing knows, that do not apply to their check, and that no target has.
    init(_ inventory: Inventory, _ services: [(any LabService)?], log: FaultLog) {
        var wishes: [[UInt8]: [Wish]] = [:]
        for planted in inventory.plantedFaults {
            guard let plant = LabPlants.plant(planted, inventory, services, log: log) else { continue }
            plants.append(plant)
            var isDoubled = false
            for offset in 0..<planted.hosts.count {
                var name: [UInt8] = []
                planted.hosts.append(at: offset, to: &name)
                isDoubled = isDoubled || wishes[name]?.contains { $0.check == planted.check } ?? false
                wishes[name, default: []].append(Wish(check: planted.check, plant: plants.count - 1))
            }
            if isDoubled {
                log.add(
                    .duplicate, at: planted.location,
                    "some of these hosts have another fault of the same check; plant one fault a target")
            }
        }
        guard !wishes.isEmpty else { return }
        grant(&wishes, inventory)
        noteStrangers(wishes, inventory, log)
    }

    func plant(entry: Int, offset: Int, check: Int) -> Plant? {
        byTarget.isEmpty ? nil : byTarget[Key(entry: entry, offset: offset, check: check)].map { plants[$0] }
    }

    private static func plant(
        _ planted: Inventory.PlantedFault, _ inventory: Inventory, _ services: [(any LabService)?], log: FaultLog
    ) -> Plant? {
        guard let fault = LabFault.named(planted.fault) else {
            let hint = NearestWord.hint(planted.fault, among: LabFault.catalog.map(\.name))
            log.add(.unknownName, at: planted.location, "no fault is called \"\(planted.fault)\"; \(hint)")
            return nil
        }
        guard let service = services[planted.check] else { return nil }
        let check = inventory.checks[planted.check]
        guard let expected = fault.expected(kind: check.kind, overTLS: service.speaksTLS) else {
            let kind = service.speaksTLS ? "https" : check.kind
            log.add(
                .badValue, at: planted.location,
                "\"\(fault.name)\" does not apply to \"\(check.name)\", a check by \(kind); "
                    + "it applies to \(fault.kinds.joined(separator: ", "))")
            return nil
        }
        if let objection = service.objection(to: fault) {
            log.add(
                .badValue, at: planted.location,
                "\"\(fault.name)\" cannot be planted on \"\(check.name)\": \(objection)")
            return nil
        }
        return Plant(fault: fault, location: planted.location, expected: expected)
    }

    /// Finds the hosts and gives them their faults.
    private mutating func grant(_ wishes: inout [[UInt8]: [Wish]], _ inventory: Inventory) {
        var name: [UInt8] = []
        for (index, entry) in inventory.entries.enumerated() {
            for offset in 0..<entry.names.count {
                name.removeAll(keepingCapacity: true)
                entry.names.append(at: offset, to: &name)
                guard let mine = wishes[name] else { continue }
                for (position, wish) in mine.enumerated() where entry.checks.contains(wish.check) {
                    wishes[name]?[position].isFound = true
                    byTarget[Key(entry: index, offset: offset, check: wish.check)] = wish.plant
                }
            }
        }
    }

    /// One fault a planting, with one of its hosts as the example.
    private func noteStrangers(_ wishes: [[UInt8]: [Wish]], _ inventory: Inventory, _ log: FaultLog) {
        var examples: [Int: (name: String, check: Int)] = [:]
        for (name, mine) in wishes {
            let text = String(decoding: name, as: UTF8.self)
            for wish in mine where !wish.isFound && text < examples[wish.plant]?.name ?? "\u{10FFFF}" {
                examples[wish.plant] = (text, wish.check)
            }
        }
        for (plant, example) in examples.sorted(by: { $0.key < $1.key }) {
            log.add(
                .unknownName, at: plants[plant].location,
                "no host \"\(example.name)\" is checked by \"\(inventory.checks[example.check].name)\"")
        }
    }
}
