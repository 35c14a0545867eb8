internal import MusterCore
internal import MusterSystem
internal import MusterTLS

/// A TLS connection over a socket: moves bytes between both and has the chain judged.
final class TLSDialogue {
    private let socket: TCPSocket
    private let client: TLSClient
    private let deadline: Instant

    /// What broke the connection off once it was established, such as an alert; nil unless ``receive(_:)`` met it.
    private(set) var breakage: String?

    private init(socket: TCPSocket, client: TLSClient, deadline: Instant) {
        self.socket = socket
        self.client = client
        self.deadline = deadline
    }

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
                if let refusal = judge(settings, serverName, judged) {
                    // The alert tells the server why; then it is over.
                    client.decide(false)
                    try? await flush()
                    return refusal
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

    /// Why the chain ends the attempt; nil if it does not.
    @inline(never)
    private func judge(
        _ settings: TLSSettings, _ serverName: ServerName, _ judged: (ChainJudgement, TLSClient) -> Void
    ) -> Refusal? {
        guard let judge = settings.judge else { return Refusal(.unknown(.fault), "no roots to judge by") }
        let now = Int64(SystemClock.wallSeconds)
        let judgement = judge.judge(chain: client.presentedChain, serverName: serverName, now: now)
        judged(judgement, client)
        guard settings.verify, let finding = judgement.findings.first else { return nil }
        let detail =
            finding.problem == .wrongName
            ? CertificateReport.names(of: judgement.leaf, asked: serverName) : finding.text(now: now)
        return Refusal(finding.problem.verdict, detail)
    }

    /// Sends plaintext.
    func send(_ bytes: [UInt8]) async throws(SocketFault) {
        client.send(bytes)
        do throws(SocketFault) {
            try await flush()
        } catch .reset {
            // A server that refuses us after the handshake says why and closes: its word may lie there unread.
            while client.step == .established {
                guard let _ = try? await socket.receive(until: deadline, { client.receive($0) }) else { break }
            }
            if client.step != .failed { throw .reset }
        }
    }

    /// Hands the next plaintext to `body`; nil where the peer has ended, or ``breakage`` says what happened.
    func receive<R>(_ body: (Span<UInt8>) -> R) async throws(SocketFault) -> R? {
        while true {
            var result: R?
            client.drainPlaintext { result = body($0) }
            if let result { return result }
            if client.step == .failed {
                breakage = client.fault ?? ""
                // Our own alert, such as no_renegotiation; whether the peer takes it does not matter.
                try? await flush()
            }
            if client.peerClosed || client.step != .established { return nil }
            guard try await socket.receive(until: deadline, { client.receive($0) }) != nil else {
                client.receiveEnd()
                client.drainPlaintext { result = body($0) }
                return result
            }
            if client.step == .established { try await flush() }
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
}

extension CertificateProblem {
    /// What is said of a target whose chain has the problem.
    var verdict: Verdict {
        switch self {
        case .expired: .down(.tlsExpired)
        case .notYetValid: .down(.tlsNotYetValid)
        case .wrongName: .down(.tlsWrongName)
        case .selfSigned: .down(.tlsSelfSigned)
        case .incomplete: .down(.tlsIncomplete)
        case .untrusted: .down(.tlsUntrusted)
        case .weak: .down(.tlsWeak)
        case .badSignature, .chainRules, .unreadable, .missing: .down(.tlsInvalid)
        case .unsupported: .unknown(.unsupported)
        }
    }
}
