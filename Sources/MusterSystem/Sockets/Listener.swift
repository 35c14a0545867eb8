internal import CMusterLinux
internal import Glibc
package import MusterCore

/// A TCP listener of the current loop, for the lab and for tests.
package struct Listener {
    private let loop: Reactor
    private let slot: Int32

    /// How a listener differs from an ordinary one.
    package struct Options: OptionSet, Sendable {
        package let rawValue: Int32
        package init(rawValue: Int32) { self.rawValue = rawValue }

        /// Reachable over the loopback interface only, whatever the address.
        package static let loopbackDevice = Options(rawValue: Int32(CML_LISTEN_LOOPBACK_DEVICE))
        /// One of several on the same address and port.
        package static let reusePort = Options(rawValue: Int32(CML_LISTEN_REUSE_PORT))
        /// Drops every SYN: a connection attempt times out (`IP_MINTTL`).
        package static let blackHole = Options(rawValue: Int32(CML_LISTEN_BLACK_HOLE))
    }

    /// Listens for the time of `body`. Port 0 lets the system choose. Errors: the address is taken, not ours, or forbidden.
    package static func withListener<R>(
        on endpoint: Endpoint, options: Options = [], backlog: Int = 4096,
        _ body: (Listener) async throws(SocketFault) -> R
    ) async throws(SocketFault) -> R {
        guard let loop = Reactor.current else { preconditionFailure("a listener needs a loop") }
        let slot = try loop.openServer(endpoint, flags: options.rawValue | Int32(CML_LISTEN_STREAM), backlog: backlog)
        let generation = loop.generation(slot)
        let result: Result<R, SocketFault> = await withTaskCancellationHandler {
            do throws(SocketFault) {
                return .success(try await body(Listener(loop: loop, slot: slot)))
            } catch {
                return .failure(error)
            }
        } onCancel: {
            loop.cancel(slot, generation: generation)
        }
        loop.emptySlot(slot)
        return try result.get()
    }

    /// Where it listens, with the port the system chose.
    package var endpoint: Endpoint {
        var raw = cml_endpoint()
        _ = unsafe cml_local_endpoint(loop.slots[Int(slot)].descriptor, &raw)
        return Endpoint(raw)
    }

    /// Sends connections by their IPv4 destination to the members of this listener's reuse-port group, in the order in
    /// which they were opened: an address from `starts[i]` up to `starts[i + 1]` goes to `members[i]`.
    package func steer(starts: [UInt32], members: [UInt8]) throws(SocketFault) {
        precondition(starts.count == members.count && starts.first == 0)
        let outcome = unsafe starts.withUnsafeBufferPointer { starts in
            unsafe members.withUnsafeBufferPointer { members in
                unsafe cml_steer(
                    loop.slots[Int(slot)].descriptor, starts.baseAddress, members.baseAddress,
                    Int32(clamping: starts.count))
            }
        }
        if outcome < 0 { throw SocketFault(errno: -outcome, local: true) }
    }

    /// Serves connections until the task is cancelled, each in a child task of its own on this loop; at most `limit` at
    /// once, further ones wait in the kernel's queue.
    package func serve(
        limit: Int = 8192, _ handle: @escaping @Sendable (TCPSocket) async -> Void
    ) async throws(SocketFault) {
        let active = Counter()
        let generation = loop.generation(slot)
        let result: Result<Void, SocketFault> = await withTaskCancellationHandler {
            await withDiscardingTaskGroup { group in
                while true {
                    do throws(SocketFault) {
                        while active.count >= limit {
                            let next = SystemClock.now.advanced(by: .milliseconds(2))
                            guard await Reactor.sleep(until: next) else { throw .cancelled }
                        }
                        let connection = try await accept()
                        active.count += 1
                        group.addTask {
                            await connection.serve(handle)
                            active.count -= 1
                        }
                    } catch {
                        group.cancelAll()
                        return .failure(error)
                    }
                }
            }
        } onCancel: {
            // The task that serves may be a child of the one the listener was lent to.
            loop.cancel(slot, generation: generation)
        }
        try result.get()
    }

    /// Owned by one loop's tasks.
    private final class Counter: @unchecked Sendable { var count = 0 }

    /// A connection that was accepted and not yet served.
    private struct Accepted: @unchecked Sendable {
        let loop: Reactor
        let slot: Int32

        func serve(_ handle: (TCPSocket) async -> Void) async {
            let generation = loop.generation(slot)
            await withTaskCancellationHandler {
                await handle(TCPSocket(loop: loop, slot: slot))
            } onCancel: {
                loop.cancel(slot, generation: generation)
            }
            loop.emptySlot(slot)
        }
    }

    private func accept() async throws(SocketFault) -> Accepted {
        while true {
            switch await loop.wait(slot, for: .readable, until: .distantFuture) {
            case .cancelled: throw .cancelled
            case .timedOut: throw .timedOut
            case .ready: break
            }
            let descriptor = unsafe cml_accept(loop.slots[Int(slot)].descriptor)
            if descriptor >= 0 { return Accepted(loop: loop, slot: try loop.adopt(descriptor)) }
            switch -descriptor {
            case EAGAIN: unsafe loop.slots[Int(slot)].ready.subtract([.readable, .failed, .hungUp])
            case EMFILE, ENFILE, ENOBUFS, ENOMEM:
                loop.relieveDescriptors()
                guard await Reactor.sleep(until: SystemClock.now.advanced(by: .milliseconds(5))) else {
                    throw .cancelled
                }
            case ECONNABORTED, EINTR, EPROTO, EPERM: continue
            default: throw SocketFault(errno: -descriptor, local: true)
            }
        }
    }
}

extension Reactor {
    /// A slot with a listening or bound socket.
    func openServer(_ endpoint: Endpoint, flags: Int32, backlog: Int) throws(SocketFault) -> Int32 {
        var raw = endpoint.raw
        let descriptor = unsafe cml_listen(&raw, flags, Int32(clamping: backlog))
        guard descriptor >= 0 else { throw SocketFault(errno: -descriptor, local: true) }
        return try adopt(descriptor)
    }

    /// A slot for a descriptor that was opened elsewhere.
    func adopt(_ descriptor: Int32) throws(SocketFault) -> Int32 {
        let slot = takeSlot(.listener)
        unsafe slots[Int(slot)].descriptor = descriptor
        let outcome = cml_epoll_add(epoll, descriptor, Readiness.registered, UInt32(slot))
        guard outcome == 0 else {
            emptySlot(slot)
            throw SocketFault(errno: -outcome, local: true)
        }
        return slot
    }
}
