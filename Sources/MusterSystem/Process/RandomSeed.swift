internal import CMusterLinux

/// Numbers that nobody outside can know.
package enum RandomSeed {
    /// 64 bits from the kernel's generator.
    package static func draw() -> UInt64 {
        var seed: UInt64 = 0
        unsafe withUnsafeMutableBytes(of: &seed) { unsafe cml_random($0.baseAddress!, $0.count) }
        return seed
    }
}

/// Such numbers, many of them taken from the kernel at once.
package struct RandomSeeds {
    private static let portion = 128
    private var seeds: [UInt64] = []

    package init() {}

    package mutating func draw() -> UInt64 {
        if let seed = seeds.popLast() { return seed }
        seeds = [UInt64](repeating: 0, count: Self.portion)
        unsafe seeds.withUnsafeMutableBytes { unsafe cml_random($0.baseAddress!, $0.count) }
        return seeds.removeLast()
    }
}
