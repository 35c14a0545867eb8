/// What every workload about rotation is told.
struct RotateSettings: Sendable {
    /// Rounds that count.
    var samples: Int
    var place: RotationPlace
}

/// Something about rotation that is measured.
struct RotationWorkload: Sendable {
    /// As `--only` names it.
    var name: String
    var summary: String
    var run: @Sendable (RotateSettings) throws -> Section

    /// All, in the order in which they are measured. A new one is a file of its own and one line here.
    static let all = [ForcedRotation.workload, IdleRotation.workload]
}
