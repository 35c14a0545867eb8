/// What came of a run so far, counted.
package struct RunTally: Sendable {
    private var counts: [HostOutcome.Kind: Int] = [:]

    package init() {}

    package mutating func add(_ ending: HostEnding) { counts[ending.outcome.kind, default: 0] += 1 }

    package subscript(kind: HostOutcome.Kind) -> Int { counts[kind] ?? 0 }

    /// Hosts that have ended.
    package var total: Int { counts.values.reduce(0, +) }

    /// 0 where all went well, 1 where a host failed or was not begun, 2 where nothing more could be remembered.
    package func exitStatus(_ foot: RunFoot) -> Int32 {
        if foot.ending == .fault { return 2 }
        return self[.done] == total && foot.notBegun.isEmpty ? 0 : 1
    }
}

/// What is known of a run after its end.
package struct RunFoot: Sendable {
    package var ending: FleetRun.Ending
    package var elapsed: Duration
    /// Hosts that an earlier part of the run finished.
    package var doneBefore: Int
    /// Names of hosts that nothing was begun on.
    package var notBegun: [String]
    /// Where the record is.
    package var record: String

    package init(ending: FleetRun.Ending, elapsed: Duration, doneBefore: Int, notBegun: [String], record: String) {
        self.ending = ending
        self.elapsed = elapsed
        self.doneBefore = doneBefore
        self.notBegun = notBegun
        self.record = record
    }
}
