internal import MusterCore
internal import MusterSystem
internal import MusterTLS

/// A TLS connection over a socket: moves bytes between both and has the chain judged.
struct TLSDialogue {
    private let socket: TCPSocket
    private let client: TLSClient
    private let deadline: Instant

    /// Makes the handshake and gives the dialogue to `body`; ends both. The judgement is told as soon as it stands.
    static func run<R>(
        over socket: TCPSocket, _ context: TLSClientContext, _ settings: TLSSettings, serverName: ServerName,
        until deadline: Instant, judged: (ChainJudgement, TLSClient) -> Void,
        _ body: (TLSDialogue) async throws(SocketFault) -> R
    ) async throws(SocketFault) -> Result<R, Refusal> {
        let client: TLSClient
        do throws(TLSFault) {
            let sni: String? = if case .dns(let name) = serverName { name } else { nil }
            client = try TLSClient(context: context, thread: Reactor.local { TLSThread() }, serverName: sni)
        } catch {
            return .failure(Refusal(.unknown(.fault), error.hint))
        }
        defer { client.close() }
        let dialogue = TLSDialogue(socket: socket, client: client, deadline: deadline)
        if let refusal = try await dialogue.handshake(settings, serverName, judged) { return .failure(refusal) }
        let result = try await body(dialogue)
        client.closeNotify()
        // The verdict stands; that the peer may not take our farewell changes nothing.
        try? await dialogue.flush()
        return .success(result)
    }

    /// Nil once established.
    private func handshake(
        _ settings: TLSSettings, _ serverName: ServerName, _ judged: (ChainJudgement, TLSClient) -> Void
    ) async throws(SocketFault) -> Refusal? {
        var verdict: Refusal?
        var hasEnded = false
        while true {
            if client.step == .failed {
                // Whether the peer still takes our alert does not matter: what failed is known.
                try? await flush()
            } else {
                try await flush()
            }
            switch client.step {
            case .established: return nil
            case .needsVerdict:
                guard let judge = settings.judge else { return Refusal(.unknown(.fault), "no roots to judge by") }
                let now = Int64(SystemClock.wallSeconds)
                let judgement =
                    if let known = judge.cachedJudgement(chain: client.presentedChain, serverName: serverName, now: now)
                    {
                        known
                    } else {
                        await judge.judge(chain: client.presentedChain, serverName: serverName, now: now)
                    }
                judged(judgement, client)
                if settings.verify, let problem = judgement.problems.first {
                    verdict = Refusal(.down(problem.reason), Self.detail(judgement, serverName, problem, now))
                    // The alert tells the server why; then it is over.
                    client.decide(false)
                    try? await flush()
                    return verdict
                }
                client.decide(true)
            case .failed, .closed:
                if hasEnded { return Refusal(.down(.tlsClosed), "") }
                return Refusal(.down(.tlsHandshake), client.fault ?? "")
            case .handshaking:
                if try await socket.receive(until: deadline, { client.receive($0) }) == nil {
                    hasEnded = true
                    client.receiveEnd()
                }
            }
        }
    }

    /// Sends plaintext.
    func send(_ bytes: [UInt8]) async throws(SocketFault) {
        client.send(bytes)
        try await flush()
    }

    /// Hands the next plaintext to `body`; nil where the peer has ended.
    func receive<R>(_ body: (Span<UInt8>) -> R) async throws(SocketFault) -> R? {
        while true {
            var result: R?
            client.drainPlaintext { result = body($0) }
            if let result { return result }
            if client.peerClosed || client.step != .established { return nil }
            guard try await socket.receive(until: deadline, { client.receive($0) }) != nil else {
                client.receiveEnd()
                client.drainPlaintext { result = body($0) }
                return result
            }
            try await flush()
        }
    }

    private func flush() async throws(SocketFault) {
        var outbound: [UInt8] = []
        client.drainOutbound { bytes in
            outbound.reserveCapacity(bytes.count)
            for index in bytes.indices { outbound.append(bytes[index]) }
        }
        if !outbound.isEmpty { try await socket.send(outbound, until: deadline) }
    }

    private static func detail(
        _ judgement: ChainJudgement, _ name: ServerName, _ problem: CertificateProblem, _ now: Int64
    ) -> String {
        guard let leaf = judgement.leaf else { return "" }
        switch problem {
        case .expired where leaf.notAfter < now: return ago(days: (now - leaf.notAfter) / 86_400)
        case .wrongName: return "names \(leaf.dnsNames.prefix(3).joined(separator: ", "))"
        case .untrusted, .incomplete: return "issued by \(leaf.issuer)"
        default: return ""
        }
    }

    private static func ago(days: Int64) -> String {
        switch days {
        case 0: "less than a day ago"
        case 1: "1 day ago"
        default: "\(days) days ago"
        }
    }
}

extension CertificateProblem {
    /// The reason of the closed list.
    var reason: Reason {
        switch self {
        case .expired: .tlsExpired
        case .notYetValid: .tlsNotYetValid
        case .wrongName: .tlsWrongName
        case .selfSigned: .tlsSelfSigned
        case .incomplete: .tlsIncomplete
        case .untrusted: .tlsUntrusted
        case .weak: .tlsWeak
        case .badSignature, .chainRules, .unreadable, .missing: .tlsInvalid
        }
    }
}
