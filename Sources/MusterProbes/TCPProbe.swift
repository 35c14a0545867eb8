internal import MusterCore
internal import MusterSystem

/// Connects over TCP and, where bytes are expected, compares what the peer says first.
final class TCPProbe: Probe {
    static let kind = ProbeKind(name: "tcp", summary: "connect; optionally send and expect bytes") {
        reader, environment in
        TCPProbe.blueprint(reader, environment)
    }

    private let destination: Destination
    private let expect: [UInt8]?
    private let send: [UInt8]?
    private let environment: ProbeEnvironment

    /// The longest text that may be expected.
    private static let longestExpectation = 16_384

    private init(destination: Destination, expect: [UInt8]?, send: [UInt8]?, environment: ProbeEnvironment) {
        self.destination = destination
        self.expect = expect
        self.send = send
        self.environment = environment
    }

    private static func blueprint(_ reader: SettingsReader, _ environment: ProbeEnvironment) -> ProbeBlueprint? {
        let port = reader.port("port")
        let host = reader.template("host") ?? Template(segment: .address)
        let expect = reader.string("expect")
        let send = reader.string("send")
        if let expect, expect.isEmpty || expect.utf8.count > longestExpectation {
            reader.log.add(
                .badValue, at: reader.place("expect"), "write 1 to \(longestExpectation) bytes, or leave it out")
        }
        reader.finish()
        if reader.value("port") == nil { reader.require("port", "the port to connect to, for example \"port\": 22") }
        guard let port else { return nil }
        let probe = TCPProbe(
            destination: Destination(host: host, port: port), expect: expect.map { Array($0.utf8) },
            send: send.map { Array($0.utf8) }, environment: environment)
        return ProbeBlueprint(probe, templates: [port, host])
    }

    func attempt(_ target: Target, until deadline: Instant) async -> Attempt {
        var clock = PhaseClock()
        let endpoint: Endpoint
        do throws(Refusal) {
            endpoint = try await destination.endpoint(of: target, environment.resolver, &clock, until: deadline)
        } catch {
            clock.stop()
            return Attempt(error.verdict, phases: clock.times, detail: error.detail)
        }
        var roundTrip: UInt32 = 0
        clock.enter(.connect)
        do throws(SocketFault) {
            let (verdict, detail) = try await Reactor.withSocket(
                toward: endpoint.address, connectOnly: expect == nil && send == nil
            ) {
                socket throws(SocketFault) in
                try await socket.connect(to: endpoint, until: deadline)
                roundTrip = socket.roundTrip
                guard expect != nil || send != nil else { return (Verdict.up, "") }
                return try await converse(socket, &clock, until: deadline)
            }
            clock.stop()
            return Attempt(verdict, phases: clock.times, roundTrip: roundTrip, detail: detail)
        } catch {
            let timeout: Reason = clock.phase == .connect ? .tcpTimeout : .tcpSilent
            clock.stop()
            return Attempt(
                error.verdict(timeout: timeout), phases: clock.times, roundTrip: roundTrip, detail: error.detail)
        }
    }

    private func converse(
        _ socket: TCPSocket, _ clock: inout PhaseClock, until deadline: Instant
    ) async throws(SocketFault) -> (Verdict, String) {
        if let send {
            clock.enter(.send)
            try await socket.send(send, until: deadline)
        }
        guard let expect else {
            socket.finish()
            return (.up, "")
        }
        clock.enter(.wait)
        var received: [UInt8] = []
        while received.count < expect.count, expect.starts(with: received) {
            let more: Void? = try await socket.receive(until: deadline) { bytes in
                for index in bytes.indices.prefix(Self.longestExpectation - received.count) {
                    received.append(bytes[index])
                }
            }
            if more == nil {
                return (.down(.tcpClosed), received.isEmpty ? "" : "after \(Self.shown(received))")
            }
        }
        // We have said or read something: the peer is owed an orderly end.
        socket.finish()
        if received.starts(with: expect) { return (.up, "") }
        return (.down(.tcpMismatch), "got \(Self.shown(received))")
    }

    /// The first line of what came, shortened.
    private static func shown(_ bytes: [UInt8]) -> String {
        let line = bytes.prefix { $0 != 10 && $0 != 13 }
        return "\"\(String(decoding: line.prefix(60), as: UTF8.self))\"" + (line.count > 60 ? "…" : "")
    }
}
