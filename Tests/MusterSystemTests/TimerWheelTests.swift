import MusterTesting
import Testing

@testable import MusterSystem

/// What the wheel does, done slowly: a list of deadlines.
private struct NaiveTimers {
    var armed: [Int32: Int64] = [:]

    /// Entries are due in the first tick that lies wholly after their deadline, and never before the tick after arming.
    mutating func expire(_ tick: Int64) -> Set<Int32> {
        let due = Set(armed.filter { $0.value >> 20 < tick }.keys)
        for entry in due { armed[entry] = nil }
        return due
    }
}

@Suite struct TimerWheelTests {
    private static let tick: Int64 = 1 << 20
    private static let round: Int64 = 4096 << 20

    @Test("Random arming, disarming and expiring agrees with a list", arguments: 0..<40)
    func agreesWithList(seed: Int) {
        var dice = Dice(seed)
        var now: Int64 = seed % 3 == 0 ? 0 : Int64.random(in: 0...(1 << 50), using: &dice)
        var wheel = TimerWheel(now: now)
        wheel.grow(to: 200)
        var naive = NaiveTimers()
        for _ in 0..<4000 {
            let entry = Int32.random(in: 0..<200, using: &dice)
            switch Int.random(in: 0..<10, using: &dice) {
            case 0...4:
                guard !wheel.isArmed(entry) else { continue }
                let reach = [Self.tick, 50 * Self.tick, Self.round, 5 * Self.round].randomElement(using: &dice)!
                let deadline =
                    Int.random(in: 0..<20, using: &dice) == 0
                    ? [Int64.max - 1, .min, now, now - now % Self.tick].randomElement(using: &dice)!
                    : now + Int64.random(in: -reach...reach, using: &dice)
                wheel.arm(entry, deadline: deadline)
                naive.armed[entry] = deadline
            case 5...6:
                wheel.disarm(entry)
                naive.armed[entry] = nil
            default:
                let gap = [1, Self.tick, 100 * Self.tick, Self.round - 1, Self.round, 3 * Self.round]
                    .randomElement(using: &dice)!
                let before = now >> 20
                now += Int64.random(in: 0...gap, using: &dice)
                var expired: [Int32] = []
                var wrong = 0
                wheel.expire(now: now) { entry in
                    if naive.armed[entry] == nil { wrong += 1 }
                    expired.append(entry)
                }
                let due = now >> 20 > before ? naive.expire(now >> 20) : []
                // The macro is too slow for every step.
                guard wrong == 0, expired.count == due.count, Set(expired) == due else {
                    Issue.record("seed \(seed): \(expired) expired, \(due) were due")
                    return
                }
            }
            guard wheel.armedCount == naive.armed.count, wheel.isArmed(entry) == (naive.armed[entry] != nil) else {
                Issue.record("seed \(seed): entry \(entry) is armed in one and not in the other")
                return
            }
        }
    }

    @Test("The loop that sleeps as long as it is told meets every deadline's bucket", arguments: 0..<40)
    func delayLeadsToExpiry(seed: Int) {
        var dice = Dice(1000 + seed)
        var now = Int64.random(in: 0...(1 << 50), using: &dice)
        var wheel = TimerWheel(now: now)
        wheel.grow(to: 64)
        var left: [Int32: Int64] = [:]
        for entry in Int32(0)..<64 {
            let deadline = now + Int64.random(in: -Self.round...(4 * Self.round), using: &dice)
            wheel.arm(entry, deadline: deadline)
            left[entry] = deadline
        }
        var idleTurns = 0
        while let delay = wheel.delay(now: now) {
            let earliest = left.values.min()!
            let bucketEnd = max((earliest >> 20) + 1, (now >> 20) + 1) << 20
            #expect(now + delay <= bucketEnd, "not later than the earliest deadline's bucket")
            #expect(delay > 0, "what is due was handed out in the turn before")
            now += delay
            var count = 0
            wheel.expire(now: now) { entry in
                let deadline = left.removeValue(forKey: entry) ?? .max
                #expect(deadline < now)
                #expect(now - max(deadline, bucketEnd - Self.tick) <= Self.tick)
                count += 1
            }
            // A bucket may hold later rounds only, but then the next look is a round away.
            idleTurns += count == 0 ? 1 : 0
            guard idleTurns < 64 * 6 else { break }
        }
        #expect(left.isEmpty)
        #expect(wheel.armedCount == 0)
        #expect(wheel.delay(now: now) == nil)
    }

    @Test("A deadline many rounds away costs one look a round")
    func distantDeadline() {
        var now: Int64 = 12345
        var wheel = TimerWheel(now: now)
        wheel.grow(to: 1)
        wheel.arm(0, deadline: 100 * Self.round)
        var looks = 0
        while let delay = wheel.delay(now: now) {
            looks += 1
            now += delay
            wheel.expire(now: now) { _ in }
        }
        #expect(looks <= 102)
        #expect(now > 100 * Self.round && now <= 100 * Self.round + 2 * Self.tick)
    }

    @Test("Deadlines at both ends of the numbers neither trap nor expire wrongly")
    func extremes() {
        var wheel = TimerWheel(now: 0)
        wheel.grow(to: 3)
        wheel.arm(0, deadline: .max)
        wheel.arm(1, deadline: .min)
        wheel.arm(2, deadline: 0)
        var expired: [Int32] = []
        wheel.expire(now: 3 * Self.tick) { entry in expired.append(entry) }
        #expect(expired.sorted() == [1, 2])
        #expect(wheel.isArmed(0))
        wheel.expire(now: 1 << 60) { entry in expired.append(entry) }
        #expect(wheel.isArmed(0))
    }

    @Test("A deadline never expires in its own tick")
    func notEarly() {
        var wheel = TimerWheel(now: 0)
        wheel.grow(to: 1)
        wheel.arm(0, deadline: 5 * Self.tick + Self.tick - 1)
        wheel.expire(now: 6 * Self.tick - 1) { _ in Issue.record("expired before its deadline") }
        var count = 0
        wheel.expire(now: 6 * Self.tick) { _ in count += 1 }
        #expect(count == 1)
    }

    @Test("Disarming what is not armed does nothing")
    func disarmTwice() {
        var wheel = TimerWheel(now: 0)
        wheel.grow(to: 2)
        wheel.arm(1, deadline: 0)
        wheel.disarm(0)
        wheel.disarm(1)
        wheel.disarm(1)
        #expect(wheel.armedCount == 0)
        #expect(wheel.delay(now: 0) == nil)
    }
}

extension TimerWheel {
    /// Hands each expired entry to `body`.
    fileprivate mutating func expire(now: Int64, _ body: (Int32) -> Void) {
        var expired: [Int32] = []
        expire(now: now, into: &expired)
        for entry in expired { body(entry) }
    }
}
