import MusterTesting
import Testing

@testable import MusterSystem

private let millisecond: Int64 = 1_000_000

/// A server, a line and somebody who asks, on a clock of their own.
private struct PacedRun {
    /// One way, in nanoseconds.
    var delay: Int64
    /// What the server takes for an answer, in nanoseconds.
    var service: Int64
    /// How many datagrams its buffer holds.
    var buffer: Int64
    /// The share of datagrams lost each way.
    var loss = 0.0
    /// Whether a name is never answered.
    var isDead: (Int) -> Bool = { _ in false }
    var limit = 2000 * millisecond
    /// How long the loop is busy with what it found, in nanoseconds.
    var turn: Int64 = 20_000
    var pace = ServerPace()

    /// What became of the queries.
    var answered = 0
    var silent: [Int] = []
    var datagrams = 0
    var dropped = 0
    var ended: Int64 = 0
    var narrowest = Int.max

    private enum Event { case arrives, answer, again }
    private var events: [(time: Int64, query: Int, attempt: Int, event: Event)] = []
    private var freeAt: Int64 = 0

    private struct Query {
        var tries = 0
        var sentAt: Int64 = 0
        var deadline: Int64 = .max
        var cohort = -1
        var isOpen = true
        var isWaiting = true
    }

    init(delay: Int64, service: Int64, buffer: Int64) {
        self.delay = delay
        self.service = service
        self.buffer = buffer
    }

    private mutating func plan(_ time: Int64, _ query: Int, _ attempt: Int, _ event: Event) {
        var (low, high) = (0, events.count)
        while low < high {
            let middle = (low + high) / 2
            if events[middle].time > time { low = middle + 1 } else { high = middle }
        }
        events.insert((time, query, attempt, event), at: low)
    }

    /// Asks `count` names; the time of a query begins when it first leaves.
    mutating func ask(_ count: Int, seed: Int) {
        var dice = Dice(seed)
        var queries = [Query](repeating: Query(), count: count)
        var waiting = (0..<count)[...]
        var again: [Int] = []
        var now: Int64 = 0
        while true {
            // What becomes sendable in a turn leaves at its end.
            if events.last.map({ $0.time > now + turn }) ?? true {
                while pace.hasRoom, let index = again.isEmpty ? waiting.popFirst() : again.removeFirst() {
                    if queries[index].isOpen { send(index, &queries[index], now, &dice) }
                }
            }
            narrowest = min(narrowest, pace.window)
            guard let (time, index, attempt, event) = events.popLast() else { break }
            now = time
            guard queries[index].isOpen || event == .arrives else { continue }
            switch event {
            case .arrives: arrive(index, attempt, now, &dice)
            case .answer:
                queries[index].isOpen = false
                answered += 1
                ended = now
                pace.answered(
                    sentAt: queries[index].sentAt, at: now, tries: queries[index].tries,
                    inFlight: !queries[index].isWaiting, cohort: queries[index].cohort)
            case .again:
                guard attempt == queries[index].tries else { continue }
                let isLost = now - queries[index].sentAt >= pace.timeout
                pace.gaveUp(isLost: isLost, cohort: queries[index].cohort)
                queries[index].cohort = -1
                queries[index].isWaiting = true
                if now >= queries[index].deadline {
                    queries[index].isOpen = false
                    silent.append(index)
                    ended = now
                } else {
                    again.append(index)
                }
            }
        }
    }

    private mutating func send(_ index: Int, _ query: inout Query, _ now: Int64, _ dice: inout Dice) {
        query.cohort = pace.sent(isFirst: query.tries == 0)
        if query.tries == 0 { query.deadline = now + limit }
        query.tries += 1
        query.sentAt = now
        query.isWaiting = false
        datagrams += 1
        if Double.random(in: 0..<1, using: &dice) >= loss { plan(now + delay, index, query.tries, .arrives) }
        let patience = pace.patience(tries: query.tries, left: query.deadline - now)
        let spread = patience.map { now + $0 + $0 / 4 * Int64.random(in: 0..<1024, using: &dice) / 1024 }
        plan(min(spread ?? .max, query.deadline), index, query.tries, .again)
    }

    private mutating func arrive(_ index: Int, _ attempt: Int, _ now: Int64, _ dice: inout Dice) {
        if freeAt - now > buffer * service { return dropped += 1 }
        freeAt = max(freeAt, now) + service
        if isDead(index) || Double.random(in: 0..<1, using: &dice) < loss { return }
        plan(freeAt + delay, index, attempt, .answer)
    }
}

@Suite struct ServerPaceTests {
    @Test(
        "The first window is shared by the loops, and is one at least", arguments: [(1, 32), (2, 16), (5, 6), (100, 1)])
    func firstWindow(loops: Int, window: Int) {
        #expect(ServerPace(loops: loops).window == window)
    }

    @Test("A full window has no room until an answer comes or a datagram is given up")
    func room() {
        var pace = ServerPace(loops: 32)
        #expect(pace.hasRoom)
        let cohort = pace.sent(isFirst: true)
        #expect(!pace.hasRoom)
        pace.gaveUp(isLost: false, cohort: cohort)
        #expect(pace.hasRoom)
        #expect(pace.inFlight == 0)
        let next = pace.sent(isFirst: true)
        pace.answered(sentAt: 5, at: 10, tries: 1, inFlight: true, cohort: next)
        #expect(pace.inFlight == 0)
        #expect(pace.window == 2)
        #expect(pace.lastAnswer == 10)
    }

    @Test("The window doubles with every round trip, as long as it is used and no queue shows")
    func slowStart() {
        var pace = ServerPace()
        for round in Int64(1)...3 {
            let width = pace.window
            let cohorts = (0..<width).map { _ in pace.sent(isFirst: true) }
            for cohort in cohorts {
                pace.answered(
                    sentAt: round * 1000, at: round * 1000 + 100, tries: 1, inFlight: true, cohort: cohort)
            }
            #expect(pace.window == width * 2)
        }
    }

    @Test("The timer is RFC 6298's")
    func estimator() {
        var pace = ServerPace()
        #expect(pace.timeout == ServerPace.firstPatience)
        for (time, smoothed, deviation): (Int64, Int64, Int64) in [
            (100, 100, 50), (180, 110, 57), (30, 100, 63), (100, 100, 47),
        ] {
            let cohort = pace.sent(isFirst: true)
            pace.answered(sentAt: 0, at: time * millisecond, tries: 1, inFlight: true, cohort: cohort)
            #expect(pace.smoothed / millisecond == smoothed)
            #expect(pace.deviation / millisecond == deviation)
        }
        #expect(pace.timeout == pace.smoothed + 4 * pace.deviation)
    }

    @Test("The timer lies between 50 ms and 5 s", arguments: [(1, 50), (10_000_000, 50), (9_000_000_000, 5000)])
    func bounds(roundTrip: Int64, milliseconds: Int64) {
        var pace = ServerPace()
        let cohort = pace.sent(isFirst: true)
        pace.answered(sentAt: 0, at: roundTrip, tries: 1, inFlight: true, cohort: cohort)
        #expect(pace.timeout == milliseconds * millisecond)
    }

    @Test("An answer to a repeated question is not measured, but many in a row have us wait longer until one is")
    func karn() {
        var pace = ServerPace()
        let first = pace.sent(isFirst: true)
        pace.answered(sentAt: 0, at: 20 * millisecond, tries: 1, inFlight: true, cohort: first)
        let before = (pace.smoothed, pace.timeout)
        for round in Int64(1)...3 {
            let cohorts = (0..<64).map { _ in pace.sent(isFirst: true) }
            for cohort in cohorts {
                _ = pace.sent(isFirst: false)
                pace.answered(sentAt: 0, at: 300 * millisecond, tries: 2, inFlight: true, cohort: -1)
                #expect(pace.smoothed == before.0)
                pace.gaveUp(isLost: true, cohort: cohort)
            }
            #expect(pace.timeout >= before.1 << round)
        }
        let last = pace.sent(isFirst: true)
        pace.answered(sentAt: 0, at: 20 * millisecond, tries: 1, inFlight: true, cohort: last)
        #expect(pace.timeout <= before.1)
    }

    @Test(
        "There are at least two tries, whatever the deadline, and not many more where nobody answers",
        arguments: [30, 100, 500, 1000, 2000, 5000, 60_000])
    func tries(limit: Int64) {
        for roundTrip in [nil, 1, 20, 100, 700] as [Int64?] {
            var pace = ServerPace()
            if let roundTrip {
                let cohort = pace.sent(isFirst: true)
                pace.answered(sentAt: 0, at: roundTrip * millisecond, tries: 1, inFlight: true, cohort: cohort)
            }
            var (left, tries) = (limit * millisecond, 1)
            while let patience = pace.patience(tries: tries, left: left) {
                #expect(patience > 0)
                if tries == 1 { #expect(patience <= left / 3) }
                left -= patience
                #expect(left > 0)
                tries += 1
            }
            #expect(tries >= 2)
            #expect(tries <= ServerPace.mostTries)
            if roundTrip == nil, limit <= 2000 { #expect(tries == 3) }
            if roundTrip == 100, limit == 2000 { #expect(tries >= 6) }
        }
        #expect(ServerPace().patience(tries: 1, left: 0) == nil)
    }

    @Test("5 % loss each way at 100 ms: none of 5,000 is given up, and the window is not narrowed", arguments: 0..<8)
    func badLine(seed: Int) {
        var run = PacedRun(delay: 50 * millisecond, service: 5_000, buffer: 250)
        run.loss = 0.05
        run.ask(5000, seed: seed)
        #expect(run.silent.isEmpty)
        #expect(run.pace.window >= 128)
        #expect(run.ended < 6000 * millisecond)
        #expect(run.datagrams < 6000)
    }

    @Test(
        "A server with little room loses little of ours, and the line is used all the same",
        arguments: [(277, 10_000), (90, 10_000), (20, 20_000), (4, 100_000)] as [(Int64, Int64)],
        [25_000, 5_000_000] as [Int64])
    func smallBuffer(server: (buffer: Int64, service: Int64), delay: Int64) {
        var run = PacedRun(delay: delay, service: server.service, buffer: server.buffer)
        run.ask(5000, seed: 1)
        #expect(run.silent.isEmpty)
        #expect(run.dropped * 2 < 5000)
        if server.buffer >= 277 { #expect(run.dropped * 100 < 5000) }
    }

    @Test("A server that is gone does not narrow the window for good, one that comes back is asked fully")
    func gone() {
        var run = PacedRun(delay: 5 * millisecond, service: 10_000, buffer: 250)
        run.isDead = { $0 < 400 }
        run.ask(2000, seed: 3)
        #expect(run.silent.count == 400)
        #expect(run.answered == 1600)
        #expect(run.pace.window >= ServerPace.firstWindow)
    }

    @Test(
        "Names that are never answered do not narrow the window, which is not the reason", arguments: [0.1, 0.3, 0.7])
    func deadNames(share: Double) {
        var run = PacedRun(delay: millisecond, service: 10_000, buffer: 250)
        let dead = Int(share * 100)
        run.isDead = { $0 * 37 % 100 < dead }
        run.ask(4000, seed: 4)
        #expect(run.silent.count == dead * 40)
        #expect(run.pace.window >= ServerPace.firstWindow / 2)
        if share > 0.25 { #expect(run.pace.isIndifferent) }
    }

    @Test("A window is one at least, even if all is lost", arguments: 0..<4)
    func never0(seed: Int) {
        var run = PacedRun(delay: millisecond, service: 200_000, buffer: 0)
        run.loss = 0.5
        run.ask(1000, seed: seed)
        #expect(run.narrowest >= 1)
        #expect(run.pace.inFlight == 0)
    }
}
