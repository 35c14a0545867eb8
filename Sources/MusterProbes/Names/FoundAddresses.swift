internal import MusterCore

/// The addresses of a host, at least one, in the order in which to try them.
struct FoundAddresses: Sendable {
    var addresses: [IPAddress]
    /// Whether they were looked up; an address that was given as such is no news.
    var isName: Bool
    /// Until when the check may go on.
    var deadline: Instant
}
