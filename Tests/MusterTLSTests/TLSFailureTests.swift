import MusterTLS
import Testing

@Suite("TLS that fails")
struct TLSFailureTests {
    @Test(
        "What is not TLS, and every alert, fails with a stable text",
        arguments: [
            (Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8), "not TLS: the peer answered plain HTTP"),
            (Array("SSH-2.0-OpenSSH_9.6\r\n".utf8), "not TLS: the peer speaks SSH"),
            (Array("220 mail.example ESMTP\r\n".utf8), greeting),
            ([0, 1, 2, 3, 4, 5, 6, 7], "not TLS: the peer's first bytes are no TLS record"),
            ([21, 3, 3, 0, 2, 2, 40], "the peer sent alert handshake_failure"),
            ([21, 3, 1, 0, 2, 2, 70], "the peer sent alert protocol_version"),
            ([21, 3, 3, 0, 2, 2, 112], "the peer sent alert unrecognized_name"),
            ([21, 3, 3, 0, 2, 2, 80], "the peer sent alert internal_error"),
            ([22, 3, 3, 0, 4, 2, 0, 0, 0], "TLS failed: decode error"),
            ([22, 3, 3, 0, 4, 99, 0, 0, 0], "TLS failed: unexpected message"),
        ] as [([UInt8], String)])
    func openings(_ bytes: [UInt8], _ text: String) throws {
        for size in [1, bytes.count] {
            let client = try TLSClient(context: Lab.clientContext, thread: TLSThread(), serverName: Lab.name)
            defer { client.close() }
            bytes.pieces(of: size).forEach(client.receive)
            #expect(client.step == .failed)
            #expect(client.fault == text)
        }
    }

    private static let greeting = "not TLS: the peer greets in plain text, as mail and file servers do"

    @Test("A server tells plain HTTP from TLS", arguments: ["GET / HTTP/1.1\r\n\r\n", "POST /x HTTP/1.1\r\n\r\n"])
    func plainRequest(_ request: String) {
        let server = TLSServer(context: Lab.serverContext, thread: TLSThread())
        defer { server.close() }
        server.receive(Array(request.utf8))
        #expect(server.step == .failed)
        #expect(server.fault == "not TLS: the peer sent plain HTTP")
    }

    @Test("An end at every byte of the server's flight fails the handshake")
    func ends() throws {
        let thread = TLSThread()
        try forEveryCut(thread: thread) { client, flight, cut in
            client.receive(Array(flight[..<cut]))
            if cut.isMultiple(of: 2) { client.decide(true) }
            client.receiveEnd()
            // The whole flight, accepted, establishes the client's side: then the end only closes it.
            #expect(client.step == .failed || cut == flight.count, "cut at \(cut)")
            if client.step == .failed { #expect(client.fault == "the connection ended during the handshake") }
        }
    }

    @Test("Garbage after every byte of the server's flight fails or is noticed later, and never crashes")
    func garbage() throws {
        let thread = TLSThread()
        let noise = (0..<64).map { UInt8(truncatingIfNeeded: $0 &* 197 &+ 255) }
        try forEveryCut(thread: thread) { client, flight, cut in
            client.receive(Array(flight[..<cut]))
            client.receive(noise)
            client.decide(true)
            client.receiveEnd()
            #expect(client.step == .failed || cut == flight.count, "cut at \(cut)")
        }
    }

    @Test("A changed byte anywhere in the server's flight never establishes a connection")
    func changed() throws {
        let thread = TLSThread()
        var version = 0
        try forEveryCut(thread: thread) { client, flight, cut in
            guard cut < flight.count else { return }
            var bytes = flight
            bytes[cut] ^= 0x55
            client.receive(bytes)
            client.decide(true)
            // The version bytes of a record's header are ignored by rule (RFC 8446 §5.1).
            if client.step == .established { version += 1 }
            client.receiveEnd()
        }
        #expect(version <= 4)
    }

    @Test("What comes after the failure or the close is ignored")
    func afterwards() throws {
        let client = try TLSClient(context: Lab.clientContext, thread: TLSThread(), serverName: nil)
        client.receive(Array("HTTP/1.1 400".utf8))
        let fault = client.fault
        client.receive([21, 3, 3, 0, 2, 2, 40])
        client.receiveEnd()
        client.decide(true)
        client.closeNotify()
        #expect(client.fault == fault)
        #expect(client.step == .failed)
        client.close()
        client.close()
        client.receive([1, 2, 3])
        client.receiveEnd()
        #expect(!client.send([1]))
        client.closeNotify()
        #expect(client.step == .closed)
        #expect(client.outbound() == [])
    }

    @Test("A damaged record after the handshake fails the connection")
    func lateDamage() throws {
        let pair = try Connected(thread: TLSThread())
        defer { pair.close() }
        pair.exchange()
        pair.server.send([1, 2, 3])
        var record = pair.server.outbound()
        record[record.count - 1] ^= 1
        pair.client.receive(record)
        #expect(pair.client.step == .failed)
        #expect(pair.client.fault == "TLS failed: bad decrypt")
        #expect(pair.client.plaintext() == [])
    }

    @Test("Closing leaves nothing behind, however far the connection was", arguments: 0..<5)
    func nothingKept(_ stage: Int) throws {
        let thread = TLSThread()
        weak var client: TLSClient?
        weak var server: TLSServer?
        do {
            let pair = try Connected(thread: thread)
            client = pair.client
            server = pair.server
            if stage > 0 { pair.server.receive(pair.client.outbound()) }
            if stage > 1 { pair.client.receive(pair.server.outbound()) }
            if stage > 2 { pair.exchange(accept: stage != 3) }
            if stage > 3 { pair.client.send([1]) }
            #expect(client != nil && server != nil)
            pair.close()
        }
        #expect(client == nil)
        #expect(server == nil)
    }

    /// Runs the body with a new client for every cut of the server's flight, up to the whole of it.
    private func forEveryCut(thread: TLSThread, _ body: (TLSClient, [UInt8], Int) throws -> Void) throws {
        var length = 0
        var cut = 0
        repeat {
            let pair = try Connected(thread: thread)
            defer { pair.close() }
            pair.server.receive(pair.client.outbound())
            let flight = pair.server.outbound()
            length = flight.count
            try body(pair.client, flight, min(cut, length))
            cut += 1
        } while cut <= length
    }
}
