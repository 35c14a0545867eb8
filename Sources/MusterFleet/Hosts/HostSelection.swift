package import MusterCore

/// Which hosts of an inventory a run is for, in the inventory's order.
package enum HostSelection {
    /// Patterns in one `--limit`, at most.
    static let patternLimit = 10_000
    /// Those with a star, at most.
    static let starLimit = 1_000

    /// The hosts that a limit leaves, all without one.
    ///
    /// A limit is a list of names of hosts or groups with commas between, `*` for any characters: `web*,db1`. A name with
    /// `!` before it is left out; where there are only such, all others are meant. `all` is every host, a group is also
    /// what is in the groups inside it. What is wrong is noted: a pattern that matches nothing with names that are near,
    /// a host that ssh cannot go to.
    package static func hosts(of inventory: Inventory, limit: String? = nil, log: FaultLog) -> [FleetHost] {
        guard let limit else {
            return every(inventory) { FleetHost($0, log: log) }
        }
        // What has no star is looked up, so only the others cost something for each host.
        let starred = limit.utf8.split(separator: UInt8(ascii: ",")).count { $0.contains(UInt8(ascii: "*")) }
        guard starred <= starLimit else {
            log.add(
                .badValue, at: "--limit",
                "more than \(starLimit) words have a star; write a group's name instead, or give some hosts a group")
            return []
        }
        let words = limit.split(separator: ",", omittingEmptySubsequences: false)
        let patterns = words.map { LimitPattern(Substring(trimmed($0))) }
        guard patterns.count <= patternLimit, !patterns.contains(where: \.word.isEmpty) else {
            log.add(
                .badValue, at: "--limit",
                "\"\(limit)\" is no list of names; write for example web*,db1 or 'all,!web3'")
            return []
        }
        var sieve = Sieve(patterns, inventory)
        let hosts = every(inventory) { host in sieve.takes(host) ? FleetHost(host, log: log) : nil }
        let unused = sieve.unused
        let names = unused.isEmpty ? [] : inventory.groups.map(\.path) + every(inventory, limit: 2_000) { $0.name }
        for pattern in unused {
            log.add(
                .unknownName, at: "--limit",
                "no host and no group is called \"\(pattern.word)\"; \(NearestWord.hint(pattern.word, among: names))")
        }
        if hosts.isEmpty, log.isEmpty {
            log.add(.badValue, at: "--limit", "\"\(limit)\" leaves no host")
        }
        return hosts
    }

    private static func every<T>(_ inventory: Inventory, limit: Int = .max, _ body: (Host) -> T?) -> [T] {
        var found: [T] = []
        for (index, entry) in inventory.entries.enumerated() {
            for offset in 0..<entry.names.count {
                if found.count == limit { return found }
                if let one = body(Host(inventory: inventory, entry: index, offset: offset)) { found.append(one) }
            }
        }
        return found
    }

    private static func trimmed(_ word: Substring) -> Substring {
        var word = word.drop { $0 == " " }
        while word.last == " " { word.removeLast() }
        return word
    }
}

/// Says of each host whether it is meant, and remembers which patterns were of use.
private struct Sieve {
    private let patterns: [LimitPattern]
    private var isUsed: [Bool]
    /// By group index: the patterns that match the group or one around it.
    private let byGroup: [[Int]]
    /// Patterns without a star, by their word.
    private var plain: [String: [Int]] = [:]
    private var starred: [Int] = []
    private let startsFromAll: Bool

    init(_ patterns: [LimitPattern], _ inventory: Inventory) {
        self.patterns = patterns
        isUsed = patterns.map { _ in false }
        startsFromAll = patterns.allSatisfy(\.leavesOut)
        for (index, pattern) in patterns.enumerated() {
            if pattern.word.utf8.contains(UInt8(ascii: "*")) {
                starred.append(index)
            } else {
                plain[pattern.word, default: []].append(index)
            }
        }
        let (plain, starred) = (plain, starred)
        byGroup = inventory.groups.map { group in
            var found = plain["all"] ?? []
            for path in Sieve.around(group.path) {
                found += plain[path] ?? []
                found += starred.filter { patterns[$0].matches(path) }
            }
            return found
        }
    }

    mutating func takes(_ host: Host) -> Bool {
        let name = host.name
        let group = host.inventory.entries[host.entry].group
        var isTaken = startsFromAll
        var isLeftOut = false
        for index in byGroup[group] + (plain[name] ?? []) + starred.filter({ patterns[$0].matches(name) }) {
            isUsed[index] = true
            if patterns[index].leavesOut { isLeftOut = true } else { isTaken = true }
        }
        return isTaken && !isLeftOut
    }

    var unused: [LimitPattern] { zip(patterns, isUsed).filter { !$0.1 }.map(\.0) }

    /// `web/eu/fra` is in `web`, `web/eu` and itself.
    private static func around(_ path: String) -> [String] {
        var paths: [String] = []
        var index = path.startIndex
        while let slash = path[index...].firstIndex(of: "/") {
            paths.append(String(path[..<slash]))
            index = path.index(after: slash)
        }
        return paths + [path]
    }
}
