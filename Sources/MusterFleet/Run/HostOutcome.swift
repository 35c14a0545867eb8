package import MusterCore

/// How a command ended on a host, and if not well, on whose side it failed.
package enum HostOutcome: Sendable, Hashable {
    /// It ended with 0.
    case done
    /// It ended with another status, 1 to 254.
    case failed(status: Int32)
    /// It had not ended in its time.
    case timedOut
    /// ssh ended with 255: the host could not be reached or did not let us in.
    case unreachable(UnreachableReason)
    /// Our own side failed; nothing is known about the host.
    case unknown(LocalReason)

    /// What reports count by, in their order.
    package enum Kind: String, CaseIterable, Sendable {
        case done, failed, unreachable, unknown
    }

    package var kind: Kind {
        switch self {
        case .done: .done
        case .failed, .timedOut: .failed
        case .unreachable: .unreachable
        case .unknown: .unknown
        }
    }

    /// A fixed string, nil for ``done``.
    package var code: String? {
        switch self {
        case .done: nil
        case .failed: "command.failed"
        case .timedOut: "command.timeout"
        case .unreachable(let reason): reason.code
        case .unknown(let reason): reason.rawValue
        }
    }

    /// The exit status where there is one.
    package var status: Int32? {
        switch self {
        case .done: 0
        case .failed(let status): status
        default: nil
        }
    }

    /// For people: `status 3`.
    package var remark: String {
        switch self {
        case .failed(let status): "status \(status)"
        case .timedOut: "not ended in its time"
        default: ""
        }
    }
}

/// Why ssh did not get to running the command: a reason of the checks' vocabulary where it fits, else one of ssh's own.
package enum UnreachableReason: Sendable, Hashable {
    case network(Reason)
    /// No key of ours is accepted, or the account may not log in.
    case denied
    /// The host's key is unknown here, or another than it was.
    case hostKey
    /// Client and server have no method in common.
    case negotiation
    /// ssh gave up for another reason, which its last line tells. A command that itself ends with 255 looks the same.
    case other

    package var code: String {
        switch self {
        case .network(let reason): reason.rawValue
        case .denied: "ssh.denied"
        case .hostKey: "ssh.host_key"
        case .negotiation: "ssh.negotiation"
        case .other: "ssh.failed"
        }
    }
}
