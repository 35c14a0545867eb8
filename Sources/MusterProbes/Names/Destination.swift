internal import MusterCore
internal import MusterSystem

/// Where a check connects to: a host and a port, each the same for all targets or made from a template.
struct Destination: Sendable {
    private let host: Template
    private let port: Template
    private let fixedPort: UInt16?
    private let isInventoryAddress: Bool

    init(host: Template, port: Template) {
        self.host = host
        self.port = port
        fixedPort = port.constant.flatMap { HostPort.port($0) }
        isInventoryAddress = host.segments == [.address]
    }

    /// The endpoint of a target where the inventory gives it as it is, nil where something has to be looked up or is wrong.
    func knownEndpoint(of target: Target) -> Endpoint? {
        guard isInventoryAddress, let fixedPort, let address = target.host.address else { return nil }
        return Endpoint(address, port: fixedPort)
    }

    /// The endpoint of a target, resolving names; the verdict where there is none.
    func endpoint(
        of target: Target, _ resolver: Resolver, _ clock: inout PhaseClock, until deadline: Instant
    ) async throws(Refusal) -> Endpoint {
        guard let port = fixedPort ?? HostPort.port(port.text(for: target.host)) else {
            throw Refusal(.unknown(.fault), "\"\(port.text(for: target.host))\" is no port from 1 to 65535")
        }
        if isInventoryAddress, let address = target.host.address { return Endpoint(address, port: port) }
        return Endpoint(
            try await resolver.address(of: host.text(for: target.host), &clock, until: deadline), port: port)
    }
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
