import Testing

@testable import MusterLab

@Suite("Steering by address")
struct SteeringTests {
    @Test(
        "Chosen addresses become intervals, neighbours one of them",
        arguments: [
            ([], [0], [0]),
            ([5], [0, 5, 6], [0, 1, 0]),
            ([5, 6, 7], [0, 5, 8], [0, 1, 0]),
            ([5, 7], [0, 5, 6, 7, 8], [0, 1, 0, 1, 0]),
            ([0], [0, 1], [1, 0]),
            ([0, 1, 2], [0, 3], [1, 0]),
            ([UInt32.max], [0, UInt32.max], [0, 1]),
            ([UInt32.max - 1, UInt32.max], [0, UInt32.max - 1], [0, 1]),
        ] as [([UInt32], [UInt32], [UInt8])])
    func intervals(_ chosen: [UInt32], _ starts: [UInt32], _ members: [UInt8]) {
        let steering = Steering(chosen: chosen)
        #expect(steering.starts == starts)
        #expect(steering.members == members)
    }

    @Test("Every address of random sets goes where it should", arguments: 0..<200)
    func random(_ seed: UInt64) {
        var generator = SplitMix(state: seed)
        let space = UInt32.random(in: 2...300, using: &generator)
        let chosen = Set(
            (0..<Int.random(in: 0...120, using: &generator)).map { _ in UInt32.random(in: 0..<space, using: &generator)
            })
        let steering = Steering(chosen: chosen.sorted())
        #expect(steering.starts == steering.starts.sorted() && Set(steering.starts).count == steering.starts.count)
        for address in 0..<space + 5 {
            let interval = steering.starts.lastIndex { $0 <= address } ?? 0
            #expect(steering.members[interval] == (chosen.contains(address) ? 1 : 0), "\(address)")
        }
    }

    @Test("The kernel's limit is 650 runs of addresses")
    func limit() {
        #expect(Steering(chosen: (1..<650).map { $0 * 2 }).isWithinLimit)
        #expect(!Steering(chosen: (1...650).map { $0 * 2 }).isWithinLimit)
        #expect(Steering(chosen: Array(7...20_000)).isWithinLimit)
    }
}

/// Random numbers that are the same in each run.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
