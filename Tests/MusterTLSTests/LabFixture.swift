import MusterTLS

/// One authority for all tests, at a fixed time, so that nothing here depends on the clock.
enum Lab {
    /// 2023-11-14 22:13:20 UTC.
    static let now: Int64 = 1_700_000_000
    static let day: Int64 = 86_400
    static let name = "web.lab.example"
    static let address: [UInt8] = [127, 0, 0, 9]

    static let authority = made { () throws(TLSFault) in try LabAuthority(now: now) }
    static let trust = made { () throws(TLSFault) in try TrustStore(pem: authority.rootPEM) }
    static let clientContext = made { () throws(TLSFault) in try TLSClientContext() }
    static let serverContext = made { () throws(TLSFault) in
        try authority.serverContext(dnsNames: [name], ipAddresses: [address])
    }

    static func chain(_ flaws: Set<LabAuthority.Flaw> = [], names: [String] = [name]) throws -> LabChain {
        try authority.chain(dnsNames: names, ipAddresses: [address], flaws: flaws)
    }

    static func judge(
        _ chain: [[UInt8]], _ serverName: ServerName = .dns(name), now: Int64 = now, trust: TrustStore = trust
    ) -> ChainJudgement {
        ChainJudge(trust: trust).judge(chain: chain, serverName: serverName, now: now)
    }

    private static func made<Value>(_ make: () throws(TLSFault) -> Value) -> Value {
        do {
            return try make()
        } catch {
            fatalError("the lab cannot be made: \(error)")
        }
    }
}

/// A client and a server that hand each other their bytes.
struct Connected {
    let client: TLSClient
    let server: TLSServer

    init(
        context: TLSClientContext = Lab.clientContext, server: TLSServerContext = Lab.serverContext,
        thread: TLSThread, serverName: String? = Lab.name
    ) throws {
        client = try TLSClient(context: context, thread: thread, serverName: serverName)
        self.server = TLSServer(context: server, thread: thread)
    }

    /// Moves bytes in pieces of the given size until neither side has any, deciding as told.
    func exchange(pieces: Int = .max, accept: Bool = true) {
        while true {
            let toServer = client.outbound()
            toServer.pieces(of: pieces).forEach(server.receive)
            let toClient = server.outbound()
            toClient.pieces(of: pieces).forEach(client.receive)
            let isDeciding = client.step == .needsVerdict
            client.decide(accept)
            if toServer.isEmpty, toClient.isEmpty, !isDeciding { return }
        }
    }

    func close() {
        client.close()
        server.close()
    }
}

extension TLSClient {
    func outbound() -> [UInt8] {
        var bytes: [UInt8] = []
        drainOutbound { bytes = Array($0) }
        return bytes
    }

    func plaintext() -> [UInt8] {
        var bytes: [UInt8] = []
        drainPlaintext { bytes = Array($0) }
        return bytes
    }
}

extension TLSServer {
    func outbound() -> [UInt8] {
        var bytes: [UInt8] = []
        drainOutbound { bytes = Array($0) }
        return bytes
    }

    func plaintext() -> [UInt8] {
        var bytes: [UInt8] = []
        drainPlaintext { bytes = Array($0) }
        return bytes
    }
}

extension [UInt8] {
    init(_ span: Span<UInt8>) {
        self.init()
        for index in span.indices { append(span[index]) }
    }

    func pieces(of size: Int) -> [[UInt8]] {
        guard size < count else { return isEmpty ? [] : [self] }
        return stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
    }
}
