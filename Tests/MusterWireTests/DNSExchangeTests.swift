import MusterWire
import Testing

@Suite struct DNSExchangeTests {
    static let query = DNSQuery(name: DNSFixtures.owner, type: .a)
    static let answer = DNSFixtures.answer(to: query, id: 5, address: 1)

    @Test("A lookup over UDP ignores strangers and ends with the answer")
    func datagram() throws {
        var exchange = DNSExchange(query: Self.query)
        #expect(exchange.received(Self.answer) == .ignore, "nothing has been asked yet")
        #expect(exchange.ask(id: 4) == .send(Self.query.encoded(id: 4)))
        #expect(exchange.received(Self.answer) == .ignore)
        #expect(exchange.ask(id: 5) == .send(Self.query.encoded(id: 5)))
        #expect(exchange.received(Self.answer) == .finish(try DNSMessage(parsing: Self.answer)))
        #expect(exchange.received(Self.answer) == .ignore, "it is over")
    }

    @Test("An answer that cannot be read ends the lookup")
    func malformed() {
        var exchange = DNSExchange(query: Self.query)
        _ = exchange.ask(id: 5)
        #expect(exchange.received(Array(Self.answer.dropLast())) == .malformed(.truncatedMessage))
        #expect(exchange.received(Self.answer) == .ignore)
    }

    @Test("A truncated answer is asked for again over a stream, split anywhere")
    func stream() throws {
        var truncated = Self.answer
        truncated[2] |= 0x02
        let stranger = DNSFixtures.answer(to: Self.query, id: 6, address: 2)
        let bytes = DNSStreamDecoder.framed(stranger) + DNSStreamDecoder.framed(Self.answer)
        for split in 0..<bytes.count {
            var exchange = DNSExchange(query: Self.query)
            _ = exchange.ask(id: 4)
            truncated[1] = 4
            #expect(exchange.received(truncated) == .retryOverStream)
            #expect(exchange.askOverStream(id: 5) == .send(DNSStreamDecoder.framed(Self.query.encoded(id: 5))))
            #expect(exchange.receivedFromStream(Array(bytes[..<split])) == .ignore)
            let step = exchange.receivedFromStream(Array(bytes[split...]))
            #expect(step == .finish(try DNSMessage(parsing: Self.answer)), "split at \(split)")
            #expect(exchange.streamEnded() == .ignore)
        }
    }

    @Test("Over a stream a truncated answer is the answer, and an early end is a fault")
    func streamEnds() {
        var truncated = Self.answer
        truncated[2] |= 0x02
        var exchange = DNSExchange(query: Self.query)
        _ = exchange.askOverStream(id: 5)
        guard case .finish(let message) = exchange.receivedFromStream(DNSStreamDecoder.framed(truncated)) else {
            Issue.record("no answer")
            return
        }
        #expect(message.isTruncated)
        var other = DNSExchange(query: Self.query)
        _ = other.askOverStream(id: 5)
        #expect(other.receivedFromStream([0, 9, 1]) == .ignore)
        #expect(other.streamEnded() == .malformed(.truncatedMessage))
        #expect(other.receivedFromStream(Self.answer) == .ignore)
    }

    @Test("Messages come out of a stream whole, whatever the fragments", arguments: 1...9)
    func framing(size: Int) {
        let messages: [[UInt8]] = [
            [], [1], [UInt8](repeating: 7, count: 300), [2, 3], [UInt8](repeating: 9, count: 65_535),
        ]
        let bytes = messages.flatMap(DNSStreamDecoder.framed)
        var decoder = DNSStreamDecoder()
        var found: [[UInt8]] = []
        var start = 0
        while start < bytes.count {
            let end = min(start + size * size * size * size, bytes.count)
            decoder.receive(Array(bytes[start..<end]))
            while let message = decoder.next() { found.append(message) }
            start = end
        }
        #expect(found == messages)
        #expect(!decoder.isInsideMessage)
        decoder.receive([0])
        #expect(decoder.isInsideMessage)
    }
}
