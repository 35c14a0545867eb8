/// Datagrams that wait for their turn, first come, first served, with their bytes in one piece of memory.
///
/// Whoever does not want to be sent any more is not taken out: its ticket has changed, and its entry is passed over.
@safe
struct DatagramQueue: ~Copyable {
    struct Entry {
        var query: Int32
        var ticket: UInt32
        fileprivate var offset: Int
        var byteCount: Int
    }

    private var entries: [Entry] = []
    private var head = 0
    private var bytes = UnsafeMutableRawPointer.allocate(byteCount: 1024, alignment: 16)
    private var capacity = 1024
    private var used = 0

    deinit { unsafe bytes.deallocate() }

    /// Entries, those that are void included.
    var count: Int { entries.count - head }

    /// Appends a datagram of `byteCount` bytes, which `write` writes.
    mutating func push(query: Int32, ticket: UInt32, byteCount: Int, _ write: (inout MutableSpan<UInt8>) -> Void) {
        reserve(byteCount)
        // Invariant: `reserve` made room for byteCount bytes behind `used`.
        let room = unsafe UnsafeMutableBufferPointer(
            start: (bytes + used).assumingMemoryBound(to: UInt8.self), count: byteCount)
        var span = unsafe room.mutableSpan
        write(&span)
        entries.append(Entry(query: query, ticket: ticket, offset: used, byteCount: byteCount))
        used += byteCount
    }

    /// The oldest entry; its bytes stay until the next ``push(query:ticket:byteCount:_:)``.
    mutating func pop() -> Entry? {
        guard head < entries.count else { return nil }
        defer { head += 1 }
        return entries[head]
    }

    /// The bytes of an entry that was popped just now.
    func bytes(of entry: Entry) -> UnsafeRawPointer { unsafe UnsafeRawPointer(bytes + entry.offset) }

    private mutating func reserve(_ byteCount: Int) {
        if head == entries.count {
            entries.removeAll(keepingCapacity: true)
            head = 0
            used = 0
        } else if head >= 1024, head * 2 >= entries.count {
            let start = entries[head].offset
            // Invariant: from the first entry's offset up to `used` all bytes are written.
            unsafe bytes.copyMemory(from: bytes + start, byteCount: used - start)
            used -= start
            entries.removeFirst(head)
            head = 0
            for index in entries.indices { entries[index].offset -= start }
        }
        guard used + byteCount > capacity else { return }
        while used + byteCount > capacity { capacity *= 2 }
        let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
        unsafe larger.copyMemory(from: bytes, byteCount: used)
        unsafe bytes.deallocate()
        unsafe bytes = larger
    }
}
