internal import CMusterLinux
internal import Glibc
internal import MusterCore

/// A UDP socket connected to one server, with a random port of its own (``SourcePorts``), and the queries in flight on it.
/// Queries of one turn of the loop leave in one system call, answers come in batches. It is never used for a second server,
/// which then could not know its port from the first.
@safe
final class DatagramSocket: ReadinessHandler {
    /// Answers to more in flight could overrun the receive buffer (``receiveRoom``), and the host would be blamed.
    static let mostInFlight = 128
    /// After so many queries the socket is retired: whoever finds its port has little use of it. Whoever does not see the port
    /// guesses all its 16 bits, however many queries share it; a new socket costs about as much as two queries.
    static let mostQueries = 128
    /// What the receive buffer is to hold, in bytes; the kernel counts up to 4 KB for an answer of 1,232.
    private static let receiveRoom: Int32 = 1 << 19
    /// So many answers of any size find room in a receive buffer as it is.
    private static let fewQueries = 8
    /// A socket that never runs dry is left for the others after so many messages.
    private static let mostNotices = 256

    let slot: Int32
    let server: Endpoint
    /// The exchanges and the channel hold the socket, not the other way around; a loop frees them all.
    unowned(unsafe) let exchanges: DatagramExchanges
    unowned(unsafe) let channel: DatagramChannel
    @exclusivity(unchecked) private var table = QueryTable()
    @exclusivity(unchecked) private var queryCount = 0
    /// Datagrams that came and were nobody's answer.
    @exclusivity(unchecked) private(set) var strangerCount = 0
    /// The ids of queries that have ended: their answers may still come.
    @exclusivity(unchecked) private var spent: [UInt16] = []
    /// Datagrams that were not handed to the kernel yet.
    @exclusivity(unchecked) private var outgoing: UnsafeMutableRawPointer
    private var capacity = 512
    @exclusivity(unchecked) private var used = 0
    @exclusivity(unchecked) private var offsets: [UInt32] = []
    @exclusivity(unchecked) private var lengths: [UInt32] = []
    /// Whose they are.
    @exclusivity(unchecked) private var senders: [(query: Int32, ticket: UInt32)] = []
    /// Whether the kernel may still have something that no event tells of.
    private(set) var mayHaveMore = false
    /// Whether an error came back or a datagram was refused. Such a socket takes no further query.
    private(set) var hasErred = false
    private var isClosed = false

    private init(slot: Int32, channel: DatagramChannel, exchanges: DatagramExchanges) {
        self.slot = slot
        server = channel.server
        unsafe self.channel = channel
        unsafe self.exchanges = exchanges
        unsafe outgoing = .allocate(byteCount: capacity, alignment: 16)
    }

    deinit { unsafe outgoing.deallocate() }

    var inFlight: Int { unsafe table.count }
    /// Whether somebody knows its port who sends what is no answer.
    var isFlooded: Bool { unsafe strangerCount >= DatagramQuery.mostStrangers }
    var isSound: Bool { !hasErred && !isFlooded }
    var isRetired: Bool { unsafe !isSound || queryCount >= Self.mostQueries }
    var hasPending: Bool { unsafe !offsets.isEmpty }
    private var loop: Reactor { unsafe exchanges.loop }
    private var descriptor: Int32 { unsafe loop.slots[Int(slot)].descriptor }

    // MARK: Opening and closing

    /// A new socket toward the channel's server.
    static func open(_ channel: DatagramChannel, _ exchanges: DatagramExchanges) throws(SocketFault) -> DatagramSocket {
        let loop = unsafe exchanges.loop
        let v6 = if case .v6 = channel.server.address { true } else { false }
        while true {
            let slot = try loop.takeSocket(v6 ? .datagram6 : .datagram4)
            let descriptor = unsafe loop.slots[Int(slot)].descriptor
            bind(descriptor, v6: v6, exchanges)
            let connected = loop.calls.connect(descriptor, to: channel.server)
            guard connected == 0 else {
                loop.emptySlot(slot)
                throw SocketFault(errno: -connected, local: true)
            }
            // What a stranger sent before the socket was connected must not be read as the server's word. A socket that cannot
            // be emptied is closed; the next has another port.
            guard isEmptied(descriptor, loop) else {
                loop.emptySlot(slot)
                continue
            }
            loop.calls.receiveNotices(descriptor, v6: v6, true)
            let socket = DatagramSocket(slot: slot, channel: channel, exchanges: exchanges)
            unsafe loop.slots[Int(slot)].handler = socket
            return socket
        }
    }

    /// Binds to a random port. Where that is not allowed, or nearly all are taken, the kernel chooses one as it connects.
    private static func bind(_ descriptor: Int32, v6: Bool, _ exchanges: DatagramExchanges) {
        let loop = unsafe exchanges.loop
        for _ in 0..<16 {
            let outcome = loop.calls.bind(descriptor, v6: v6, port: SourcePorts.system.draw { exchanges.drawID() })
            // Somebody has the port, or it is privileged here: another one.
            guard outcome == -EADDRINUSE || outcome == -EACCES else { return }
        }
    }

    /// Empties the receive queue; false where it does not end. The connection that was made before keeps others out, and our
    /// server does not know us yet.
    private static func isEmptied(_ descriptor: Int32, _ loop: Reactor) -> Bool {
        for _ in 0..<4096 {
            let outcome = unsafe loop.calls.receive(descriptor, into: loop.scratch)
            if outcome == -Int64(EAGAIN) { return true }
        }
        return false
    }

    /// The slot goes to others from now on: a flush that is still planned must not touch it.
    func close() {
        isClosed = true
        loop.emptySlot(slot)
    }

    // MARK: Sending

    /// Takes a query over. Its id is drawn anew where another query of this socket has it.
    func append(
        _ index: Int32, _ query: UnsafeMutablePointer<DatagramQuery>, _ bytes: UnsafeRawPointer, _ byteCount: Int
    ) {
        // Before anything is written: it moves what is outgoing.
        if unsafe queryCount == Self.fewQueries && query.pointee.socket == nil { prepareForMany() }
        reserve(byteCount)
        // Invariant: `reserve` made room for byteCount bytes behind `used`, and the queue has as many.
        unsafe (outgoing + used).copyMemory(from: bytes, byteCount: byteCount)
        if unsafe query.pointee.socket == nil {
            var id = unsafe query.pointee.id
            if unsafe table[id] != nil {
                while unsafe table[id] != nil { id = unsafe exchanges.drawID() }
                unsafe query.pointee.id = id
                unsafe outgoing.storeBytes(of: UInt8(id >> 8), toByteOffset: used, as: UInt8.self)
                unsafe outgoing.storeBytes(of: UInt8(id & 0xff), toByteOffset: used + 1, as: UInt8.self)
            }
            unsafe table.insert(id, index)
            unsafe query.pointee.socket = self
            unsafe query.pointee.earlierStrangers = strangerCount
            unsafe queryCount += 1
        }
        unsafe offsets.append(UInt32(used))
        unsafe lengths.append(UInt32(byteCount))
        unsafe senders.append((index, query.pointee.ticket))
        unsafe used += byteCount
    }

    /// One query a socket is all that many servers are ever asked; who is asked more often is asked much more often.
    private func prepareForMany() {
        loop.calls.receiveRoom(descriptor, Self.receiveRoom)
        unsafe offsets.reserveCapacity(Self.mostQueries)
        unsafe lengths.reserveCapacity(Self.mostQueries)
        unsafe senders.reserveCapacity(Self.mostQueries)
        unsafe spent.reserveCapacity(Self.mostQueries)
        unsafe reserve(max(0, 4096 - used))
    }

    func remove(_ id: UInt16) {
        unsafe table.remove(id)
        if unsafe spent.count < Self.mostQueries { unsafe spent.append(id) }
    }

    func sendPending() {
        guard !isClosed else { return }
        var sent = 0
        var repeated = -1
        while unsafe sent < offsets.count {
            let outcome = transmit(from: sent)
            if outcome > 0 {
                sent += Int(outcome)
            } else if outcome == -EAGAIN {
                break
            } else if outcome != -EPERM, takeNotices() > 0, repeated != sent {
                // The call passed on what an ICMP message said about an earlier datagram; no message becomes EPERM, which is
                // our own firewall's, whatever message it makes up beside.
                repeated = sent
            } else {
                refuse(sent, -outcome)
                sent += 1
            }
        }
        unsafe offsets.removeFirst(sent)
        unsafe lengths.removeFirst(sent)
        unsafe senders.removeFirst(sent)
        if unsafe offsets.isEmpty { unsafe used = 0 }
    }

    private func transmit(from first: Int) -> Int32 {
        unsafe offsets.withUnsafeBufferPointer { offsets in
            unsafe lengths.withUnsafeBufferPointer { lengths in
                // Invariant: first < count, and every offset and length lies inside `outgoing`.
                unsafe loop.calls.sendBatch(
                    descriptor, outgoing, offsets.baseAddress! + first, lengths.baseAddress! + first,
                    Int32(clamping: offsets.count - first))
            }
        }
    }

    /// Our own kernel refuses one datagram: the others still go out.
    private func refuse(_ position: Int, _ error: Int32) {
        hasErred = true
        let (index, ticket) = unsafe senders[position]
        guard unsafe exchanges.query(index).pointee.ticket == ticket else { return }
        unsafe exchanges.fail(index, SocketFault(errno: error, local: true))
    }

    // MARK: Receiving

    func becameReady(_ readiness: Readiness) {
        guard !isClosed else { return }
        if readiness.contains(.failed) { _ = takeNotices() }
        if !readiness.isDisjoint(with: [.readable, .failed, .hungUp]) { receive() }
        if readiness.contains(.writable), hasPending { unsafe channel.planFlush() }
    }

    /// The channel flushes for all its sockets.
    func flush() {}

    /// Bounded: a peer that never stops sending must not keep the loop.
    func receive() {
        guard !isClosed else { return }
        mayHaveMore = false
        for _ in 0..<(isFlooded ? 4 : 16) {
            let outcome = unsafe exchanges.receiveBatch(descriptor) { bytes in addressee(bytes) }
            if outcome == -EAGAIN { return }
            if outcome < 0, takeNotices() == 0 {
                // An error without a message: the error queue was full. It concerns the server, so all queries here.
                hasErred = true
                failAll(SocketFault(errno: -outcome, local: false))
            }
            if outcome >= 0, outcome < Int32(CML_BATCH) { return }
        }
        comeBack()
    }

    /// The query that a datagram is for by its id; nil for a stranger, and for an answer that comes too late.
    private func addressee(_ bytes: Span<UInt8>) -> Int32? {
        guard bytes.count >= 2 else {
            unsafe strangerCount += 1
            return nil
        }
        let id = UInt16(bytes[0]) << 8 | UInt16(bytes[1])
        if let index = unsafe table[id] { return index }
        if unsafe !spent.contains(id) { unsafe strangerCount += 1 }
        return nil
    }

    private func comeBack() {
        mayHaveMore = true
        unsafe channel.planFlush()
    }

    /// Reads the ICMP messages that came and tells the queries they are about; returns how many there were.
    private func takeNotices() -> Int {
        for count in 0..<Self.mostNotices {
            let taken = loop.calls.takeDatagramNotice(descriptor, about: server)
            if taken.isEmpty { return count }
            hasErred = true
            guard var notice = taken.notice, notice.meaning != .other else { continue }
            // What the server's own address says is its word, also where it is an address of ours.
            if notice.sender == server.address { notice.isOwn = false }
            guard let id = taken.id else {
                failAll(.reported(notice))
                continue
            }
            if let index = unsafe table[id] { unsafe exchanges.fail(index, .reported(notice)) }
        }
        comeBack()
        return Self.mostNotices
    }

    private func failAll(_ fault: SocketFault) {
        for index in unsafe table.slots { unsafe exchanges.fail(index, fault) }
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
