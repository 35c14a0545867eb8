import Glibc
import MusterCore
import MusterSystem

/// A socket of the model network, with what Linux keeps of it.
package final class ModelSocket {
    enum State { case unconnected, connecting, established, closed }
    /// What ends a connection at once.
    enum Failure { case refused, reset, reported(ICMPNotice), heldOut }

    let descriptor: Int32
    let isStream: Bool
    let isV6: Bool
    var slot: UInt32?
    var isListed = false

    var state = State.unconnected
    /// Counts connections, so that what is on its way to an earlier one does not arrive.
    var generation = 0
    var remote: Endpoint?
    var localPort: UInt16 = 0
    var error: Int32 = 0
    var notices: [(notice: ICMPNotice, id: UInt16?)] = []
    /// Of a stream.
    var incoming: [UInt8] = []
    /// Of a datagram socket.
    var datagrams: [[UInt8]] = []
    var hasPeerEnded = false
    var hasShutDown = false
    /// Bytes of ours that are not acknowledged yet.
    var outstanding = 0
    var peer: (any ModelPeer)?
    var roundTrip: Int64 = 0
    var timeouts = 0
    var isHeldBack = false
    /// When what was sent last arrives: a stream keeps its order.
    var lastArrivalHere: Int64 = 0
    var lastArrivalThere: Int64 = 0

    static let sendRoom = 16_384

    init(_ descriptor: Int32, isStream: Bool, isV6: Bool) {
        self.descriptor = descriptor
        self.isStream = isStream
        self.isV6 = isV6
    }

    func fail(_ failure: Failure) {
        guard state == .connecting || state == .established else { return }
        switch failure {
        case .refused: error = ECONNREFUSED
        case .reset: error = ECONNRESET
        case .heldOut: error = ETIMEDOUT
        case .reported(let notice):
            notices.append((notice, nil))
            error = notice.meaning == .portUnreachable ? ECONNREFUSED : EHOSTUNREACH
        }
        state = .closed
    }

    /// `connect(AF_UNSPEC)`: the error queue stays, as with Linux.
    func dissolve() {
        state = .unconnected
        generation += 1
        remote = nil
        error = 0
        incoming = []
        datagrams = []
        hasPeerEnded = false
        hasShutDown = false
        outstanding = 0
        peer = nil
        roundTrip = 0
        timeouts = 0
        isHeldBack = false
        lastArrivalHere = 0
        lastArrivalThere = 0
    }

    /// What `poll` would say.
    var readiness: UInt32 {
        var bits: UInt32 = 0
        if error != 0 || !notices.isEmpty { bits |= Bits.failed }
        guard isStream else {
            if !datagrams.isEmpty || error != 0 { bits |= Bits.readable }
            return bits | Bits.writable
        }
        switch state {
        case .unconnected: bits |= Bits.hungUp | Bits.writable
        case .connecting: break
        case .established:
            if !incoming.isEmpty || hasPeerEnded { bits |= Bits.readable }
            if hasPeerEnded { bits |= Bits.peerClosed }
            if hasPeerEnded && hasShutDown { bits |= Bits.hungUp }
            if outstanding < Self.sendRoom { bits |= Bits.writable }
        case .closed: bits |= Bits.readable | Bits.peerClosed | Bits.hungUp | Bits.writable
        }
        return bits
    }

    /// Whether taking the next ICMP message finds that it has ended the connection.
    var closesWithNotice = false

    var facts: ConnectionFacts {
        let code: UInt8 =
            switch state {
            case .unconnected, .closed: 7
            case .connecting: 2
            case .established: hasPeerEnded ? 8 : 1
            }
        let pending: UInt32 = state == .connecting || outstanding > 0 ? 1 : 0
        return ConnectionFacts(
            state: code, roundTrip: UInt32(clamping: roundTrip / 1000), timeouts: UInt8(clamping: timeouts),
            unacknowledged: pending, retransmitted: timeouts > 0 && !isHeldBack ? pending : 0,
            attempts: UInt32(timeouts))
    }
}

/// epoll's bits.
package enum Bits {
    package static let readable: UInt32 = 0x001
    package static let writable: UInt32 = 0x004
    package static let failed: UInt32 = 0x008
    package static let hungUp: UInt32 = 0x010
    package static let peerClosed: UInt32 = 0x2000
    package static let all: UInt32 = 0x201d
}
