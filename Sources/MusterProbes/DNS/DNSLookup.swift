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

    /// So many datagrams with our id that answer something else are passed over.
    private static let mostStrays = 16

    /// Asks a server and gives its answer's code and bytes to `read`, which must not keep them.
    ///
    /// The code that is hoped for is taken as it is, though it may say that the server does not know EDNS. `ignoring` is told of
    /// what came and was no answer. Where `confirmsAbsence`, a server that may mind the case of letters is asked for what it
    /// does not have a second time, in the case as it was written, and `read` is called again where it has it so.
    static func run(
        _ query: DNSQuery, at server: Endpoint, overStream: Bool = false, expecting hoped: DNSResponseCode = .noError,
        confirmsAbsence: Bool = false, _ clock: inout PhaseClock, until deadline: Instant,
        ignoring ignore: (DNSStray) -> Void = { _ in }, _ read: (DNSResponseCode, Span<UInt8>) -> Void
    ) async throws(Failure) {
        var ask = DNSAsk(query, server, overStream: overStream, confirmsAbsence: confirmsAbsence, until: deadline)
        repeat {
            if ask.isOverStream {
                do throws(SocketFault) {
                    ask.outcome = try await stream(ask.query, server, hoped, &clock, deadline, ignore, read)
                } catch {
                    throw .stream(error)
                }
            } else {
                clock.enter(.wait)
                do throws(SocketFault) {
                    ask.outcome = try await datagram(ask, hoped, ignore, read)
                } catch {
                    guard ask.standsUnanswered() else { throw .datagram(error) }
                    return
                }
            }
        } while try ask.goesOn(ignore)
    }

    private static func datagram(
        _ ask: DNSAsk, _ hoped: DNSResponseCode, _ ignore: (DNSStray) -> Void,
        _ read: (DNSResponseCode, Span<UInt8>) -> Void
    ) async throws(SocketFault) -> DNSAsk.Outcome {
        let (query, approach) = (ask.query, ask.approach)
        var strays = 0
        var tries = 0
        return try await DatagramExchanges.exchange(
            with: approach.server, byteCount: query.byteCount, until: ask.deadline, apart: approach.isApart,
            encode: { id, bytes in
                let casing = tries < approach.mixedTries ? approach.casing : .asWritten
                tries += 1
                _ = query.encode(id: id, in: casing, into: &bytes)
            },
            accept: { id, bytes in
                let check = query.check(bytes, id: id)
                guard check != .unrelated else {
                    ignore(query.stray(bytes, id: id))
                    strays += 1
                    guard strays > mostStrays else { return nil }
                    return approach.isApart ? .malformed(.unrelatedMessages) : .doubtful(byCase: false)
                }
                if query.isRefused(by: check, bytes, expecting: hoped) { return .refusesOptions }
                let isEchoed = query.isEchoed(in: bytes, approach.casing)
                guard isEchoed || approach.trusts else {
                    ignore(query.stray(bytes, id: id))
                    return .doubtful(byCase: true)
                }
                switch check {
                case .unrelated: return nil
                case .truncated: return .truncated
                case .malformed(let fault): return .malformed(fault)
                case .answer(let code):
                    let isAsWritten = tries > approach.mixedTries && query.isEchoed(in: bytes, .asWritten)
                    let sign = DNSApproach.Sign(
                        code: code, hasRecords: bytes[6] | bytes[7] != 0, isEchoed: isEchoed, isAsWritten: isAsWritten)
                    if approach.takes(sign) { read(code, bytes) }
                    return .answer(sign)
                }
            },
            strangers: { count in if count >= DNSStray.flood { ignore(.many(count)) } })
    }

    /// The same over TCP (RFC 7766).
    private static func stream(
        _ query: DNSQuery, _ server: Endpoint, _ hoped: DNSResponseCode, _ clock: inout PhaseClock, _ deadline: Instant,
        _ ignore: (DNSStray) -> Void, _ read: (DNSResponseCode, Span<UInt8>) -> Void
    ) async throws(SocketFault) -> DNSAsk.Outcome {
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
                    return .answer(.init(code: code, hasRecords: true, isEchoed: true, isAsWritten: false))
                }
            }
        }
    }
}
