package import MusterCore

/// Performs a check against one target.
package protocol Probe: Sendable {
    /// One attempt before the deadline, on the loop it is called on. It always returns, cancelled or not: whatever goes
    /// wrong is a verdict.
    func attempt(_ target: Target, until deadline: Instant) async -> Attempt
}

/// A kind of probe: how its settings are read.
package struct ProbeKind: Sendable {
    /// The key of a check in an inventory: `tcp`.
    package var name: String
    /// One line for help texts.
    package var summary: String
    /// Reads the settings of a check, noting every fault; nil where they make no probe.
    package var make: @Sendable (SettingsReader, ProbeEnvironment) -> ProbeBlueprint?
}

/// A probe with what it needs from each host, so that an inventory that lacks it is refused before the run.
package struct ProbeBlueprint: Sendable {
    package var probe: any Probe
    /// Variables of its templates.
    package var variables: [String]
    /// Whether `{address}` has to be an IP address, not a name.
    package var needsAddress: Bool
    /// Ports that it connects to over TCP, those of name servers aside; nil where they differ from host to host.
    package var ports: Set<UInt16>?

    init(_ probe: any Probe, templates: [Template?], needsAddress: Bool = false, ports: Set<UInt16>?) {
        self.probe = probe
        self.ports = ports
        var variables: [String] = []
        for variable in templates.flatMap({ $0?.variables ?? [] }) where !variables.contains(variable) {
            variables.append(variable)
        }
        self.variables = variables
        self.needsAddress = needsAddress
    }
}

/// All kinds of probes. A new one is a file of its own and one line here.
package enum ProbeCatalog {
    package static let kinds: [ProbeKind] = [
        TCPProbe.kind,
        DNSProbe.kind,
        HTTPProbe.kind,
    ]

    /// The blueprint of a check, nil where its settings are faulty (the log says how).
    package static func blueprint(for check: Check, in environment: ProbeEnvironment, log: FaultLog) -> ProbeBlueprint?
    {
        guard let kind = kinds.first(where: { $0.name == check.kind }) else {
            log.add(
                .unknownName, at: check.location,
                "no kind of check is called \"\(check.kind)\"; \(NearestWord.hint(check.kind, among: kinds.map(\.name)))"
            )
            return nil
        }
        return kind.make(SettingsReader(check.settings, at: "\(check.location).\(kind.name)", log: log), environment)
    }
}
