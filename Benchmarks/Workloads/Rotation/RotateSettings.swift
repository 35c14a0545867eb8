/// What every workload about rotation is told.
struct RotateSettings: Sendable {
    /// Rounds that count.
    var samples: Int
    var place: RotationPlace

    var rounds: Rounds { Rounds(samples: samples) }
}
