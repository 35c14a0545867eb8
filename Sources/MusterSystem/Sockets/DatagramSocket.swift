internal import CMusterLinux
internal import Glibc
internal import MusterCore

/// A UDP socket connected to one server, with a source port that the kernel drew at random, and the queries in flight on
/// it. Queries of one turn of the loop leave in one system call, answers come in batches.
@safe
final class DatagramSocket: ReadinessHandler {
    /// More in flight would overrun the kernel's default receive buffer, and the host would be blamed for our loss.
    static let mostInFlight = 256
    /// After so many queries the socket is retired, so that its port does not stay guessable.
    static let mostQueries = 4096

    let slot: Int32
    let server: Endpoint
    /// The exchanges and the channel hold the socket, not the other way around; a loop frees them all.
    unowned(unsafe) let exchanges: DatagramExchanges
    unowned(unsafe) let channel: DatagramExchanges.Channel
    @exclusivity(unchecked) private var table = QueryTable()
    @exclusivity(unchecked) private(set) var sentCount = 0
    @exclusivity(unchecked) private var outgoing: UnsafeMutableRawPointer
    private var capacity = 512
    @exclusivity(unchecked) private var used = 0
    @exclusivity(unchecked) private var offsets: [UInt32] = []
    @exclusivity(unchecked) private var lengths: [UInt32] = []
    @exclusivity(unchecked) private var isFlushPlanned = false
    private var mayHaveMore = false
    private var isClosed = false

    init(slot: Int32, server: Endpoint, channel: DatagramExchanges.Channel, exchanges: DatagramExchanges) {
        self.slot = slot
        self.server = server
        unsafe self.channel = channel
        unsafe self.exchanges = exchanges
        unsafe outgoing = .allocate(byteCount: capacity, alignment: 16)
    }

    deinit { unsafe outgoing.deallocate() }

    var inFlight: Int { unsafe table.count }
    var isRetired: Bool { unsafe sentCount >= Self.mostQueries }
    /// Whether queries wait to be sent, but not yet as many as leave in one system call.
    var hasOpenBatch: Bool { unsafe !offsets.isEmpty && offsets.count < Int(CML_BATCH) }
    private var loop: Reactor { unsafe exchanges.loop }
    private var descriptor: Int32 { unsafe loop.slots[Int(slot)].descriptor }

    /// Takes a query over: `encode` writes it with the id that was drawn for it, which is returned.
    func add(waiter: Int32, byteCount: Int, _ encode: (UInt16, inout MutableSpan<UInt8>) -> Void) -> UInt16 {
        var id = unsafe exchanges.drawID()
        while unsafe table[id] != nil { id = unsafe exchanges.drawID() }
        unsafe table.insert(id, waiter)
        unsafe sentCount += 1
        reserve(byteCount)
        // Invariant: `reserve` made room for byteCount bytes behind `used`.
        let room = unsafe UnsafeMutableBufferPointer(
            start: (outgoing + used).assumingMemoryBound(to: UInt8.self), count: byteCount)
        var span = unsafe room.mutableSpan
        encode(id, &span)
        unsafe offsets.append(UInt32(used))
        unsafe lengths.append(UInt32(byteCount))
        unsafe used += byteCount
        planFlush()
        return id
    }

    func remove(_ id: UInt16) { unsafe table.remove(id) }

    /// The slot goes to others from now on: a flush that is still planned must not touch it.
    func close() { isClosed = true }

    func becameReady(_ readiness: Readiness) {
        if !readiness.isDisjoint(with: [.readable, .failed, .hungUp]) { receive() }
        if readiness.contains(.writable), unsafe !offsets.isEmpty { planFlush() }
    }

    func flush() {
        unsafe isFlushPlanned = false
        guard !isClosed else { return }
        if mayHaveMore {
            mayHaveMore = false
            receive()
        }
        var sent = 0
        while unsafe sent < offsets.count {
            let count = unsafe offsets.count - sent
            let outcome = unsafe offsets.withUnsafeBufferPointer { offsets in
                unsafe lengths.withUnsafeBufferPointer { lengths in
                    // Invariant: sent < count, and every offset and length lies inside `outgoing`.
                    unsafe cml_send_batch(
                        descriptor, outgoing, offsets.baseAddress! + sent, lengths.baseAddress! + sent,
                        Int32(clamping: count))
                }
            }
            if outcome > 0 {
                sent += Int(outcome)
            } else if outcome == -EAGAIN {
                break
            } else {
                failAll(-outcome)
                sent = unsafe offsets.count
            }
        }
        if unsafe sent == offsets.count {
            unsafe used = 0
            unsafe offsets.removeAll(keepingCapacity: true)
            unsafe lengths.removeAll(keepingCapacity: true)
        } else {
            unsafe offsets.removeFirst(sent)
            unsafe lengths.removeFirst(sent)
        }
    }

    private func planFlush() {
        guard unsafe !isFlushPlanned else { return }
        unsafe isFlushPlanned = true
        loop.flushLater(self)
    }

    private func receive() {
        // A peer that never stops sending must not keep the loop.
        for _ in 0..<16 {
            let outcome = unsafe exchanges.receiveBatch(descriptor) { bytes in
                guard bytes.count >= 2 else { return nil }
                return unsafe table[UInt16(bytes[0]) << 8 | UInt16(bytes[1])]
            }
            if outcome == -EAGAIN { return }
            if outcome < 0 { return failAll(-outcome) }
            if outcome < Int32(CML_BATCH) { return }
        }
        mayHaveMore = true
        planFlush()
    }

    /// An error on a connected socket concerns the server, so all queries on it.
    private func failAll(_ error: Int32) {
        for waiter in unsafe table.slots {
            unsafe loop.slots[Int(waiter)].mailError = error
            unsafe exchanges.notify(waiter)
        }
    }

    private func reserve(_ byteCount: Int) {
        guard unsafe used + byteCount > capacity else { return }
        while unsafe used + byteCount > capacity { capacity *= 2 }
        let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
        unsafe larger.copyMemory(from: outgoing, byteCount: used)
        unsafe outgoing.deallocate()
        unsafe outgoing = larger
    }
}
