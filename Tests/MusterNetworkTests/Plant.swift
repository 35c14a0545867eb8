import Glibc
import MusterCore
import MusterSystem
import MusterTLS
import MusterTesting
import MusterWire

/// What stands behind a host of the model fleet, and so what muster has to say of each check on it.
enum Plant: CaseIterable, Sendable {
    case healthy, closed, silent, mute, closing, resetting, wrongAnswer
    case hostUnreachable, networkUnreachable, prohibited, ttlExceeded
    case noRoute, forbidden, heldBack
    case expired, wrongName, selfSigned
    case unknownName, failingName, emptyName

    /// What the report must say: the code of the reason, `up` where there is none.
    func truth(_ check: ModelCheck) -> Set<String> {
        switch self {
        case .healthy, .unknownName, .failingName, .emptyName: return healthyTruth(check)
        case .closed: return [check == .dns ? "dns.unreachable" : "tcp.refused"]
        case .silent: return [check == .dns ? "dns.timeout" : "tcp.timeout"]
        case .hostUnreachable, .networkUnreachable: return [check == .dns ? "dns.unreachable" : "tcp.unreachable"]
        case .prohibited: return [check == .dns ? "dns.unreachable" : "tcp.prohibited"]
        case .ttlExceeded: return [check == .dns ? "dns.unreachable" : "tcp.ttl_exceeded"]
        case .noRoute: return ["local.route"]
        case .forbidden, .heldBack: return ["local.forbidden"]
        case .mute: return [Self.muteTruth[check] ?? ""]
        case .closing: return [Self.closingTruth[check] ?? ""]
        case .resetting:
            return check == .port
                ? ["up"] : check == .dns ? ["dns.timeout"] : ["tcp.reset", "tls.closed", "http.closed"]
        case .wrongAnswer: return [Self.wrongTruth[check] ?? ""]
        case .expired: return [check == .https ? "tls.expired" : "up"]
        case .wrongName: return [check == .https ? "tls.wrong_name" : "up"]
        case .selfSigned: return [check == .https ? "tls.self_signed" : "up"]
        }
    }

    private func healthyTruth(_ check: ModelCheck) -> Set<String> {
        guard check == .dns else { return ["up"] }
        return switch self {
        case .unknownName: ["dns.nxdomain"]
        case .failingName: ["dns.servfail"]
        case .emptyName: ["dns.nodata"]
        default: ["up"]
        }
    }

    private static let muteTruth: [ModelCheck: String] = [
        .port: "up", .banner: "tcp.silent", .http: "http.timeout", .https: "tls.timeout", .dns: "dns.timeout",
    ]
    private static let closingTruth: [ModelCheck: String] = [
        .port: "up", .banner: "tcp.closed", .http: "http.closed", .https: "tls.closed", .dns: "dns.timeout",
    ]
    private static let wrongTruth: [ModelCheck: String] = [
        .port: "up", .banner: "tcp.mismatch", .http: "http.status", .https: "http.status", .dns: "dns.mismatch",
    ]

    /// How packets to it fare.
    func path(_ base: ModelPath, from router: IPAddress) -> ModelPath {
        var path = base
        func says(_ meaning: ICMPNotice.Meaning) -> ICMPNotice {
            ICMPNotice(meaning: meaning, sender: router, isOwn: false)
        }
        switch self {
        case .hostUnreachable: path.notice = says(.hostUnreachable)
        case .networkUnreachable: path.notice = says(.networkUnreachable)
        case .prohibited: path.notice = says(.prohibited)
        case .ttlExceeded: path.notice = says(.ttlExceeded)
        case .noRoute: path.refusal = ENETUNREACH
        case .forbidden: path.refusal = EPERM
        case .heldBack: path.isHeldBack = true
        default: break
        }
        return path
    }

    func service(_ check: ModelCheck, _ address: IPAddress) -> ModelService {
        switch self {
        case .closed: return .closed
        case .silent: return .silent
        default: break
        }
        if check == .dns {
            switch self {
            case .mute, .closing, .resetting: return .silent
            default: return .datagrams { ModelNames.answer($0, self, address) }
            }
        }
        return .stream { self.peer(check) }
    }

    private func peer(_ check: ModelCheck) -> any ModelPeer {
        switch (self, check) {
        case (.mute, _): return ScriptedPeer()
        case (.closing, _): return ScriptedPeer(greeting: [.close])
        case (.resetting, _): return ScriptedPeer(greeting: [.reset])
        case (_, .port), (_, .dns): return ScriptedPeer()
        case (.wrongAnswer, .banner): return ScriptedPeer(greeting: [.say("220 other\r\n")])
        case (_, .banner): return ScriptedPeer(greeting: [.say("SSH-2.0-"), .say("model\r\n")])
        case (.wrongAnswer, .http): return ScriptedPeer(answer: [.say(Self.response(503)), .close])
        case (_, .http): return ScriptedPeer(answer: [.say(Self.response(200)), .close])
        case (_, .https):
            return SecurePeer(ModelCertificates.context(self), answer: Self.response(self == .wrongAnswer ? 503 : 200))
        }
    }

    private static func response(_ status: Int) -> String {
        "HTTP/1.1 \(status) Word\r\nContent-Length: 3\r\n\r\nok!"
    }
}

/// The checks of the model fleet, each on a port of its own.
enum ModelCheck: UInt16, CaseIterable, Sendable {
    case port = 22, banner = 23, http = 80, https = 443, dns = 53

    var name: String { "\(self)" }

    /// As it stands in the inventory.
    var settings: String {
        switch self {
        case .port: #"{"tcp": {"port": 22}}"#
        case .banner: #"{"tcp": {"port": 23, "expect": "SSH-2.0-model"}}"#
        case .http: #"{"http": {"url": "http://{address}/"}}"#
        case .https: #"{"http": {"url": "https://{address}/", "tls": {"serverName": "host.test"}}}"#
        case .dns: #"{"dns": {"server": "{address}:53", "name": "{name}", "expect": {"answers": ["{address}"]}}}"#
        }
    }
}

enum ModelNames {
    /// What a name server answers to a query about a host's name.
    static func answer(_ bytes: [UInt8], _ plant: Plant, _ address: IPAddress) -> [[UInt8]] {
        guard let query = try? DNSMessage(parsing: bytes.span), let question = query.question,
            case .v4(let value) = address
        else { return [] }
        let code: DNSResponseCode =
            switch plant {
            case .unknownName: .nxDomain
            case .failingName: .servFail
            default: .noError
            }
        var message = DNSMessage(answering: query, responseCode: code)
        if code == .noError, plant != .emptyName, question.type == .a {
            let data = DNSRecordData.a(plant == .wrongAnswer ? value ^ 1 : value)
            message.answers = [DNSRecord(name: question.name, ttl: 60, data: data)]
        }
        return [message.encoded()]
    }
}

/// Certificates of the model fleet, made once.
enum ModelCertificates {
    static let authority = made { () throws(TLSFault) in try LabAuthority(now: Int64(SystemClock.wallSeconds)) }
    private static let good = served("host.test", .none)
    private static let old = served("host.test", .expired)
    private static let foreign = served("other.test", .none)
    private static let own = served("host.test", .selfSigned)

    static func context(_ plant: Plant) -> TLSServerContext {
        switch plant {
        case .expired: old
        case .wrongName: foreign
        case .selfSigned: own
        default: good
        }
    }

    private static func served(_ name: String, _ flaw: LabAuthority.Flaw) -> TLSServerContext {
        made { () throws(TLSFault) in
            let chain = try authority.chain(dnsNames: [name], ipAddresses: [], flaws: [flaw])
            return try TLSServerContext(
                chain: chain.certificates, privateKeyPEM: chain.privateKeyPEM, onlyTLS12: false)
        }
    }

    private static func made<Value>(_ make: () throws(TLSFault) -> Value) -> Value {
        do {
            return try make()
        } catch {
            fatalError("the model's certificates cannot be made: \(error)")
        }
    }
}
