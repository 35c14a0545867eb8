internal import MusterCore

/// A query between its beginning and its end.
@safe
struct DatagramQuery {
    /// After so many datagrams that were not its answer a query is deaf: whoever floods it cannot keep the loop.
    static let mostStrangers = 256

    /// Who is asked so often and does not answer is silent, however long the window kept the query before.
    static let enoughTries = 5

    /// Where its task waits.
    var slot: Int32 = -1
    /// Changes when it is queued and when it ends, so that entries of a queue turn void.
    var ticket: UInt32 = 0
    var id: UInt16 = 0
    /// Datagrams that were handed to it.
    var seen: UInt16 = 0
    /// Whether it has to leave by a port that no query had before.
    var isApart = false
    /// Strangers that came to sockets that it was moved from, and to its socket before it was there.
    var strangers = 0
    var earlierStrangers = 0
    /// Datagrams that came where its answer was to come and were not its answer.
    var strangerCount: Int {
        let here = if let socket = unsafe socket { unsafe socket.strangerCount - earlierStrangers } else { 0 }
        return Int(seen) + strangers + here
    }

    var isFlooded: Bool { strangerCount >= Self.mostStrangers }

    /// How often it was sent.
    var tries = 0
    /// Whether it waits for its turn to be sent.
    var isWaiting = false
    /// Whether it counts as in flight: from the time it is sent until an answer would have come.
    var holdsPlace = false
    var placeUntil: Int64 = 0
    /// Whether it leaves next, with a place in the window or without.
    var isDue = false
    var cohort = -1
    var deadline = Instant.distantFuture
    var beganAt: Int64 = 0
    var queuedAt: Int64 = 0
    var sentAt: Int64 = 0
    /// How long the window kept it waiting while its server answered others, in nanoseconds.
    var waited: Int64 = 0
    /// When it is to be sent again.
    var nextTry = Int64.max
    /// The socket it was sent on; the exchanges keep it open until the query ends.
    unowned(unsafe) var socket: DatagramSocket?

    /// When it has to be looked at once it was sent, if nothing comes.
    var nextLook: Int64 { min(nextTry, holdsPlace ? placeUntil : .max) }

    /// When a query that waits leaves without a place, where places do not come: late enough for places to come, early
    /// enough for an answer, and not all at once (the id is a random number).
    var lastChance: Int64 {
        guard tries == 0 else { return .max }
        let allowed = min(deadline.nanoseconds - beganAt, 30_000_000_000)
        return beganAt + allowed * 2 / 5 + allowed / 4 * Int64(id) / 65_536
    }

    /// The same time, up to a quarter longer: what was lost together must not be sent again in one burst.
    func spread(_ patience: Int64) -> Int64 {
        patience + patience / 4 * Int64(id &* UInt16(truncatingIfNeeded: 2 * tries + 1)) / 65_536
    }
}
