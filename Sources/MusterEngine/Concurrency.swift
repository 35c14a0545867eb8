/// How many targets are in flight at most, and why it is that many.
package struct Concurrency: Sendable, Hashable {
    package var width: Int
    package var reason: String

    /// Enough to keep two cores busy with hosts 30 ms away, and to let thousands time out together.
    package static let preferred = 4096

    /// The asked number, or the preferred one, within what the descriptor limit and the local ports allow.
    ///
    /// Some descriptors are kept for loops, files and name lookups: 64, or a quarter of a low limit.
    package init(
        asked: Int?, preferred: Int = Self.preferred, because preference: String = "default", descriptors: Int,
        ports: Int
    ) {
        let forSockets = max(1, descriptors - min(64, descriptors / 4))
        let forPorts = max(1, ports - ports / 8)
        let wanted = asked ?? preferred
        width = max(1, min(wanted, forSockets, forPorts))
        reason =
            if width == wanted {
                asked == nil ? preference : "--concurrency"
            } else if forSockets <= forPorts {
                "descriptor limit \(descriptors)"
            } else {
                "\(ports) local ports"
            }
    }
}
