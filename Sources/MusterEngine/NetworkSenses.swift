package import MusterCore

/// What the engine can ask about this machine's network, handed in, as it knows no system.
package struct NetworkSenses: Sendable {
    /// How an address is reached.
    package var reach: @Sendable (IPAddress) -> NetworkReach
    /// What is wrong with link, route or gateway of the ways to these addresses; nil where nothing seems to be.
    package var trouble: @Sendable ([IPAddress]) -> String?
    /// Waits until something changes in the network, at most until an instant; false where the task was cancelled first.
    package var change: @Sendable (Instant) async -> Bool
    /// Asks a sentinel that the inventory names whether it answers before an instant; nil where that is not known.
    package var ask: @Sendable (Endpoint, Instant) async -> Bool?
    /// Told once, when the network is found gone for the first time, what is wrong.
    package var announce: @Sendable (String) -> Void
    /// How long the network may be gone in all.
    package var patience: Duration

    package init(
        reach: @escaping @Sendable (IPAddress) -> NetworkReach,
        trouble: @escaping @Sendable ([IPAddress]) -> String?,
        change: @escaping @Sendable (Instant) async -> Bool,
        ask: @escaping @Sendable (Endpoint, Instant) async -> Bool?,
        announce: @escaping @Sendable (String) -> Void, patience: Duration = Self.defaultPatience
    ) {
        self.reach = reach
        self.trouble = trouble
        self.change = change
        self.ask = ask
        self.announce = announce
        self.patience = patience
    }

    package static let defaultPatience = Duration.seconds(60)
}
