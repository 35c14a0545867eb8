/// One lookup: a query over UDP and, when the answer is cut short, once more over TCP. It owns no socket and no
/// clock; who drives it sends, receives and decides when to give up.
package struct DNSExchange: Sendable {
    /// What to do next.
    package enum Step: Hashable, Sendable {
        /// Send these bytes: a datagram, or the framed query on a stream.
        case send([UInt8])
        /// The answer did not fit into a datagram: connect by TCP and call `askOverStream`.
        case retryOverStream
        /// Nothing yet: keep waiting for bytes.
        case ignore
        /// The answer.
        case finish(DNSMessage)
        /// The answer came, but cannot be read; or the stream ended before it.
        case malformed(DNSFault)
    }

    /// What is asked.
    package let query: DNSQuery
    private var id: UInt16?
    private var isFinished = false
    private var decoder = DNSStreamDecoder()

    /// The lookup of this query, nothing sent yet.
    package init(query: DNSQuery) { self.query = query }

    /// Asks over UDP, for the first time or again. Answers to an earlier id no longer count; the caller draws ids at
    /// random.
    package mutating func ask(id: UInt16) -> Step {
        self.id = id
        return .send(query.encoded(id: id))
    }

    /// A datagram has come from the server.
    package mutating func received(_ datagram: Span<UInt8>) -> Step {
        guard let id, !isFinished else { return .ignore }
        switch query.check(datagram, id: id) {
        case .unrelated: return .ignore
        case .truncated: return .retryOverStream
        case .malformed(let fault):
            isFinished = true
            return .malformed(fault)
        case .answer: return finish(datagram)
        }
    }

    /// Asks over a stream that has just been connected.
    package mutating func askOverStream(id: UInt16) -> Step {
        self.id = id
        decoder = DNSStreamDecoder()
        return .send(DNSStreamDecoder.framed(query.encoded(id: id)))
    }

    /// Bytes have come over the stream, in any fragments.
    package mutating func receivedFromStream(_ bytes: Span<UInt8>) -> Step {
        guard let id, !isFinished else { return .ignore }
        decoder.receive(bytes)
        while let message = decoder.next() {
            switch query.check(message.span, id: id) {
            case .unrelated: continue
            // Over TCP there is nowhere else to ask: what is there is the answer.
            case .answer, .truncated: return finish(message.span)
            case .malformed(let fault):
                isFinished = true
                return .malformed(fault)
            }
        }
        return .ignore
    }

    /// The stream has ended: without an answer before, it was cut off.
    package mutating func streamEnded() -> Step {
        guard !isFinished else { return .ignore }
        isFinished = true
        return .malformed(.truncatedMessage)
    }

    private mutating func finish(_ bytes: Span<UInt8>) -> Step {
        isFinished = true
        do {
            return .finish(try DNSMessage(parsing: bytes))
        } catch {
            return .malformed(error)
        }
    }
}
