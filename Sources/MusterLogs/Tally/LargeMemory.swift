internal import Glibc

/// Memory for tables that are read all over the place.
enum LargeMemory {
    /// From here on huge pages are asked for: a lookup in a large table then seldom misses the cache of addresses.
    private static let hugeFrom = 4 << 20
    private static let hugePage = 2 << 20

    /// Zeroed memory, given back by `free`.
    static func allocate(_ size: Int) -> UnsafeMutableRawPointer {
        var memory = unsafe size < hugeFrom ? calloc(size, 1) : nil
        if size >= hugeFrom { unsafe posix_memalign(&memory, hugePage, size) }
        // As Swift's own allocations end: a table that cannot grow has no way to go on.
        guard let memory = unsafe memory else { fatalError("out of memory") }
        if size < hugeFrom { return unsafe memory }
        // Where the kernel has no huge pages it is memory all the same.
        unsafe madvise(memory, size, MADV_HUGEPAGE)
        unsafe memset(memory, 0, size)
        return unsafe memory
    }
}
