import MusterCore

/// Reads the checks of an inventory, and the lists that name them.
struct InventoryChecks {
    /// The longest time one attempt may be given.
    static let timeoutLimit = Duration.seconds(600)
    /// How many attempts a check may be given.
    static let attemptRange = 1...10
    /// What a check may have beside its kind.
    private static let beside = ["timeout", "attempts", "resolve_timeout"]

    let vocabulary: InventoryVocabulary
    let log: FaultLog
    /// Those without faults of their own.
    private(set) var checks: [Check] = []
    private var timeout = Check.defaultTimeout
    private var attempts = Check.defaultAttempts
    private var resolveTimeout = Check.defaultResolveTimeout
    /// Index into `checks` by name; nil for a check that has a fault of its own.
    private var indices: [String: Int?] = [:]
    /// Also those of checks with faults, in the order of the file.
    private var names: [String] = []

    init(vocabulary: InventoryVocabulary, log: FaultLog) {
        self.vocabulary = vocabulary
        self.log = log
    }

    mutating func readDefaults(_ reader: SettingsReader) {
        guard let defaults = reader.object("defaults") else { return }
        timeout = defaults.duration("timeout", limit: Self.timeoutLimit) ?? timeout
        attempts = defaults.integer("attempts", in: Self.attemptRange) ?? attempts
        resolveTimeout =
            defaults.duration("resolve_timeout", limit: Self.timeoutLimit) ?? resolveTimeout
        defaults.finish()
    }

    mutating func read(_ reader: SettingsReader) {
        guard let object = reader.object("checks") else { return }
        for member in object.members {
            let location = object.place(member.name)
            log.noteName(member.name, "a check", at: location)
            let check = self.check(member.name, member.value, at: location)
            names.append(member.name)
            indices[member.name] = .some(check == nil ? nil : checks.count)
            if let check { checks.append(check) }
        }
    }

    private func check(_ name: String, _ setting: Setting, at location: String) -> Check? {
        let reader = SettingsReader(setting, at: location, log: log)
        guard case .object = setting else { return nil }
        let timeout = reader.duration("timeout", limit: Self.timeoutLimit) ?? timeout
        let attempts = reader.integer("attempts", in: Self.attemptRange) ?? attempts
        let resolveTimeout =
            reader.duration("resolve_timeout", limit: Self.timeoutLimit) ?? resolveTimeout
        let found = vocabulary.kinds.compactMap { kind in reader.value(kind).map { (kind, $0) } }
        reader.finish()
        guard let (kind, settings) = found.first, found.count == 1 else {
            let kinds = (found.isEmpty ? vocabulary.kinds : found.map(\.0)).map { "\"\($0)\"" }.joined(separator: ", ")
            if found.count > 1 {
                log.add(.badValue, at: location, "one check of several kinds: \(kinds); write a check for each")
            } else if reader.members.allSatisfy({ Self.beside.contains($0.name) || $0.value == .null }) {
                log.add(.missing, at: location, "the kind of check is missing; write one of \(kinds)")
            }
            return nil
        }
        return Check(
            name: name, kind: kind, settings: settings, timeout: timeout, attempts: attempts,
            resolveTimeout: resolveTimeout, location: location)
    }

    /// The checks that a list names, without those that have faults of their own.
    func list(_ reader: SettingsReader) -> [Int] {
        var found: [Int] = []
        var seen: Set<String> = []
        for (name, location) in reader.strings("checks") ?? [] {
            guard seen.insert(name).inserted else {
                log.add(.duplicate, at: location, "\"\(name)\" stands twice in this list; write it once")
                continue
            }
            if let index = self.index(of: name, at: location) { found.append(index) }
        }
        return found
    }

    func index(of name: String, at location: String) -> Int? {
        guard let index = indices[name] else {
            log.noteUnknown("check", name, among: names, at: location)
            return nil
        }
        return index
    }
}
