/// Whole lines of one source in memory, on their way through a worker.
///
/// Invariants: `0..<end` are bytes of the source; where `end > start`, the byte before `end` is a line feed; ``padding``
/// bytes beyond `end` may be read, so that a vector load at any byte stays inside. A parser may write between `start` and
/// `end`: values are unescaped where they stand. The memory lives as long as the worker that lends the chunk.
@safe
package struct Chunk {
    /// Bytes that can be read beyond the end.
    package static let padding = 64

    /// The first byte; offsets of fields and lines count from here.
    package let base: UnsafeMutablePointer<UInt8>
    /// Where the first line begins.
    package let start: Int
    /// Behind the last line's line feed.
    package let end: Int
    /// Offset of `base` in the (decompressed) source, in bytes.
    package let position: Int64
    /// Which of the run's sources, from 0.
    package let source: Int

    /// Errors: none; the caller warrants the invariants.
    @unsafe
    package init(base: UnsafeMutablePointer<UInt8>, start: Int, end: Int, position: Int64 = 0, source: Int = 0) {
        unsafe self.base = base
        self.start = start
        self.end = end
        self.position = position
        self.source = source
    }

    /// The same bytes at another place of another source.
    package func at(_ position: Int64, source: Int) -> Chunk {
        unsafe Chunk(base: base, start: start, end: end, position: position, source: source)
    }

    /// Lends a copy of some bytes as a chunk, with the last line ended where it was not: for single lines and for tests.
    package static func with<R, E: Error>(_ bytes: [UInt8], _ body: (Chunk) throws(E) -> R) throws(E) -> R {
        let needsEnd = !bytes.isEmpty && bytes.last != 10
        let count = bytes.count + (needsEnd ? 1 : 0)
        let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: count + padding)
        defer { unsafe memory.deallocate() }
        // Invariant: as many bytes are written as were allocated.
        unsafe memory.update(from: bytes, count: bytes.count)
        if needsEnd { unsafe memory[count - 1] = 10 }
        unsafe (memory + count).initialize(repeating: 0, count: padding)
        return try body(unsafe Chunk(base: memory, start: 0, end: count))
    }

    /// The bytes of a range of offsets, copied.
    package func bytes(_ range: Range<Int>) -> [UInt8] {
        precondition(range.lowerBound >= 0 && range.upperBound <= end)
        return unsafe [UInt8](UnsafeBufferPointer(start: base + range.lowerBound, count: range.count))
    }
}

/// Bytes inside a chunk or another buffer that lives as long as the batch at hand.
///
/// Invariant: `count` bytes from `start` are initialized, and ``Chunk/padding`` more may be read.
@safe
package struct Text {
    package let start: UnsafePointer<UInt8>
    package let count: Int

    /// Errors: none; the caller warrants the invariant.
    @unsafe
    package init(start: UnsafePointer<UInt8>, count: Int) {
        unsafe self.start = start
        self.count = count
    }

    package var isEmpty: Bool { count == 0 }

    package subscript(index: Int) -> UInt8 {
        @inline(__always) get {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: count))
            return unsafe start[index]
        }
    }

    /// A part of it. Traps where the range lies outside.
    package subscript(range: Range<Int>) -> Text {
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        return unsafe Text(start: start + range.lowerBound, count: range.count)
    }

    /// A copy.
    package var bytes: [UInt8] { unsafe [UInt8](UnsafeBufferPointer(start: start, count: count)) }

    /// For people; what is no UTF-8 is replaced.
    package var string: String { String(decoding: bytes, as: UTF8.self) }

    /// Whether it is these bytes.
    package func equals(_ other: [UInt8]) -> Bool {
        guard count == other.count else { return false }
        for index in 0..<count where unsafe start[index] != other[index] { return false }
        return true
    }
}
