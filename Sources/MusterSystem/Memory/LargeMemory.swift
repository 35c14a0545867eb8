internal import CMusterLinux
internal import Glibc

/// Memory for tables that are read all over the place, straight from the kernel.
package enum LargeMemory {
    /// From here on huge pages are asked for: a lookup in a large table then seldom misses the cache of addresses.
    private static let hugePage = 2 << 20

    /// Zeroed memory, given back by ``release(_:_:)``. `size` over 0, in bytes; `isFilled` where soon there will be something
    /// on every page.
    package static func zeroed(_ size: Int, isFilled: Bool) -> UnsafeMutableRawPointer {
        let memory = unsafe map(size)
        if isFilled { unsafe populate(memory, size) }
        return unsafe memory
    }

    /// The same memory with zeros behind it, at another place; the old one is given back. Pages are moved, not copied.
    package static func grown(
        _ memory: UnsafeMutableRawPointer, from size: Int, to larger: Int, isFilled: Bool
    ) -> UnsafeMutableRawPointer {
        let fresh = unsafe map(larger)
        // Small pages would stay small, and parts of a page cannot be moved.
        let isMoved = unsafe size >= hugePage && cml_move_pages(memory, size, fresh)
        if !isMoved {
            unsafe fresh.copyMemory(from: memory, byteCount: size)
            unsafe release(memory, size)
        }
        if isFilled {
            let kept = size / hugePage * hugePage
            unsafe populate(fresh + kept, larger - kept)
        }
        return unsafe fresh
    }

    package static func release(_ memory: UnsafeMutableRawPointer, _ size: Int) {
        unsafe munmap(memory, size)
    }

    private static func map(_ size: Int) -> UnsafeMutableRawPointer {
        let isHuge = size >= hugePage
        let size = wholePages(size)
        let wanted = isHuge ? size + hugePage : size
        guard let memory = unsafe mmap(nil, wanted, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            unsafe memory != MAP_FAILED
            // As Swift's own allocations end: a table that cannot grow has no way to go on.
        else { fatalError("out of memory") }
        if !isHuge { return unsafe memory }
        // From the beginning of a huge page on; what is before and behind goes back.
        let start = unsafe memory.alignedUp(toMultipleOf: hugePage)
        let before = unsafe start - memory
        if before > 0 { unsafe munmap(memory, before) }
        if before < hugePage { unsafe munmap(start + size, hugePage - before) }
        // Where the kernel has no huge pages it is memory all the same.
        unsafe madvise(start, size, MADV_HUGEPAGE)
        return unsafe start
    }

    /// A page that is read before it is written to is taken twice, and other threads are stopped for the second time. So
    /// all are taken at once, where the kernel can (5.14).
    private static func populate(_ memory: UnsafeMutableRawPointer, _ size: Int) {
        let populateForWriting: Int32 = 23
        unsafe madvise(memory, wholePages(size), populateForWriting)
    }

    private static func wholePages(_ size: Int) -> Int {
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        return (size + page - 1) / page * page
    }
}
