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
        case .reported(let notice): notice.verdict(refused: refused, unreachable: unreachable)
        case .late: .unknown(.late)
        case .cancelled: .unknown(.cancelled)
        case .noDescriptor: .unknown(.descriptors)
        case .noPort: .unknown(.ports)
        case .noMemory: .unknown(.memory)
        case .noRoute: .unknown(.route)
        case .forbidden, .heldBack: .unknown(.forbidden)
        case .other: .unknown(.fault)
        }
    }

    /// What the reason alone does not say.
    var detail: String {
        switch self {
        case .other(let number): "errno \(number)"
        case .reported(let notice): notice.text
        case .heldBack: "our packets did not leave this machine; look at its own firewall (nft list ruleset)"
        default: ""
        }
    }
}

extension ICMPNotice {
    /// A check of another protocol than TCP has one reason for all that keeps our packets from the host.
    fileprivate func verdict(refused: Reason, unreachable: Reason) -> Verdict {
        let isTCP = unreachable == .tcpUnreachable
        return switch meaning {
        case .portUnreachable: isOwn ? .unknown(.forbidden) : .down(refused)
        case .prohibited: isOwn ? .unknown(.forbidden) : .down(isTCP ? .tcpProhibited : unreachable)
        case .ttlExceeded: .down(isTCP ? .tcpTTLExceeded : unreachable)
        case .hostUnreachable, .networkUnreachable, .protocolUnreachable, .other: .down(unreachable)
        }
    }
}
