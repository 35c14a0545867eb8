import Crypto
import MusterTLS
import SwiftASN1
import Testing
import X509

@Suite("TLS in memory")
struct TLSExchangeTests {
    @Test("A handshake ends established whatever the size of the pieces", arguments: [1, 2, 3, 5, 7, 64, 1000, .max])
    func pieces(_ size: Int) throws {
        let pair = try Connected(thread: TLSThread())
        defer { pair.close() }
        pair.exchange(pieces: size)
        #expect(pair.client.step == .established)
        #expect(pair.server.step == .established)
        #expect(pair.client.version == "TLS 1.3")
        #expect(pair.client.cipherName?.hasPrefix("TLS_") == true)
        #expect(pair.client.cipher.map { $0 >> 8 } == 0x13)
        #expect(pair.client.alpn == "http/1.1")
        #expect(pair.server.alpn == "http/1.1")
        #expect(pair.client.fault == nil)
    }

    @Test("The server's flight may be cut at every one of its bytes")
    func everySplit() throws {
        let thread = TLSThread()
        var length = 0
        var cut = 1
        repeat {
            let pair = try Connected(thread: thread)
            defer { pair.close() }
            pair.server.receive(pair.client.outbound())
            let flight = pair.server.outbound()
            length = flight.count
            // The length differs by a few bytes from one handshake to the next, with the encoding of the signature.
            let split = min(cut, length)
            pair.client.receive(Array(flight[..<split]))
            pair.client.decide(true)
            pair.client.receive(Array(flight[split...]))
            pair.exchange()
            #expect(pair.client.step == .established, "cut at \(cut)")
            #expect(pair.server.step == .established, "cut at \(cut)")
            cut += 1
        } while cut < length
        #expect(length > 500)
    }

    @Test(
        "Servers with keys of Ed25519 and P-521 are spoken to", arguments: ["Ed25519", "P-521"], [false, true])
    func otherKeys(_ kind: String, onlyTLS12: Bool) throws {
        let (key, pem): (Certificate.PrivateKey, String)
        if kind == "P-521" {
            let made = P521.Signing.PrivateKey()
            (key, pem) = (.init(made), made.pemRepresentation)
        } else {
            let made = Certificate.PrivateKey(Curve25519.Signing.PrivateKey())
            (key, pem) = (made, try made.serializeAsPEM().pemString)
        }
        let leaf = try MadeCertificate("leaf", key, by: nil, isAuthority: false)
        let context = try TLSServerContext(chain: [leaf.der], privateKeyPEM: pem, onlyTLS12: onlyTLS12)
        let pair = try Connected(server: context, thread: TLSThread())
        defer { pair.close() }
        pair.exchange()
        #expect(pair.client.step == .established)
        #expect(pair.client.fault == nil)
    }

    @Test("A server that wants a client certificate says so, after the handshake in TLS 1.3", arguments: [false, true])
    func clientCertificate(onlyTLS12: Bool) throws {
        let chain = try Lab.chain()
        let context = try TLSServerContext(
            chain: chain.certificates, privateKeyPEM: chain.privateKeyPEM, onlyTLS12: onlyTLS12,
            requiresClientCertificate: true)
        let pair = try Connected(server: context, thread: TLSThread())
        defer { pair.close() }
        pair.exchange()
        #expect(pair.client.step == .failed)
        let alert = onlyTLS12 ? "handshake_failure" : "certificate_required: it wants a client certificate"
        #expect(pair.client.fault == "the peer sent alert \(alert)")
    }

    @Test("TLS 1.2 is spoken and told too, whatever the size of the pieces", arguments: [1, 5, .max])
    func olderVersion(_ size: Int) throws {
        let chain = try Lab.chain()
        let context = try TLSServerContext(
            chain: chain.certificates, privateKeyPEM: chain.privateKeyPEM, onlyTLS12: true)
        let pair = try Connected(server: context, thread: TLSThread())
        defer { pair.close() }
        pair.exchange(pieces: size)
        #expect(pair.client.step == .established)
        #expect(pair.client.version == "TLS 1.2")
        #expect(pair.client.cipherName?.hasPrefix("TLS_ECDHE_ECDSA_WITH_") == true)
        pair.client.send([1, 2, 3])
        pair.exchange(pieces: size)
        #expect(pair.server.plaintext() == [1, 2, 3])
    }

    @Test("The server name is sent without its trailing dot", arguments: ["web.lab.example", "web.lab.example."])
    func trailingDot(_ name: String) throws {
        let client = try TLSClient(context: Lab.clientContext, thread: TLSThread(), serverName: name)
        defer { client.close() }
        let hello = client.outbound()
        // host_name (0), its length, the name (RFC 6066 §3).
        let entry: [UInt8] = [0, 0, 15] + Array("web.lab.example".utf8)
        #expect(hello.indices.contains { hello[$0...].starts(with: entry) })
    }

    @Test("The client stops at the server's chain, and tells it")
    func chain() throws {
        let chain = try Lab.chain()
        let context = try TLSServerContext(chain: chain.certificates, privateKeyPEM: chain.privateKeyPEM)
        let pair = try Connected(server: context, thread: TLSThread())
        defer { pair.close() }
        #expect(pair.client.presentedChain == [])
        pair.server.receive(pair.client.outbound())
        pair.client.receive(pair.server.outbound())
        #expect(pair.client.step == .needsVerdict)
        #expect(pair.client.presentedChain == chain.certificates)
        #expect(pair.client.version == "TLS 1.3")
        #expect(pair.client.outbound() == [])
    }

    @Test("Data goes both ways, more than a record of it", arguments: [1, 100, 16_384, 100_000])
    func data(_ count: Int) throws {
        let pair = try Connected(thread: TLSThread())
        defer { pair.close() }
        pair.exchange()
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        #expect(pair.client.send(bytes))
        #expect(pair.server.send(bytes.reversed()))
        pair.exchange(pieces: 1399)
        #expect(pair.server.plaintext() == bytes)
        #expect(pair.client.plaintext() == bytes.reversed())
        #expect(pair.client.plaintext() == [])
    }

    @Test("What is sent before the handshake is over arrives after it")
    func early() throws {
        let pair = try Connected(thread: TLSThread())
        defer { pair.close() }
        pair.client.send(Array("GET /".utf8))
        pair.exchange()
        #expect(pair.server.plaintext() == Array("GET /".utf8))
    }

    @Test("A client that refuses the chain sends no data, and both sides fail", arguments: LabAuthority.Flaw.allCases)
    func refused(_ flaw: LabAuthority.Flaw) throws {
        let context = try Lab.authority.serverContext(dnsNames: [Lab.name], flaw: flaw)
        let pair = try Connected(server: context, thread: TLSThread())
        defer { pair.close() }
        pair.client.send(Array("secret".utf8))
        pair.exchange(accept: false)
        #expect(pair.client.step == .failed)
        #expect(pair.client.fault == "the certificate was refused")
        #expect(pair.server.step == .failed)
        #expect(pair.server.fault?.hasPrefix("the peer sent alert") == true, "\(pair.server.fault ?? "")")
        #expect(pair.server.plaintext() == [])
        #expect(pair.client.presentedChain.isEmpty == false)
        #expect(!pair.client.send([1]))
    }

    @Test("Without verification every chain is accepted at once, and told", arguments: LabAuthority.Flaw.allCases)
    func unverified(_ flaw: LabAuthority.Flaw) throws {
        let client = try TLSClientContext(applicationProtocols: [], verify: false)
        let server = try Lab.authority.serverContext(dnsNames: [Lab.name], flaw: flaw)
        let pair = try Connected(context: client, server: server, thread: TLSThread(), serverName: nil)
        defer { pair.close() }
        pair.exchange(accept: false)
        #expect(pair.client.step == .established)
        #expect(pair.client.alpn == nil)
        #expect(pair.client.presentedChain.isEmpty == false)
    }

    @Test("Each side closes for itself: after one close_notify the other side still sends")
    func halfClose() throws {
        let pair = try Connected(thread: TLSThread())
        defer { pair.close() }
        pair.exchange()
        pair.client.closeNotify()
        pair.exchange()
        #expect(pair.server.peerClosed)
        #expect(pair.client.step == .established)
        #expect(!pair.client.peerClosed)
        pair.server.send(Array("answer".utf8))
        pair.server.closeNotify()
        pair.exchange()
        #expect(pair.client.plaintext() == Array("answer".utf8))
        #expect(pair.client.peerClosed)
        #expect(pair.client.step == .closed)
        #expect(pair.server.step == .closed)
        #expect(pair.client.fault == nil)
    }

    @Test("The end of the transport closes an established connection, and without notice it may be cut short")
    func truncated() throws {
        let pair = try Connected(thread: TLSThread())
        defer { pair.close() }
        pair.exchange()
        pair.server.send([1, 2, 3])
        pair.client.receive(pair.server.outbound())
        pair.client.receiveEnd()
        #expect(pair.client.step == .closed)
        #expect(!pair.client.peerClosed)
        #expect(pair.client.fault == nil)
        #expect(pair.client.plaintext() == [1, 2, 3])
    }

    @Test("More than is read or sent is not queued for ever")
    func bounds() throws {
        let pair = try Connected(thread: TLSThread())
        defer { pair.close() }
        pair.exchange()
        let piece = [UInt8](repeating: 7, count: 1 << 20)
        #expect((0..<3).allSatisfy { _ in pair.client.send(piece) })
        #expect(!pair.client.send(piece))
        pair.server.receive(pair.client.outbound())
        #expect(pair.server.step == .established)
        #expect((0..<3).allSatisfy { _ in pair.client.send(piece) })
        pair.server.receive(pair.client.outbound())
        #expect(pair.server.step == .failed)
        #expect(pair.server.fault == "more than 4 MiB were received and not read")
    }

    @Test("Records around little data are taken up to a bound, whoever reads them", arguments: [20_000, 40_000])
    func overhead(records: Int) throws {
        let pair = try Connected(thread: TLSThread())
        defer { pair.close() }
        pair.exchange()
        var received = 0
        for _ in 0..<records / 1000 {
            for _ in 0..<1000 { pair.server.send([7]) }
            pair.server.outbound().pieces(of: 16_384).forEach(pair.client.receive)
            received += pair.client.plaintext().count
        }
        let isWithin = records <= 20_000
        #expect(pair.client.step == (isWithin ? .established : .failed))
        #expect(pair.client.fault == (isWithin ? nil : "the peer sent more than 512 KiB around its data"))
        #expect(isWithin ? received == records : (20_000..<40_000).contains(received))
    }

    @Test("Held data is bounded too, and so is what a peer sends before the verdict")
    func boundsInHandshake() throws {
        let pair = try Connected(thread: TLSThread())
        defer { pair.close() }
        let piece = [UInt8](repeating: 7, count: 1 << 20)
        // The first message of the handshake is queued too.
        #expect((0..<4).map { _ in pair.client.send(piece) } == [true, true, true, false])
        pair.server.receive(pair.client.outbound())
        pair.client.receive(pair.server.outbound())
        #expect(pair.client.step == .needsVerdict)
        for _ in 0..<5 { pair.client.receive([UInt8](repeating: 23, count: 128 << 10)) }
        #expect(pair.client.step == .failed)
        #expect(pair.client.fault == "the peer sent more than 512 KiB in the handshake")
    }

    @Test(
        "A server name that cannot be sent is a fault",
        arguments: [
            "", ".", "127.0.0.1", "::1", "a\0b", String(repeating: "a", count: 256),
        ])
    func badName(_ name: String) {
        let thread = TLSThread()
        let fault = #expect(throws: TLSFault.self) {
            try TLSClient(context: Lab.clientContext, thread: thread, serverName: name).close()
        }
        #expect(fault?.code == .badServerName)
    }

    @Test("Settings that cannot be used are faults")
    func badSettings() throws {
        let chain = try Lab.chain()
        let other = try Lab.chain([.weak])
        let faults: [(TLSFault.Code, () throws -> Void)] = [
            (.badApplicationProtocol, { _ = try TLSClientContext(applicationProtocols: [""]) }),
            (.badKey, { _ = try TLSServerContext(chain: chain.certificates, privateKeyPEM: "no key") }),
            (.badKey, { _ = try TLSServerContext(chain: chain.certificates, privateKeyPEM: other.privateKeyPEM) }),
            (.badCertificate, { _ = try TLSServerContext(chain: [[1]], privateKeyPEM: chain.privateKeyPEM) }),
            (.noCertificates, { _ = try TLSServerContext(chainPEM: "", privateKeyPEM: chain.privateKeyPEM) }),
        ]
        for (code, make) in faults {
            let fault = #expect(throws: TLSFault.self, performing: make)
            #expect(fault?.code == code)
        }
    }
}
