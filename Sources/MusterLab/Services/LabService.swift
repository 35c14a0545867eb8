import MusterCore

/// How the lab stands in for what one check asks: its own small reading of the check's settings.
protocol LabService: Sendable {
    /// The kind of checks: `tcp`.
    static var kind: String { get }

    /// Notes what the lab cannot serve; nil where nothing can be planned then.
    init?(_ check: Check, log: FaultLog)

    /// Whether the check speaks TLS.
    var speaksTLS: Bool { get }

    /// Why this check cannot notice a fault that applies to its kind, with what to do instead; nil where it can.
    func objection(to fault: LabFault) -> String?

    /// Plans what the target finds, healthy or with its fault.
    func plan(_ target: LabTarget, into builder: inout LabPlanBuilder)
}

extension LabService {
    var speaksTLS: Bool { false }
}

/// The kinds of checks that the lab serves.
enum LabServiceCatalog {
    static let services: [any LabService.Type] = [TCPService.self, DNSService.self, HTTPService.self]

    /// The service of a check; notes a fault where there is none.
    static func service(for check: Check, log: FaultLog) -> (any LabService)? {
        guard let service = services.first(where: { $0.kind == check.kind }) else {
            let kinds = services.map { $0.kind }.joined(separator: ", ")
            log.add(
                .unknownName, at: check.location,
                "the lab serves no checks of the kind \"\(check.kind)\"; known: \(kinds)")
            return nil
        }
        return service.init(check, log: log)
    }
}

/// A target as the lab is to serve it.
struct LabTarget {
    let host: Host
    let check: Check
    /// Where its fault is planted, nil where it is healthy.
    let plantedAt: String?
    let fault: LabFault?

    /// Where a person would look for what the target asks: its line of hosts.
    var location: String { host.inventory.entries[host.entry].location }

    /// The address behind a text: an address, the host's own name, or `localhost`; nil for any other name.
    func address(behind text: String) -> IPAddress? {
        if let address = IPAddress(text: text) { return address }
        if text.lowercased() == host.name.lowercased() { return host.address }
        return text == "localhost" ? .v4(0x7F00_0001) : nil
    }
}
