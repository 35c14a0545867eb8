internal import CMusterLinux

/// What can happen on a descriptor, as latched bits of epoll.
struct Readiness: OptionSet {
    let rawValue: UInt32

    static let readable = Readiness(rawValue: UInt32(CML_IN))
    /// Urgent data: reads stop short of its mark, though more may lie behind it.
    static let urgent = Readiness(rawValue: UInt32(CML_PRI))
    static let writable = Readiness(rawValue: UInt32(CML_OUT))
    static let failed = Readiness(rawValue: UInt32(CML_ERR))
    static let hungUp = Readiness(rawValue: UInt32(CML_HUP))
    static let peerClosed = Readiness(rawValue: UInt32(CML_RDHUP))

    /// Always of interest to whoever waits.
    static let trouble: Readiness = [.failed, .hungUp]
    /// What every registered descriptor reports, once a change (edge-triggered).
    static let connecting = UInt32(CML_OUT) | UInt32(CML_EDGE)
    static let registered = UInt32(CML_IN | CML_PRI | CML_OUT | CML_RDHUP) | UInt32(CML_EDGE)
}

/// Why a waiter goes on.
enum Wake { case ready, timedOut, cancelled }

/// What a slot holds, and so which list of idle slots it belongs to.
enum SlotKind: Int {
    case empty, stream4, stream6, connect4, connect6, datagram4, datagram6, timer, listener

    /// The kinds whose idle slots keep a socket.
    static let recycled: [SlotKind] = [.stream4, .stream6, .connect4, .connect6, .datagram4, .datagram6]

    var isV6: Bool { self == .stream6 || self == .connect6 || self == .datagram6 }
    var isDatagram: Bool { self == .datagram4 || self == .datagram6 }

    /// The events such a socket is registered for. One that is only ever connected hears of nothing else: what the peer
    /// sends or closes meanwhile would wake the loop for nothing.
    var registration: UInt32 {
        self == .connect4 || self == .connect6 ? Readiness.connecting : Readiness.registered
    }
}

/// One waiter of a loop, with the descriptor it waits on if it has one. Descriptors never leave the loop: others hold the
/// slot's index and generation.
@safe
struct Slot {
    var waiter: UnsafeContinuation<Wake, Never>?
    /// The task that waits, where the loop itself watches it for cancellation. It lives as long as it waits.
    var task: UnsafeCurrentTask?
    var ready: Readiness = []
    var interest: Readiness = []
    var descriptor: Int32 = -1
    /// Counts the times the slot was lent, so that a late cancellation cannot hit the next borrower.
    var generation: UInt32 = 0
    var nextIdle: Int32 = -1
    var kind: SlotKind = .empty
    var isCancelled = false
    /// Whether its connection was made and met no trouble: such a socket may be lent again as it is.
    var isSound = false
    /// Whether nobody has it any more and it stays for the peer's sake (``Lingering``).
    var isLingering = false
    /// What the connection ended by before anybody could ask, as errno; told to the next who sends or receives.
    var pendingError: Int32 = 0
    /// The kernel's smoothed round trip in microseconds, as it was when the connection was made.
    var roundTrip: UInt32 = 0
    /// Sockets that serve datagrams are handled by the loop itself.
    var handler: (any ReadinessHandler)?
    /// When it was lent.
    var lentAt: Int64 = 0
    /// While it waits: the deadline. Once it was woken: since when its event may have been there.
    var moment: Int64 = 0
    /// How long our own loop kept this borrower's events waiting, at most, in nanoseconds.
    var keptWaiting: Int64 = 0
    /// Datagrams that wait to be read: the first buffer's index, -1 where there is none.
    var mail: Int32 = -1
    /// The buffer that is being read, -1 where there is none.
    var mailRead: Int32 = -1
    /// An error that came back instead of a datagram, as errno.
    var mailError: Int32 = 0
}

/// Handles readiness on the loop's thread, without a task.
protocol ReadinessHandler: AnyObject {
    func becameReady(_ readiness: Readiness)
    /// Called once all jobs of a turn have run, if the handler asked for it.
    func flush()
}
