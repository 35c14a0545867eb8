import MusterWire
import Testing

@Suite struct DNSStreamTests {
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
