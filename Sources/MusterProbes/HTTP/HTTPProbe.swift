internal import MusterCore
internal import MusterSystem
internal import MusterTLS
internal import MusterWire

/// One request over HTTP/1.1, in the clear or over TLS, on a connection of its own.
final class HTTPProbe: Probe {
    static let kind = ProbeKind(name: "http", summary: "request a URL over HTTP or HTTPS; expect status, headers, body")
    {
        reader, environment in HTTPProbe.blueprint(reader, environment)
    }

    private let request: HTTPRequestTemplate
    private let expectation: HTTPExpectation
    private let bodyLimit: Int
    private let tls: TLSSettings
    private let choice: AddressChoice
    private let environment: ProbeEnvironment

    private init(
        request: HTTPRequestTemplate, expectation: HTTPExpectation, bodyLimit: Int, tls: TLSSettings,
        choice: AddressChoice, environment: ProbeEnvironment
    ) {
        self.request = request
        self.expectation = expectation
        self.bodyLimit = bodyLimit
        self.tls = tls
        self.choice = choice
        self.environment = environment
    }

    private static func blueprint(_ reader: SettingsReader, _ environment: ProbeEnvironment) -> ProbeBlueprint? {
        let request = HTTPRequestTemplate(reader)
        let limit = reader.byteCount("limit", limit: 64 << 20) ?? 1 << 20
        let expectation = HTTPExpectation.read(reader.object("expect"))
        let tls = TLSSettings.read(
            reader.object("tls"), isSecure: request?.isSecure ?? false, environment, place: reader.place("tls"),
            log: reader.log)
        let choice = AddressChoice.read(reader)
        reader.finish()
        if reader.value("url") == nil {
            reader.require("url", "for example \"url\": \"http://{address}:8080/health\"")
        }
        guard let request else { return nil }
        let probe = HTTPProbe(
            request: request, expectation: expectation, bodyLimit: limit, tls: tls, choice: choice,
            environment: environment)
        return ProbeBlueprint(probe, templates: request.templates + [tls.serverName], ports: request.port.map { [$0] })
    }

    func attempt(_ target: Target, until deadline: Instant) async -> Attempt {
        var course = Course()
        do throws(Refusal) {
            let prepared = try request.prepare(for: target.host)
            guard let address = address(of: prepared, target.host) else {
                return await attemptByName(prepared, target, until: deadline)
            }
            let endpoint = Endpoint(address, port: prepared.port)
            course.clock.enter(.connect)
            let outcome: (verdict: Verdict, detail: String)
            do throws(SocketFault) {
                outcome = try await Reactor.withSocket(toward: address) { socket throws(SocketFault) in
                    try await socket.connect(to: endpoint, until: deadline)
                    course.roundTrip = socket.roundTrip
                    if prepared.scheme == .http {
                        return try await exchange(.plain(socket, deadline), prepared.bytes, &course)
                    }
                    return try await exchangeSecurely(socket, prepared, target, &course, deadline)
                }
            } catch {
                throw refusal(error, course.clock.phase)
            }
            course.end(by: Refusal(outcome.verdict, outcome.detail))
        } catch {
            course.end(by: error)
        }
        return course.attempt()
    }

    @inline(never)
    private func refusal(_ fault: SocketFault, _ phase: Phase?) -> Refusal {
        switch phase {
        case .connect: Refusal(fault.verdict(timeout: .tcpTimeout), fault.detail)
        case .tls: Refusal(fault.verdict(timeout: .tlsTimeout, reset: .tlsClosed), fault.detail)
        default: Refusal(fault.verdict(timeout: .httpTimeout), fault.detail)
        }
    }

    /// The same where the URL's host has to be looked up.
    private func attemptByName(
        _ prepared: HTTPRequestTemplate.Prepared, _ target: Target, until deadline: Instant
    ) async -> Attempt {
        var course = Course()
        do throws(Refusal) {
            let named = prepared.hostText(for: target.host)
            let isOwn = named.lowercased() == target.host.name.lowercased()
            let found = try await environment.addresses(
                of: isOwn ? target.host.addressText : named, choice.family, target, &course.clock, until: deadline)
            let dialogue = NamedDialogue(port: prepared.port, refusal: { [self] in refusal($0, $1) }) {
                [self] socket, course, deadline throws(SocketFault) in
                defer { socket.giveBack() }
                let outcome =
                    prepared.scheme == .http
                    ? try await exchange(.plain(socket, deadline), prepared.bytes, &course)
                    : try await exchangeSecurely(socket, prepared, target, &course, deadline)
                course.end(by: Refusal(outcome.verdict, outcome.detail))
            }
            await dialogue.run(found, choice.use, &course)
        } catch {
            course.end(by: error)
        }
        return course.attempt()
    }

    /// Where to connect to without a lookup: the inventory's address for the host's own name, else one that the URL names.
    @inline(never)
    private func address(of prepared: HTTPRequestTemplate.Prepared, _ host: Host) -> IPAddress? {
        if prepared.host == .name || prepared.host == .address, let address = host.address { return address }
        let name = prepared.hostText(for: host)
        if let address = IPAddress(text: name) { return address }
        return name.lowercased() == host.name.lowercased() ? host.address : nil
    }

    // MARK: The dialogue

    /// The way the bytes take.
    private enum Line {
        case plain(TCPSocket, Instant)
        case secure(TLSDialogue)

        func send(_ bytes: [UInt8]) async throws(SocketFault) {
            switch self {
            case .plain(let socket, let deadline): try await socket.send(bytes, until: deadline)
            case .secure(let dialogue): try await dialogue.send(bytes)
            }
        }

        func receive<R>(_ body: (Span<UInt8>) -> R) async throws(SocketFault) -> R? {
            switch self {
            case .plain(let socket, let deadline): try await socket.receive(until: deadline, body)
            case .secure(let dialogue): try await dialogue.receive(body)
            }
        }
    }

    private func exchange(
        _ line: Line, _ bytes: [UInt8], _ course: inout Course
    ) async throws(SocketFault) -> (verdict: Verdict, detail: String) {
        course.clock.enter(.send)
        try await line.send(bytes)
        course.clock.enter(.wait)
        var reading = HTTPReading(method: request.methodName, expectation, limit: bodyLimit)
        // Also where the dialogue breaks off.
        defer { reading.addFacts(to: &course.facts) }
        while true {
            if try await line.receive({ reading.receive($0) }) == nil {
                reading.receiveEnd()
            } else if course.clock.phase == .wait {
                // A peer that ends without a word transfers nothing.
                course.clock.enter(.transfer)
            }
            if let outcome = reading.outcome { return outcome }
        }
    }

    private func exchangeSecurely(
        _ socket: TCPSocket, _ prepared: HTTPRequestTemplate.Prepared, _ target: Target, _ course: inout Course,
        _ deadline: Instant
    ) async throws(SocketFault) -> (verdict: Verdict, detail: String) {
        course.clock.enter(.tls)
        let context: TLSClientContext
        do throws(TLSFault) {
            context = try environment.clientContext()
        } catch {
            return (.unknown(.fault), error.hint)
        }
        let name = tls.serverName?.text(for: target.host) ?? prepared.hostText(for: target.host)
        var facts: [Fact] = []
        var lifetime: CertificateLifetime?
        // Also where the dialogue breaks off later.
        defer { course.facts += facts }
        let result = try await TLSDialogue.run(
            over: socket, context, tls, serverName: ServerName(host: name), until: deadline,
            judged: { judgement, client in
                let now = Int64(SystemClock.wallSeconds)
                facts = CertificateReport.facts(judgement, client, now: now)
                lifetime = CertificateLifetime(judgement, now: now)
            }
        ) { dialogue throws(SocketFault) in
            let outcome = try await exchange(.secure(dialogue), prepared.bytes, &course)
            guard let breakage = dialogue.breakage else { return outcome }
            return Self.brokenOff(breakage, hasAnswered: course.clock.phase == .transfer)
        }
        switch result {
        case .failure(let refusal): return (refusal.verdict, refusal.detail)
        case .success(let outcome):
            if outcome.verdict == .up, let least = tls.daysLeft, let late = lifetime?.degradation(least: least) {
                return (late.verdict, late.detail)
            }
            return outcome
        }
    }

    /// What a TLS connection that failed once it was established comes to. Before the first byte of an answer it was
    /// refused: in TLS 1.3 a server judges the client only after the client's side of the handshake is done.
    @inline(never)
    private static func brokenOff(_ fault: String, hasAnswered: Bool) -> (verdict: Verdict, detail: String) {
        hasAnswered ? (.down(.httpClosed), "amid the response: \(fault)") : (.down(.tlsHandshake), fault)
    }
}

extension ServerName {
    /// A name or an address, as it stands in a URL without brackets.
    init(host: String) {
        switch IPAddress(text: host) {
        case .v4(let value): self = .ip((0..<4).map { UInt8(truncatingIfNeeded: value >> UInt32(24 - 8 * $0)) })
        case .v6(let high, let low):
            self = .ip(
                (0..<16).map { UInt8(truncatingIfNeeded: ($0 < 8 ? high : low) >> UInt64(56 - 8 * ($0 % 8))) })
        case nil: self = .dns(host)
        }
    }
}
