internal import CMusterScan
internal import Glibc
internal import MusterSystem

/// Cuts a stream into blocks of whole lines. The blocks do not depend on how the stream's bytes come. Used by one thread
/// at a time.
final class BlockReader {
    private let stream: any ByteStream
    /// Also once the reader gave up: what is behind the last line end is no line then.
    private var keepsPartialLine: Bool
    private let size: ChunkBuffer.Size
    private var joiner: (any LineJoiner)?
    /// Whether records without their end are left to the next source.
    private var leavesRecords = false
    /// Bytes behind the last line end of the block before.
    private var rest: [UInt8] = []
    /// Joined lines that are not given yet.
    private var joined: [UInt8] = []
    /// Inside a line that was too long.
    private var isSkipping = false
    private var hasEnded = false
    /// Bytes to pass over: they were read by an earlier run.
    private var skip: Int64
    /// Offset of the first byte of `rest` in the stream.
    private(set) var position: Int64
    /// Lines that were too long since it was last asked.
    private var tooLong: [LongLine] = []

    init(
        _ stream: any ByteStream, from offset: Int64, keepsPartialLine: Bool,
        size: ChunkBuffer.Size = ChunkBuffer.Size()
    ) {
        self.stream = stream
        self.size = size
        skip = offset
        position = offset
        self.keepsPartialLine = keepsPartialLine
    }

    /// Bytes taken from the file so far, as they are there.
    var consumed: Int64 { stream.consumed }
    var note: String? { stream.note }

    /// The first bytes, up to `count`, without taking them from the blocks. Errors: as the stream's.
    func beginning(_ count: Int, isCancelled: () -> Bool) throws(StreamFault) -> [UInt8] {
        try passOver(isCancelled)
        if rest.isEmpty, !hasEnded {
            // Fewer may come before a fault as well: the next read says which.
            rest = try stream.bytes(min(count, size.line), isCancelled: isCancelled)
        }
        return rest
    }

    /// The same behind lines without text, which are passed over; empty where there is no other.
    func beginningBehindBlanks(_ count: Int, isCancelled: () -> Bool) throws(StreamFault) -> [UInt8] {
        _ = try beginning(count, isCancelled: isCancelled)
        while !hasEnded, BlankText.isBlank(rest) {
            // The line that goes on stays whole, unless it is too long for a line already.
            let tail = rest.lastIndex(of: 0x0a).map { Array(rest[($0 + 1)...]) } ?? []
            position += Int64(rest.count - tail.count)
            let more = try stream.bytes(max(1, min(count, size.line) - tail.count), isCancelled: isCancelled)
            hasEnded = more.isEmpty
            rest = tail + more
        }
        return BlankText.isBlank(rest) ? [] : rest
    }

    /// Joins lines from now on.
    func join(_ joiner: any LineJoiner) { self.joiner = joiner }
    /// Joins lines from now on. Where it `leavesRecords`, those that wait at the end are not given but kept for the next
    /// source, unless the stream broke off.
    func join(_ joiner: any LineJoiner, leavesRecords: Bool = false) {
        self.joiner = joiner
        self.leavesRecords = leavesRecords
    }

    /// Records that wait for their end in the next source.
    var leftRecords: (any LineJoiner)? { leavesRecords ? joiner : nil }

    /// The next block, in the buffer; nil at the end. Errors: as the stream's, after all bytes before.
    func next(_ buffer: ChunkBuffer, source: Int, isCancelled: () -> Bool) throws(StreamFault) -> Chunk? {
        try passOver(isCancelled)
        let chunk =
            joiner == nil
            ? nextWhole(buffer, source, isCancelled) : nextJoined(buffer, source, isCancelled)
        if chunk == nil, let pending {
            self.pending = nil
            throw pending
        }
        return chunk
    }

    private func nextWhole(_ buffer: ChunkBuffer, _ source: Int, _ isCancelled: () -> Bool) -> Chunk? {
        while !hasEnded || !rest.isEmpty {
            let chunk = block(buffer, source, isCancelled)
            if chunk.end > 0 { return chunk }
            if hasEnded, keepsPartialLine { return nil }
        }
        return nil
    }

    func takeTooLong() -> [LongLine] {
        defer { tooLong = [] }
        return tooLong
    }

    /// One block; an empty one where there was only a part of a long line. A fault of the stream ends it, and waits.
    private func block(_ buffer: ChunkBuffer, _ source: Int, _ isCancelled: () -> Bool) -> Chunk {
        var start = position
        let chunk = unsafe buffer.take(position: 0, source: source) { memory in
            var count = unsafe restore(memory)
            do throws(StreamFault) {
                let wanted = size.chunk
                if !hasEnded {
                    // Invariant: the rest is shorter than a line's limit, so the buffer has room for a block behind it.
                    let got = try unsafe stream.read(
                        into: UnsafeMutableRawBufferPointer(rebasing: memory[count..<count + wanted]),
                        isCancelled: isCancelled)
                    count += got
                    hasEnded = got == 0
                }
            } catch {
                pending = error
                hasEnded = true
                if error == .cancelled { keepsPartialLine = true }
            }
            start = position
            return unsafe cut(memory, count, &start)
        }
        return unsafe Chunk(base: chunk.base, start: chunk.start, end: chunk.end, position: start, source: source)
    }

    /// A fault that waits until all bytes before it are given.
    private var pending: StreamFault?

    private func restore(_ memory: UnsafeMutableRawBufferPointer) -> Int {
        unsafe memory.copyBytes(from: rest)
        defer { rest.removeAll(keepingCapacity: true) }
        return rest.count
    }

    /// Keeps what is behind the last line end for the next block and returns how many bytes of whole lines there are,
    /// moved to the front. `start` becomes where they begin.
    private func cut(_ memory: UnsafeMutableRawBufferPointer, _ count: Int, _ start: inout Int64) -> Int {
        guard count > 0, let base = memory.baseAddress else { return 0 }
        // Invariant: all offsets lie in 0...count, and the buffer has room for one line end more.
        var from = 0
        if isSkipping {
            guard let end = unsafe memchr(base, 0x0a, count) else {
                position += Int64(count)
                return 0
            }
            isSkipping = false
            from = unsafe UnsafeRawPointer(end) - UnsafeRawPointer(base) + 1
        }
        start += Int64(from)
        let last = unsafe cms_find_last(base.assumingMemoryBound(to: UInt8.self), count, 0x0a)
        var end = max(from, last + 1)
        var long: [LongLine] = []
        // Bytes that are done with; nil for those of the whole lines.
        var whole: Int?
        if hasEnded, end < count, !keepsPartialLine {
            unsafe memory[count] = 0x0a
            end = count + 1
        } else if count - end > size.line {
            let beginning = unsafe memory[end..<end + LongLine.beginningCount(size.line)]
            unsafe long.append(LongLine(offset: position + Int64(end), beginning: [UInt8](beginning)))
            isSkipping = true
            whole = count
        } else {
            unsafe rest.append(contentsOf: memory[end..<count])
        }
        let bytes = unsafe base.assumingMemoryBound(to: UInt8.self)
        tooLong += unsafe LongLine.blank(bytes, from..<end, limit: size.line, position: position) + long
        position += Int64(whole ?? min(end, count))
        if from > 0 { unsafe memmove(base, base + from, end - from) }
        return end - from
    }

    private func passOver(_ isCancelled: () -> Bool) throws(StreamFault) {
        while skip > 0, !hasEnded {
            let wanted = Int(min(skip, 1 << 18))
            let passed = try stream.bytes(wanted, isCancelled: isCancelled)
            skip -= Int64(passed.count)
            hasEnded = passed.isEmpty
            // Inside of a line: whoever read up to here has it.
            if skip == 0, let last = passed.last { isSkipping = last != 0x0a }
        }
    }

    private func nextJoined(_ buffer: ChunkBuffer, _ source: Int, _ isCancelled: () -> Bool) -> Chunk? {
        while joined.isEmpty, !hasEnded || !rest.isEmpty {
            let chunk = block(buffer, source, isCancelled)
            let lines = chunk.bytes(chunk.start..<chunk.end)
            joiner?.push(lines.span, into: &joined)
            if hasEnded, keepsPartialLine { break }
        }
        // A record whose last part is missing is given as far as it goes: a later run begins behind it.
        if joined.isEmpty, !leavesRecords || pending != nil || note != nil { joiner?.finish(into: &joined) }
        if joined.isEmpty { return nil }
        let most = size.chunk + size.line
        var count = joined.count <= most ? joined.count : (joined[..<most].lastIndex(of: 0x0a) ?? -1) + 1
        if count == 0 {
            // A joined line that is longer than the buffer.
            let beginning = Array(joined.prefix(LongLine.beginningCount(size.line)))
            tooLong.append(LongLine(offset: position, beginning: beginning))
            joined.removeFirst((joined.firstIndex(of: 0x0a) ?? joined.count - 1) + 1)
            count = joined.count <= most ? joined.count : (joined[..<most].lastIndex(of: 0x0a) ?? -1) + 1
        }
        let start = position
        let chunk = unsafe buffer.take(position: start, source: source) { memory in
            unsafe memory.copyBytes(from: joined[..<count])
            return count
        }
        joined.removeFirst(count)
        return chunk
    }
}
