internal import MusterCore
internal import MusterSystem
internal import MusterWire

/// One DNS query on the wire: over UDP, and over TCP where the answer is truncated or TCP is asked for.
enum DNSLookup {
    /// Why there is no answer.
    enum Failure: Error {
        case datagram(SocketFault)
        /// The server said that its answer is longer, but did not give it over TCP.
        case stream(SocketFault)
        case malformed(DNSFault)
    }

    /// What a datagram turned out to be.
    private enum Outcome {
        case answer
        case truncated
        case malformed(DNSFault)
    }

    /// Asks a server and gives its answer's code and bytes to `read`, which must not keep them.
    static func run(
        _ query: DNSQuery, at server: Endpoint, overStream: Bool = false, _ clock: inout PhaseClock,
        until deadline: Instant, _ read: (DNSResponseCode, Span<UInt8>) -> Void
    ) async throws(Failure) {
        if !overStream {
            clock.enter(.wait)
            switch try await datagram(query, server, deadline, read) {
            case .answer: return
            case .malformed(let fault): throw .malformed(fault)
            case .truncated: break
            }
        }
        do throws(StreamFailure) {
            try await stream(query, server, &clock, deadline, read)
        } catch {
            switch error {
            case .socket(let fault): throw .stream(fault)
            case .malformed(let fault): throw .malformed(fault)
            }
        }
    }

    private static func datagram(
        _ query: DNSQuery, _ server: Endpoint, _ deadline: Instant, _ read: (DNSResponseCode, Span<UInt8>) -> Void
    ) async throws(Failure) -> Outcome {
        do throws(SocketFault) {
            return try await DatagramExchanges.exchange(
                with: server, byteCount: query.byteCount, until: deadline,
                encode: { id, bytes in _ = query.encode(id: id, into: &bytes) },
                accept: { id, bytes in
                    switch query.check(bytes, id: id) {
                    case .unrelated: return nil
                    case .truncated: return .truncated
                    case .malformed(let fault): return .malformed(fault)
                    case .answer(let code):
                        read(code, bytes)
                        return .answer
                    }
                })
        } catch {
            throw .datagram(error)
        }
    }

    private enum StreamFailure: Error {
        case socket(SocketFault)
        case malformed(DNSFault)
    }

    /// The same over TCP (RFC 7766).
    private static func stream(
        _ query: DNSQuery, _ server: Endpoint, _ clock: inout PhaseClock, _ deadline: Instant,
        _ read: (DNSResponseCode, Span<UInt8>) -> Void
    ) async throws(StreamFailure) {
        let id = UInt16.random(in: 0...UInt16.max)
        let result: Result<[UInt8], StreamFailure>
        do throws(SocketFault) {
            clock.enter(.connect)
            result = try await Reactor.withSocket(toward: server.address) { socket throws(SocketFault) in
                try await socket.connect(to: server, until: deadline)
                clock.enter(.send)
                try await socket.send(DNSStreamDecoder.framed(query.encoded(id: id)), until: deadline)
                clock.enter(.wait)
                var decoder = DNSStreamDecoder()
                while true {
                    guard try await socket.receive(until: deadline, { decoder.receive($0) }) != nil else {
                        return .failure(.socket(.reset))
                    }
                    while let message = decoder.next() {
                        switch query.check(message.span, id: id) {
                        case .unrelated: continue
                        case .malformed(let fault): return .failure(.malformed(fault))
                        case .answer, .truncated:
                            socket.finish()
                            return .success(message)
                        }
                    }
                }
            }
        } catch {
            throw .socket(error)
        }
        let message = try result.get()
        // The low 12 bits of the code's 16 are the header's; the check above has read it.
        let code =
            if case .answer(let code) = query.check(message.span, id: id) { code } else {
                DNSResponseCode(rawValue: UInt16(message[3] & 15))
            }
        read(code, message.span)
    }
}
