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
    private enum Outcome<R> {
        case answer(R)
        case truncated
        case malformed(DNSFault)
    }

    /// Asks a server and gives its answer's code and bytes to `read`, which must not keep them.
    static func run<R>(
        _ query: DNSQuery, at server: Endpoint, overStream: Bool = false, _ clock: inout PhaseClock,
        until deadline: Instant,
        _ read: (DNSResponseCode, Span<UInt8>) -> R
    ) async throws(Failure) -> R {
        if !overStream {
            clock.enter(.wait)
            let outcome: Outcome<R>
            do throws(SocketFault) {
                outcome = try await DatagramExchanges.exchange(
                    with: server, byteCount: query.byteCount, until: deadline,
                    encode: { id, bytes in _ = query.encode(id: id, into: &bytes) },
                    accept: { id, bytes in
                        switch query.check(bytes, id: id) {
                        case .unrelated: nil
                        case .truncated: .truncated
                        case .malformed(let fault): .malformed(fault)
                        case .answer(let code): .answer(read(code, bytes))
                        }
                    })
            } catch {
                throw .datagram(error)
            }
            switch outcome {
            case .answer(let answer): return answer
            case .malformed(let fault): throw .malformed(fault)
            case .truncated: break
            }
        }
        do throws(StreamFailure) {
            return try await stream(query, server, &clock, deadline, read)
        } catch {
            switch error {
            case .socket(let fault): throw .stream(fault)
            case .malformed(let fault): throw .malformed(fault)
            }
        }
    }

    private enum StreamFailure: Error {
        case socket(SocketFault)
        case malformed(DNSFault)
    }

    /// The same over TCP (RFC 7766).
    private static func stream<R>(
        _ query: DNSQuery, _ server: Endpoint, _ clock: inout PhaseClock, _ deadline: Instant,
        _ read: (DNSResponseCode, Span<UInt8>) -> R
    ) async throws(StreamFailure) -> R {
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
        if case .answer(let code) = query.check(message.span, id: id) { return read(code, message.span) }
        return read(DNSResponseCode(rawValue: UInt16(message[3] & 15)), message.span)
    }
}
