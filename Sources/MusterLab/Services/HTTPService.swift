import MusterCore
import MusterTLS
import MusterWire

/// Web sites that answer as the check expects, in the clear or over TLS.
struct HTTPService: LabService {
    static let kind = "http"

    let speaksTLS: Bool

    private let url: Template
    private let serverName: Template?
    private let verifies: Bool
    private let daysLeft: Int
    private let answers: HTTPAnswers
    private let hasBody: Bool

    /// How long the lab's certificates are valid from its start on.
    private static let validDays = 90

    /// The chain that each fault of certificates presents.
    private static let flaws: [LabFault: LabAuthority.Flaw] = [
        .expired: .expired, .notYetValid: .notYetValid, .wrongName: .wrongName, .selfSigned: .selfSigned,
        .incomplete: .incomplete, .untrusted: .untrusted, .weak: .weak,
    ]

    init?(_ check: Check, log: FaultLog) {
        let reader = SettingsReader(check.settings, at: "\(check.location).http", log: log)
        let tls = reader.object("tls")
        serverName = tls?.template("serverName")
        verifies = tls?.bool("verify") ?? true
        hasBody = reader.template("body") != nil
        daysLeft = tls?.integer("daysLeft", in: 0...100_000) ?? 0
        guard let url = reader.template("url"), let answers = HTTPAnswers(reader) else { return nil }
        self.url = url
        self.answers = answers
        let scheme = url.source.prefix { $0 != ":" }.lowercased()
        guard scheme == "http" || scheme == "https" else {
            log.add(
                .badValue, at: reader.place("url"), "the lab needs http:// or https:// at its beginning, no variable")
            return nil
        }
        speaksTLS = scheme == "https"
        if speaksTLS, verifies, daysLeft >= Self.validDays {
            log.add(
                .badValue, at: reader.place("tls"),
                "the lab's certificates are valid for \(Self.validDays) days; ask for fewer in \"daysLeft\"")
        }
    }

    func objection(to fault: LabFault) -> String? {
        if Self.flaws[fault] != nil, !verifies {
            return "a check with \"verify\": false does not judge certificates and never sees this; take it out"
        }
        return answers.objection(to: fault)
    }

    func plan(_ target: LabTarget, into builder: inout LabPlanBuilder) {
        guard let url = url(of: target, builder) else { return }
        guard let address = target.address(behind: url.host) else {
            builder.note(
                .badValue, target, "the lab cannot tell the address of \"\(url.host)\"; write {address} or {name} there"
            )
            return
        }
        let endpoint = Endpoint(address, port: url.port)
        switch target.fault {
        case .refused?: return builder.refuse(at: endpoint, for: target)
        case .blackHole?: return builder.serve(.blackHole, at: endpoint, for: target)
        case .reset?:
            // Over TLS it hits the handshake, not sometimes the connection's end before it.
            return builder.serve(.reset(whenSpokenTo: speaksTLS), at: endpoint, for: target)
        case .silent?: return builder.serve(.silent, at: endpoint, for: target)
        default: break
        }
        let route = builder.route(
            Route(
                opening: Array("\(answers.method) \(url.target) HTTP/1.".utf8), hasBody: hasBody,
                answer: answers.answer(target.fault)))
        guard speaksTLS else { return builder.serve(.web([route], tls: nil), at: endpoint, for: target) }
        let flaw = target.fault.flatMap { Self.flaws[$0] } ?? .none
        let name = serverName?.text(for: target.host) ?? url.host
        builder.serve(.web([route], tls: flaw), at: endpoint, leafFor: name, for: target)
    }

    private func url(of target: LabTarget, _ builder: LabPlanBuilder) -> HTTPURL? {
        let text = url.text(for: target.host)
        do throws(HTTPURLFault) {
            return try HTTPURL(text)
        } catch {
            builder.note(.badValue, target, "\"\(text)\" is no URL: \(error.hint)")
            return nil
        }
    }
}
