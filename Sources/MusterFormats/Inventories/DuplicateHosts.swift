import MusterCore

/// Bytes to a number, spread by a seed that differs from run to run; equal numbers are looked at again.
private struct NameHash {
    private let seed = UInt64.random(in: .min ... .max)

    func callAsFunction(_ bytes: [UInt8]) -> UInt64 {
        var hash = seed ^ UInt64(bytes.count)
        var word: UInt64 = 0
        var filled = 0
        for byte in bytes {
            word = word << 8 | UInt64(byte)
            filled += 1
            if filled == 8 {
                hash = mix(hash ^ word)
                word = 0
                filled = 0
            }
        }
        return mix(hash ^ word)
    }

    /// The finalizer of SplitMix64.
    private func mix(_ value: UInt64) -> UInt64 {
        var value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}

/// Numbers, eight bytes each and at most half full.
private struct HashTable {
    private var slots: [UInt64]

    init(capacity: Int) {
        var size = 16
        while size < capacity * 2 { size *= 2 }
        slots = Array(repeating: 0, count: size)
    }

    /// False where the number is there already.
    mutating func insert(_ hash: UInt64) -> Bool {
        let hash = max(hash, 1)
        var slot = Int(truncatingIfNeeded: hash & UInt64(slots.count - 1))
        while slots[slot] != 0 {
            if slots[slot] == hash { return false }
            slot = (slot + 1) & (slots.count - 1)
        }
        slots[slot] = hash
        return true
    }
}

/// Ranges whose fixed beginnings begin alike, so that their names may be equal.
private struct NameCluster {
    /// The shortest of the beginnings; all others start with it.
    var root: [UInt8]
    /// Indices of the lines.
    var entries: [Int]
    var hosts: Int
    /// Names may be equal: it has two lines, or a line with two ranges, or a plain name starts with the root.
    var isSuspect: Bool
}

extension InventoryValidation {
    /// Names that are compared one by one, at most: 16 bytes each while it lasts.
    package static let comparedNames = 2_000_000

    /// Notes every host that stands in two lines, or twice in one.
    ///
    /// Lines of ranges that begin differently (`web[…`, `api[…`) cannot share a name and are never written out. Plain names,
    /// and ranges that begin alike, are written out one by one; ranges that would take more than ``comparedNames`` in all
    /// are left out.
    static func noteDuplicateHosts(in inventory: Inventory, log: FaultLog) {
        let suspects = suspectEntries(inventory)
        let total = suspects.reduce(0) { $0 + inventory.entries[$1].names.count }
        guard total > 1 else { return }
        let hash = NameHash()
        var table = HashTable(capacity: total)
        var repeated: Set<UInt64> = []
        for index in suspects {
            forEachName(of: inventory.entries[index].names) { bytes in
                let value = hash(bytes)
                if !table.insert(value) { repeated.insert(value) }
            }
        }
        guard !repeated.isEmpty else { return }
        noteRepeated(repeated, hash, suspects, inventory, log)
    }

    /// Looks at the names whose numbers came twice, and notes each pair of lines once.
    private static func noteRepeated(
        _ repeated: Set<UInt64>, _ hash: NameHash, _ suspects: [Int], _ inventory: Inventory, _ log: FaultLog
    ) {
        var owners: [String: Int] = [:]
        for index in suspects {
            var pairs: [(owner: Int, name: String, count: Int)] = []
            var positions: [Int: Int] = [:]
            forEachName(of: inventory.entries[index].names) { bytes in
                guard repeated.contains(hash(bytes)) else { return }
                let name = String(decoding: bytes, as: UTF8.self)
                guard let owner = owners[name] else {
                    owners[name] = index
                    return
                }
                if let position = positions[owner] {
                    pairs[position].count += 1
                } else {
                    positions[owner] = pairs.count
                    pairs.append((owner, name, 1))
                }
            }
            for pair in pairs { noteDuplicate(pair, index, inventory, log) }
        }
    }

    private static func noteDuplicate(
        _ pair: (owner: Int, name: String, count: Int), _ index: Int, _ inventory: Inventory, _ log: FaultLog
    ) {
        let entry = inventory.entries[index]
        let prefix = inventory.source + ": "
        let other = inventory.entries[pair.owner].location
        let place =
            pair.owner == index ? "this line" : other.hasPrefix(prefix) ? String(other.dropFirst(prefix.count)) : other
        log.add(
            .duplicate, at: entry.location,
            pair.count == 1
                ? "the host \"\(pair.name)\" stands already in \(place); write it once"
                : "\(pair.count) hosts, \"\(pair.name)\" the first, stand already in \(place); write each once")
    }

    // MARK: Which lines can share names

    /// The lines whose names have to be compared, in the inventory's order.
    private static func suspectEntries(_ inventory: Inventory) -> [Int] {
        var plain: [Int] = []
        var ranged: [Int] = []
        for (index, entry) in inventory.entries.enumerated() {
            if entry.names.source.utf8.contains(UInt8(ascii: "[")) { ranged.append(index) } else { plain.append(index) }
        }
        var clusters = clusters(ranged, inventory)
        if !clusters.isEmpty {
            for index in plain {
                let name = Array(inventory.entries[index].names.source.utf8)
                if let cluster = position(of: name, in: clusters) { clusters[cluster].isSuspect = true }
            }
        }
        var left = comparedNames - plain.count
        var suspects = plain
        for cluster in clusters where cluster.isSuspect && cluster.hosts <= left {
            left -= cluster.hosts
            suspects += cluster.entries
        }
        return suspects.sorted()
    }

    /// Groups ranges so that two of different groups have no name in common.
    private static func clusters(_ ranged: [Int], _ inventory: Inventory) -> [NameCluster] {
        let heads = ranged.map { index in
            (head: Array(inventory.entries[index].names.source.utf8.prefix { $0 != UInt8(ascii: "[") }), index: index)
        }
        var clusters: [NameCluster] = []
        for (head, index) in heads.sorted(by: { $0.head.lexicographicallyPrecedes($1.head) }) {
            let names = inventory.entries[index].names
            let severalRanges = names.source.utf8.count { $0 == UInt8(ascii: "[") } > 1
            if let last = clusters.last, head.starts(with: last.root) {
                clusters[clusters.count - 1].entries.append(index)
                clusters[clusters.count - 1].hosts += names.count
                clusters[clusters.count - 1].isSuspect = true
            } else {
                clusters.append(
                    NameCluster(root: head, entries: [index], hosts: names.count, isSuspect: severalRanges))
            }
        }
        return clusters
    }

    /// The group whose root a name starts with: the last one that does not come after the name.
    private static func position(of name: [UInt8], in clusters: [NameCluster]) -> Int? {
        var low = 0
        var high = clusters.count
        while low < high {
            let middle = (low + high) / 2
            if name.lexicographicallyPrecedes(clusters[middle].root) { high = middle } else { low = middle + 1 }
        }
        return low > 0 && name.starts(with: clusters[low - 1].root) ? low - 1 : nil
    }

    private static func forEachName(of names: RangePattern, _ body: ([UInt8]) -> Void) {
        var bytes: [UInt8] = []
        for position in 0..<names.count {
            bytes.removeAll(keepingCapacity: true)
            names.append(at: position, to: &bytes)
            body(bytes)
        }
    }

    // MARK: Planted faults

    /// Notes the planted faults whose hosts are not in the inventory, lack the check, or have another fault planted on it.
    ///
    /// Not done where the inventory or the planted ranges stand for more than ``comparedNames`` hosts.
    static func notePlantedStrangers(in inventory: Inventory, log: FaultLog) {
        let planted = inventory.plantedFaults
        let total = planted.reduce(0) { $0 + $1.hosts.count }
        guard total > 0, total <= comparedNames, inventory.hostCount <= comparedNames else { return }
        let hash = NameHash()
        var owners: [UInt64: Int] = [:]
        for fault in planted { forEachName(of: fault.hosts) { owners[hash($0)] = -1 } }
        for (index, entry) in inventory.entries.enumerated() {
            forEachName(of: entry.names) { bytes in
                let value = hash(bytes)
                if owners[value] != nil { owners[value] = index }
            }
        }
        var taken: Set<[UInt64]> = []
        for fault in planted { notePlanted(fault, hash, owners, &taken, inventory, log) }
    }

    private static func notePlanted(
        _ fault: Inventory.PlantedFault, _ hash: NameHash, _ owners: [UInt64: Int], _ taken: inout Set<[UInt64]>,
        _ inventory: Inventory, _ log: FaultLog
    ) {
        var strangers: (first: String, count: Int)?
        var unchecked: (first: String, count: Int)?
        var doubled: (first: String, count: Int)?
        forEachName(of: fault.hosts) { bytes in
            let value = hash(bytes)
            let name = { String(decoding: bytes, as: UTF8.self) }
            guard let owner = owners[value], owner >= 0 else {
                strangers = (strangers?.first ?? name(), (strangers?.count ?? 0) + 1)
                return
            }
            if !inventory.entries[owner].checks.contains(fault.check) {
                unchecked = (unchecked?.first ?? name(), (unchecked?.count ?? 0) + 1)
            }
            if !taken.insert([value, UInt64(fault.check)]).inserted {
                doubled = (doubled?.first ?? name(), (doubled?.count ?? 0) + 1)
            }
        }
        let check = inventory.checks[fault.check].name
        let others = { (count: Int) in count == 1 ? "" : " and \(count - 1) more of this range" }
        if let (first, count) = strangers {
            log.add(
                .unknownName, at: fault.location,
                "no host is called \"\(first)\"\(others(count)); \(hostHint(fault.hosts.source, inventory))")
        }
        if let (first, count) = unchecked {
            log.add(
                .badValue, at: fault.location,
                "the host \"\(first)\"\(others(count)) has no check \"\(check)\"; plant the fault on one that it has")
        }
        if let (first, count) = doubled {
            log.add(
                .duplicate, at: fault.location,
                "the host \"\(first)\"\(others(count)) has another fault on \"\(check)\"; plant one only")
        }
    }

    private static func hostHint(_ name: String, _ inventory: Inventory) -> String {
        NearestWord.of(name, among: inventory.entries.prefix(1_000).lazy.map(\.names.source))
            .map { "did you mean \"\($0)\"?" } ?? "write names as they stand under \"hosts\""
    }
}
