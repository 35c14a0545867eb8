internal import MusterCore
internal import MusterSystem
internal import MusterWire

/// Asks a DNS server and compares its answer.
final class DNSProbe: Probe {
    static let kind = ProbeKind(name: "dns", summary: "query a DNS server; expect a response code and records") {
        reader, environment in DNSProbe.blueprint(reader, environment)
    }

    private let server: Template?
    private let fixedServer: Endpoint?
    private let name: Template
    private let type: DNSRecordType
    private let overStream: Bool
    private let recursion: Bool
    private let expectation: DNSExpectation
    private let choice: AddressChoice
    private let environment: ProbeEnvironment

    private init(
        server: Template?, name: Template, type: DNSRecordType, overStream: Bool, recursion: Bool,
        expectation: DNSExpectation, choice: AddressChoice, environment: ProbeEnvironment
    ) {
        self.server = server
        fixedServer = server?.constant.flatMap { Endpoint(text: $0, defaultPort: 53) }
        self.name = name
        self.type = type
        self.overStream = overStream
        self.recursion = recursion
        self.expectation = expectation
        self.choice = choice
        self.environment = environment
    }

    private static func blueprint(_ reader: SettingsReader, _ environment: ProbeEnvironment) -> ProbeBlueprint? {
        let server = reader.template("server")
        if let text = server?.constant, HostPort.split(text) == nil {
            reader.log.add(
                .badValue, at: reader.place("server"),
                "\"\(text)\" is no server; write for example \"127.0.0.1:53\" or \"ns1.example.com\"")
        }
        let name = reader.template("name") ?? Template(segment: .name)
        if let text = name.constant, (try? DNSName(text)) == nil {
            reader.log.add(
                .badValue, at: reader.place("name"),
                "\"\(text)\" is no DNS name; labels have 1 to 63 bytes, a name at most 255")
        }
        let type = reader.choice("type", DNSRecordType.queryable.map(\.text)).flatMap { DNSRecordType(text: $0) } ?? .a
        let transport = reader.choice("transport", ["udp", "tcp"]) ?? "udp"
        let recursion = reader.bool("recursion") ?? true
        let (expectation, answers) = expectation(reader.object("expect"))
        let choice = AddressChoice.read(reader)
        reader.finish()
        let probe = DNSProbe(
            server: server, name: name, type: type, overStream: transport == "tcp", recursion: recursion,
            expectation: expectation, choice: choice, environment: environment)
        let needsAddress = (type == .a || type == .aaaa) && answers.contains { $0.segments.contains(.address) }
        return ProbeBlueprint(
            probe, templates: [server, name] + answers, needsAddress: needsAddress, ports: ports(of: server))
    }

    /// The port of a server, which is asked over TCP too where its answer does not fit into a datagram; nil where it may
    /// differ from host to host.
    private static func ports(of server: Template?) -> Set<UInt16>? {
        guard let server else { return [] }
        guard let text = server.constant else { return [[.address], [.name]].contains(server.segments) ? [53] : nil }
        return [HostPort.split(text)?.port ?? 53]
    }

    private static func expectation(_ reader: SettingsReader?) -> (DNSExpectation, [Template]) {
        guard let reader else { return (DNSExpectation(code: .noError, answers: nil, minimum: 1), []) }
        var code = DNSResponseCode.noError
        if let text = reader.string("rcode") {
            if let known = DNSResponseCode(text: text) {
                code = known
            } else {
                reader.log.add(
                    .badValue, at: reader.place("rcode"),
                    "\"\(text)\" is no response code; write NOERROR, NXDOMAIN, SERVFAIL, REFUSED or the like")
            }
        }
        let answers = reader.strings("answers", orSingle: true)?.compactMap {
            reader.template($0.text, at: $0.location)
        }
        // Who expects exactly no record needs none.
        let minimum = reader.integer("minimum", in: 0...1000) ?? (answers?.isEmpty == true ? 0 : 1)
        reader.finish()
        return (DNSExpectation(code: code, answers: answers, minimum: minimum), answers ?? [])
    }

    func attempt(_ target: Target, until deadline: Instant) async -> Attempt {
        var course = Course()
        do throws(Refusal) {
            guard let server = knownServer(of: target) else {
                return await attemptElsewhere(target, until: deadline)
            }
            let query = try query(for: target)
            var stray: DNSStray?
            do throws(DNSLookup.Failure) {
                var outcome = Refusal(.up)
                try await DNSLookup.run(
                    query, at: server, overStream: overStream, expecting: expectation.code, confirmsAbsence: true,
                    &course.clock, until: deadline, ignoring: { stray = $0 },
                    { (outcome.verdict, outcome.detail) = expectation.judge($0, $1, query, target.host) })
                course.end(by: outcome)
            } catch {
                course.end(by: refusal(error, stray))
            }
        } catch {
            course.end(by: error)
        }
        return course.attempt()
    }

    /// What a failure means; silence is told together with what came meanwhile and was no answer.
    @inline(never)
    private func refusal(_ failure: DNSLookup.Failure, _ stray: DNSStray?) -> Refusal {
        var refusal = refusal(failure)
        if refusal.detail.isEmpty, refusal.verdict != .unknown(.cancelled), let stray { refusal.detail = stray.text }
        return refusal
    }

    private func refusal(_ failure: DNSLookup.Failure) -> Refusal {
        switch failure {
        case .malformed(let fault): return Refusal(.down(.dnsMalformed), fault.rawValue)
        case .datagram(let fault):
            return Refusal(
                fault.verdict(timeout: .dnsTimeout, refused: .dnsUnreachable, unreachable: .dnsUnreachable),
                fault.detail)
        case .stream(let fault):
            if overStream {
                return Refusal(
                    fault.verdict(
                        timeout: .dnsTimeout, reset: .tcpReset, refused: .dnsUnreachable, unreachable: .dnsUnreachable),
                    fault.detail)
            }
            return Refusal(
                fault.verdict(
                    timeout: .dnsTruncated, reset: .dnsTruncated, refused: .dnsTruncated, unreachable: .dnsTruncated),
                fault.detail)
        }
    }

    @inline(never)
    private func query(for target: Target) throws(Refusal) -> DNSQuery {
        do throws(DNSFault) {
            return try DNSQuery(type: type, recursionDesired: recursion) { name.append(for: target.host, to: &$0) }
        } catch {
            throw Refusal(.unknown(.fault), "\"\(name.text(for: target.host))\" is no DNS name (\(error.rawValue))")
        }
    }

    /// The server where it is given as an address; nil where it has a name, or none is given.
    @inline(never)
    private func knownServer(of target: Target) -> Endpoint? {
        if let fixedServer { return fixedServer }
        guard let server else { return nil }
        return Endpoint(text: server.textWithPort(for: target.host), defaultPort: 53)
    }
}

// MARK: Servers with a name, and those of this machine

extension DNSProbe {
    private func attemptElsewhere(_ target: Target, until deadline: Instant) async -> Attempt {
        var course = Course()
        do throws(Refusal) {
            let query = try query(for: target)
            if let server {
                try await ask(server.textWithPort(for: target.host), query, target, &course, until: deadline)
            } else {
                try await askResolver(query, target, &course)
            }
        } catch {
            course.end(by: error)
        }
        return course.attempt()
    }

    /// Asks this machine's name servers as every lookup does: one component with one verdict.
    private func askResolver(_ query: DNSQuery, _ target: Target, _ course: inout Course) async throws(Refusal) {
        guard !environment.resolver.servers.isEmpty else {
            throw Refusal(.unknown(.resolver), "this machine has no resolver; name a server in the check")
        }
        course.clock.enter(.wait)
        let deadline = SystemClock.now.advanced(by: target.check.resolveTimeout)
        let answer = try await environment.resolver.ask(query, overStream: overStream, until: deadline).get()
        let (verdict, detail) = expectation.judge(answer.code, answer.bytes.span, query, target.host)
        course.end(by: Refusal(verdict, detail))
    }

    private func ask(
        _ server: String, _ query: DNSQuery, _ target: Target, _ course: inout Course, until deadline: Instant
    ) async throws(Refusal) {
        guard let (host, port) = HostPort.split(server) else {
            throw Refusal(.unknown(.fault), "\"\(server)\" is no server")
        }
        let found = try await environment.addresses(of: host, choice.family, target, &course.clock, until: deadline)
        var ledger = AddressLedger(choice.use == .first ? [found.addresses[0]] : found.addresses)
        let perform: @Sendable (IPAddress, inout Course, Instant) async -> Bool = { [self] address, course, deadline in
            await ask(Endpoint(address, port: port ?? 53), query, target.host, &course, until: deadline)
        }
        if ledger.count == 1 {
            ledger.use(0)
            _ = await perform(found.addresses[0], &course, found.deadline)
            ledger.close(course.outcome)
        } else if choice.use == .each {
            course = await AddressRace.each(&ledger, course, until: found.deadline) { _ = await perform($0, &$1, $2) }
        } else {
            let blank = course
            let isWon = await AddressRace.first(&ledger, until: found.deadline) { address in
                var own = blank
                let isAnswered = await perform(address, &own, found.deadline)
                return isAnswered ? .success(own) : .failure(own.outcome)
            } discard: { _ in
            } winner: { answered in
                course = answered
            }
            if isWon { ledger.close(course.outcome) } else { course.end(by: ledger.failure) }
        }
        if found.isName { course.facts = ledger.facts + course.facts }
    }

    /// Asks one server; whether it answered.
    private func ask(
        _ server: Endpoint, _ query: DNSQuery, _ host: Host, _ course: inout Course, until deadline: Instant
    ) async -> Bool {
        var stray: DNSStray?
        do throws(DNSLookup.Failure) {
            var outcome = Refusal(.up)
            try await DNSLookup.run(
                query, at: server, overStream: overStream, expecting: expectation.code, confirmsAbsence: true,
                &course.clock, until: deadline, ignoring: { stray = $0 },
                { (outcome.verdict, outcome.detail) = expectation.judge($0, $1, query, host) })
            course.end(by: outcome)
            return true
        } catch {
            course.end(by: refusal(error, stray))
            return false
        }
    }
}
