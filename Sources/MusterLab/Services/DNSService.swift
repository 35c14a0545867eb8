import MusterCore
import MusterWire

/// Name servers that know the names of the inventory.
struct DNSService: LabService {
    static let kind = "dns"

    private let server: Template
    private let fixedServer: Endpoint?
    private let name: Template
    private let type: DNSRecordType
    private let isTCP: Bool
    private let code: DNSResponseCode
    /// Nil where any will do.
    private let answers: [(template: Template, location: String)]?
    private let minimum: Int

    init?(_ check: Check, log: FaultLog) {
        let reader = SettingsReader(check.settings, at: "\(check.location).dns", log: log)
        name = reader.template("name") ?? DNSService.defaultName
        type = reader.string("type").flatMap { DNSRecordType(text: $0) } ?? .a
        isTCP = reader.string("transport") == "tcp"
        let expect = reader.object("expect")
        code = expect?.string("rcode").flatMap { DNSResponseCode(text: $0) } ?? .noError
        answers =
            expect?.strings("answers", orSingle: true)?.compactMap { answer in
                expect?.template(answer.text, at: answer.location).map { ($0, answer.location) }
            }
        minimum = expect?.integer("minimum", in: 0...1000) ?? 1
        guard let server = reader.template("server") else {
            log.add(
                .missing, at: reader.location,
                "the lab cannot stand in for this machine's resolver; write \"server\": \"127.0.0.1:10053\"")
            return nil
        }
        self.server = server
        fixedServer = server.constant.flatMap { Endpoint(text: $0, defaultPort: 53) }
    }

    private static let defaultName = (try? Template("{name}")) ?? Template(constant: "")

    func objection(to fault: LabFault) -> String? {
        switch fault {
        case .nxdomain where code != .noError, .servfail where code != .noError, .wrongAnswer where code != .noError:
            "a check that expects \(code.text) does not judge this; plant it on one that expects NOERROR"
        case .wrongAnswer where answers == nil:
            "a check that expects no answers never sees this; add \"answers\" to it"
        case .truncatedDNS where isTCP: "answers over TCP are not truncated; use \"transport\": \"udp\""
        default: nil
        }
    }

    func plan(_ target: LabTarget, into builder: inout LabPlanBuilder) {
        let serverText = fixedServer == nil ? server.text(for: target.host) : ""
        guard let endpoint = fixedServer ?? endpoint(serverText, target) else {
            builder.note(
                .badValue, target,
                "the lab cannot tell the address of \"\(serverText)\"; write for example 127.0.0.1:10053")
            return
        }
        let nameText = name.text(for: target.host)
        guard let question = try? DNSName(nameText) else {
            builder.note(.badValue, target, "\"\(nameText)\" is no domain name")
            return
        }
        var reply = NameReply(code: code)
        switch target.fault {
        case .blackHole?: reply.isDropped = true
        case .nxdomain?: reply.code = .nxDomain
        case .servfail?: reply.code = .servFail
        case .wrongAnswer?: reply.answers = [filler(99, question)]
        case .truncatedDNS?: reply.isTruncated = true
        default: break
        }
        if reply.answers.isEmpty, reply.code == code, !reply.isDropped {
            guard let records = healthyAnswers(target, question, builder) else { return }
            reply.answers = records
        }
        builder.answer(
            DNSQuestion(name: question, type: type), with: reply, at: endpoint,
            overTCP: isTCP || reply.isTruncated || isLarge(reply), for: target)
    }

    /// Whether an answer may not fit into a datagram of 512 bytes (RFC 1035 §4.2.1), about.
    private func isLarge(_ reply: NameReply) -> Bool {
        reply.answers.reduce(0) { $0 + 16 + $1.text.utf8.count } > 200
    }

    private func endpoint(_ text: String, _ target: LabTarget) -> Endpoint? {
        guard let (host, port) = HostPort.split(text), let address = target.address(behind: host) else { return nil }
        return Endpoint(address, port: port ?? 53)
    }

    private func healthyAnswers(
        _ target: LabTarget, _ question: DNSName, _ builder: LabPlanBuilder
    ) -> [DNSRecordData]? {
        if let answers {
            var records: [DNSRecordData] = []
            for (template, location) in answers {
                let text = template.text(for: target.host)
                guard let record = RecordText.read(text, type) else {
                    builder.note(
                        .badValue, target,
                        "\"\(text)\" (\(location)) is no \(type.text) record that the lab can answer with")
                    return nil
                }
                records.append(record)
            }
            return records
        }
        guard code == .noError else { return [] }
        var records = (0..<max(1, minimum)).map { filler($0, question) }
        switch (type, target.host.address) {
        case (.a, .v4(let value)?): records[0] = .a(value)
        case (.aaaa, .v6(let high, let low)?): records[0] = .aaaa(high: high, low: low)
        default: break
        }
        return records
    }

    /// Some record of the check's type; another one for each number.
    private func filler(_ number: Int, _ question: DNSName) -> DNSRecordData {
        let name = (try? DNSName("planted-\(number).invalid")) ?? .root
        let low = UInt16(truncatingIfNeeded: number)
        return switch type {
        case .a: .a(0x7FFF_FF00 | UInt32(low))
        case .aaaa: .aaaa(high: 0x2001_0DB8_0000_0000, low: UInt64(low))
        case .cname: .cname(name)
        case .ns: .ns(name)
        case .ptr: .ptr(name)
        case .mx: .mx(preference: low, exchange: name)
        case .txt, .opt: .txt([Array("planted \(number)".utf8)])
        case .srv: .srv(priority: low, weight: 0, port: 1, target: name)
        case .soa:
            .soa(
                DNSStartOfAuthority(
                    primary: name, mailbox: name, serial: UInt32(low), refresh: 1, retry: 1, expire: 1, minimum: 1))
        }
    }
}
