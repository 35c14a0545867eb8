import MusterCore
import MusterText

/// muster's own format: JSON with groups, checks, ranges and templates, described in `docs/inventory.md` and by
/// `docs/inventory.schema.json`.
struct NativeInventory {
    static let format = InventoryFormat(name: "json", extensions: ["json"], sniff: looksLikeJSON, read: read)

    /// The group of the hosts outside of all groups.
    static let ungrouped = "ungrouped"
    /// How many sentinels may be named.
    static let sentinelLimit = 16
    /// How many hosts all lines together may stand for.
    static let hostLimit = 1_000_000_000
    /// How many checks all groups and lines together may have, each with those of the groups around it.
    static let checkListLimit = 20_000_000
    /// What a group hands to the hosts and groups in it.
    private struct Inherited {
        var labels: [String: String] = [:]
        var variables: [String: String] = [:]
        /// Indices into the inventory's checks.
        var checks: [Int] = []
    }

    private let source: String
    private let vocabulary: InventoryVocabulary
    private let log: FaultLog
    private let constants: HostConstants
    private let ranges: HostRanges
    private var checks: InventoryChecks
    private var groups: [Inventory.Group] = []
    private var entries: [Inventory.Entry] = []
    private var planted: [Inventory.PlantedFault] = []
    private var sentinels: [Endpoint] = []
    private var hostCount = 0
    private var listedChecks = 0
    /// A line of hosts had a fault and is not among the entries, so nothing can be said of hosts that seem to be missing.
    private var lacksLines = false

    private init(source: String, vocabulary: InventoryVocabulary, log: FaultLog) {
        self.source = source
        self.vocabulary = vocabulary
        self.log = log
        constants = HostConstants(log: log)
        ranges = HostRanges(log: log)
        checks = InventoryChecks(vocabulary: vocabulary, log: log)
    }

    private static func looksLikeJSON(_ bytes: [UInt8]) -> Bool {
        bytes.first { ![0xEF, 0xBB, 0xBF, 0x20, 0x0A, 0x0D, 0x09].contains($0) } == UInt8(ascii: "{")
    }

    private static func read(
        _ bytes: [UInt8], source: String, vocabulary: InventoryVocabulary, log: FaultLog
    ) -> Inventory? {
        guard let root = JSONReader.read(bytes, source: source, log: log) else { return nil }
        var reading = NativeInventory(source: source, vocabulary: vocabulary, log: log)
        return reading.inventory(root)
    }

    private mutating func inventory(_ root: Setting) -> Inventory? {
        let reader = SettingsReader(root, at: "\(source):", log: log)
        guard case .object = root, readVersion(reader) else { return nil }
        checks.readDefaults(reader)
        checks.read(reader)
        if let object = reader.object("groups") { readGroups(object, in: nil, Inherited()) }
        readUngrouped(reader)
        readSentinels(reader)
        readLab(reader)
        reader.finish()
        let inventory = Inventory(
            source: source, checks: checks.checks, groups: groups, entries: entries, plantedFaults: planted,
            sentinels: sentinels)
        InventoryValidation.noteDuplicateHosts(in: inventory, log: log)
        if !lacksLines {
            InventoryValidation.notePlantedStrangers(in: inventory, log: log)
            noteEmptiness()
        }
        return inventory
    }

    /// False where the rest means something that this muster does not know.
    private func readVersion(_ reader: SettingsReader) -> Bool {
        _ = reader.string("$schema")
        guard let value = reader.value("version") else {
            reader.require("version", "\"version\": 1")
            return true
        }
        if value == .integer(1) { return true }
        log.add(.badValue, at: reader.place("version"), "this muster reads version 1 only; write \"version\": 1")
        return false
    }

    private func noteEmptiness() {
        if entries.isEmpty {
            log.add(
                .missing, at: source, "no host is named; write for example \"hosts\": [\"web1.example\"] in a group")
        } else if vocabulary.needsChecks, log.isEmpty, entries.allSatisfy(\.checks.isEmpty) {
            log.add(.missing, at: source, "no host has a check; write for example \"checks\": [\"ssh\"] in a group")
        }
    }

    // MARK: Groups

    private mutating func readGroups(_ object: SettingsReader, in parent: String?, _ inherited: Inherited) {
        for member in object.members {
            let location = object.place(member.name)
            log.noteName(member.name, "a group", at: location)
            if parent == nil, member.name == NativeInventory.ungrouped {
                log.add(.badValue, at: location, "this name is kept for hosts outside of all groups; write another one")
            }
            readGroup(member.value, path: (parent.map { $0 + "/" } ?? "") + member.name, at: location, inherited)
        }
    }

    private mutating func readGroup(
        _ setting: Setting, path: String, at location: String, _ inherited: Inherited
    ) {
        let reader = SettingsReader(setting, at: location, log: log)
        guard case .object = setting else {
            lacksLines = true
            return
        }
        var own = inherited
        constants.inherit(constants.labels(reader), into: &own.labels, "labels", at: location)
        constants.inherit(constants.variables(reader), into: &own.variables, "vars", at: location)
        own.checks = union(own.checks, self.checks.list(reader), at: location)
        groups.append(Inventory.Group(path: path, labels: own.labels, variables: own.variables))
        readLines(reader, group: groups.count - 1, own.checks)
        if let object = reader.object("groups") { readGroups(object, in: path, own) }
        reader.finish()
    }

    private mutating func readUngrouped(_ reader: SettingsReader) {
        guard reader.value("hosts") != nil else { return }
        groups.append(Inventory.Group(path: NativeInventory.ungrouped))
        readLines(reader, group: groups.count - 1, [])
    }

    /// Joins the checks of what is around with more. Lists that are handed on as they are cost nothing.
    private mutating func union(_ first: [Int], _ second: [Int], at location: String) -> [Int] {
        guard !first.isEmpty, !second.isEmpty else { return first.isEmpty ? second : first }
        let isOver = listedChecks > NativeInventory.checkListLimit
        if isOver { return first }
        listedChecks += first.count + second.count
        if listedChecks > NativeInventory.checkListLimit {
            log.add(
                .badValue, at: location,
                "more than \(NativeInventory.checkListLimit) checks in the lists of all groups and lines together; "
                    + "write shorter lists, in the groups that they are for")
        }
        let known = Set(first)
        return first + second.filter { !known.contains($0) }
    }

    // MARK: Hosts

    private mutating func readLines(_ reader: SettingsReader, group: Int, _ checks: [Int]) {
        guard reader.value("hosts") != nil else { return }
        guard let list = reader.list("hosts") else {
            lacksLines = true
            return
        }
        for (value, location) in list {
            guard let entry = readLine(value, at: location, group: group, checks) else {
                lacksLines = true
                continue
            }
            let isFull = hostCount > NativeInventory.hostLimit
            hostCount += isFull ? 0 : entry.names.count
            if !isFull, hostCount > NativeInventory.hostLimit {
                log.add(
                    .badValue, at: location,
                    "from here on all lines together stand for more than \(NativeInventory.hostLimit) hosts; "
                        + "make ranges smaller, or write several inventories")
            }
            if hostCount > NativeInventory.hostLimit { lacksLines = true } else { entries.append(entry) }
        }
    }

    private mutating func readLine(_ setting: Setting, at location: String, group: Int, _ checks: [Int]) -> Inventory
        .Entry?
    {
        if case .string(let text) = setting {
            return ranges.names(text, at: location, areAddresses: true).map {
                Inventory.Entry(names: $0, group: group, checks: checks, location: location)
            }
        }
        guard case .object = setting else {
            log.add(.wrongType, at: location, "expected a host's name or an object { … }, found \(setting.kindName)")
            return nil
        }
        let reader = SettingsReader(setting, at: location, log: log)
        let name = reader.string("name")
        let address = reader.string("address")
        let labels = constants.labels(reader)
        let variables = constants.variables(reader)
        let checks = union(checks, self.checks.list(reader), at: location)
        reader.finish()
        if reader.value("name") == nil { reader.require("name", "\"name\": \"web[1:20].example\"") }
        let names = name.flatMap { ranges.names($0, at: reader.place("name"), areAddresses: address == nil) }
        let addresses = address.flatMap { ranges.addresses($0, at: reader.place("address")) }
        guard let names, (addresses == nil) == (address == nil) else { return nil }
        if let addresses, addresses.count != names.count {
            log.add(.badValue, at: location, HostRanges.unequal(names: names.count, addresses: addresses.count))
            return nil
        }
        return Inventory.Entry(
            names: names, addresses: addresses, group: group, labels: labels, variables: variables, checks: checks,
            location: location)
    }

    // MARK: Sentinels

    private mutating func readSentinels(_ reader: SettingsReader) {
        for (text, location) in reader.strings("sentinels") ?? [] {
            guard let endpoint = Endpoint(text: text) else {
                log.add(
                    .badValue, at: location,
                    "no IP address with a port; write for example \"10.0.0.1:22\" or \"[2001:db8::1]:22\"")
                continue
            }
            if sentinels.contains(endpoint) {
                log.add(.duplicate, at: location, "\"\(text)\" stands twice in this list; write it once")
            } else if sentinels.count == NativeInventory.sentinelLimit {
                log.add(
                    .badValue, at: location,
                    "more than \(NativeInventory.sentinelLimit) sentinels; leave those out that lie behind others")
                return
            } else {
                sentinels.append(endpoint)
            }
        }
    }

    // MARK: The lab

    private mutating func readLab(_ reader: SettingsReader) {
        guard let lab = reader.object("lab") else { return }
        for (value, location) in lab.list("faults") ?? [] { readPlanted(value, at: location) }
        lab.finish()
    }

    private mutating func readPlanted(_ setting: Setting, at location: String) {
        let reader = SettingsReader(setting, at: location, log: log)
        guard case .object = setting else { return }
        let fault = reader.string("fault")
        let check = reader.string("check")
        let hosts = reader.strings("hosts", orSingle: true)
        reader.finish()
        for (key, example) in [
            ("fault", "\"fault\": \"refused\""), ("check", "\"check\": \"ssh\""),
            ("hosts", "\"hosts\": \"web[1:20].example\""),
        ] where reader.value(key) == nil {
            reader.require(key, example)
        }
        if let fault, !vocabulary.faultNames.contains(fault) {
            log.noteUnknown("fault", fault, among: vocabulary.faultNames, at: reader.place("fault"))
        }
        let index = check.flatMap { checks.index(of: $0, at: reader.place("check")) }
        let patterns = (hosts ?? []).map { ($0.location, ranges.pattern($0.text, at: $0.location, HostText.nameFault)) }
        guard let fault, let index else { return }
        for case (let location, let pattern?) in patterns {
            planted.append(Inventory.PlantedFault(fault: fault, check: index, hosts: pattern, location: location))
        }
    }
}
