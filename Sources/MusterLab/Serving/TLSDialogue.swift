import MusterCore
import MusterSystem
import MusterTLS

/// One connection to a web site over TLS.
struct TLSDialogue {
    private let fleet: LabFleet
    private let routes: [Int32]

    init(_ fleet: LabFleet, _ routes: [Int32]) {
        self.fleet = fleet
        self.routes = routes
    }

    func converse(_ socket: TCPSocket, leaf: Int32, flaw: LabAuthority.Flaw) async throws(SocketFault) {
        // The names were taken from URLs; one that no certificate can hold leaves the handshake unanswered.
        guard let context = try? fleet.certificates.context(leaf: leaf, flaw: flaw) else { return }
        let tls = TLSServer(context: context, thread: fleet.certificates.thread)
        defer { tls.close() }
        let deadline = Instant.after(Lab.idleLimit)
        var request = WebRequest(fleet.plan, routes)
        while try await socket.receive(until: deadline, { tls.receive($0) }) != nil {
            var step = WebRequest.Step.needMore
            tls.drainPlaintext { step = request.receive($0) }
            if case .answer(let answer) = step { return try await send(answer, tls, socket, until: deadline) }
            try await flush(tls, socket, until: deadline)
            if tls.step == .failed || tls.step == .closed { return }
        }
    }

    private func send(
        _ answer: WebAnswer, _ tls: TLSServer, _ socket: TCPSocket, until deadline: Instant
    ) async throws(SocketFault) {
        if answer.isSlow {
            try await flush(tls, socket, until: deadline)
            if await !pause() { return }
        }
        tls.send(answer.bytes)
        if answer.isEndless {
            for _ in 0..<WebAnswer.endlessRounds {
                try await flush(tls, socket, until: deadline)
                tls.send(WebAnswer.endlessPart)
            }
            try await flush(tls, socket, until: deadline)
            return try await socket.waitForEnd(reads: true)
        }
        tls.closeNotify()
        try await flush(tls, socket, until: deadline)
    }

    private func flush(_ tls: TLSServer, _ socket: TCPSocket, until deadline: Instant) async throws(SocketFault) {
        var bytes: [UInt8] = []
        tls.drainOutbound { part in
            bytes.reserveCapacity(part.count)
            for index in part.indices { bytes.append(part[index]) }
        }
        if !bytes.isEmpty { try await socket.send(bytes, until: deadline) }
    }
}
