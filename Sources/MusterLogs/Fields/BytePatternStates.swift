/// Sets of steps that a text leads to, each with where every class of bytes leads from there, found when it is first asked for
/// (a lazy deterministic automaton). What is kept is bounded: when it is too much, all is forgotten.
struct BytePatternStates {
    /// The class behind the last: no byte, but the text's end (or its beginning, seen from behind).
    let edge: Int
    /// Where each state leads, by its number and the class; ``unknown`` where that was not asked for yet.
    private(set) var ways: [Int32] = []
    private var steps: [Int32] = []
    private var ends: [Int32] = []
    private var contexts: [UInt8] = []
    private var numbers: [[Int32]: Int32] = [:]
    /// The states that texts are begun with, by context.
    private var firsts = [Int32](repeating: unknown, count: 3)
    /// How often all was forgotten.
    private(set) var generation: UInt32 = 0
    /// Numbers that are kept at most, in ways and in sets.
    private let limit: Int

    static let unknown: Int32 = -1
    /// Is set in a way where there is a match before its byte is taken.
    static let match: Int32 = 1 << 30
    /// Of the state without steps: no match is possible any more.
    static let dead: Int32 = 0
    /// Enough for every ordinary expression; a megabyte.
    static let usualLimit = 1 << 18

    init(classCount: Int, limit: Int) {
        edge = classCount
        self.limit = limit
        forget()
    }

    /// Forgets all states but the dead one.
    mutating func forget() {
        ways.removeAll(keepingCapacity: true)
        steps.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        contexts.removeAll(keepingCapacity: true)
        numbers.removeAll(keepingCapacity: true)
        for index in firsts.indices { firsts[index] = Self.unknown }
        generation &+= 1
        _ = add([], .other)
    }

    /// Numbers of states are places of their first way.
    private var stride: Int { edge + 1 }

    private mutating func add(_ set: [Int32], _ context: ByteContext) -> Int32 {
        let number = Int32(ways.count)
        numbers[set + [-1 - Int32(context.rawValue)]] = number
        steps += set
        ends.append(Int32(steps.count))
        contexts.append(context.rawValue)
        ways += repeatElement(Self.unknown, count: stride)
        return number
    }

    /// The state of a set of steps, in rising order, beside a context. Forgets the others where there are too many.
    mutating func number(_ set: [Int32], _ context: ByteContext) -> Int32 {
        if set.isEmpty { return Self.dead }
        if let known = numbers[set + [-1 - Int32(context.rawValue)]] { return known }
        if ways.count + stride > limit || steps.count + set.count > limit { forget() }
        return add(set, context)
    }

    /// The state that is begun with beside a context: of one step, always the same.
    mutating func first(_ step: Int32, _ context: ByteContext) -> Int32 {
        let index = Int(context.rawValue)
        if firsts[index] == Self.unknown { firsts[index] = number([step], context) }
        return firsts[index]
    }

    /// The steps of a state, in rising order.
    func set(_ state: Int32) -> ArraySlice<Int32> {
        let index = Int(state) / stride
        return steps[(index == 0 ? 0 : Int(ends[index - 1]))..<Int(ends[index])]
    }

    func context(_ state: Int32) -> ByteContext {
        ByteContext(rawValue: contexts[Int(state) / stride]) ?? .other
    }

    /// Remembers where a class leads: the state, and whether there is a match before the byte is taken.
    mutating func learn(_ state: Int32, _ kind: Int, _ next: Int32, _ isMatch: Bool) {
        ways[Int(state) + kind] = next | (isMatch ? Self.match : 0)
    }
}

/// What stands beside a place in a text.
enum ByteContext: UInt8 {
    case other, word
    /// The text's beginning or end.
    case edge
}

/// A set of steps that is quickly emptied, with a way through it in the order of insertion.
struct BytePatternMarks {
    private var stamps: [UInt32]
    private var stamp: UInt32 = 1

    init(count: Int) { stamps = [UInt32](repeating: 0, count: count) }

    mutating func clear() {
        stamp &+= 1
        if stamp == 0 {
            for index in stamps.indices { stamps[index] = 0 }
            stamp = 1
        }
    }

    func contains(_ step: Int32) -> Bool { stamps[Int(step)] == stamp }

    /// Whether it was not in it yet.
    mutating func insert(_ step: Int32) -> Bool {
        if stamps[Int(step)] == stamp { return false }
        stamps[Int(step)] = stamp
        return true
    }
}
