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
