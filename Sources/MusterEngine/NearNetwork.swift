package import MusterCore

/// Decides whether lost attempts are the hosts' or our own network's: told what was answered and what was lost, it says
/// which losses stand, whom to ask, and when to wait.
///
/// A loss is believed where somebody answered all along while it was in flight. Where nobody did, it is held until
/// *sentinels* were asked: targets that were up a moment ago, and those that the inventory names. If one of them answers,
/// the loss is tried once more, now that we know; if none does, all wait until one does. What comes back at once (no
/// route, unreachable) would burn a plan before anybody could ask, so it is always held until somebody answers after it.
///
/// Pure: no clock, no lock, no network.
package struct NearNetwork: Sendable {
    /// What is known of the network.
    package enum Mode: Sendable, Hashable {
        /// Somebody answers, or nothing says that nobody does.
        case fine
        /// Unrelated targets are lost and nobody answers: no target starts until the sentinels were asked.
        case suspect
        /// No sentinel answers: all wait.
        case gone
        /// It was gone for too long: nothing more is judged.
        case givenUp
    }

    /// What becomes of a held loss.
    package enum Ruling: Sendable, Hashable {
        case stands
        /// To be tried again, without having been an attempt.
        case again
        /// Our network was gone for too long.
        case unjudged
    }

    /// A loss that is decided, by the number that ``lost(_:)`` gave it.
    package struct Release: Sendable, Hashable {
        package var id: Int
        package var ruling: Ruling
    }

    package struct Settings: Sendable, Hashable {
        /// How long the network may be gone in all.
        package var patience = Duration.seconds(60)
        /// The shortest timeout of the plan: what a silence is measured by.
        package var shortestTimeout = Check.defaultTimeout
        /// Of the whole plan.
        package var targetCount = 0
        /// Whether the fleet has several groups, so that losses of one group alone are not unrelated.
        package var hasSeveralGroups = false

        package init() {}

        /// A silence that is worth a look.
        var leastGap: Duration { min(max(shortestTimeout / 4, .milliseconds(50)), .milliseconds(250)) }
        /// How long nobody may have answered before a sentinel is asked, while attempts are in flight.
        var beat: Duration { min(max(shortestTimeout / 6, .milliseconds(50)), .milliseconds(500)) }
    }

    /// An attempt that brought no answer.
    package struct Loss: Sendable, Hashable {
        /// Position in the plan.
        package var target: Int
        package var began: Instant
        package var ended: Instant
        package var place: NetworkPlace
        /// It failed at once and not by waiting: no route, a message from a router.
        package var isQuick: Bool
        /// Whether it may be tried once more on the ground of doubt alone.
        package var mayRepeat: Bool

        package init(
            target: Int, began: Instant, ended: Instant, place: NetworkPlace, isQuick: Bool, mayRepeat: Bool
        ) {
            self.target = target
            self.began = began
            self.ended = ended
            self.place = place
            self.isQuick = isQuick
            self.mayRepeat = mayRepeat
        }
    }

    /// Whom to ask.
    package struct Question: Sendable, Hashable {
        /// Positions in the plan: targets that were up.
        package var sentinels: [Int]
        /// Targets of all kinds that are tried as well: an answer proves the way, silence nothing.
        package var scouts: [Int]
        /// Where lost packets were going.
        package var addresses: [IPAddress]
        /// Whether everybody is asked, so that silence means something.
        package var isWhole: Bool
        package var limit: Duration
    }

    /// What the sentinels said.
    package struct Hearing: Sendable, Hashable {
        /// When they were asked.
        package var asked: Instant
        /// Somebody answered who proves the way to the fleet.
        package var isAnswered = false
        /// Targets that were up and do not answer.
        package var silent = 0
        /// Named sentinels that do not answer.
        package var silentNamed = 0
        /// What the kernel says is wrong with link, route or gateway.
        package var trouble: String?

        package init(asked: Instant) { self.asked = asked }
    }

    /// What is to be done.
    package struct Step: Sendable {
        package var question: Question?
        package var releases: [Release] = []
    }

    private struct Held {
        var id: Int
        var loss: Loss
        var isDoubtful: Bool
    }

    /// So many unrelated losses without an answer are suspicious.
    private static let quorum = 4
    private static let scoutLimit = 8
    /// How long a prefix that was found unreachable, with our network fine, is believed to be so.
    private static let excuse = Duration.seconds(5)
    private static let excuseLimit = 4096

    private let settings: Settings
    package private(set) var mode = Mode.fine
    /// What was wrong when the network was gone last.
    package private(set) var cause = ""
    private var timeline: AnswerTimeline
    private var bench = SentinelBench()
    private var held: [Held] = []
    private var lastID = 0
    /// By prefix: until when its quick losses are believed.
    private var excused: [UInt64: Instant] = [:]
    private var prefixes: Set<UInt64> = []
    private var nextQuestion: Instant
    private var beatFailed = false
    private var scoutTurn: UInt64 = 0
    /// When it was decided for the first time without anybody who could tell.
    private var firstBlind: Instant?
    /// Rounds in a row, while gone, in which nobody was there to be asked and nothing seemed wrong.
    private var calmRounds = 0
    private var goneSince: Instant?
    /// Since when nobody has answered, from the moment the network was gone.
    private var troubleSince: Instant?
    private var spent = Duration.zero
    private var waited = Duration.zero
    private var episodes = 0
    private var repeated = 0

    package init(_ settings: Settings, at start: Instant) {
        self.settings = settings
        timeline = AnswerTimeline(start: start, leastGap: settings.leastGap)
        nextQuestion = start
    }

    /// Whether targets may start.
    package var isOpen: Bool { mode == .fine }
    package var heldCount: Int { held.count }

    /// What a report says of it; nil where the network was never gone.
    package func outage(at now: Instant) -> NetworkOutage? {
        guard episodes > 0 else { return nil }
        let running = goneSince.map { $0.duration(to: now) } ?? .zero
        return NetworkOutage(episodes: episodes, waited: waited + running, repeated: repeated, cause: cause)
    }

    // MARK: What happens

    /// A target answered, whatever it said; one that was quick enough can be a sentinel.
    package mutating func answered(
        _ target: Int, at place: NetworkPlace, reach: NetworkReach, isQuick: Bool, now: Instant
    ) {
        guard reach != .own else { return }
        note(place)
        if isQuick { bench.add(target, place.prefix, reach) }
        guard bench.counts(reach) else { return }
        timeline.note(now)
        if mode == .fine { endTrouble(now) }
    }

    private mutating func endTrouble(_ now: Instant) {
        if let troubleSince { spent += troubleSince.duration(to: now) }
        troubleSince = nil
    }

    /// An attempt was lost: its number where it is to wait for a ruling, nil where it stands.
    package mutating func lost(_ loss: Loss) -> Int? {
        note(loss.place)
        let isDoubtful = timeline.isDoubtful(from: loss.began, to: loss.ended)
        if mode == .fine {
            guard isDoubtful || loss.isQuick && !isExcused(loss) else { return nil }
        }
        lastID += 1
        held.append(Held(id: lastID, loss: loss, isDoubtful: isDoubtful))
        if mode == .fine, isSuspicious(loss.ended) { mode = .suspect }
        return lastID
    }

    /// Whether such losses are known from there, and somebody has answered just now.
    private func isExcused(_ loss: Loss) -> Bool {
        guard let end = excused[loss.place.prefix] else { return false }
        return loss.ended < end && timeline.silence(at: loss.ended) < settings.leastGap
    }

    /// Whoever waited for this ruling does not any more.
    package mutating func forget(_ id: Int) { held.removeAll { $0.id == id } }

    private mutating func note(_ place: NetworkPlace) {
        if prefixes.count < 2 { prefixes.insert(place.prefix) }
    }

    /// Whether losses of unrelated targets have come together while nobody answered.
    private func isSuspicious(_ now: Instant) -> Bool {
        guard held.count >= Self.quorum, timeline.silence(at: now) >= settings.leastGap else { return false }
        let places = Set(held.map(\.loss.place.prefix))
        let groups = Set(held.map(\.loss.place.group))
        return places.count >= min(2, prefixes.count) && groups.count >= (settings.hasSeveralGroups ? 2 : 1)
    }

    // MARK: Asking

    /// What is to be done now, with so many attempts in flight.
    package mutating func tick(_ now: Instant, inFlight: Int) -> Step {
        if mode == .gone, isExhausted(now) { return Step(releases: giveUp(now)) }
        guard mode != .givenUp, now >= nextQuestion else { return Step() }
        if !held.isEmpty || mode == .gone || beatFailed { return Step(question: question(isWhole: true)) }
        guard inFlight > 0, !bench.isEmpty, timeline.silence(at: now) >= settings.beat else { return Step() }
        return Step(question: question(isWhole: false))
    }

    private mutating func question(isWhole: Bool) -> Question {
        Question(
            sentinels: bench.take(isWhole ? SentinelBench.capacity : 3),
            scouts: isWhole && (mode == .gone || firstBlind == nil) ? scouts() : [],
            addresses: isWhole ? addresses : [], isWhole: isWhole,
            limit: mode == .gone ? .milliseconds(600) : .seconds(1))
    }

    /// Some from all over the plan, others each time, and while the network is gone some of those that wait.
    private mutating func scouts() -> [Int] {
        var scouts = mode == .gone ? held.suffix(3).map(\.loss.target) : []
        for _ in 0..<min(Self.scoutLimit, settings.targetCount) {
            // Steps of the golden ratio come near every place soon.
            scoutTurn &+= 0x9E37_79B9_7F4A_7C15
            scouts.append(Int(scoutTurn.multipliedFullWidth(by: UInt64(settings.targetCount)).high))
        }
        return scouts
    }

    /// Where some of the lost packets were going, a few prefixes apart.
    private var addresses: [IPAddress] {
        var seen: Set<UInt64> = []
        var addresses: [IPAddress] = []
        for held in held.suffix(64).reversed() where addresses.count < 8 {
            guard let address = held.loss.place.address, seen.insert(held.loss.place.prefix).inserted else { continue }
            addresses.append(address)
        }
        return addresses
    }

    /// Whether an answer from there proves the way to the fleet: one of our own link does not where others lie behind a
    /// gateway.
    package func counts(_ reach: NetworkReach) -> Bool { bench.counts(reach) }

    /// The sentinels were asked.
    package mutating func heard(_ hearing: Hearing, to question: Question, now: Instant) -> [Release] {
        let isSilent = hearing.silent > 1 || hearing.silentNamed > 0 || hearing.trouble != nil
        nextQuestion = now
        switch mode {
        case .givenUp: return []
        case .gone: return heardWhileGone(hearing, isSilent, now)
        case .fine, .suspect:
            if hearing.isAnswered {
                beatFailed = false
                timeline.note(now)
                endTrouble(now)
                nextQuestion = now.advanced(by: .milliseconds(100))
                return settle(hearing.asked, now, repeatsDoubtful: now)
            }
            guard question.isWhole else {
                beatFailed = true
                return []
            }
            beatFailed = false
            if isSilent { return lose(hearing, now) }
            // Nobody is known who could tell: what we saw is all there is. The first time it is looked at twice.
            if firstBlind == nil, !held.isEmpty { firstBlind = now }
            // Who was silent now is not waited for again.
            bench.clear()
            return settle(hearing.asked, now, repeatsDoubtful: firstBlind ?? now)
        }
    }

    private mutating func heardWhileGone(_ hearing: Hearing, _ isSilent: Bool, _ now: Instant) -> [Release] {
        calmRounds = isSilent ? 0 : calmRounds + 1
        guard hearing.isAnswered || calmRounds > 1 else { return isExhausted(now) ? giveUp(now) : [] }
        if hearing.isAnswered {
            timeline.note(now)
            endTrouble(now)
        }
        return comeBack(now)
    }

    // MARK: Ruling

    /// Our network is fine, as far as anybody can tell: rules on what was lost before the question. Doubtful losses that
    /// began before an instant are tried again.
    private mutating func settle(_ asked: Instant, _ now: Instant, repeatsDoubtful limit: Instant) -> [Release] {
        mode = .fine
        var releases: [Release] = []
        var left: [Held] = []
        if excused.count > Self.excuseLimit { excused = excused.filter { $0.value > now } }
        for held in held {
            guard held.loss.ended <= asked else {
                left.append(held)
                continue
            }
            if held.loss.isQuick, excused.count <= Self.excuseLimit {
                excused[held.loss.place.prefix] = now.advanced(by: Self.excuse)
            }
            let isRepeated = held.loss.began < limit && held.isDoubtful && held.loss.mayRepeat
            releases.append(Release(id: held.id, ruling: isRepeated ? .again : .stands))
        }
        held = left
        return releases
    }

    private mutating func lose(_ hearing: Hearing, _ now: Instant) -> [Release] {
        mode = .gone
        cause = hearing.trouble ?? "no sentinel answers"
        episodes += 1
        calmRounds = 0
        goneSince = now
        troubleSince = troubleSince ?? now
        return isExhausted(now) ? giveUp(now) : []
    }

    private mutating func comeBack(_ now: Instant) -> [Release] {
        mode = .fine
        if let goneSince { waited += goneSince.duration(to: now) }
        goneSince = nil
        excused = [:]
        repeated += held.count
        defer { held = [] }
        return held.map { Release(id: $0.id, ruling: .again) }
    }

    private func isExhausted(_ now: Instant) -> Bool {
        spent + (troubleSince.map { $0.duration(to: now) } ?? .zero) >= settings.patience
    }

    private mutating func giveUp(_ now: Instant) -> [Release] {
        mode = .givenUp
        if let goneSince { waited += goneSince.duration(to: now) }
        goneSince = nil
        defer { held = [] }
        return held.map { Release(id: $0.id, ruling: .unjudged) }
    }
}
