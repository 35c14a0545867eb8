import Glibc
import MusterTesting
import Testing

/// Engine, probes, TLS and sockets whole, on a model network and its clock.
@Suite("The whole of muster on a model network", .timeLimit(.minutes(40))) struct ModelFleetTests {
    /// `MUSTER_MODEL_SEED=17 swift test --filter ModelFleetTests` tries that seed alone and prints its story.
    private static let only = environment("MUSTER_MODEL_SEED").flatMap { Int($0) }

    private static func environment(_ name: String) -> String? {
        // Invariant: getenv gives a string that ends with a zero, and nobody changes the environment.
        unsafe getenv(name).map { unsafe String(cString: $0) }
    }

    private static func check(_ seeds: Range<Int>, _ weather: (inout Dice) -> ModelRun.Weather) async throws {
        for seed in only.map({ $0..<$0 + 1 }) ?? seeds {
            var dice = Dice(seed &* 7919)
            let run = ModelRun(seed: seed, weather: weather(&dice))
            let results = try await run.perform()
            #expect(results.count == run.plants.count * run.checks.count, "seed \(seed): each target is judged once")
            #expect(Set(results.map { $0.host * 100 + Int($0.check.rawValue) * 10_000 }).count == results.count)
            #expect(run.network.socketCount == 0, "seed \(seed): \(run.network.socketCount) sockets are left open")
            let lies = results.filter { !$0.isTrue && !(run.hasFault && $0.isUnknown) }
            for lie in lies {
                Issue.record("seed \(seed): \(lie.plant) \(lie.check) is told as \(lie.said)")
            }
            if only != nil || !lies.isEmpty { print(run.network.story.suffix(2000).joined(separator: "\n")) }
        }
    }

    @Test("On a calm network every verdict is the truth", arguments: [0, 1, 2, 3])
    func calm(part: Int) async throws {
        try await Self.check(part * 50..<part * 50 + 25) { _ in ModelRun.Weather() }
    }

    @Test("On a bad network too: loss, reordering, duplicates, sends in parts", arguments: [4, 5, 6, 7, 8, 9])
    func bad(part: Int) async throws {
        try await Self.check(part * 100..<part * 100 + 50) { dice in
            var weather = ModelRun.Weather()
            weather.jitter = Int64.random(in: 0...40_000_000, using: &dice)
            weather.loss = Double.random(in: 0...0.05, using: &dice)
            weather.duplicates = Double.random(in: 0...0.2, using: &dice)
            weather.sendsInParts = Bool.random(using: &dice)
            return weather
        }
    }

    @Test(
        "Being stopped for seconds in the middle makes no host down that is up, nor up that is down",
        arguments: [10, 11])
    func stopped(part: Int) async throws {
        try await Self.check(part * 100..<part * 100 + 40) { dice in
            var weather = ModelRun.Weather()
            weather.delay = 100_000...900_000_000
            for _ in 0..<3 {
                let time = Int64.random(in: 0...12_000_000_000, using: &dice)
                weather.stops.append((time, Int64.random(in: 30_000_000...60_000_000_000, using: &dice)))
            }
            weather.stops.sort { $0.time < $1.time }
            return weather
        }
    }

    /// What each call can fail with on our side.
    private static let faults: [(String, Int32)] = [
        ("socket", EMFILE), ("socket", ENFILE), ("socket", ENOBUFS), ("socket", ENOMEM), ("socket", EPERM),
        ("socket", EACCES), ("epoll_ctl", ENOMEM), ("epoll_ctl", ENOSPC), ("connect", EADDRNOTAVAIL),
        ("connect", EADDRINUSE), ("connect", EAGAIN), ("connect", ENETUNREACH), ("connect", EHOSTUNREACH),
        ("connect", ENETDOWN), ("connect", EINVAL), ("connect", EACCES), ("connect", EPERM), ("connect", ENOBUFS),
        ("connect", ENOMEM), ("disconnect", ENOMEM), ("send", EPERM), ("send", ENOBUFS), ("send", ENOMEM),
        ("send", EAGAIN), ("recv", ENOMEM), ("sendmmsg", EPERM), ("sendmmsg", ENETUNREACH),
        ("sendmmsg", EHOSTUNREACH), ("sendmmsg", EINVAL), ("sendmmsg", ENOBUFS), ("sendmmsg", ENOMEM),
        ("sendmmsg", EAGAIN), ("sendmmsg", EACCES), ("sendmmsg", ENETDOWN),
    ]

    @Test("Whatever call fails on our side, no host is blamed for it", arguments: faults)
    func failingCalls(call: String, error: Int32) async throws {
        try await Self.check(1000..<1004) { _ in
            var weather = ModelRun.Weather()
            weather.fault = (call, error)
            return weather
        }
    }
}
