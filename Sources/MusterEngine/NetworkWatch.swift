internal import MusterCore
internal import Synchronization

/// Watches our own network for a survey: takes in what attempts say of it, holds those that were lost in doubt, asks the
/// sentinels, and lets targets start or wait. ``NearNetwork`` decides; this is its memory of who waits, and its voice.
final class NetworkWatch: Sendable {
    /// Whether a target may start.
    enum Pass: Sendable { case go, unjudged, cancelled }

    private struct State {
        var machine: NearNetwork
        var hasAnnounced = false
        /// Rulings that came before anybody waited for them.
        var rulings: [Int: NearNetwork.Ruling] = [:]
        var waiting: [Int: CheckedContinuation<NearNetwork.Ruling?, Never>] = [:]
        var gate: [(id: Int, continuation: CheckedContinuation<Pass, Never>)] = []
        var lastID = 0
        /// Prefixes that are reached without a gateway, so that nobody asks the kernel for each answer from there.
        var linkPrefixes: Set<UInt64> = []
    }

    /// Who is to be resumed once the lock is given back.
    private struct Wakes {
        var rulings: [(continuation: CheckedContinuation<NearNetwork.Ruling?, Never>, ruling: NearNetwork.Ruling)] = []
        var gate: [CheckedContinuation<Pass, Never>] = []
        var pass = Pass.go
        var announcement: String?
    }

    /// Fewer targets than this are judged by themselves.
    private static let leastTargets = 4
    /// How often it looks whether there is something to do.
    private static let tick = Duration.milliseconds(50)
    /// Answers that come sooner after another one say nothing new.
    private static let answerSpacing: Int64 = 20_000_000
    /// A target that took longer, in microseconds, would be a slow sentinel.
    private static let sentinelLimit: UInt64 = 500_000

    private let plan: Plan
    private let clock: EngineClock
    private let probe: Survey.Probing
    private let senses: NetworkSenses
    private let state: Mutex<State>
    private let lastAnswer: Atomic<Int64>
    private let closed = Atomic<Bool>(false)

    /// Nil where nothing would be learned: a fleet of few targets, or of this machine alone.
    init?(_ senses: NetworkSenses?, plan: Plan, clock: EngineClock, probe: @escaping Survey.Probing) {
        guard let senses, plan.count >= Self.leastTargets, Self.leavesMachine(plan.inventory) else { return nil }
        self.plan = plan
        self.clock = clock
        self.probe = probe
        self.senses = senses
        let now = clock.now()
        var settings = NearNetwork.Settings()
        settings.patience = senses.patience
        settings.targetCount = plan.count
        settings.shortestTimeout = plan.checks.map(\.timeout).min() ?? settings.shortestTimeout
        let groups = plan.inventory.entries.lazy.filter { !$0.checks.isEmpty }.map(\.group)
        settings.hasSeveralGroups = groups.contains { $0 != groups.first }
        state = Mutex(State(machine: NearNetwork(settings, at: now)))
        lastAnswer = Atomic(now.nanoseconds)
    }

    /// Whether there is a host that is not on the loopback interface, among the first thousands of lines.
    private static func leavesMachine(_ inventory: Inventory) -> Bool {
        guard inventory.entries.count <= 4096 else { return true }
        return inventory.entries.indices.contains { index in
            let last = inventory.entries[index].names.count - 1
            return [0, last].contains {
                !NetworkPlace(Host(inventory: inventory, entry: index, offset: $0)).isLoopback
            }
        }
    }

    /// Whether targets have to wait before they start.
    var isClosed: Bool { closed.load(ordering: .relaxed) }
    /// Whether the network is gone at the moment, or for good.
    var isGone: Bool { state.withLock { $0.machine.mode == .gone || $0.machine.mode == .givenUp } }

    func outage() -> NetworkOutage? { state.withLock { $0.machine.outage(at: clock.now()) } }

    // MARK: What workers say

    /// Takes in what an attempt says; the number of the ruling to wait for where it was lost in doubt, else 0.
    @inline(never)
    func note(_ attempt: Attempt, of target: Target, since began: Instant, mayRepeat: Bool) -> Int {
        switch NetworkSign(attempt.verdict) {
        case .nothing: return 0
        case .answer:
            let now = clock.now()
            if now.nanoseconds - lastAnswer.load(ordering: .relaxed) >= Self.answerSpacing {
                noteAnswer(attempt, of: target, now)
            }
            return 0
        case .loss: return noteLoss(target, since: began, isQuick: false, mayRepeat)
        case .quickLoss: return noteLoss(target, since: began, isQuick: true, mayRepeat)
        }
    }

    @inline(never)
    private func noteAnswer(_ attempt: Attempt, of target: Target, _ now: Instant) {
        let place = NetworkPlace(target.host)
        guard !place.isLoopback else { return }
        let reach = reach(place)
        let isQuick = attempt.phases.total <= Self.sentinelLimit
        state.withLock { state in
            state.machine.answered(target.index, at: place, reach: reach, isQuick: isQuick, now: now)
            if state.machine.counts(reach) { lastAnswer.store(now.nanoseconds, ordering: .relaxed) }
        }
    }

    @inline(never)
    private func noteLoss(_ target: Target, since began: Instant, isQuick: Bool, _ mayRepeat: Bool) -> Int {
        let place = NetworkPlace(target.host)
        guard !place.isLoopback else { return 0 }
        let loss = NearNetwork.Loss(
            target: target.index, began: began, ended: clock.now(), place: place, isQuick: isQuick,
            mayRepeat: mayRepeat)
        return state.withLock { state in
            guard let id = state.machine.lost(loss) else { return 0 }
            closed.store(!state.machine.isOpen, ordering: .relaxed)
            if state.machine.mode == .givenUp { state.rulings[id] = .unjudged }
            return id
        }
    }

    private func reach(_ place: NetworkPlace) -> NetworkReach {
        guard let address = place.address else { return .gateway }
        if state.withLock({ $0.linkPrefixes.contains(place.prefix) }) { return .link }
        let reach = senses.reach(address)
        if reach == .link { state.withLock { _ = $0.linkPrefixes.insert(place.prefix) } }
        return reach
    }

    // MARK: Who waits

    /// Waits for the ruling with a number; nil where the task was cancelled first.
    @inline(never)
    func ruling(_ id: Int) async -> NearNetwork.Ruling? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { sit(id, $0) }
        } onCancel: {
            let continuation = state.withLock { state in
                state.machine.forget(id)
                return state.waiting.removeValue(forKey: id)
            }
            continuation?.resume(returning: nil)
        }
    }

    private func sit(_ id: Int, _ continuation: CheckedContinuation<NearNetwork.Ruling?, Never>) {
        let outcome: NearNetwork.Ruling?? = state.withLock { state in
            if let ruling = state.rulings.removeValue(forKey: id) { return .some(ruling) }
            // Asked under the lock: who is cancelled after this finds the continuation in its place.
            if Task.isCancelled {
                state.machine.forget(id)
                return .some(nil)
            }
            state.waiting[id] = continuation
            return nil
        }
        if let outcome { continuation.resume(returning: outcome) }
    }

    /// Waits until targets may start.
    @inline(never)
    func pass() async -> Pass {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { queue(id, $0) }
        } onCancel: {
            let continuation = state.withLock { state in
                state.gate.firstIndex { $0.id == id }.map { state.gate.remove(at: $0).continuation }
            }
            continuation?.resume(returning: .cancelled)
        }
    }

    private func queue(_ id: Int, _ continuation: CheckedContinuation<Pass, Never>) {
        let outcome: Pass? = state.withLock { state in
            if Task.isCancelled { return .cancelled }
            if state.machine.isOpen { return .go }
            if state.machine.mode == .givenUp { return .unjudged }
            state.gate.append((id, continuation))
            return nil
        }
        if let outcome { continuation.resume(returning: outcome) }
    }

    // MARK: Asking

    /// Looks after the network until it is cancelled.
    func run(_ inFlight: @Sendable () -> Int) async {
        while await clock.sleep(clock.now().advanced(by: Self.tick)) {
            guard let question = step(inFlight()) else { continue }
            let hearing = await ask(question)
            guard !Task.isCancelled else { return }
            // Between two questions while it is gone: something changes, or a while passes.
            if conclude(hearing, question), !(await pause()) { return }
        }
    }

    private func step(_ inFlight: Int) -> NearNetwork.Question? {
        let (question, wakes): (NearNetwork.Question?, Wakes) = state.withLock { state in
            let step = state.machine.tick(clock.now(), inFlight: inFlight)
            return (step.question, take(step.releases, in: &state))
        }
        perform(wakes)
        return question
    }

    /// True where the network is gone.
    private func conclude(_ hearing: NearNetwork.Hearing, _ question: NearNetwork.Question) -> Bool {
        let (isGone, wakes): (Bool, Wakes) = state.withLock { state in
            let now = clock.now()
            let releases = state.machine.heard(hearing, to: question, now: now)
            if hearing.isAnswered { lastAnswer.store(now.nanoseconds, ordering: .relaxed) }
            return (state.machine.mode == .gone, take(releases, in: &state))
        }
        perform(wakes)
        return isGone
    }

    private func pause() async -> Bool {
        guard await clock.sleep(clock.now().advanced(by: .milliseconds(250))) else { return false }
        return await senses.change(clock.now().advanced(by: .milliseconds(250)))
    }

    private func take(_ releases: [NearNetwork.Release], in state: inout State) -> Wakes {
        var wakes = Wakes()
        for release in releases {
            if let continuation = state.waiting.removeValue(forKey: release.id) {
                wakes.rulings.append((continuation, release.ruling))
            } else {
                state.rulings[release.id] = release.ruling
            }
        }
        let mode = state.machine.mode
        closed.store(mode != .fine, ordering: .relaxed)
        if mode == .fine || mode == .givenUp {
            wakes.gate = state.gate.map(\.continuation)
            wakes.pass = mode == .fine ? .go : .unjudged
            state.gate = []
        }
        if mode == .gone || mode == .givenUp, !state.hasAnnounced {
            state.hasAnnounced = true
            wakes.announcement = state.machine.cause
        }
        return wakes
    }

    private func perform(_ wakes: Wakes) {
        if let text = wakes.announcement { senses.announce(text) }
        for (continuation, ruling) in wakes.rulings { continuation.resume(returning: ruling) }
        for continuation in wakes.gate { continuation.resume(returning: wakes.pass) }
    }

    /// Who was asked.
    private enum Asked: Sendable { case sentinel, scout, named }

    /// Asks all at once, and no longer than until the first answer that proves the way.
    private func ask(_ question: NearNetwork.Question) async -> NearNetwork.Hearing {
        var hearing = NearNetwork.Hearing(asked: clock.now())
        let limit = hearing.asked.advanced(by: question.limit)
        await withTaskGroup(of: (Asked, Bool?).self) { group in
            for index in question.sentinels {
                group.addTask { [self] in (.sentinel, await tried(index, limit)) }
            }
            for index in question.scouts { group.addTask { [self] in (.scout, await scout(index, limit)) } }
            for endpoint in plan.inventory.sentinels {
                group.addTask { [senses] in (.named, await senses.ask(endpoint, limit)) }
            }
            for await (asked, answer) in group where !hearing.isAnswered {
                switch (asked, answer) {
                case (_, true?):
                    hearing.isAnswered = true
                    group.cancelAll()
                case (.sentinel, false?): hearing.silent += 1
                case (.named, false?): hearing.silentNamed += 1
                default: break
                }
            }
        }
        if !hearing.isAnswered, question.isWhole { hearing.trouble = senses.trouble(addresses(question)) }
        return hearing
    }

    private func addresses(_ question: NearNetwork.Question) -> [IPAddress] {
        guard question.addresses.isEmpty else { return question.addresses }
        return question.sentinels.compactMap { plan.target(at: $0).host.address }
    }

    private func tried(_ index: Int, _ limit: Instant) async -> Bool? {
        NetworkSign.isAnswered(await probe(plan.target(at: index), limit))
    }

    /// Only an answer that proves the way to the others says something.
    private func scout(_ index: Int, _ limit: Instant) async -> Bool? {
        guard await tried(index, limit) == true else { return nil }
        let place = NetworkPlace(plan.target(at: index).host)
        guard !place.isLoopback else { return nil }
        let reach = reach(place)
        return state.withLock { state in
            // It lives: a sentinel from now on.
            state.machine.answered(index, at: place, reach: reach, isQuick: true, now: clock.now())
            return state.machine.counts(reach)
        } ? true : nil
    }
}
