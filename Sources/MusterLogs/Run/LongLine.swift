internal import CMusterScan
internal import Glibc

/// A line that is longer than a run takes (``ChunkBuffer/Size/line``): counted as bad, and never given to a parser.
package struct LongLine: Hashable, Sendable {
    /// Of its first byte in the source.
    package var offset: Int64
    /// Its first bytes.
    package var beginning: [UInt8]
    /// Bytes of it that lie blanked in a chunk, its line end with them.
    package var blanked = 0

    /// First bytes that are kept, where a line may have `limit`.
    static func beginningCount(_ limit: Int) -> Int { min(BadLineExample.textLimit, limit) }

    /// Finds the lines of over `limit` bytes between two offsets and turns them into line feeds, which parsers pass over.
    /// `position` is where `memory` begins in the source. It looks at a few bytes for each `limit` of them.
    ///
    /// Invariant for the caller: the range holds whole lines.
    static func blank(
        _ memory: UnsafeMutablePointer<UInt8>, _ range: Range<Int>, limit: Int, position: Int64
    ) -> [LongLine] {
        var found: [LongLine] = []
        var line = range.lowerBound
        // Invariant: where more bytes than a longest line with its end are left, `limit` and one may be read.
        while range.upperBound - line > limit + 1 {
            if unsafe memory[line] == 0 {
                // A hole is no part of the line behind it.
                let end = unsafe UnsafePointer(memory) + range.upperBound
                line = unsafe LineWalk.behindZeros(UnsafePointer(memory) + line, end) - UnsafePointer(memory)
                continue
            }
            let last = unsafe cms_find_last(memory + line, limit + 1, 0x0a)
            if last >= 0 {
                line += last + 1
                continue
            }
            let end = unsafe ByteScan.lineEnd(
                from: UnsafePointer(memory) + line + limit + 1, to: UnsafePointer(memory) + range.upperBound)
            let next = unsafe min(end - UnsafePointer(memory) + 1, range.upperBound)
            let beginning = unsafe [UInt8](UnsafeBufferPointer(start: memory + line, count: beginningCount(limit)))
            found.append(LongLine(offset: position + Int64(line), beginning: beginning, blanked: next - line))
            unsafe memset(memory + line, 0x0a, next - line)
            line = next
        }
        return found
    }
}
