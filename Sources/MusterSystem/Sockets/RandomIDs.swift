internal import CMusterLinux

/// Unpredictable 16-bit ids, drawn from the kernel's generator 2,048 at a time because one call an id costs more than the
/// query.
struct RandomIDs {
    private var pool = [UInt16](repeating: 0, count: 2048)
    private var used = 2048

    mutating func next() -> UInt16 {
        if used == pool.count {
            unsafe pool.withUnsafeMutableBytes { raw in
                // Invariant: the array's own storage and length.
                unsafe cml_random(raw.baseAddress!, raw.count)
            }
            used = 0
        }
        used += 1
        return pool[used - 1]
    }
}
