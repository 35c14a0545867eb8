import MusterCore

/// Ports that accept and, where the check expects bytes, send them.
struct TCPService: LabService {
    static let kind = "tcp"

    private let port: Template
    private let fixedPort: UInt16?
    private let host: Template?
    private let expect: [UInt8]
    private let sends: Bool
    private let healthy: Site

    init?(_ check: Check, log: FaultLog) {
        let reader = SettingsReader(check.settings, at: "\(check.location).tcp", log: log)
        let expect = reader.string("expect").map { Array($0.utf8) } ?? []
        let sends = reader.string("send") != nil
        host = reader.template("host")
        guard let port = reader.port("port") else { return nil }
        self.port = port
        self.expect = expect
        self.sends = sends
        fixedPort = port.constant.flatMap { HostPort.port($0) }
        healthy = expect.isEmpty ? .open : .banner(expect + "lab\r\n".utf8, isSlow: false, reads: sends)
    }

    func objection(to fault: LabFault) -> String? {
        guard expect.isEmpty, [.slow, .reset, .silent, .banner].contains(fault) else { return nil }
        return "a check that expects no bytes is done when it is connected and never sees this; add \"expect\" to it"
    }

    func plan(_ target: LabTarget, into builder: inout LabPlanBuilder) {
        guard let endpoint = endpoint(of: target, builder) else { return }
        switch target.fault {
        case .refused?: builder.refuse(at: endpoint, for: target)
        case .blackHole?: builder.serve(.blackHole, at: endpoint, for: target)
        case .reset?: builder.serve(.reset(whenSpokenTo: false), at: endpoint, for: target)
        case .silent?: builder.serve(.silent, at: endpoint, for: target)
        case .banner?: builder.serve(.banner(wrongBanner, isSlow: false, reads: sends), at: endpoint, for: target)
        case .slow?:
            builder.serve(.banner(expect + "lab\r\n".utf8, isSlow: true, reads: sends), at: endpoint, for: target)
        default: builder.serve(healthy, at: endpoint, for: target)
        }
    }

    /// Differs from what is expected in the last byte only.
    private var wrongBanner: [UInt8] {
        expect.dropLast() + [expect.last == UInt8(ascii: "x") ? UInt8(ascii: "y") : UInt8(ascii: "x")] + "lab\r\n".utf8
    }

    private func endpoint(of target: LabTarget, _ builder: LabPlanBuilder) -> Endpoint? {
        guard let port = fixedPort ?? HostPort.port(port.text(for: target.host)) else {
            builder.note(.badValue, target, "\"\(port.source)\" gives no port from 1 to 65535 for \(target.host.name)")
            return nil
        }
        let address = host.map { target.address(behind: $0.text(for: target.host)) } ?? target.host.address
        guard let address else {
            builder.note(.missing, target, "the lab needs the address of \(target.host.name); write \"address\"")
            return nil
        }
        return Endpoint(address, port: port)
    }
}
