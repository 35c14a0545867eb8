import MusterCore
import MusterSystem

/// One connection to a web site in the clear.
struct WebDialogue {
    private var request: WebRequest

    init(_ plan: LabPlan, _ routes: [Int32]) { request = WebRequest(plan, routes) }

    consuming func converse(_ socket: TCPSocket) async throws(SocketFault) {
        let deadline = Instant.after(Lab.idleLimit)
        var request = self.request
        while let step = try await socket.receive(until: deadline, { request.receive($0) }) {
            guard case .answer(let answer) = step else { continue }
            if answer.isSlow, await !pause() { return }
            try await socket.send(answer.bytes, until: deadline)
            guard answer.isEndless else { return }
            for _ in 0..<WebAnswer.endlessRounds { try await socket.send(WebAnswer.endlessPart, until: deadline) }
            return try await socket.waitForEnd(reads: true)
        }
    }
}
