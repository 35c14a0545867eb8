/// What is said of a target.
package enum Verdict: Sendable, Hashable {
    /// All that was expected held.
    case up
    /// It works, but something needs a person soon.
    case degraded(Reason)
    /// The other side does not do what the check expects.
    case down(Reason)
    /// Our own side failed; nothing is known about the host.
    case unknown(LocalReason)

    /// The four kinds, in the order in which reports list them.
    package enum Kind: String, CaseIterable, Sendable { case up, degraded, down, unknown }

    package var kind: Kind {
        switch self {
        case .up: .up
        case .degraded: .degraded
        case .down: .down
        case .unknown: .unknown
        }
    }

    /// The reason's fixed string, nil for `up`.
    package var code: String? {
        switch self {
        case .up: nil
        case .degraded(let reason), .down(let reason): reason.rawValue
        case .unknown(let reason): reason.rawValue
        }
    }

    /// Whether a further attempt may help.
    package var isTransient: Bool {
        switch self {
        case .down(let reason): reason.isTransient
        case .unknown(.resolver): true
        default: false
        }
    }
}
