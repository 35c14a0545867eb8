internal import Glibc

/// Why a socket operation did not succeed, apart by whose side failed.
package enum SocketFault: Error, Hashable, Sendable {
    // The other side, or the way to it.
    case timedOut
    case refused
    case reset
    case unreachable
    // Our side.
    /// The deadline passed while our loop was stalled for a good part of it.
    case late
    case cancelled
    case noDescriptor
    case noPort
    case noMemory
    case noRoute
    case forbidden
    /// Anything else; the number is errno.
    case other(Int32)

    /// What a failing system call means. `local` is true where the call itself refused, false where the error came back
    /// over the network.
    init(errno number: Int32, local: Bool) {
        self =
            switch number {
            case ECONNREFUSED: .refused
            case ECONNRESET, EPIPE, ECONNABORTED: .reset
            case ETIMEDOUT: .timedOut
            case EHOSTUNREACH, EHOSTDOWN, ENETDOWN: .unreachable
            case ENETUNREACH: local ? .noRoute : .unreachable
            case EACCES, EPERM: .forbidden
            case EMFILE, ENFILE: .noDescriptor
            case EADDRNOTAVAIL, EADDRINUSE, EAGAIN: .noPort
            case ENOBUFS, ENOMEM: .noMemory
            case ECANCELED: .cancelled
            default: .other(number)
            }
    }
}
