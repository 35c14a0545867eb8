/// Sets of steps that a text leads to, each with where every class of bytes leads from there, found when it is first asked for
/// (a lazy deterministic automaton). What is kept is bounded: when it is too much, all is forgotten, and found again as
/// needed, which at worst costs each byte as much as following all its steps.
struct StateCache {
    /// The class behind the last: no byte, but the text's end (or its beginning, seen from behind).
    let edge: Int
    /// Where each state leads, by its number and the class; ``unknown`` where that was not asked for yet. Behind the edge
    /// stands the state's ``ByteSkip``.
    private(set) var ways: [Int32] = []
    private var steps: [Int32] = []
    private var ends: [Int32] = []
    private var looks: [Look] = []
    private var numbers: [[Int32]: Int32] = [:]
    /// The states that texts are begun with, by look.
    private var firsts = [Int32](repeating: unknown, count: Look.count)
    /// How often all was forgotten.
    private(set) var generation: UInt32 = 0
    /// Numbers that are kept at most, in ways and in sets.
    private let limit: Int

    static let unknown: Int32 = -1
    /// Is set in a way where there is a match before its byte is taken.
    static let match: Int32 = 1 << 30
    /// Of the state without steps: no match is possible any more.
    static let dead: Int32 = 0
    /// Enough for every ordinary pattern; two megabytes.
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
        looks.removeAll(keepingCapacity: true)
        numbers.removeAll(keepingCapacity: true)
        for index in firsts.indices { firsts[index] = Self.unknown }
        generation &+= 1
        _ = add([], .other)
    }

    /// Numbers of states are places of their first way.
    private var stride: Int { edge + 2 }

    private mutating func add(_ set: [Int32], _ look: Look) -> Int32 {
        let number = Int32(ways.count)
        numbers[set + [-1 - Int32(look.rawValue)]] = number
        steps += set
        ends.append(Int32(steps.count))
        looks.append(look)
        ways += repeatElement(Self.unknown, count: stride)
        return number
    }

    /// The state of some steps beside a look. Forgets the others where there are too many.
    mutating func number(_ set: [Int32], _ look: Look) -> Int32 {
        if set.isEmpty { return Self.dead }
        if let known = numbers[set + [-1 - Int32(look.rawValue)]] { return known }
        if ways.count + stride > limit || steps.count + set.count > limit { forget() }
        return add(set, look)
    }

    /// The state that is begun with beside a look: always of the same steps.
    mutating func first(_ look: Look, _ set: () -> [Int32]) -> Int32 {
        let index = Int(look.rawValue)
        if firsts[index] == Self.unknown {
            let number = number(set(), look)
            firsts[index] = number
        }
        return firsts[index]
    }

    /// The steps of a state.
    func set(_ state: Int32) -> ArraySlice<Int32> {
        let index = Int(state) / stride
        return steps[(index == 0 ? 0 : Int(ends[index - 1]))..<Int(ends[index])]
    }

    func look(_ state: Int32) -> Look { looks[Int(state) / stride] }

    /// Remembers where a class leads: the state, and whether there is a match before the byte is taken.
    mutating func learn(_ state: Int32, _ kind: Int, _ next: Int32, _ isMatch: Bool) {
        ways[Int(state) + kind] = next | (isMatch ? Self.match : 0)
    }

    /// Remembers what ends a state's going round.
    mutating func learn(_ state: Int32, skip: Int32) { ways[Int(state) + edge + 1] = skip }
}
