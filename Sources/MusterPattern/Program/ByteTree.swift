/// The bytes of a set's characters in UTF-8 (RFC 3629 §4), as a tree whose equal parts are one: ordinary sets have few nodes.
///
/// Bytes that are no UTF-8 count as U+FFFD, as in Go, the longest beginning of a character as one (Unicode §3.9, "maximal
/// subparts"): a node in the middle of a character may then end it where the next byte does not go on with it.
struct ByteTree {
    enum Child: Hashable {
        case none
        /// The character is whole.
        case whole
        case node(Int)
    }

    struct Branch: Hashable {
        var bytes: ClosedRange<UInt8>
        var child: Child
    }

    struct Node: Hashable {
        var branches: [Branch]
        /// Looks of the bytes that go on with a character here; any other byte, and the end, ends what is no character.
        /// Nil where that is no member.
        var ending: UInt8?
    }

    /// Children before parents, the root last.
    private(set) var nodes: [Node] = []
    private let set: ScalarSet
    private let takesInvalid: Bool
    private var numbers: [Node: Int] = [:]
    private var uniform: [Uniform: Child] = [:]

    /// A part of the tree that is wholly in the set or not at all.
    private struct Uniform: Hashable {
        var level: Int
        var first: ClosedRange<UInt8>
        var isAll: Bool
    }

    init(_ set: ScalarSet) {
        self.set = set
        takesInvalid = set.contains(ScalarSet.replacement)
        var branches: [Branch] = []
        for byte in UInt8.min...UInt8.max { Self.add(lead(byte), byte, to: &branches) }
        nodes.append(Node(branches: branches))
    }

    private mutating func lead(_ byte: UInt8) -> Child {
        let code = UInt32(byte)
        switch byte {
        case 0..<0x80: return set.contains(code) ? .whole : .none
        case 0xc2...0xdf: return rest((code & 0x1f) << 6, 0, 0x80...0xbf)
        case 0xe0: return rest(0, 1, 0xa0...0xbf)
        // No surrogates.
        case 0xed: return rest((code & 0x0f) << 12, 1, 0x80...0x9f)
        case 0xe1...0xef: return rest((code & 0x0f) << 12, 1, 0x80...0xbf)
        case 0xf0: return rest(0, 2, 0x90...0xbf)
        case 0xf1...0xf3: return rest((code & 0x07) << 18, 2, 0x80...0xbf)
        case 0xf4: return rest((code & 0x07) << 18, 2, 0x80...0x8f)
        default: return takesInvalid ? .whole : .none
        }
    }

    /// What a byte in the middle leads to, with `level` more behind it.
    private mutating func rest(_ base: UInt32, _ level: Int, _ bytes: ClosedRange<UInt8>) -> Child {
        let shift = UInt32(6 * level)
        func scalars(_ byte: UInt8) -> ClosedRange<UInt32> {
            let low = base | UInt32(byte & 0x3f) << shift
            return low...low + (1 << shift) - 1
        }
        let coverage = set.coverage(scalars(bytes.lowerBound).lowerBound...scalars(bytes.upperBound).upperBound)
        let key = Uniform(level: level, first: bytes, isAll: coverage == .all)
        if coverage != .some, let known = uniform[key] { return known }
        var branches: [Branch] = []
        for byte in bytes {
            let part = scalars(byte)
            let child: Child =
                level > 0
                ? rest(part.lowerBound, level - 1, 0x80...0xbf) : set.contains(part.lowerBound) ? .whole : .none
            Self.add(child, byte, to: &branches)
        }
        let child = node(Node(branches: branches, ending: takesInvalid ? Look.mask(bytes) : nil))
        if coverage != .some { uniform[key] = child }
        return child
    }

    private static func add(_ child: Child, _ byte: UInt8, to branches: inout [Branch]) {
        if child == .none { return }
        if let last = branches.last, last.child == child, last.bytes.upperBound + 1 == byte {
            branches[branches.count - 1].bytes = last.bytes.lowerBound...byte
        } else {
            branches.append(Branch(bytes: byte...byte, child: child))
        }
    }

    private mutating func node(_ node: Node) -> Child {
        if node.branches.isEmpty, node.ending == nil { return .none }
        if let number = numbers[node] { return .node(number) }
        numbers[node] = nodes.count
        nodes.append(node)
        return .node(nodes.count - 1)
    }
}
