import MusterCore
import MusterSystem
import MusterTLS

/// A plan with what serving it needs.
final class LabFleet: Sendable {
    let plan: LabPlan
    let certificates: LabCertificates

    /// Call it on the loop that is to serve.
    init(_ plan: LabPlan) throws(LabFailure) {
        self.plan = plan
        certificates = try LabCertificates(plan.leaves)
    }

    /// Everything that has to be opened.
    var doors: [LabDoor] {
        var doors: [LabDoor] = []
        for stream in plan.streams {
            if !stream.places.isEmpty || !stream.blackHoles.isEmpty { doors.append(.stream(stream)) }
            if stream.place6 != nil || stream.isBlackHole6 { doors.append(.stream6(stream)) }
        }
        doors += plan.datagramPorts.map { .datagrams(Endpoint(.v4(0), port: $0)) }
        doors += plan.datagramPorts6.map { .datagrams(Endpoint(.v6(high: 0, low: 1), port: $0)) }
        return doors
    }
}

/// One address and port, or all of 127.0.0.0/8 and a port, to be opened and served.
enum LabDoor: Sendable {
    case stream(StreamPort)
    case stream6(StreamPort)
    case datagrams(Endpoint)

    /// Serves until the task is cancelled, which throws ``LabFailure/cancelled``; `opened` is called once.
    func serve(_ fleet: LabFleet, opened: () -> Void) async throws(LabFailure) {
        do throws(SocketFault) {
            switch self {
            case .stream(let port): try await serveStream(port, fleet, opened)
            case .stream6(let port): try await serveStream6(port, fleet, opened)
            case .datagrams(let endpoint): try await serveDatagrams(endpoint, fleet, opened)
            }
        } catch {
            throw LabFailure(error, at: place)
        }
    }

    /// For a person: `127.0.0.0/8, port 10022`.
    private var place: String {
        switch self {
        case .stream(let port): "127.0.0.0/8, port \(port.port)"
        case .stream6(let port): "::1, port \(port.port)"
        case .datagrams(let endpoint):
            endpoint.address.isLoopback ? "::1, UDP port \(endpoint.port)" : "127.0.0.0/8, UDP port \(endpoint.port)"
        }
    }

    private func serveStream(
        _ port: StreamPort, _ fleet: LabFleet, _ opened: () -> Void
    ) async throws(SocketFault) {
        let everywhere = Endpoint(.v4(0), port: port.port)
        let dialogues = StreamDialogues(fleet: fleet, port: port)
        guard !port.blackHoles.isEmpty else {
            return try await Listener.withListener(on: everywhere, options: .loopbackDevice) {
                open throws(SocketFault) in
                opened()
                try await dialogues.serve(open)
            }
        }
        guard !port.places.isEmpty else {
            return try await Listener.withListener(on: everywhere, options: [.loopbackDevice, .blackHole]) { _ in
                opened()
                await Reactor.sleep(until: .distantFuture)
            }
        }
        // A group would let a second lab join unnoticed, so the port has to be free for one listener alone first.
        try await Listener.withListener(on: everywhere, options: .loopbackDevice) { _ in }
        let steering = Steering(chosen: port.blackHoles)
        try await Listener.withListener(on: everywhere, options: [.loopbackDevice, .reusePort]) {
            open throws(SocketFault) in
            try await Listener.withListener(on: everywhere, options: [.loopbackDevice, .reusePort, .blackHole]) {
                _ throws(SocketFault) in
                try open.steer(starts: steering.starts, members: steering.members)
                opened()
                try await dialogues.serve(open)
            }
        }
    }

    private func serveStream6(
        _ port: StreamPort, _ fleet: LabFleet, _ opened: () -> Void
    ) async throws(SocketFault) {
        let endpoint = Endpoint(.v6(high: 0, low: 1), port: port.port)
        let dialogues = StreamDialogues(fleet: fleet, port: port)
        try await Listener.withListener(on: endpoint, options: port.isBlackHole6 ? .blackHole : []) {
            listener throws(SocketFault) in
            opened()
            if port.isBlackHole6 {
                await Reactor.sleep(until: .distantFuture)
            } else {
                try await dialogues.serve(listener)
            }
        }
    }

    private func serveDatagrams(
        _ endpoint: Endpoint, _ fleet: LabFleet, _ opened: () -> Void
    ) async throws(SocketFault) {
        let server = NameServer(table: fleet.plan.names)
        let options: Listener.Options = endpoint.address.isLoopback ? [] : .loopbackDevice
        try await DatagramServer.serve(on: endpoint, options: options, ready: { _ in opened() }) {
            query, _, address, room in
            server.answer(query, at: Endpoint(address, port: endpoint.port), overTCP: false, into: &room)
        }
    }
}

extension LabFailure {
    /// The lab was told to end.
    static let cancelled = LabFailure(location: "", hint: "cancelled")

    fileprivate init(_ fault: SocketFault, at location: String) {
        switch fault {
        case .cancelled: self = .cancelled
        case .noPort:
            self.init(location: location, hint: "the port is taken; end what listens there or choose another port")
        case .forbidden:
            self.init(location: location, hint: "the system forbids it; choose a port from 1024 on")
        case .noDescriptor:
            self.init(location: location, hint: "no file descriptor is free; raise the limit (ulimit -n)")
        default: self.init(location: location, hint: "the system refuses to serve there: \(fault)")
        }
    }
}
