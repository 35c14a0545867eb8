/// What is known of a run before it starts; the head of every report.
package struct RunHeader: Sendable {
    /// muster's version.
    package var version: String
    /// What the inventory was read from.
    package var inventory: String
    package var hosts: Int
    package var checks: Int
    package var targets: Int
    /// How many targets are in flight at most.
    package var concurrency: Int
    /// Why it is that many: `descriptor limit 20000`, `--concurrency`.
    package var concurrencyReason: String
    /// Event loops.
    package var loops: Int
    /// For the whole run, nil where there is none.
    package var deadline: Duration?
    /// Wall clock at the start, seconds since 1970.
    package var startedAt: Double
    /// The same moment on the monotonic clock, from which every observation's start is told.
    package var started: Instant

    package init(
        version: String, inventory: String, hosts: Int, checks: Int, targets: Int, concurrency: Int,
        concurrencyReason: String,
        loops: Int, deadline: Duration?, startedAt: Double, started: Instant
    ) {
        self.version = version
        self.inventory = inventory
        self.hosts = hosts
        self.checks = checks
        self.targets = targets
        self.concurrency = concurrency
        self.concurrencyReason = concurrencyReason
        self.loops = loops
        self.deadline = deadline
        self.startedAt = startedAt
        self.started = started
    }
}

/// What is known of a run after its end; the foot of every report.
package struct RunFooter: Sendable {
    /// How the run ended.
    package enum Ending: String, Sendable { case complete, interrupted, deadline }

    package var ending: Ending
    package var elapsed: Duration
    /// Targets of the plan that no attempt was begun for, because the run ended before.
    package var notStarted: Int
    /// The longest time our own loops kept an event waiting.
    package var worstLag: Duration
    /// The least number of targets that were allowed in flight after our side ran short of something; nil where it never did.
    package var reducedConcurrency: Int?
    /// What the process ends with where more than the verdicts decides it: a lab's plan, or a report that is not whole.
    package var exitStatus: Int32?
    /// When our own network was gone; nil where it never was.
    package var networkOutage: NetworkOutage?
    /// Nil where no name server was asked.
    package var resolver: ResolverAccount?

    package init(
        ending: Ending, elapsed: Duration, notStarted: Int, worstLag: Duration, reducedConcurrency: Int?,
        networkOutage: NetworkOutage? = nil, resolver: ResolverAccount? = nil
    ) {
        self.ending = ending
        self.elapsed = elapsed
        self.notStarted = notStarted
        self.worstLag = worstLag
        self.reducedConcurrency = reducedConcurrency
        self.networkOutage = networkOutage
        self.resolver = resolver
    }
}

/// The times in a run when our own network was gone and the targets had to wait.
package struct NetworkOutage: Sendable, Hashable {
    package var episodes: Int
    /// In all.
    package var waited: Duration
    /// Attempts that were lost to it and made again.
    package var repeated: Int
    /// What was wrong the last time: `no sentinel answers`, `eth0 has no carrier`.
    package var cause: String

    package init(episodes: Int, waited: Duration, repeated: Int, cause: String) {
        self.episodes = episodes
        self.waited = waited
        self.repeated = repeated
        self.cause = cause
    }
}
