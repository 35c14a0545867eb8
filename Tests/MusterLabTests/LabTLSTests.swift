import MusterCore
import MusterLab
import MusterSystem
import MusterTLS
import Testing

@Suite("The lab over TLS")
struct LabTLSTests {
    private static let flaws: [(fault: String, problem: CertificateProblem)] = [
        ("expired", .expired), ("not-yet-valid", .notYetValid), ("wrong-name", .wrongName),
        ("self-signed", .selfSigned), ("incomplete", .incomplete), ("untrusted", .untrusted), ("weak", .weak),
    ]

    @Test("Chains are judged as planted, and healthy sites answer, by name and by address")
    func chains() async throws {
        let port = try await freePort()
        var fleet = Fleet()
        fleet.check("tls", "http", ["url": .string("https://{name}:\(port)/health"), "expect": ["body": "ok"]])
        fleet.check("bare", "http", ["url": .string("https://{address}:\(port)/health"), "expect": ["body": "ok"]])
        try fleet.hosts("web[1:8].test", at: "127.7.0.[1:8]", checks: ["tls"])
        try fleet.hosts("bare.test", at: "127.7.1.1", checks: ["bare"])
        for (index, flaw) in Self.flaws.enumerated() {
            try fleet.plant(flaw.fault, on: "tls", at: "web\(index + 1).test")
        }
        try await withLab(fleet.inventory) { ready in
            let judge = ChainJudge(trust: try TrustStore(pem: ready.rootCertificatePEM))
            let thread = TLSThread()
            for number in 1...8 {
                let name = "web\(number).test"
                let client = try await fetch(Endpoint("127.7.0.\(number)", port: port), name, thread)
                let judgement = judge.judge(
                    chain: client.chain, serverName: .dns(name), now: Int64(SystemClock.wallSeconds))
                #expect(judgement.problems == (number < 8 ? [Self.flaws[number - 1].problem] : []), "\(name)")
                #expect(client.text.hasPrefix("HTTP/1.1 200 OK\r\n") && client.text.hasSuffix("\r\n\r\nok\n"))
            }
            let client = try await fetch(Endpoint("127.7.1.1", port: port), nil, thread)
            let judgement = judge.judge(
                chain: client.chain, serverName: .ip([127, 7, 1, 1]), now: Int64(SystemClock.wallSeconds))
            #expect(judgement.holds)
        }
    }

    @Test("Faults of HTTP come through TLS, and silence before it")
    func web() async throws {
        let port = try await freePort()
        var fleet = Fleet()
        fleet.check("tls", "http", ["url": .string("https://{name}:\(port)/health"), "expect": ["body": "ok"]])
        try fleet.hosts("web[1:7].test", at: "127.7.2.[1:7]")
        for (fault, number) in [
            ("status", 1), ("truncated", 2), ("endless-head", 3), ("silent", 4), ("slow", 5), ("reset", 6),
        ] {
            try fleet.plant(fault, on: "tls", at: "web\(number).test")
        }
        try await withLab(fleet.inventory) { _ in
            let thread = TLSThread()
            func get(_ number: Int, for limit: Duration = .seconds(20)) async throws -> Fetched {
                try await fetch(Endpoint("127.7.2.\(number)", port: port), "web\(number).test", thread, for: limit)
            }
            #expect(try await get(1).text.hasPrefix("HTTP/1.1 500 "))
            #expect(try await get(2).text.hasSuffix("Content-Length: 12\r\nConnection: close\r\n\r\n----"))
            let endless = try await get(3, for: .seconds(3)).text.utf8.count
            #expect(endless > 65_536 && endless <= 1 << 20)
            await #expect(throws: SocketFault.timedOut) { try await get(4, for: .seconds(1)) }
            #expect(try await get(5).text.hasSuffix("ok\n"))
            await #expect(throws: SocketFault.reset) { try await get(6) }
            #expect(try await get(7).text.hasSuffix("ok\n"))
        }
    }
}

/// What a client that accepts every chain got.
private struct Fetched {
    var chain: [[UInt8]] = []
    var bytes: [UInt8] = []

    var text: String { String(decoding: bytes, as: UTF8.self) }
}

private func fetch(
    _ endpoint: Endpoint, _ name: String?, _ thread: TLSThread, for limit: Duration = .seconds(20)
) async throws -> Fetched {
    let tls = try TLSClient(context: try TLSClientContext(), thread: thread, serverName: name)
    defer { tls.close() }
    var fetched = Fetched()
    let deadline = SystemClock.now.advanced(by: limit)
    try await Reactor.withSocket(toward: endpoint.address) { socket throws(SocketFault) in
        try await socket.connect(to: endpoint, until: deadline)
        tls.send(Array("GET /health HTTP/1.1\r\nHost: x\r\n\r\n".utf8))
        while true {
            if tls.step == .needsVerdict {
                fetched.chain = tls.presentedChain
                tls.decide(true)
            }
            var outbound: [UInt8] = []
            tls.drainOutbound { part in outbound = part.indices.map { part[$0] } }
            if !outbound.isEmpty { try await socket.send(outbound, until: deadline) }
            do throws(SocketFault) {
                guard try await socket.receive(until: deadline, { tls.receive($0) }) != nil else { return }
            } catch {
                // An endless answer ends by our deadline.
                if error.asSilence == .timedOut, !fetched.bytes.isEmpty { return }
                throw error.asSilence
            }
            tls.drainPlaintext { part in for index in part.indices { fetched.bytes.append(part[index]) } }
        }
    }
    return fetched
}
