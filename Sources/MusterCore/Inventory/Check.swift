/// What should hold for a host: a kind of probe with its settings.
///
/// The kind is open: the probe catalog knows which there are and reads the settings, so that a new kind is one new file
/// and one line there, and nothing here.
package struct Check: Sendable {
    /// The name the inventory gives it, unique there.
    package var name: String
    /// `tcp`, `dns`, `http`, …
    package var kind: String
    package var settings: Setting
    /// For one attempt, from its first byte to its verdict.
    package var timeout: Duration
    /// At most; more than one is used for transient reasons only.
    package var attempts: Int
    /// For looking up the names that an attempt needs, apart from its timeout.
    package var resolveTimeout: Duration
    /// `inventory.json: checks.ssh`
    package var location: String

    package init(
        name: String, kind: String, settings: Setting, timeout: Duration, attempts: Int,
        resolveTimeout: Duration = Self.defaultResolveTimeout, location: String
    ) {
        self.name = name
        self.kind = kind
        self.settings = settings
        self.timeout = timeout
        self.attempts = attempts
        self.resolveTimeout = resolveTimeout
        self.location = location
    }

    /// Where the inventory sets none.
    package static let defaultTimeout = Duration.seconds(5)
    /// Where the inventory sets none.
    package static let defaultAttempts = 2
    /// Where the inventory sets none.
    package static let defaultResolveTimeout = Duration.seconds(5)
}
