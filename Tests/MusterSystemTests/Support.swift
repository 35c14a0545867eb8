import Glibc
import MusterCore
import Synchronization
import Testing

@testable import MusterSystem

let loopback4 = IPAddress.v4(0x7f00_0001)
let loopback6 = IPAddress.v6(high: 0, low: 1)

/// So far away that only a hang reaches it.
var patient: Instant { SystemClock.now.advanced(by: .seconds(60)) }
/// Near enough to wait for where the deadline itself is under test.
var brief: Instant { SystemClock.now.advanced(by: .milliseconds(30)) }
var past: Instant { SystemClock.now.advanced(by: .milliseconds(-10)) }

/// Runs `body` on a loop of its own.
func onLoop<R: Sendable>(_ body: @escaping @Sendable (Reactor) async throws -> R) async throws -> R {
    try await onLoops(1) { loops in try await body(loops[0]) }
}

/// Runs `body` on the first of several loops.
func onLoops<R: Sendable>(_ count: Int, _ body: @escaping @Sendable ([Reactor]) async throws -> R) async throws -> R {
    try await Reactor.withLoops(count, name: "test") { loops in
        try await withThrowingTaskGroup(of: R.self) { group in
            group.addTask(executorPreference: loops[0]) { try await body(loops) }
            return try #require(try await group.next())
        }
    }
}

/// Runs `body` in a child task that is cancelled before its first instruction, and returns the fault it ends with.
func faultWhenCancelledFirst(
    _ loop: Reactor, _ body: @escaping @Sendable () async throws(SocketFault) -> Void
) async -> SocketFault? {
    await withTaskGroup(of: SocketFault?.self) { group in
        group.cancelAll()
        group.addTask(executorPreference: loop) { await fault(body) }
        return await group.next() ?? nil
    }
}

/// Runs `body` in a child task, cancels it once `isWaiting` says so, and returns the fault it ends with.
func faultWhenCancelled(
    _ loop: Reactor, once isWaiting: @escaping () -> Bool = { true },
    _ body: @escaping @Sendable () async throws(SocketFault) -> Void
) async -> SocketFault? {
    await withTaskGroup(of: SocketFault?.self) { group in
        group.addTask(executorPreference: loop) { await fault(body) }
        // The child runs on this very loop, so after a few turns it waits where it is to wait.
        await turns(20)
        while !isWaiting() { await turns(1) }
        group.cancelAll()
        return await group.next() ?? nil
    }
}

/// The fault that `body` ends with, nil where it succeeds.
func fault(_ body: () async throws(SocketFault) -> Void) async -> SocketFault? {
    do throws(SocketFault) {
        try await body()
        return nil
    } catch {
        return error
    }
}

/// Lets the loop look at its descriptors `count` times.
func turns(_ count: Int) async {
    for _ in 0..<count { await Reactor.sleep(until: SystemClock.now) }
}

/// Serves connections on `loop` for the time of `body`.
func withServer<R: Sendable>(
    on loop: Reactor, at address: IPAddress = loopback4, options: Listener.Options = [], limit: Int = 8192,
    _ handle: @escaping @Sendable (TCPSocket) async -> Void, _ body: (Endpoint) async throws -> R
) async throws -> R {
    try await withThrowingTaskGroup(of: Void.self) { group in
        let (endpoints, announce) = AsyncStream.makeStream(of: Endpoint.self)
        group.addTask(executorPreference: loop) {
            let end = await fault { () throws(SocketFault) in
                try await Listener.withListener(on: Endpoint(address, port: 0), options: options) {
                    (listener) throws(SocketFault) in
                    announce.yield(listener.endpoint)
                    try await listener.serve(limit: limit, handle)
                }
            }
            announce.finish()
            if let end, end != .cancelled { throw end }
        }
        var iterator = endpoints.makeAsyncIterator()
        guard let endpoint = await iterator.next() else {
            try await group.waitForAll()
            throw SocketFault.cancelled
        }
        let result = try await body(endpoint)
        group.cancelAll()
        try await group.waitForAll()
        return result
    }
}

/// Answers datagrams on `loop` for the time of `body`.
func withDatagramServer<R: Sendable>(
    on loop: Reactor, at endpoint: Endpoint = Endpoint(loopback4, port: 0),
    _ answer: @escaping @Sendable (Span<UInt8>, Endpoint, IPAddress, inout MutableSpan<UInt8>) -> Int,
    _ body: (Endpoint) async throws -> R
) async throws -> R {
    try await withThrowingTaskGroup(of: Void.self) { group in
        let (endpoints, announce) = AsyncStream.makeStream(of: Endpoint.self)
        group.addTask(executorPreference: loop) {
            let end = await fault { () throws(SocketFault) in
                try await DatagramServer.serve(on: endpoint, ready: { announce.yield($0) }, answer)
            }
            announce.finish()
            if let end, end != .cancelled { throw end }
        }
        var iterator = endpoints.makeAsyncIterator()
        guard let endpoint = await iterator.next() else {
            try await group.waitForAll()
            throw SocketFault.cancelled
        }
        let result = try await body(endpoint)
        group.cancelAll()
        try await group.waitForAll()
        return result
    }
}

/// The answer that repeats the question.
@Sendable
func echo(_ request: Span<UInt8>, _ from: Endpoint, _ to: IPAddress, _ answer: inout MutableSpan<UInt8>) -> Int {
    for index in 0..<request.count { answer[index] = request[index] }
    return request.count
}

/// An exchange of the id and a payload; the answer must hold both.
func ask(
    _ server: Endpoint, _ payload: UInt32 = 0, until deadline: Instant? = nil
) async throws(SocketFault) -> [UInt8] {
    try await DatagramExchanges.exchange(
        with: server, byteCount: 6, until: deadline ?? patient,
        encode: { id, span in
            span[0] = UInt8(id >> 8)
            span[1] = UInt8(id & 0xff)
            for index in 0..<4 { span[2 + index] = UInt8(truncatingIfNeeded: payload >> UInt32(24 - 8 * index)) }
        },
        accept: { id, answer in
            guard answer.count >= 2, UInt16(answer[0]) << 8 | UInt16(answer[1]) == id else { return nil }
            return bytes(answer)
        })
}

func bytes(_ span: Span<UInt8>) -> [UInt8] {
    // Invariant: the copy is made before the closure returns.
    unsafe span.withUnsafeBufferPointer { unsafe Array($0) }
}

func payload(_ answer: [UInt8]) -> UInt32 {
    answer.dropFirst(2).prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
}

extension TCPSocket {
    /// Everything until the peer's end.
    func receiveAll(until deadline: Instant) async throws(SocketFault) -> [UInt8] {
        var all: [UInt8] = []
        while let part = try await receive(until: deadline, { bytes($0) }) { all += part }
        return all
    }

    /// Exactly so many bytes, fewer where the peer ends before.
    func receive(count: Int, until deadline: Instant) async throws(SocketFault) -> [UInt8] {
        var all: [UInt8] = []
        while all.count < count, let part = try await receive(until: deadline, { bytes($0) }) { all += part }
        return all
    }
}

extension Reactor {
    /// Slots that are lent at the moment; those of the tests' own waits included.
    var lentSlotCount: Int { slotCount - idleSlotCount }
    private var idleSlotCount: Int {
        var count = 0
        for kind in 0..<7 {
            var index = idle[kind]
            while index >= 0 {
                count += 1
                index = unsafe slots[Int(index)].nextIdle
            }
        }
        return count
    }
}

/// Open descriptors of this process that are sockets connected to, or bound at, the port. Counting by port keeps tests
/// that run side by side apart.
func socketStates(port: UInt16, table: String = "tcp") throws -> [String] {
    let text = try FileReading.text("/proc/net/\(table)", limit: 1 << 26)
    let wanted = String(port, radix: 16, uppercase: true)
    let suffix = ":" + String(repeating: "0", count: 4 - wanted.count) + wanted
    return text.split(separator: "\n").dropFirst().compactMap { line in
        let fields = line.split(separator: " ")
        guard fields.count > 3, fields[1].hasSuffix(suffix) || fields[2].hasSuffix(suffix) else { return nil }
        return String(fields[3])
    }
}

/// A value that several tasks change.
final class Shared<Value: Sendable>: Sendable {
    private let state: Mutex<Value>
    init(_ value: Value) { state = Mutex(value) }
    var value: Value { state.withLock { $0 } }
    @discardableResult
    func change<R: Sendable>(_ body: (inout Value) -> R) -> R { state.withLock { body(&$0) } }
}

/// Runs a closure on the loop once the jobs of a turn have run.
final class FlushProbe: ReadinessHandler {
    private let body: (FlushProbe) -> Void
    init(_ body: @escaping (FlushProbe) -> Void) { self.body = body }
    func becameReady(_ readiness: Readiness) {}
    func flush() { body(self) }
}

extension Reactor {
    /// The datagram sockets that belong to a server at the moment.
    var lentDatagramSockets: [DatagramSocket] {
        (0..<slotCount).compactMap { unsafe slots[$0].handler as? DatagramSocket }
    }

    /// Takes one datagram from a slot's socket and returns its size, 0 where none lies there.
    func pendingBytes(_ slot: Int32) -> Int {
        var buffer = [UInt8](repeating: 0, count: 2048)
        return unsafe max(recv(slots[Int(slot)].descriptor, &buffer, 2048, 0x40), 0)
    }
}
