internal import CMusterScan
internal import Glibc
package import MusterSystem

/// Memory for one chunk, used again for others.
@safe
package final class ChunkBuffer {
    /// How much a chunk covers.
    package struct Size: Sendable, Hashable {
        /// Bytes of lines that one chunk covers.
        package var chunk: Int
        /// Bytes of a line at most, without its end; longer ones are counted as bad.
        package var line: Int

        package init(chunk: Int = 1 << 20, line: Int = 1 << 20) {
            self.chunk = chunk
            self.line = line
        }

        /// Read beyond a chunk at first: nearly always enough for its last line.
        var tail: Int { min(1 << 16, line) }
    }

    let size: Size
    private let memory: UnsafeMutablePointer<UInt8>
    private let capacity: Int

    package init(_ size: Size = Size()) {
        self.size = size
        // A byte before the chunk, the chunk, its last line or what the reader before left over, a line end.
        capacity = 1 + size.chunk + size.line + 2
        // Zeroed, and pages that are never used are never taken. Without memory it ends as Swift's own allocations do: there
        // is no way to go on.
        guard let zeroed = unsafe calloc(capacity + Chunk.padding, 1) else { fatalError("out of memory") }
        unsafe memory = zeroed.bindMemory(to: UInt8.self, capacity: capacity + Chunk.padding)
    }

    deinit { unsafe free(memory) }

    /// What came of loading a chunk.
    package struct Loaded {
        package var chunk: Chunk
        /// Lines that begin here and are longer than ``Size/line``.
        package var tooLong: [LongLine] = []
        /// Where the last line begins that has no end yet and was left out; nil where there is none.
        package var partial: Int64?
        /// Where the line after the last one here begins; nil where that was not seen.
        package var next: Int64?
        /// Whether the file ended before the range did: it was truncated since it was opened.
        package var isCut = false
    }

    /// Loads the lines that begin in `range` of a file. A line belongs to the range only where the byte before it is a line
    /// feed, or the file's beginning: where a range begins inside of a line, whoever read up to there has that line. Zeros
    /// at a line's beginning are a hole, and the line is where it has text. Where `keepsPartialLine`, a last line without
    /// end is left out. Errors: the file cannot be read.
    package func load(
        _ file: InputFile, _ range: Range<Int64>, source: Int, keepsPartialLine: Bool
    ) throws(FileFault) -> Loaded {
        let position = max(0, range.lowerBound - 1)
        let lead = Int(range.lowerBound - position)
        let length = Int(range.upperBound - range.lowerBound)
        let count = try read(file, at: position, into: 0..<lead + length + size.tail)
        var loaded = try lines(file, lead, length, count, position, source, keepsPartialLine)
        loaded.isCut = count < lead + length
        return loaded
    }

    /// Lines out of the first `count` bytes of the memory, whose range begins behind `lead` of them.
    private func lines(
        _ file: InputFile, _ lead: Int, _ length: Int, _ read: Int, _ position: Int64, _ source: Int,
        _ keepsPartialLine: Bool
    ) throws(FileFault) -> Loaded {
        let wanted = lead + length + size.tail
        var count = read
        // Invariant: every index below is at most `count`, which is at most the capacity less a line end.
        let inside = min(lead + length, count)
        let isAllZeros = inside > lead && behindZeros(lead, inside) == inside
        var start = lead > 0 ? lineEnd(from: 0, to: count) + 1 : 0
        if unsafe lead > 0 && memory[0] == 0 {
            let beginsLine = isAllZeros ? true : try isHole(file, before: position)
            if beginsLine { start = lead }
        }
        if start >= inside { return Loaded(chunk: chunk(0, 0, position, source)) }
        if unsafe memory[inside - 1] == 0, behindZeros(lineStart(before: inside, from: start), inside) == inside {
            // Whatever text follows, it is in another range.
            unsafe memory[inside - 1] = 0x0a
            return whole(start, inside, position, source)
        }
        // The last line is the one that the last byte of the range belongs to.
        var end = lineEnd(from: inside - 1, to: count)
        if end < count { return whole(start, end + 1, position, source) }
        let last = behindZeros(lineStart(before: count, from: start), inside)
        let limit = last + size.line + 1
        if count == wanted {
            if limit > count { count += try self.read(file, at: position + Int64(count), into: count..<limit) }
            end = lineEnd(from: wanted, to: count)
            if end < count { return whole(start, end + 1, position, source) }
        }
        if count >= limit {
            // Copied first: a chunk has its padding behind its end.
            let beginning = unsafe [UInt8](
                UnsafeBufferPointer(start: memory + last, count: LongLine.beginningCount(size.line)))
            var loaded = whole(start, wholeEnd(last), position, source)
            loaded.tooLong.append(LongLine(offset: position + Int64(last), beginning: beginning))
            loaded.next = nil
            return loaded
        }
        // The file ends without a line end.
        if keepsPartialLine {
            var loaded = whole(start, wholeEnd(last), position, source)
            loaded.partial = position + Int64(last)
            return loaded
        }
        unsafe memory[count] = 0x0a
        var loaded = whole(start, count + 1, position, source)
        loaded.next = position + Int64(count)
        return loaded
    }

    /// Ends the zeros before a line, where there are any, so that what is before it are whole lines.
    private func wholeEnd(_ line: Int) -> Int {
        if unsafe line > 0 && memory[line - 1] == 0 { unsafe memory[line - 1] = 0x0a }
        return line
    }

    private func behindZeros(_ start: Int, _ end: Int) -> Int {
        unsafe LineWalk.behindZeros(UnsafePointer(memory) + start, UnsafePointer(memory) + end) - UnsafePointer(memory)
    }

    /// Whether zeros that reach to a place in a file begin a line. It looks at all of them.
    private func isHole(_ file: InputFile, before position: Int64) throws(FileFault) -> Bool {
        var end = position
        while end > 0 {
            let begin = max(0, end - Int64(1 << 16))
            let bytes = try file.bytes(at: begin, count: Int(end - begin))
            if let last = bytes.last(where: { $0 != 0 }) { return last == 0x0a }
            end = begin
        }
        return true
    }

    /// Whole lines between two offsets.
    private func whole(_ start: Int, _ end: Int, _ position: Int64, _ source: Int) -> Loaded {
        let tooLong = unsafe LongLine.blank(memory, start..<end, limit: size.line, position: position)
        return Loaded(chunk: chunk(start, end, position, source), tooLong: tooLong, next: position + Int64(end))
    }

    /// Fills the bytes of a range of the memory from a file; fewer where it ends.
    private func read(_ file: InputFile, at offset: Int64, into range: Range<Int>) throws(FileFault) -> Int {
        precondition(range.upperBound <= capacity)
        return try unsafe file.read(
            at: offset, into: UnsafeMutableRawBufferPointer(start: memory + range.lowerBound, count: range.count))
    }

    private func lineEnd(from start: Int, to end: Int) -> Int {
        unsafe ByteScan.lineEnd(from: UnsafePointer(memory) + start, to: UnsafePointer(memory) + end)
            - UnsafePointer(memory)
    }

    /// Where the line begins that the byte before `end` belongs to.
    private func lineStart(before end: Int, from start: Int) -> Int {
        unsafe start + cms_find_last(memory + start, end - start, 0x0a) + 1
    }

    private func chunk(_ start: Int, _ end: Int, _ position: Int64, _ source: Int) -> Chunk {
        // What vectors see beyond the end is nothing, and the bytes behind it are not needed any more.
        unsafe (memory + end).update(repeating: 0, count: Chunk.padding)
        return unsafe Chunk(base: memory, start: min(start, end), end: end, position: position, source: source)
    }

    /// Fills it by `fill`, which returns how many bytes it wrote, whole lines only: `position` is where they begin.
    func take(position: Int64, source: Int, _ fill: (UnsafeMutableRawBufferPointer) throws -> Int) rethrows -> Chunk {
        let count = try unsafe fill(UnsafeMutableRawBufferPointer(start: memory, count: capacity))
        precondition(count >= 0 && count <= capacity)
        return chunk(0, count, position, source)
    }
}
