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
    private let ending: Ending
    private let environment: ProbeEnvironment

    /// How we leave a connection: by a FIN, as a client does that has no more to say, or by a RST, which is cheaper, but
    /// servers that greet first count it as an error (MySQL blocks a host after 100).
    private enum Ending: String, CaseIterable { case orderly, reset }

    /// The longest text that may be expected.
    private static let longestExpectation = 16_384

    private init(
        destination: Destination, expect: [UInt8]?, send: [UInt8]?, ending: Ending, environment: ProbeEnvironment
    ) {
        self.destination = destination
        self.expect = expect
        self.send = send
        self.ending = ending
        self.environment = environment
    }

    private static func blueprint(_ reader: SettingsReader, _ environment: ProbeEnvironment) -> ProbeBlueprint? {
        let port = reader.port("port")
        let host = reader.template("host") ?? Template(segment: .address)
        let expect = reader.string("expect")
        let send = reader.string("send")
        let ending = reader.choice("close", Ending.allCases.map(\.rawValue)).flatMap(Ending.init) ?? .orderly
        if let expect, expect.isEmpty || expect.utf8.count > longestExpectation {
            reader.log.add(
                .badValue, at: reader.place("expect"), "write 1 to \(longestExpectation) bytes, or leave it out")
        }
        reader.finish()
        if reader.value("port") == nil { reader.require("port", "the port to connect to, for example \"port\": 22") }
        guard let port else { return nil }
        let probe = TCPProbe(
            destination: Destination(host: host, port: port), expect: expect.map { Array($0.utf8) },
            send: send.map { Array($0.utf8) }, ending: ending, environment: environment)
        return ProbeBlueprint(probe, templates: [port, host])
    }

    func attempt(_ target: Target, until deadline: Instant) async -> Attempt {
        var course = Course()
        do throws(Refusal) {
            let endpoint =
                if let known = destination.knownEndpoint(of: target) { known } else {
                    try await destination.endpoint(of: target, environment.resolver, &course.clock, until: deadline)
                }
            do throws(SocketFault) {
                try await converse(with: endpoint, &course, until: deadline)
            } catch {
                course.end(by: refusal(error, course.clock.phase))
            }
        } catch {
            course.end(by: error)
        }
        return course.attempt()
    }

    @inline(never)
    private func refusal(_ fault: SocketFault, _ phase: Phase?) -> Refusal {
        Refusal(fault.verdict(timeout: phase == .connect ? .tcpTimeout : .tcpSilent), fault.detail)
    }

    private func converse(
        with endpoint: Endpoint, _ course: inout Course, until deadline: Instant
    ) async throws(SocketFault) {
        course.clock.enter(.connect)
        let connectsOnly = expect == nil && send == nil
        let socket = try Reactor.lendSocket(toward: endpoint.address, connectOnly: connectsOnly)
        var endsOrderly = false
        defer { if endsOrderly { socket.giveBackOrderly() } else { socket.giveBack() } }
        try await socket.connect(to: endpoint, until: deadline)
        course.roundTrip = socket.roundTrip
        if connectsOnly {
            endsOrderly = ending == .orderly
            return
        }
        if let send {
            course.clock.enter(.send)
            try await socket.send(send, until: deadline)
        }
        if let expect {
            course.clock.enter(.wait)
            var received: [UInt8] = []
            while received.count < expect.count, expect.starts(with: received) {
                guard try await socket.receive(into: &received, upTo: Self.longestExpectation, until: deadline) else {
                    let detail = received.isEmpty ? "" : "after \(Self.shown(received))"
                    return course.end(by: Refusal(.down(.tcpClosed), detail))
                }
            }
            if !received.starts(with: expect) {
                course.end(by: Refusal(.down(.tcpMismatch), "got \(Self.shown(received))"))
            }
        }
        if ending == .orderly { socket.finish() }
    }

    /// The first line of what came, shortened.
    private static func shown(_ bytes: [UInt8]) -> String {
        let line = bytes.prefix { $0 != 10 && $0 != 13 }
        return "\"\(String(decoding: line.prefix(60), as: UTF8.self))\"" + (line.count > 60 ? "…" : "")
    }
}
