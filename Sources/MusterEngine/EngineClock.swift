package import MusterCore

/// The engine's sense of time, handed in, so that tests can turn the hands themselves.
package struct EngineClock: Sendable {
    package var now: @Sendable () -> Instant
    /// Waits until an instant; false where the task was cancelled first.
    package var sleep: @Sendable (Instant) async -> Bool

    package init(now: @escaping @Sendable () -> Instant, sleep: @escaping @Sendable (Instant) async -> Bool) {
        self.now = now
        self.sleep = sleep
    }
}
