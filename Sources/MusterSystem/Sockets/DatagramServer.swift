internal import CMusterLinux
internal import Glibc
package import MusterCore

/// A UDP server of the current loop, for the lab and for tests: answers leave from the address that was asked.
package enum DatagramServer {
    /// Answers datagrams until the task is cancelled. `answer` gets the request, who sent it and which address it was sent
    /// to, writes its answer (at most 4,096 bytes) and returns its length; 0 stays silent. `ready` is called with the
    /// address that is bound.
    package static func serve(
        on endpoint: Endpoint, options: Listener.Options = [], ready: (Endpoint) -> Void = { _ in },
        _ answer: (Span<UInt8>, Endpoint, IPAddress, inout MutableSpan<UInt8>) -> Int
    ) async throws(SocketFault) {
        guard let loop = Reactor.current else { preconditionFailure("a server needs a loop") }
        let slot = try loop.openServer(endpoint, flags: options.rawValue, backlog: 0)
        let generation = loop.generation(slot)
        var raw = cml_endpoint()
        _ = unsafe cml_local_endpoint(loop.slots[Int(slot)].descriptor, &raw)
        ready(Endpoint(raw))
        let result: Result<Void, SocketFault> = await withTaskCancellationHandler {
            let batch = Batch()
            while true {
                switch await loop.wait(slot, for: .readable, until: .distantFuture) {
                case .cancelled: return .failure(.cancelled)
                case .timedOut: return .failure(.timedOut)
                case .ready: break
                }
                if unsafe batch.turn(loop.slots[Int(slot)].descriptor, answer) {
                    await Task.yield()
                } else {
                    unsafe loop.slots[Int(slot)].ready.remove(.readable)
                }
            }
        } onCancel: {
            loop.cancel(slot, generation: generation)
        }
        loop.emptySlot(slot)
        try result.get()
    }

    /// Room for one batch of requests and one of answers.
    @safe
    private final class Batch {
        private static let stride = 4096
        private let requests = UnsafeMutableRawPointer.allocate(byteCount: Int(CML_BATCH) * stride, alignment: 64)
        private let answers = UnsafeMutableRawPointer.allocate(byteCount: Int(CML_BATCH) * stride, alignment: 64)
        private var datagrams = [cml_datagram](repeating: cml_datagram(), count: Int(CML_BATCH))

        deinit {
            unsafe requests.deallocate()
            unsafe answers.deallocate()
        }

        /// Answers what is there; false where nothing more was.
        func turn(_ descriptor: Int32, _ answer: (Span<UInt8>, Endpoint, IPAddress, inout MutableSpan<UInt8>) -> Int)
            -> Bool
        {
            let found = unsafe cml_server_recv(
                descriptor, requests, UInt32(Self.stride), &datagrams, Int32(CML_BATCH))
            // An ICMP error of an earlier answer is no end of the service.
            guard found > 0 else { return found != -EAGAIN }
            for index in 0..<Int(found) {
                let length = min(Int(datagrams[index].length), Self.stride)
                // Invariant: both batches have room for CML_BATCH datagrams of `stride` bytes.
                let request = unsafe UnsafeBufferPointer(
                    start: (requests + index * Self.stride).assumingMemoryBound(to: UInt8.self), count: length)
                let room = unsafe UnsafeMutableBufferPointer(
                    start: (answers + index * Self.stride).assumingMemoryBound(to: UInt8.self), count: Self.stride)
                var space = unsafe room.mutableSpan
                let written = answer(
                    unsafe request.span, Endpoint(datagrams[index].source),
                    Endpoint(datagrams[index].destination).address, &space)
                datagrams[index].length = UInt32(min(max(written, 0), Self.stride))
            }
            _ = unsafe cml_server_send(descriptor, answers, UInt32(Self.stride), datagrams, found)
            return true
        }
    }
}
