internal import CMusterLinux
package import MusterCore
internal import Synchronization

/// How long a write waits for a reader that takes nothing: for ever while the run goes on, ``last`` once it is to end.
package final class Patience: Sendable {
    /// That of the process: it is over with the first signal that ends a run, or with the run's deadline.
    package static let ofProcess = Patience(interrupted: { cml_is_interrupted() != 0 })

    /// What a reader that takes nothing has left once patience is over, in nanoseconds.
    static let last: Int64 = 100_000_000
    /// How soon a write that waits sees that patience is over, in milliseconds.
    static let look: Int32 = 10

    private let endsAt = Atomic<Int64>(.max)
    private let isInterrupted: @Sendable () -> Bool

    package init(interrupted: @escaping @Sendable () -> Bool = { false }) { isInterrupted = interrupted }

    /// Lets it be over at an instant.
    package func end(at instant: Instant) { endsAt.store(instant.nanoseconds, ordering: .releasing) }

    package var isOver: Bool { isInterrupted() || endsAt.load(ordering: .acquiring) <= cml_now_ns() }
}

/// Waits for one reader: tells when it has taken nothing for too long.
struct ReaderWatch {
    private let patience: Patience
    private var silentSince: Int64?
    private var silences: Int64 = 0

    init(_ patience: Patience) { self.patience = patience }

    /// It took something.
    mutating func sawProgress() { (silentSince, silences) = (nil, 0) }

    /// It has taken nothing until now; true where it is to be given up. While this process itself gets no time the reader may
    /// get none either: what counts is how often there was a look as well as how long ago the first one was.
    mutating func sawSilence() -> Bool {
        guard patience.isOver else { return false }
        let now = cml_now_ns()
        let since = silentSince ?? now
        silentSince = since
        silences += 1
        return now - since >= Patience.last && silences > Patience.last / 1_000_000 / Int64(Patience.look)
    }
}
