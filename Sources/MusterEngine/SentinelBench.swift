/// Targets that were up a moment ago, to be asked whether our own network works: few, and as far apart as there are.
struct SentinelBench: Sendable {
    private struct Seat {
        var target: Int
        var prefix: UInt64
        var reach: NetworkReach
    }

    static let capacity = 8

    /// The one that answered longest ago first.
    private var seats: [Seat] = []
    private var sawGateway = false
    /// Who is asked first next time.
    private var turn = 0

    var isEmpty: Bool { seats.isEmpty }

    /// Whether an answer from there proves the way to the fleet.
    func counts(_ reach: NetworkReach) -> Bool { reach == .gateway || reach == .link && !sawGateway }

    /// Takes in who answered. It takes its own old seat, a free one, one of two with the same prefix, or the oldest.
    mutating func add(_ target: Int, _ prefix: UInt64, _ reach: NetworkReach) {
        sawGateway = sawGateway || reach == .gateway
        if let own = seats.firstIndex(where: { $0.target == target }) {
            seats.remove(at: own)
        } else if seats.count == Self.capacity {
            seats.remove(at: crowded(with: prefix) ?? 0)
        }
        seats.append(Seat(target: target, prefix: prefix, reach: reach))
    }

    mutating func clear() { seats = [] }

    /// The oldest seat that shares its prefix, a newcomer's included.
    private func crowded(with newcomer: UInt64) -> Int? {
        seats.indices.first { index in
            let prefix = seats[index].prefix
            return prefix == newcomer || seats[(index + 1)...].contains { $0.prefix == prefix }
        }
    }

    /// Some of those that prove the way: the last that answered, and others each time.
    mutating func take(_ count: Int) -> [Int] {
        let useful = seats.filter { counts($0.reach) }.map(\.target)
        guard let last = useful.last, useful.count > count else { return useful }
        turn += 1
        return [last] + (1..<count).map { useful[(turn * (count - 1) + $0) % (useful.count - 1)] }
    }
}
