/// The keys that a reading of JSON wants, as a tree: top-level keys first, then those inside of wanted objects and arrays.
/// Made once a reading; plain values.
struct JSONKeys: Sendable {
    /// Where a value goes: a slot, and how welcome it is there; the lowest rank of a line wins, of equals the last.
    struct Target: Sendable {
        var slot: Int
        var rank: Int
    }

    /// A key at its place in the tree.
    struct Entry: Sendable {
        var key: [UInt8]
        var targets: [Target] = []
        /// The node of what is wanted inside of its value.
        var child: Int?
    }

    /// Entries by node; node 0 is the line's object.
    private(set) var nodes: [[Entry]] = [[]]
    /// Slots: one a column, the last for the time.
    let slotCount: Int
    /// Where the time may be, the best first.
    let times: [String]
    /// Entries of a node by the length of their key, so that one that is not wanted is seen at once.
    private var lengths: [[Int: [Int]]] = []

    /// `columns` are the paths for each column, the best first; `times` those for the time.
    init(columns: [[String]], times: [String]) {
        slotCount = columns.count + 1
        self.times = times
        for (slot, paths) in (columns + [times]).enumerated() {
            for (rank, path) in paths.prefix(250).enumerated() {
                insert(
                    path.split(separator: ".", omittingEmptySubsequences: false).map { Array($0.utf8) },
                    0, Target(slot: slot, rank: rank))
            }
        }
        noteLengths()
    }

    /// Keys that have nothing inside: dots are part of them.
    init(flat columns: [[String]], times: [String]) {
        slotCount = columns.count + 1
        self.times = times
        for (slot, names) in (columns + [times]).enumerated() {
            for (rank, name) in names.enumerated() {
                let index = entry(Array(name.utf8), 0)
                nodes[0][index].targets.append(Target(slot: slot, rank: rank))
            }
        }
        noteLengths()
    }

    private mutating func noteLengths() {
        lengths = nodes.map { entries in Dictionary(grouping: entries.indices) { entries[$0].key.count } }
    }

    /// A dot may separate keys or be part of one: every way to read a path of up to five parts, of a longer one the two
    /// extremes; one of over 32 parts is a single key.
    private mutating func insert(_ parts: [[UInt8]], _ node: Int, _ target: Target) {
        let lengths =
            parts.count <= 5 ? Array(1...parts.count) : parts.count <= 32 ? [1, parts.count] : [parts.count]
        for length in lengths {
            let key = Array(parts.prefix(length).joined(separator: [UInt8(ascii: ".")]))
            let index = entry(key, node)
            if length == parts.count {
                let isThere = nodes[node][index].targets.contains { $0.slot == target.slot }
                if !isThere { nodes[node][index].targets.append(target) }
            } else {
                let child = nodes[node][index].child ?? nodes.count
                if child == nodes.count { nodes.append([]) }
                nodes[node][index].child = child
                insert(Array(parts.dropFirst(length)), child, target)
            }
        }
    }

    private mutating func entry(_ key: [UInt8], _ node: Int) -> Int {
        if let index = nodes[node].firstIndex(where: { $0.key == key }) { return index }
        nodes[node].append(Entry(key: key))
        return nodes[node].count - 1
    }

    /// The key's entry in a node; -1 where it is not wanted.
    func find(_ key: Text, _ node: Int) -> Int {
        lengths[node][key.count]?.first { key.equals(nodes[node][$0].key) } ?? -1
    }

    /// The entry for an array's element.
    func find(index: Int, _ node: Int) -> Int {
        nodes[node].firstIndex { $0.key.count <= 9 && Int(String(decoding: $0.key, as: UTF8.self)) == index } ?? -1
    }

    var longestKey: Int {
        nodes.reduce(0) { longest, node in node.reduce(longest) { max($0, $1.key.count) } }
    }
}
