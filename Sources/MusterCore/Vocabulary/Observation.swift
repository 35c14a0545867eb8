/// What a run found out about one target.
package struct Observation: Sendable {
    package var target: Target
    package var verdict: Verdict
    /// The attempt that decided.
    package var last: Attempt
    /// The attempts before it, oldest first; empty for most targets.
    package var earlier: [Attempt]
    /// When the first attempt began.
    package var started: Instant
    /// When the verdict stood.
    package var ended: Instant

    package init(
        target: Target, verdict: Verdict, last: Attempt, earlier: [Attempt] = [], started: Instant, ended: Instant
    ) {
        self.target = target
        self.verdict = verdict
        self.last = last
        self.earlier = earlier
        self.started = started
        self.ended = ended
    }

    /// Up, but only after an attempt that the other side failed: worth a look. Attempts that failed on our side do not
    /// count.
    package var isFlaky: Bool {
        guard verdict == .up, !earlier.isEmpty else { return false }
        return earlier.contains { $0.verdict.kind == .down }
    }
}
