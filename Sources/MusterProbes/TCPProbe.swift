internal import MusterCore
internal import MusterSystem

/// Connects over TCP and, where bytes are expected, compares what the peer says first.
final class TCPProbe: Probe {
    static let kind = ProbeKind(name: "tcp", summary: "connect; optionally send and expect bytes") {
        reader, environment in
        TCPProbe.blueprint(reader, environment)
    }

    private let destination: Destination
    private let choice: AddressChoice
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
        destination: Destination, choice: AddressChoice, expect: [UInt8]?, send: [UInt8]?, ending: Ending,
        environment: ProbeEnvironment
    ) {
        self.destination = destination
        self.choice = choice
        self.expect = expect
        self.send = send
        self.ending = ending
        self.environment = environment
    }

    private static func blueprint(_ reader: SettingsReader, _ environment: ProbeEnvironment) -> ProbeBlueprint? {
        let port = reader.port("port")
        let host = reader.template("host") ?? Template(segment: .address)
        let choice = AddressChoice.read(reader)
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
        let destination = Destination(host: host, port: port)
        let probe = TCPProbe(
            destination: destination, choice: choice, expect: expect.map { Array($0.utf8) },
            send: send.map { Array($0.utf8) }, ending: ending, environment: environment)
        return ProbeBlueprint(probe, templates: [port, host], ports: destination.fixedPort.map { [$0] })
    }

    func attempt(_ target: Target, until deadline: Instant) async -> Attempt {
        guard let endpoint = destination.knownEndpoint(of: target) else {
            return await attemptByName(target, until: deadline)
        }
        var course = Course()
        do throws(SocketFault) {
            try await converse(with: .at(endpoint), &course, until: deadline)
        } catch {
            course.end(by: refusal(error, course.clock.phase))
        }
        return course.attempt()
    }

    private func attemptByName(_ target: Target, until deadline: Instant) async -> Attempt {
        var course = Course()
        do throws(Refusal) {
            let (host, port) = try destination.place(of: target)
            let found = try await environment.addresses(of: host, choice.family, target, &course.clock, until: deadline)
            let dialogue = NamedDialogue(
                port: port, connectOnly: connectOnly, refusal: { [self] in refusal($0, $1) }
            ) { [self] socket, course, deadline throws(SocketFault) in
                try await converse(with: .over(socket), &course, until: deadline)
            }
            await dialogue.run(found, choice.use, &course)
        } catch {
            course.end(by: error)
        }
        return course.attempt()
    }

    @inline(never)
    private func refusal(_ fault: SocketFault, _ phase: Phase?) -> Refusal {
        Refusal(fault.verdict(timeout: phase == .connect ? .tcpTimeout : .tcpSilent), fault.detail)
    }

    private var connectOnly: Bool { expect == nil && send == nil }

    /// Whom a dialogue is with: somebody to connect to, or who is connected already.
    private enum Peer { case at(Endpoint), over(TCPSocket) }

    private func converse(
        with peer: Peer, _ course: inout Course, until deadline: Instant
    ) async throws(SocketFault) {
        let socket: TCPSocket
        switch peer {
        case .over(let connected): socket = connected
        case .at(let endpoint):
            course.clock.enter(.connect)
            socket = try Reactor.lendSocket(toward: endpoint.address, connectOnly: connectOnly)
        }
        var endsOrderly = false
        defer { if endsOrderly { socket.giveBackOrderly() } else { socket.giveBack() } }
        if case .at(let endpoint) = peer {
            try await socket.connect(to: endpoint, until: deadline)
            course.roundTrip = socket.roundTrip
        }
        if connectOnly {
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
