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
    private let environment: ProbeEnvironment

    private init(
        server: Template?, name: Template, type: DNSRecordType, overStream: Bool, recursion: Bool,
        expectation: DNSExpectation, environment: ProbeEnvironment
    ) {
        self.server = server
        fixedServer = server?.constant.flatMap { Endpoint(text: $0, defaultPort: 53) }
        self.name = name
        self.type = type
        self.overStream = overStream
        self.recursion = recursion
        self.expectation = expectation
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
        reader.finish()
        let probe = DNSProbe(
            server: server, name: name, type: type, overStream: transport == "tcp", recursion: recursion,
            expectation: expectation, environment: environment)
        let needsAddress = (type == .a || type == .aaaa) && answers.contains { $0.segments.contains(.address) }
        return ProbeBlueprint(probe, templates: [server, name] + answers, needsAddress: needsAddress)
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
            let server =
                if let fixedServer { fixedServer } else { try await serverEndpoint(target, &course.clock, deadline) }
            let query = try query(for: target)
            var stray: DNSStray?
            do throws(DNSLookup.Failure) {
                var outcome = Refusal(.up)
                try await DNSLookup.run(
                    query, at: server, overStream: overStream, expecting: expectation.code, &course.clock,
                    until: deadline, ignoring: { stray = $0 },
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

    private func serverEndpoint(_ target: Target, _ clock: inout PhaseClock, _ deadline: Instant) async throws(Refusal)
        -> Endpoint
    {
        if let fixedServer { return fixedServer }
        guard let server else {
            guard let first = environment.resolver.servers.first else {
                throw Refusal(.unknown(.resolver), "this machine has no resolver; name a server in the check")
            }
            return first
        }
        let text = server.textWithPort(for: target.host)
        if let endpoint = Endpoint(text: text, defaultPort: 53) { return endpoint }
        guard let (host, port) = HostPort.split(text) else {
            throw Refusal(.unknown(.fault), "\"\(text)\" is no server")
        }
        return Endpoint(try await environment.resolver.address(of: host, &clock, until: deadline), port: port ?? 53)
    }
}

extension DNSStray {
    /// What was passed over, for a person.
    fileprivate var text: String {
        switch self {
        case .otherID: "ignored an answer with another id"
        case .noResponse: "ignored a message that is no answer"
        case .noQuestion(let code): "ignored an answer \(code.text) that does not repeat the question"
        case .otherQuestion: "ignored an answer to another question"
        }
    }
}
