package import MusterCore

/// A query on its way and whatever comes back with its id.
package struct DatagramExchange {
    let channel: DatagramChannel
    let query: Int32

    package static func begin(
        _ server: Endpoint, _ byteCount: Int, until deadline: Instant, apart: Bool,
        _ encode: (UInt16, inout MutableSpan<UInt8>) -> Void
    ) throws(SocketFault) -> DatagramExchange {
        guard let loop = Reactor.current else { preconditionFailure("an exchange needs a loop") }
        return loop.datagrams.begin(server, byteCount, deadline, apart: apart, encode)
    }

    package var id: UInt16 { unsafe channel.exchanges.id(of: query) }

    /// How many datagrams came that were not its answer.
    package var strangerCount: Int { unsafe channel.exchanges.query(query).pointee.strangerCount }

    /// The next datagram; nil where it is time to send the query again.
    package func next() async throws(SocketFault) -> UnsafeBufferPointer<UInt8>? {
        unsafe try await channel.exchanges.next(query, channel)
    }

    package func sendAgain(_ byteCount: Int, _ encode: (UInt16, inout MutableSpan<UInt8>) -> Void) {
        channel.giveUp(query)
        channel.enqueue(query, byteCount, encode)
    }

    package func end(answered: Bool) { unsafe channel.exchanges.end(query, channel, answered: answered) }
}

extension DatagramExchanges {
    /// Sends one query, again where its answer does not come in time, and waits for the datagram that `accept` takes for
    /// its answer (nil: not ours, keep waiting).
    ///
    /// `encode` writes exactly `byteCount` bytes, starting with the id; it is called once for each try. All tries have the
    /// same id and port, so that an answer to any of them counts and none of them makes guessing easier; where strangers flood
    /// the port, further tries have another one. A query that is `apart` leaves by a port that no other had before. Where no
    /// answer comes, `strangers` is told how many datagrams came instead.
    /// Errors: ``SocketFault``.
    @inlinable
    package static func exchange<R>(
        with server: Endpoint, byteCount: Int, until deadline: Instant, apart: Bool = false,
        encode: (UInt16, inout MutableSpan<UInt8>) -> Void, accept: (UInt16, Span<UInt8>) -> R?,
        strangers: (Int) -> Void = { _ in }
    ) async throws(SocketFault) -> R {
        let exchange = try DatagramExchange.begin(server, byteCount, until: deadline, apart: apart, encode)
        do throws(SocketFault) {
            while true {
                guard let bytes = unsafe try await exchange.next() else {
                    exchange.sendAgain(byteCount, encode)
                    continue
                }
                // Invariant: the bytes stay ours until the next call, and `accept` cannot make it.
                if let answer = accept(exchange.id, unsafe bytes.span) {
                    exchange.end(answered: true)
                    return answer
                }
            }
        } catch {
            strangers(exchange.strangerCount)
            exchange.end(answered: false)
            throw error
        }
    }
}
