internal import MusterCore

/// Where a check connects to: a host and a port, each the same for all targets or made from a template.
struct Destination: Sendable {
    private let host: Template
    private let port: Template
    let fixedPort: UInt16?
    private let isInventoryAddress: Bool

    init(host: Template, port: Template) {
        self.host = host
        self.port = port
        fixedPort = port.constant.flatMap { HostPort.port($0) }
        isInventoryAddress = host.segments == [.address]
    }

    /// The endpoint of a target where the inventory gives it as it is, nil where something has to be looked up or is wrong.
    func knownEndpoint(of target: Target) -> Endpoint? {
        guard isInventoryAddress, let address = target.host.address, let port = port(of: target) else { return nil }
        return Endpoint(address, port: port)
    }

    /// The host and port of a target, the host perhaps a name; the verdict where there is no such port.
    func place(of target: Target) throws(Refusal) -> (host: String, port: UInt16) {
        guard let port = port(of: target) else {
            throw Refusal(.unknown(.fault), "\"\(port.text(for: target.host))\" is no port from 1 to 65535")
        }
        return (host.text(for: target.host), port)
    }

    private func port(of target: Target) -> UInt16? { fixedPort ?? HostPort.port(port.text(for: target.host)) }
}

/// A verdict that ends an attempt before it has begun properly.
struct Refusal: Error {
    var verdict: Verdict
    var detail: String

    init(_ verdict: Verdict, _ detail: String = "") {
        self.verdict = verdict
        self.detail = detail
    }
}
