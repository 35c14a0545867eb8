internal import Glibc

/// Why a socket operation did not succeed, apart by whose side failed.
package enum SocketFault: Error, Hashable, Sendable {
    // The other side, or the way to it.
    case timedOut
    case refused
    case reset
    case unreachable
    /// An ICMP message about our packets says why.
    indirect case reported(ICMPNotice)
    // Our side.
    /// The deadline passed while our loop was stalled for a good part of it.
    case late
    case cancelled
    case noDescriptor
    case noPort
    case noMemory
    case noRoute
    case forbidden
    /// Our packets were dropped before they left this machine: by a firewall of our own, or a queue that is full.
    case heldBack
    /// Anything else; the number is errno.
    case other(Int32)

    /// What a failing system call means. `local` is true where the call itself refused, false where the error came back
    /// over the network: the same number is our own side's fault in the one case and the other side's word in the other.
    init(errno number: Int32, local: Bool) {
        self = Self.shortage(number) ?? (local ? Self.refusal(number) : Self.answer(number))
    }

    /// What our own kernel has too little of.
    private static func shortage(_ number: Int32) -> SocketFault? {
        switch number {
        case EMFILE, ENFILE: .noDescriptor
        case EADDRNOTAVAIL, EADDRINUSE, EAGAIN: .noPort
        case ENOBUFS, ENOMEM, ENOSPC: .noMemory
        case ECANCELED: .cancelled
        default: nil
        }
    }

    /// Our own kernel refuses to send: nothing has left this machine, so it says nothing about the host.
    private static func refusal(_ number: Int32) -> SocketFault {
        switch number {
        // `unreachable` and `blackhole` routes say EHOSTUNREACH and EINVAL, an interface that is down ENETDOWN.
        case ENETUNREACH, EHOSTUNREACH, EHOSTDOWN, ENETDOWN, EINVAL, ENODEV: .noRoute
        case EACCES, EPERM: .forbidden
        case ECONNREFUSED: .refused
        case ECONNRESET, EPIPE, ECONNABORTED: .reset
        default: .other(number)
        }
    }

    /// The error came back over the network.
    private static func answer(_ number: Int32) -> SocketFault {
        switch number {
        case ECONNREFUSED: .refused
        case ECONNRESET, EPIPE, ECONNABORTED: .reset
        case ETIMEDOUT: .timedOut
        // EACCES is what ICMPv6 "prohibited" becomes, ENOPROTOOPT what "protocol unreachable" does.
        case EHOSTUNREACH, EHOSTDOWN, ENETDOWN, ENETUNREACH, EACCES, EPERM, ENOPROTOOPT, EOPNOTSUPP, ENONET, EPROTO:
            .unreachable
        default: .other(number)
        }
    }
}
