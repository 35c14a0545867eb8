import MusterCore
import MusterSystem
import MusterTLS

/// The connections of one port: each finds its site by the address it came to.
struct StreamDialogues: Sendable {
    let fleet: LabFleet
    let port: StreamPort

    func serve(_ listener: Listener) async throws(SocketFault) {
        try await listener.serve(limit: Lab.connectionLimit) { socket in await converse(socket) }
    }

    private func converse(_ socket: TCPSocket) async {
        guard let endpoint = socket.localEndpoint, let place = port.place(at: endpoint.address) else {
            // Nobody planned this address; an ordinary answer would hide that somebody asks the wrong one.
            return socket.resetOnClose()
        }
        do throws(SocketFault) {
            switch fleet.plan.sites[Int(place.site)] {
            case .open: try await socket.waitForEnd(reads: false)
            case .banner(let bytes, let isSlow, let reads):
                if isSlow, await !pause() { return }
                try await socket.send(bytes, until: .after(Lab.idleLimit))
                try await socket.waitForEnd(reads: reads)
            case .reset(let whenSpokenTo):
                if whenSpokenTo { try await socket.waitForPeer(until: .after(Lab.idleLimit)) }
                socket.resetOnClose()
            case .silent: try await socket.waitForEnd(reads: true, limit: Lab.idleLimit)
            case .blackHole: break
            case .names: try await NameServer(table: fleet.plan.names).converse(socket, at: endpoint)
            case .web(let routes, nil): try await WebDialogue(fleet.plan, routes).converse(socket)
            case .web(let routes, let flaw?):
                try await TLSDialogue(fleet, routes).converse(socket, leaf: place.leaf, flaw: flaw)
            }
        } catch {
            // The peer ended early or took too long: nothing is owed to it.
        }
    }
}

/// Waits as ``LabFault/slow`` does; false where the lab ends meanwhile.
func pause() async -> Bool { await Reactor.sleep(until: .after(Lab.pause)) }

extension Instant {
    /// From now on.
    static func after(_ duration: Duration) -> Instant { SystemClock.now.advanced(by: duration) }
}

extension TCPSocket {
    /// Waits until the peer ends; `reads` where it may send something before.
    func waitForEnd(reads: Bool, limit: Duration = Lab.endLimit) async throws(SocketFault) {
        let deadline = Instant.after(limit)
        guard reads else { return try await waitForPeer(until: deadline) }
        while try await receive(until: deadline, { _ in true }) != nil {}
    }
}
