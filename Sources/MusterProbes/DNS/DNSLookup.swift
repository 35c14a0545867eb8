internal import MusterCore
internal import MusterSystem
internal import MusterWire

/// One DNS query on the wire: over UDP, and over TCP where the answer is truncated or TCP is asked for. A server that does not
/// know EDNS is asked again without it, and from then on at once.
enum DNSLookup {
    /// Why there is no answer.
    enum Failure: Error {
        case datagram(SocketFault)
        /// The server said that its answer is longer, but did not give it over TCP.
        case stream(SocketFault)
        case malformed(DNSFault)
    }

    /// What became of a query.
    private enum Outcome {
        case answer(DNSResponseCode)
        case truncated
        /// The server does not know EDNS.
        case refusesOptions
        case malformed(DNSFault)
    }

    /// So many datagrams with our id that answer something else are passed over.
    private static let mostStrays = 16

    /// Asks a server and gives its answer's code and bytes to `read`, which must not keep them.
    ///
    /// The code that is hoped for is taken as it is, though it may say that the server does not know EDNS. `ignoring` is told of
    /// each message that came and was no answer.
    static func run(
        _ query: DNSQuery, at server: Endpoint, overStream: Bool = false, expecting hoped: DNSResponseCode = .noError,
        _ clock: inout PhaseClock, until deadline: Instant, ignoring ignore: (DNSStray) -> Void = { _ in },
        _ read: (DNSResponseCode, Span<UInt8>) -> Void
    ) async throws(Failure) {
        let plainServers = Reactor.local { PlainServers() }
        var query = plainServers.contains(server) ? query.withoutOptions : query
        var wasRefused = false
        var useStream = overStream
        while true {
            let outcome: Outcome
            if useStream {
                do throws(SocketFault) {
                    outcome = try await stream(query, server, hoped, &clock, deadline, ignore, read)
                } catch {
                    throw .stream(error)
                }
            } else {
                clock.enter(.wait)
                do throws(SocketFault) {
                    outcome = try await datagram(query, server, hoped, deadline, ignore, read)
                } catch {
                    throw .datagram(error)
                }
            }
            switch outcome {
            case .answer(let code):
                // Who refuses this query too does not mind EDNS, but the question.
                if wasRefused, !code.mayRefuseOptions { plainServers.insert(server) }
                return
            case .malformed(let fault): throw .malformed(fault)
            case .truncated: useStream = true
            case .refusesOptions:
                query = query.withoutOptions
                wasRefused = true
            }
        }
    }

    private static func datagram(
        _ query: DNSQuery, _ server: Endpoint, _ hoped: DNSResponseCode, _ deadline: Instant,
        _ ignore: (DNSStray) -> Void, _ read: (DNSResponseCode, Span<UInt8>) -> Void
    ) async throws(SocketFault) -> Outcome {
        var strays = 0
        return try await DatagramExchanges.exchange(
            with: server, byteCount: query.byteCount, until: deadline,
            encode: { id, bytes in _ = query.encode(id: id, into: &bytes) },
            accept: { id, bytes in
                let check = query.check(bytes, id: id)
                if query.isRefused(by: check, bytes, expecting: hoped) { return .refusesOptions }
                switch check {
                case .truncated: return .truncated
                case .malformed(let fault): return .malformed(fault)
                case .answer(let code):
                    read(code, bytes)
                    return .answer(code)
                case .unrelated:
                    ignore(query.stray(bytes, id: id))
                    strays += 1
                    return strays > mostStrays ? .malformed(.unrelatedMessages) : nil
                }
            })
    }

    /// The same over TCP (RFC 7766).
    private static func stream(
        _ query: DNSQuery, _ server: Endpoint, _ hoped: DNSResponseCode, _ clock: inout PhaseClock, _ deadline: Instant,
        _ ignore: (DNSStray) -> Void, _ read: (DNSResponseCode, Span<UInt8>) -> Void
    ) async throws(SocketFault) -> Outcome {
        let id = UInt16.random(in: 0...UInt16.max)
        clock.enter(.connect)
        return try await Reactor.withSocket(toward: server.address) { socket throws(SocketFault) in
            try await socket.connect(to: server, until: deadline)
            clock.enter(.send)
            try await socket.send(DNSStreamDecoder.framed(query.encoded(id: id)), until: deadline)
            clock.enter(.wait)
            var exchange = DNSStreamExchange(query, id: id, expecting: hoped)
            defer { if let stray = exchange.lastStray { ignore(stray) } }
            while true {
                guard let step = try await socket.receive(until: deadline, { exchange.receive($0) }) else {
                    throw .reset
                }
                switch step {
                case .needMore: continue
                case .malformed(let fault): return .malformed(fault)
                case .refusesOptions:
                    socket.finish()
                    return .refusesOptions
                case .answer(let code, let message):
                    socket.finish()
                    read(code, message.span)
                    return .answer(code)
                }
            }
        }
    }
}

/// The servers of a loop that are known not to know EDNS.
private final class PlainServers {
    private var servers: Set<Endpoint> = []

    /// More than this are not remembered: whoever is forgotten is asked twice once more.
    private static let capacity = 4096

    func contains(_ server: Endpoint) -> Bool { !servers.isEmpty && servers.contains(server) }

    func insert(_ server: Endpoint) {
        if servers.count >= Self.capacity { servers = [] }
        servers.insert(server)
    }
}
