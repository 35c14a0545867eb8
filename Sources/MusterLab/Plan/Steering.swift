/// Which member of a reuse-port group gets the connections to an address: intervals of IPv4 addresses.
struct Steering: Hashable, Sendable {
    /// The first address of each interval, ascending from 0.
    private(set) var starts: [UInt32] = [0]
    /// 0 for the ordinary member, 1 for the one that gets the chosen addresses.
    private(set) var members: [UInt8] = [0]

    /// How many intervals the kernel's filter takes.
    static let limit = 1300

    /// - Parameter chosen: The addresses for member 1, ascending, each once.
    init(chosen: [UInt32]) {
        for address in chosen {
            if starts.last == address {
                // The interval after the last chosen one begins here: let the chosen one go on, or begin at 0.
                if starts.count > 1 { remove() } else { members[0] = 1 }
            } else {
                add(address, 1)
            }
            if address < .max { add(address + 1, 0) }
        }
    }

    var isWithinLimit: Bool { starts.count <= Steering.limit }

    private mutating func add(_ start: UInt32, _ member: UInt8) {
        starts.append(start)
        members.append(member)
    }

    private mutating func remove() {
        starts.removeLast()
        members.removeLast()
    }
}
