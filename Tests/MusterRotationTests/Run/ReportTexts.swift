import MusterRotation

extension RotationReport {
    /// All faults, those of logs as well.
    var texts: [String] {
        (faults + stanzas.flatMap { $0.faults + $0.logs.compactMap(\.fault) }).map(\.text)
    }
}
