package import MusterCore

/// A query on its way and whatever comes back with its id.
package struct DatagramExchange {
    let socket: DatagramSocket
    let slot: Int32
    package let id: UInt16

    package static func begin(
        _ server: Endpoint, _ byteCount: Int, _ encode: (UInt16, inout MutableSpan<UInt8>) -> Void
    ) throws(SocketFault) -> DatagramExchange {
        guard let loop = Reactor.current else { preconditionFailure("an exchange needs a loop") }
        return try loop.datagrams.begin(server, byteCount, encode)
    }

    package func next(until deadline: Instant) async throws(SocketFault) -> UnsafeBufferPointer<UInt8> {
        unsafe try await socket.exchanges.next(slot, until: deadline)
    }

    package func end() { unsafe socket.exchanges.end(self) }
}

extension DatagramExchanges {
    /// Sends one query and waits for the datagram that `accept` takes for its answer (nil: not ours, keep waiting).
    ///
    /// `encode` writes exactly `byteCount` bytes, starting with the id. Errors: ``SocketFault``.
    @inlinable
    package static func exchange<R>(
        with server: Endpoint, byteCount: Int, until deadline: Instant,
        encode: (UInt16, inout MutableSpan<UInt8>) -> Void, accept: (UInt16, Span<UInt8>) -> R?
    ) async throws(SocketFault) -> R {
        let exchange = try DatagramExchange.begin(server, byteCount, encode)
        do throws(SocketFault) {
            while true {
                let bytes = unsafe try await exchange.next(until: deadline)
                // Invariant: the bytes stay ours until the next call, and `accept` cannot make it.
                if let answer = accept(exchange.id, unsafe bytes.span) {
                    exchange.end()
                    return answer
                }
            }
        } catch {
            exchange.end()
            throw error
        }
    }
}
