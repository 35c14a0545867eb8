internal import CMusterScan
internal import Glibc

/// Searching in a chunk, a vector at a time. All take pointers into one chunk with its padding; what is found beyond `end`
/// is nothing, and `end` is returned.
enum ByteScan {
    typealias Bytes = UnsafePointer<UInt8>

    /// The first `a` or `b`.
    @inline(__always)
    static func first(of a: UInt8, or b: UInt8, from start: Bytes, to end: Bytes) -> Bytes {
        var at = unsafe start
        while unsafe at < end {
            let mask = unsafe cms_match2(at, a, b)
            if mask != 0 { return unsafe min(at + mask.trailingZeroBitCount, end) }
            unsafe at += Int(CMS_WIDTH)
        }
        return unsafe end
    }

    /// The first `a`, `b` or `c`.
    @inline(__always)
    static func first(of a: UInt8, or b: UInt8, or c: UInt8, from start: Bytes, to end: Bytes) -> Bytes {
        var at = unsafe start
        while unsafe at < end {
            let mask = unsafe cms_match3(at, a, b, c)
            if mask != 0 { return unsafe min(at + mask.trailingZeroBitCount, end) }
            unsafe at += Int(CMS_WIDTH)
        }
        return unsafe end
    }

    /// The quote that ends a value begun before `start`, with backslashes taking the next byte along; or the line feed
    /// before it, or `end`. `escaped` is set where a backslash was seen.
    @inline(__always)
    static func closingQuote(from start: Bytes, to end: Bytes, escaped: inout Bool) -> Bytes {
        var at = unsafe start
        while true {
            unsafe at = first(of: 0x22, or: 0x5c, or: 0x0a, from: at, to: end)
            if unsafe at >= end { return unsafe end }
            if unsafe _fastPath(at.pointee != 0x5c) { return unsafe at }
            escaped = true
            // A backslash before the line end escapes nothing.
            if unsafe at[1] == 0x0a { return unsafe at + 1 }
            unsafe at += 2
        }
    }

    /// The next line feed at or after `start`; `end` where there is none.
    @inline(__always)
    static func lineEnd(from start: Bytes, to end: Bytes) -> Bytes {
        guard unsafe start < end, let found = unsafe memchr(start, 0x0a, end - start) else { return unsafe end }
        return unsafe UnsafePointer(found.assumingMemoryBound(to: UInt8.self))
    }

    @inline(__always)
    static func load64(_ start: Bytes) -> UInt64 {
        unsafe UnsafeRawPointer(start).loadUnaligned(as: UInt64.self)
    }

    @inline(__always)
    static func load32(_ start: Bytes) -> UInt32 {
        unsafe UnsafeRawPointer(start).loadUnaligned(as: UInt32.self)
    }
}
