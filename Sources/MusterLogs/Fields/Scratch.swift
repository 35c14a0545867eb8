/// Memory for texts that are made for one batch: what was made stays where it is until ``reset()``.
@safe
package struct Scratch: ~Copyable {
    private var blocks: [Block] = []
    private var block = 0
    private var used = 0
    @safe
    private struct Block {
        var start: UnsafeMutablePointer<UInt8>
        var capacity: Int
    }

    private static let blockSize = 65_536

    package init() {}

    deinit {
        for block in blocks { unsafe block.start.deallocate() }
    }

    /// Forgets all texts and keeps the memory.
    package mutating func reset() {
        block = 0
        used = 0
    }

    /// Makes a text of at most `most` bytes; `fill` writes it and returns how many it wrote.
    package mutating func make(_ most: Int, _ fill: (UnsafeMutablePointer<UInt8>) -> Int) -> Text {
        let start = unsafe reserve(most)
        let count = unsafe fill(start)
        precondition(count >= 0 && count <= most)
        used += count
        return unsafe Text(start: UnsafePointer(start), count: count)
    }

    /// Invariant: `most` bytes and the padding of a ``Chunk`` lie behind the pointer.
    private mutating func reserve(_ most: Int) -> UnsafeMutablePointer<UInt8> {
        let needed = most + Chunk.padding
        while block < blocks.count {
            if used + needed <= blocks[block].capacity { return unsafe blocks[block].start + used }
            block += 1
            used = 0
        }
        let capacity = max(Self.blockSize, needed)
        let start = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        unsafe start.initialize(repeating: 0, count: capacity)
        blocks.append(unsafe Block(start: start, capacity: capacity))
        return unsafe start
    }
}
