import Testing

@testable import MusterTLS

@Suite("What a connection keeps")
struct TLSStateTests {
    @Test("Channel, state and handlers go with the connection, failed or not", arguments: [0, 1, 2, 3])
    func internals(_ stage: Int) throws {
        let thread = TLSThread()
        weak var state: TLSConnectionState?
        do {
            let connection = TLSConnection(role: .client, thread: thread)
            state = connection.state
            connection.close()
        }
        #expect(state == nil)
        weak var client: TLSClient?
        do {
            let made = try TLSClient(context: Lab.clientContext, thread: thread, serverName: nil)
            client = made
            switch stage {
            case 0: break
            case 1: made.receive(Array("HTTP/1.1 400\r\n".utf8))
            case 2: made.receiveEnd()
            default: made.send([1, 2, 3])
            }
            made.close()
        }
        #expect(client == nil)
    }

    @Test("The ServerHello is read from pieces of any size", arguments: 1..<40)
    func hello(_ size: Int) {
        var reader = ServerHelloReader()
        let body: [UInt8] = [3, 3] + [UInt8](repeating: 9, count: 32) + [0, 0x13, 0x02, 0, 0, 6, 0, 43, 0, 2, 3, 4]
        let message = [2, 0, 0, UInt8(body.count)] + body
        // In two records, cut in the middle of the random.
        let bytes = [22, 3, 3, 0, 20] + message[..<20] + [22, 3, 3, 0, UInt8(message.count - 20)] + message[20...]
        for piece in Array(bytes).pieces(of: size) { reader.read(piece.span) }
        #expect(reader.cipher == 0x1302)
        #expect(reader.version == 0x0304)
        #expect(reader.opening == Array(bytes.prefix(16)))
    }

    @Test(
        "What is no ServerHello tells no cipher",
        arguments: [
            [], [21, 3, 3, 0, 2, 2, 40], [22, 3, 3, 0, 4, 1, 0, 0, 0], [22, 3, 3, 0, 4, 2, 0, 0, 0],
            [22, 3, 3, 0, 4, 2, 255, 255, 255], [22, 3, 3, 0, 5, 2, 0, 0, 1, 3], Array("HTTP/1.1 200 OK".utf8),
        ] as [[UInt8]])
    func noHello(_ bytes: [UInt8]) {
        var reader = ServerHelloReader()
        reader.read(bytes.span)
        #expect(reader.cipher == nil)
    }

    @Test(
        "Dates are counted as Unix seconds",
        arguments: [
            (1970, 1, 1, 0), (2000, 2, 29, 951_782_400), (2024, 3, 1, 1_709_251_200), (1950, 1, 1, -631_152_000),
            (2100, 12, 31, 4_133_894_400), (9999, 12, 31, 253_402_214_400),
        ] as [(Int, Int, Int, Int64)])
    func dates(_ year: Int, _ month: Int, _ day: Int, _ seconds: Int64) {
        #expect(CertificateOutline.unixSeconds(year: year, month: month, day: day, seconds: 0) == seconds)
    }
}
