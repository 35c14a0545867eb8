import MusterCore

/// muster's own format: JSON with groups, checks, ranges and templates, described in `docs/inventory.md` and by
/// `docs/inventory.schema.json`.
struct NativeInventory {
    static let format = InventoryFormat(name: "json", extensions: ["json"], sniff: looksLikeJSON, read: read)

    /// The group of the hosts outside of all groups.
    static let ungrouped = "ungrouped"
    /// The longest time one attempt may be given.
    static let timeoutLimit = Duration.seconds(600)
    /// How many attempts a check may be given.
    static let attemptRange = 1...10
    /// How many sentinels may be named.
    static let sentinelLimit = 16
    /// How many hosts all lines together may stand for.
    static let hostLimit = 1_000_000_000
    /// How many labels, and how many variables, a group or a line may have, with those of the groups around it.
    static let constantLimit = 1_000
    /// How many checks all groups and lines together may have, each with those of the groups around it.
    static let checkListLimit = 20_000_000
    /// What a check may have beside its kind.
    private static let beside = ["timeout", "attempts", "resolve_timeout"]

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
    private var timeout = Check.defaultTimeout
    private var attempts = Check.defaultAttempts
    private var resolveTimeout = Check.defaultResolveTimeout
    private var checks: [Check] = []
    /// Index into `checks` by name; nil for a check that has a fault of its own.
    private var checkIndices: [String: Int?] = [:]
    /// Also those of checks with faults, in the order of the file.
    private var checkNames: [String] = []
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
        readDefaults(reader)
        readChecks(reader)
        if let object = reader.object("groups") { readGroups(object, in: nil, Inherited()) }
        readUngrouped(reader)
        readSentinels(reader)
        readLab(reader)
        reader.finish()
        let inventory = Inventory(
            source: source, checks: checks, groups: groups, entries: entries, plantedFaults: planted,
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

    private mutating func readDefaults(_ reader: SettingsReader) {
        guard let defaults = reader.object("defaults") else { return }
        timeout = defaults.duration("timeout", limit: NativeInventory.timeoutLimit) ?? timeout
        attempts = defaults.integer("attempts", in: NativeInventory.attemptRange) ?? attempts
        resolveTimeout =
            defaults.duration("resolve_timeout", limit: NativeInventory.timeoutLimit) ?? resolveTimeout
        defaults.finish()
    }

    private func noteEmptiness() {
        if entries.isEmpty {
            log.add(
                .missing, at: source, "no host is named; write for example \"hosts\": [\"web1.example\"] in a group")
        } else if vocabulary.needsChecks, log.isEmpty, entries.allSatisfy(\.checks.isEmpty) {
            log.add(.missing, at: source, "no host has a check; write for example \"checks\": [\"ssh\"] in a group")
        }
    }

    // MARK: Checks

    private mutating func readChecks(_ reader: SettingsReader) {
        guard let object = reader.object("checks") else { return }
        for member in object.members {
            let location = object.place(member.name)
            noteName(member.name, "a check", at: location)
            let check = readCheck(member.name, member.value, at: location)
            checkNames.append(member.name)
            checkIndices[member.name] = .some(check == nil ? nil : checks.count)
            if let check { checks.append(check) }
        }
    }

    private func readCheck(_ name: String, _ setting: Setting, at location: String) -> Check? {
        let reader = SettingsReader(setting, at: location, log: log)
        guard case .object = setting else { return nil }
        let timeout = reader.duration("timeout", limit: NativeInventory.timeoutLimit) ?? timeout
        let attempts = reader.integer("attempts", in: NativeInventory.attemptRange) ?? attempts
        let resolveTimeout =
            reader.duration("resolve_timeout", limit: NativeInventory.timeoutLimit) ?? resolveTimeout
        let found = vocabulary.kinds.compactMap { kind in reader.value(kind).map { (kind, $0) } }
        reader.finish()
        guard let (kind, settings) = found.first, found.count == 1 else {
            let kinds = (found.isEmpty ? vocabulary.kinds : found.map(\.0)).map { "\"\($0)\"" }.joined(separator: ", ")
            if found.count > 1 {
                log.add(.badValue, at: location, "one check of several kinds: \(kinds); write a check for each")
            } else if reader.members.allSatisfy({ NativeInventory.beside.contains($0.name) || $0.value == .null }) {
                log.add(.missing, at: location, "the kind of check is missing; write one of \(kinds)")
            }
            return nil
        }
        return Check(
            name: name, kind: kind, settings: settings, timeout: timeout, attempts: attempts,
            resolveTimeout: resolveTimeout, location: location)
    }

    /// The checks that a list names, without those that have faults of their own.
    private func checkList(_ reader: SettingsReader) -> [Int] {
        var indices: [Int] = []
        var seen: Set<String> = []
        for (name, location) in reader.strings("checks") ?? [] {
            guard seen.insert(name).inserted else {
                log.add(.duplicate, at: location, "\"\(name)\" stands twice in this list; write it once")
                continue
            }
            if let index = checkIndex(name, at: location) { indices.append(index) }
        }
        return indices
    }

    private func checkIndex(_ name: String, at location: String) -> Int? {
        guard let index = checkIndices[name] else {
            log.add(.unknownName, at: location, unknown("check", name, among: checkNames))
            return nil
        }
        return index
    }

    // MARK: Groups

    private mutating func readGroups(_ object: SettingsReader, in parent: String?, _ inherited: Inherited) {
        for member in object.members {
            let location = object.place(member.name)
            noteName(member.name, "a group", at: location)
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
        inherit(labels(reader), into: &own.labels, "labels", at: location)
        inherit(variables(reader), into: &own.variables, "vars", at: location)
        own.checks = union(own.checks, checkList(reader), at: location)
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

    /// Adds a group's own labels or variables to those of the groups around it.
    private func inherit(
        _ own: [String: String], into all: inout [String: String], _ key: String, at location: String
    ) {
        if own.isEmpty { return }
        guard all.count + own.count <= NativeInventory.constantLimit else {
            log.add(
                .badValue, at: "\(location).\(key)",
                "more than \(NativeInventory.constantLimit) with those of the groups around; write fewer")
            return
        }
        all.merge(own) { _, own in own }
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
            return names(text, at: location, areAddresses: true).map {
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
        let labels = labels(reader)
        let variables = variables(reader)
        let checks = union(checks, checkList(reader), at: location)
        reader.finish()
        if reader.value("name") == nil { reader.require("name", "\"name\": \"web[1:20].example\"") }
        let names = name.flatMap { self.names($0, at: reader.place("name"), areAddresses: address == nil) }
        let addresses = address.flatMap { self.addresses($0, at: reader.place("address")) }
        guard let names, (addresses == nil) == (address == nil) else { return nil }
        if let addresses, addresses.count != names.count {
            log.add(.badValue, at: location, NativeInventory.unequal(names: names.count, addresses: addresses.count))
            return nil
        }
        return Inventory.Entry(
            names: names, addresses: addresses, group: group, labels: labels, variables: variables, checks: checks,
            location: location)
    }

    private static func unequal(names: Int, addresses: Int) -> String {
        "\(names) \(names == 1 ? "name" : "names") and \(addresses) \(addresses == 1 ? "address" : "addresses"); "
            + "write ranges that are equally long"
    }

    private func names(_ text: String, at location: String, areAddresses: Bool) -> RangePattern? {
        pattern(text, at: location) { bytes in
            HostText.nameFault(bytes) ?? (areAddresses ? HostText.addressFault(bytes) : nil)
        }
    }

    private func addresses(_ text: String, at location: String) -> RangePattern? {
        pattern(text, at: location, HostText.addressFault)
    }

    /// A range pattern whose first and last texts are sound: every range is at its least in the one and at its most in the
    /// other, so what is wrong anywhere is wrong there.
    private func pattern(_ text: String, at location: String, _ fault: ([UInt8]) -> String?) -> RangePattern? {
        let pattern: RangePattern
        do throws(RangePattern.Fault) {
            pattern = try RangePattern(text)
        } catch {
            log.add(.badValue, at: location, error.hint)
            return nil
        }
        for position in pattern.count == 1 ? [0] : [0, pattern.count - 1] {
            var bytes: [UInt8] = []
            bytes.reserveCapacity(48)
            pattern.append(at: position, to: &bytes)
            guard let hint = fault(bytes) else { continue }
            log.add(.badValue, at: location, hint)
            return nil
        }
        return pattern
    }

    // MARK: Labels and variables

    private func labels(_ reader: SettingsReader) -> [String: String] {
        constants(reader.object("labels")) { name in
            HostText.isWord(name)
                ? nil : "no name for a label; write letters, digits, \"_\", \"-\" and \".\", at most 64"
        }
    }

    private func variables(_ reader: SettingsReader) -> [String: String] {
        constants(reader.object("vars")) { name in
            if name == "name" || name == "address" {
                return "{\(name)} stands for the host's own \(name); write another name for the variable"
            }
            return Template.isVariableName(name)
                ? nil : "no name for a variable; write letters, digits and \"_\", not a digit first, at most 64"
        }
    }

    /// The texts of an object's members. A faulty one is kept as an empty text, so that its users are not blamed as well.
    private func constants(_ object: SettingsReader?, nameFault: (String) -> String?) -> [String: String] {
        guard let object, !object.members.isEmpty else { return [:] }
        guard object.members.count <= NativeInventory.constantLimit else {
            log.add(
                .badValue, at: object.location,
                "\(object.members.count) of them are too many; write at most \(NativeInventory.constantLimit)")
            return [:]
        }
        var constants: [String: String] = [:]
        for member in object.members {
            if let hint = nameFault(member.name) { log.add(.badValue, at: object.place(member.name), hint) }
            switch member.value {
            case .string(let text):
                constants[member.name] = text
                guard text.utf8.count > Template.valueLimit else { continue }
                constants[member.name] = ""
                log.add(
                    .badValue, at: object.place(member.name),
                    "a text of \(text.utf8.count) bytes is too long; write at most \(Template.valueLimit)")
            case .integer(let number): constants[member.name] = "\(number)"
            case .number(let number): constants[member.name] = "\(number)"
            case .bool(let flag): constants[member.name] = "\(flag)"
            case .null, .list, .object:
                constants[member.name] = ""
                log.add(
                    .wrongType, at: object.place(member.name),
                    "expected a string, a number, true or false, found \(member.value.kindName)")
            }
        }
        return constants
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
            log.add(.unknownName, at: reader.place("fault"), unknown("fault", fault, among: vocabulary.faultNames))
        }
        let index = check.flatMap { checkIndex($0, at: reader.place("check")) }
        let patterns = (hosts ?? []).map { ($0.location, pattern($0.text, at: $0.location, HostText.nameFault)) }
        guard let fault, let index else { return }
        for case (let location, let pattern?) in patterns {
            planted.append(Inventory.PlantedFault(fault: fault, check: index, hosts: pattern, location: location))
        }
    }

    // MARK: Names

    private func noteName(_ name: String, _ owner: String, at location: @autoclosure () -> String) {
        guard !HostText.isWord(name) else { return }
        log.add(
            .badValue, at: location(),
            "no name for \(owner); write letters, digits, \"_\", \"-\" and \".\", at most 64")
    }

    private func unknown(_ thing: String, _ name: String, among candidates: [String]) -> String {
        let hint = NearestWord.hint(name, among: candidates)
        return "no \(thing) is called \"\(name)\"" + (hint.isEmpty ? "" : "; \(hint)")
    }
}
