internal import Glibc

/// Memory for tables that are read all over the place, straight from the kernel.
enum LargeMemory {
    /// From here on huge pages are asked for: a lookup in a large table then seldom misses the cache of addresses.
    private static let hugePage = 2 << 20

    /// Zeroed memory, given back by ``release(_:_:)``. `size` over 0, in bytes; `isFilled` where soon there will be something
    /// on every page.
    static func zeroed(_ size: Int, isFilled: Bool) -> UnsafeMutableRawPointer {
        let isHuge = size >= hugePage
        let wanted = isHuge ? size + hugePage : size
        guard let memory = unsafe mmap(nil, wanted, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            unsafe memory != MAP_FAILED
        // As Swift's own allocations end: a table that cannot grow has no way to go on.
        else { fatalError("out of memory") }
        var start = unsafe memory
        if isHuge {
            // From the beginning of a huge page on; what is before and behind goes back.
            unsafe start = unsafe memory.alignedUp(toMultipleOf: hugePage)
            let before = unsafe start - memory
            if before > 0 { unsafe munmap(memory, before) }
            let end = unsafe start + pages(size)
            if before < hugePage { unsafe munmap(end, wanted - before - pages(size)) }
            // Where the kernel has no huge pages it is memory all the same.
            unsafe madvise(start, size, MADV_HUGEPAGE)
        }
        // A page that is read before it is written to is taken twice, and other threads are stopped for the second time.
        // Kernels before 5.14 do not know this.
        if isFilled { unsafe madvise(start, size, populateForWriting) }
        return unsafe start
    }

    static func release(_ memory: UnsafeMutableRawPointer, _ size: Int) {
        unsafe munmap(memory, size)
    }

    /// MADV_POPULATE_WRITE, which the C library's header does not have everywhere.
    private static let populateForWriting: Int32 = 23

    /// A size in whole pages.
    private static func pages(_ size: Int) -> Int {
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        return (size + page - 1) / page * page
    }
}
