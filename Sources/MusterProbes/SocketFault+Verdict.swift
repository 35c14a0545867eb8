internal import MusterCore
internal import MusterSystem

extension SocketFault {
    /// What a fault says about the target. What the other side did depends on how far the dialogue was: `timeout` is the
    /// reason for its silence, `reset` for breaking off.
    func verdict(
        timeout: Reason, reset: Reason = .tcpReset, refused: Reason = .tcpRefused, unreachable: Reason = .tcpUnreachable
    )
        -> Verdict
    {
        switch self {
        case .timedOut: .down(timeout)
        case .refused: .down(refused)
        case .reset: .down(reset)
        case .unreachable: .down(unreachable)
        case .late: .unknown(.late)
        case .cancelled: .unknown(.cancelled)
        case .noDescriptor: .unknown(.descriptors)
        case .noPort: .unknown(.ports)
        case .noMemory: .unknown(.memory)
        case .noRoute: .unknown(.route)
        case .forbidden: .unknown(.forbidden)
        case .other: .unknown(.fault)
        }
    }

    /// What the reason alone does not say.
    var detail: String {
        if case .other(let number) = self { "errno \(number)" } else { "" }
    }
}
