import MusterCore
import MusterEngine
import MusterSystem
import MusterText

extension NetworkSenses {
    /// This machine's network. That it is gone is told on standard error, above the live line where there is one.
    static func system(patience: Duration, clearsLine: Bool) -> NetworkSenses {
        NetworkSenses(
            reach: reach(_:), trouble: trouble(_:), change: NetworkChanges.wait(until:), ask: ask(_:until:),
            announce: { cause in
                let limit = patience > .zero ? "targets wait for it, \(patience.text) at most" : "nothing is waited for"
                let text = "muster: our own network is gone (\(TerminalText.safe(cause))); \(limit)"
                Complaint.write((clearsLine ? LiveLine.cleared : "") + text, to: .standardError)
            }, patience: patience)
    }

    private static func reach(_ address: IPAddress) -> NetworkReach {
        guard let way = NetworkWay.to(address) else { return .gateway }
        return way.isOwn ? .own : way.gateway == nil ? .link : .gateway
    }

    /// Where one way is sound, our network is there.
    private static func trouble(_ addresses: [IPAddress]) -> String? {
        let ways = addresses.compactMap(NetworkWay.to)
        guard ways.allSatisfy({ $0.trouble != nil }) else { return nil }
        return ways.first?.trouble?.text
    }

    /// A connection that is refused is an answer too.
    private static func ask(_ endpoint: Endpoint, until deadline: Instant) async -> Bool? {
        do throws(SocketFault) {
            let socket = try Reactor.lendSocket(toward: endpoint.address, connectOnly: true)
            defer { socket.giveBack() }
            try await socket.connect(to: endpoint, until: deadline)
            return true
        } catch {
            switch error {
            case .refused, .reset: return true
            case .reported(let notice) where notice.meaning == .portUnreachable: return !notice.isOwn
            case .timedOut, .unreachable, .reported, .noRoute, .forbidden, .heldBack: return false
            case .late, .cancelled, .noDescriptor, .noPort, .noMemory, .other: return nil
            }
        }
    }
}
