/// How fast one server is asked: a window of datagrams in flight, and how long to wait before a datagram is sent again.
///
/// The timer is RFC 6298's estimator with Karn's rule. The window grows while answers come: doubled every round trip until
/// a queue shows, then by one a round trip, and never so far that more lies in the server's queue than a default socket
/// buffer holds. It is halved, at most once a round trip, where so many datagrams of one round trip are lost that the
/// window may be the reason; whether it is, the next round trip shows. Where a narrower window gets no greater share
/// answered, the loss has another reason (a bad line, names that the server never answers, a server that is gone), and the
/// window is restored.
///
/// It knows no clock and no socket: instants come in as nanoseconds.
struct ServerPace {
    /// First tries that were sent within about a round trip.
    private struct Cohort {
        var open = 0
        var answered = 0
        var lost = 0
        var sent = 0
        var isClosed = false
    }

    /// The window of a server that nothing is known of, for all loops of the process together: what any server's buffer
    /// holds.
    static let firstWindow = 32
    /// So many datagrams may lie in a server's queue: three quarters of what Linux's default receive buffer holds
    /// (212,992 bytes, 768 for a small datagram).
    static let mostQueued = 192
    /// A try is given up after 50 ms at least and 5 s at most; before the first answer after 1 s.
    static let leastPatience: Int64 = 50_000_000
    static let mostPatience: Int64 = 5_000_000_000
    static let firstPatience: Int64 = 1_000_000_000
    static let mostTries = 8
    /// Doubling sends half a window more than the server has answered, all at once: it ends here.
    private static let mostDoubled = 256
    /// The greatest window, whatever the round trip.
    private static let mostWindow = 8192

    /// How many datagrams may be in flight.
    private(set) var window: Int
    /// How many are: sent, and neither answered nor given up.
    private(set) var inFlight = 0
    /// When the last answer came.
    private(set) var lastAnswer = Int64.min
    /// Smoothed round trip in nanoseconds, 0 before the first answer, and its mean deviation.
    private(set) var smoothed: Int64 = 0
    private(set) var deviation: Int64 = 0
    /// The shortest round trip.
    private var least = Int64.max
    /// How often the time to wait is doubled, because answers come only after the question was asked again.
    private var backoff: Int64 = 0
    /// Answers to repeated questions since a round trip was measured.
    private var unsampled = 0
    private let share: Int
    /// Up to here the window doubles every round trip.
    private var threshold: Int
    /// Whether it may grow by an eighth every round trip beyond.
    private var isOpen = true
    private var credit = 0
    private var cohorts = [Cohort()]
    /// The number of the first cohort.
    private var firstCohort = 0
    /// Earlier cohorts were sent before the window was last changed.
    private var judgedFrom = 0
    /// The share of datagrams that is lost whatever the window.
    private var ambient = 0.0
    /// What the window was halved from, and the share answered then: nil where that has shown its effect.
    private var trial: (window: Int, isOpen: Bool, answered: Double)?
    /// The most that were in flight lately, in this cohort and the one before.
    private var peak = 0
    private var earlierPeak = 0

    /// A server's pace on one of `loops` loops.
    init(loops: Int = 1) {
        share = max(1, loops)
        window = max(1, Self.firstWindow / share)
        threshold = Self.mostDoubled / share
    }

    var hasRoom: Bool { inFlight < window }
    /// Whether datagrams are lost for other reasons than the window, so that waiting for a place helps nobody.
    var isIndifferent: Bool { ambient >= 0.1 }

    // MARK: The window

    /// A datagram leaves. Returns the cohort of a first try, -1 for a further one: its loss does not count again.
    mutating func sent(isFirst: Bool) -> Int {
        inFlight += 1
        peak = max(peak, inFlight)
        guard isFirst else { return -1 }
        let last = cohorts.count - 1
        cohorts[last].sent += 1
        cohorts[last].open += 1
        let number = firstCohort + last
        if cohorts[last].sent >= max(window, Self.firstWindow) { closeCohort() }
        return number
    }

    /// An answer came to an exchange whose `tries`-th datagram was sent at `sentAt` and is in flight, or not any more.
    mutating func answered(sentAt: Int64, at now: Int64, tries: Int, inFlight isInFlight: Bool, cohort: Int) {
        lastAnswer = max(lastAnswer, now)
        if tries == 1 {
            sample(max(1, now - sentAt))
            count(cohort) { $0.answered += 1 }
        } else {
            unsampled += 1
        }
        guard isInFlight else { return }
        // A window that is not used says nothing about a wider one.
        if max(peak, earlierPeak) * 2 >= window { grow() }
        inFlight -= 1
    }

    /// A datagram that is in flight is not waited for any more: `isLost` where an answer had time to come.
    mutating func gaveUp(isLost: Bool, cohort: Int) {
        inFlight -= 1
        count(cohort) { if isLost { $0.lost += 1 } }
    }

    private mutating func grow() {
        guard window < Self.mostWindow / share, queued * share < Self.mostQueued else { return }
        // Once a queue shows, a wider window makes it longer and nothing faster.
        if isOpen, queued * share >= Self.firstWindow { isOpen = false }
        credit += 1
        guard credit >= (isOpen ? window < threshold ? 1 : 8 : window) else { return }
        credit = 0
        window += 1
    }

    /// How many of a full window wait in a queue on the way, as the round trip tells.
    private var queued: Int {
        guard smoothed > least else { return 0 }
        return window - Int(Int64(window) * least / smoothed)
    }

    /// Whether the round trip is notably longer than the shortest.
    private var isQueueing: Bool { smoothed > 0 && smoothed > least + least / 4 + 500_000 }

    // MARK: Loss

    private mutating func count(_ number: Int, _ change: (inout Cohort) -> Void) {
        let index = number - firstCohort
        guard cohorts.indices.contains(index) else { return }
        cohorts[index].open -= 1
        change(&cohorts[index])
        while let cohort = cohorts.first, cohort.isClosed, cohort.open == 0 {
            let isCurrent = firstCohort >= judgedFrom
            cohorts.removeFirst()
            firstCohort += 1
            // No first try is answered, but further ones are: the round trip may have become longer than we wait.
            if cohort.answered == 0, cohort.lost >= 4, unsampled >= 4 {
                unsampled = 0
                backoff = min(backoff + 1, 6)
            }
            if isCurrent { judge(cohort) }
        }
    }

    private mutating func closeCohort() {
        cohorts[cohorts.count - 1].isClosed = true
        cohorts.append(Cohort())
        earlierPeak = peak
        peak = inFlight
    }

    private mutating func judge(_ cohort: Cohort) {
        let known = cohort.answered + cohort.lost
        guard known >= 4 else { return }
        let answered = Double(cohort.answered) / Double(known)
        let loss = 1 - answered
        guard loss > ambient + (isQueueing ? 0.1 : 0.15) else {
            trial = nil
            ambient = min(ambient, (3 * ambient + loss) / 4)
            return
        }
        if let trial, answered <= trial.answered * 1.25 {
            ambient = loss
            change(to: max(window, trial.window), isOpen: trial.isOpen)
            self.trial = nil
        } else {
            trial = (window, isOpen, answered)
            change(to: max(1, window / 2), isOpen: false)
        }
    }

    /// What was sent before says nothing about the new window.
    private mutating func change(to width: Int, isOpen: Bool) {
        window = width
        self.isOpen = isOpen
        credit = 0
        closeCohort()
        judgedFrom = firstCohort + cohorts.count - 1
    }

    // MARK: The timer

    /// RFC 6298 §2. Only exchanges that were asked once are measured (Karn's rule).
    private mutating func sample(_ time: Int64) {
        unsampled = 0
        backoff = 0
        least = min(least, time)
        if smoothed == 0 {
            smoothed = time
            deviation = time / 2
        } else {
            deviation += (abs(smoothed - time) - deviation) / 4
            smoothed += (time - smoothed) / 8
        }
    }

    /// The time in which an answer has come if it comes at all.
    var timeout: Int64 {
        guard smoothed > 0 else { return Self.firstPatience << min(backoff, 2) }
        let measured = smoothed + max(4 * deviation, smoothed / 4)
        return min(max(measured, Self.leastPatience) << backoff, Self.mostPatience)
    }

    /// How long to wait for an answer to the `tries`-th try before the next one, where `left` is left until the deadline;
    /// nil where no further one is worth while.
    func patience(tries: Int, left: Int64) -> Int64? {
        guard tries < Self.mostTries, left > 0 else { return nil }
        let doubled = min(timeout << Int64(tries - 1), Self.mostPatience)
        if tries == 1 { return min(doubled, left / 3) }
        guard smoothed > 0 else {
            // Nobody knows how far the server is: the first two tries have a third of the time each.
            return tries == 2 ? min(doubled, left / 2) : left > doubled ? doubled : nil
        }
        let patience = max(timeout, min(doubled, left / 3))
        return left - patience > smoothed ? patience : nil
    }
}
