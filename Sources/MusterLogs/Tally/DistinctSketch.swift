internal import Glibc

/// How many different keys there are: exactly up to ``exactLimit``, beyond that by HyperLogLog with 2^14 registers
/// (Flajolet et al. 2007; the estimator is Ertl's of 2017, without bias corrections), whose standard error is 0.81 %.
/// Joining two gives the same as counting all in one, in any order.
struct DistinctSketch: Sendable, Equatable {
    static let exactLimit = 1024
    static let registerCount = 1 << precision
    private static let precision = 14

    /// Hashes by ``KeyHash/stable`` while they are few.
    private(set) var hashes: Set<UInt64> = []
    /// Greatest number of leading zeros and one, by register; empty while exact.
    private(set) var registers: [UInt8] = []

    init() {}

    var isExact: Bool { registers.isEmpty }

    mutating func add(_ hash: UInt64) {
        if registers.isEmpty {
            hashes.insert(hash)
            if hashes.count > Self.exactLimit { turnToRegisters() }
        } else {
            note(hash)
        }
    }

    mutating func merge(_ other: DistinctSketch) {
        if other.registers.isEmpty {
            for hash in other.hashes { add(hash) }
            return
        }
        if registers.isEmpty { turnToRegisters() }
        for index in registers.indices { registers[index] = max(registers[index], other.registers[index]) }
    }

    var estimate: Int {
        if registers.isEmpty { return hashes.count }
        let most = 64 - Self.precision
        var histogram = [Int](repeating: 0, count: most + 2)
        for register in registers { histogram[Int(register)] += 1 }
        let m = Double(Self.registerCount)
        var z = m * Self.tau(1 - Double(histogram[most + 1]) / m)
        for value in stride(from: most, through: 1, by: -1) { z = (z + Double(histogram[value])) / 2 }
        z += m * Self.sigma(Double(histogram[0]) / m)
        // Registers that are all at their greatest, which only a made-up tally has, say nothing.
        return Int(min(m * m / (2 * log(2) * z), 1e18).rounded())
    }

    private mutating func turnToRegisters() {
        registers = [UInt8](repeating: 0, count: Self.registerCount)
        for hash in hashes { note(hash) }
        hashes = []
    }

    private mutating func note(_ hash: UInt64) {
        let register = Int(hash >> UInt64(64 - Self.precision))
        let rest = hash << UInt64(Self.precision) | 1 << UInt64(Self.precision - 1)
        let rank = UInt8(rest.leadingZeroBitCount + 1)
        if rank > registers[register] { registers[register] = rank }
    }

    private static func sigma(_ start: Double) -> Double {
        if start == 1 { return .infinity }
        var (x, y, z) = (start, 1.0, start)
        while true {
            x *= x
            let before = z
            z += x * y
            y += y
            if z == before { return z }
        }
    }

    private static func tau(_ start: Double) -> Double {
        if start == 0 || start == 1 { return 0 }
        var (x, y, z) = (start, 1.0, 1 - start)
        while true {
            x = x.squareRoot()
            let before = z
            y *= 0.5
            z -= (1 - x) * (1 - x) * y
            if z == before { return z / 3 }
        }
    }

    /// From what was written down. Nil where the parts do not agree.
    init?(hashes: [UInt64], registers: [UInt8]) {
        guard registers.isEmpty || (registers.count == Self.registerCount && hashes.isEmpty),
            hashes.count <= Self.exactLimit, registers.allSatisfy({ $0 <= 65 - Self.precision })
        else {
            return nil
        }
        self.hashes = Set(hashes)
        self.registers = registers
    }
}
