import MusterCore
import Testing

@Suite("Durations, instants and waits")
struct TimeTests {
    @Test(
        "a duration is parsed",
        arguments: [
            ("250ms", .milliseconds(250)), ("2s", .seconds(2)), ("1.5s", .milliseconds(1500)), ("3m", .seconds(180)),
            ("1h", .seconds(3600)), ("2d", .seconds(172_800)), ("90us", .microseconds(90)), ("90µs", .microseconds(90)),
            ("0s", .zero), ("0.1ms", .microseconds(100)), (".5s", .milliseconds(500)), ("3650d", .seconds(315_360_000)),
        ] as [(String, Duration)])
    func parses(text: String, expected: Duration) {
        #expect(Duration(text: text) == expected)
    }

    @Test(
        "what is no duration is refused",
        arguments: [
            "", "s", "2", "2 s", " 2s", "2s ", "-2s", "+2s", "2S", "2sec", "1.2.3s", "..s", ".s", "1e3s", "0x2s",
            "infs", "nans",
            "2ms3", "1,5s", "3651d", "99999999999999999999999d", "٢s", "½s", "2s\0", "2m0",
        ])
    func refuses(text: String) {
        #expect(Duration(text: text) == nil)
    }

    @Test(
        "a duration is printed for people",
        arguments: [
            (.zero, "0µs"), (.microseconds(850), "850µs"), (.nanoseconds(1), "0µs"), (.nanoseconds(999_499), "999µs"),
            (.nanoseconds(999_500), "1.0ms"), (.microseconds(12_345), "12.3ms"), (.microseconds(99_949), "99.9ms"),
            (.microseconds(99_951), "100ms"), (.milliseconds(999), "999ms"), (.microseconds(999_600), "1.00s"),
            (.milliseconds(2_040), "2.04s"), (.milliseconds(59_994), "59.99s"), (.milliseconds(59_996), "1m00s"),
            (.seconds(185), "3m05s"), (.seconds(3_599), "59m59s"), (.seconds(7_800), "2h10m"), (.seconds(-1), "0µs"),
        ] as [(Duration, String)])
    func prints(duration: Duration, expected: String) {
        #expect(duration.text == expected)
    }

    @Test("an instant never wraps around")
    func instants() {
        let start = Instant(nanoseconds: 5)
        #expect(start.advanced(by: .nanoseconds(7)).nanoseconds == 12)
        #expect(start.advanced(by: .seconds(Int64.max)) == .distantFuture)
        #expect(Instant.distantFuture.advanced(by: .seconds(1)) == .distantFuture)
        #expect(Instant(nanoseconds: -5).advanced(by: .seconds(Int64.min / 4)).nanoseconds == .min)
        #expect(start.duration(to: Instant(nanoseconds: 1_000_000_005)) == .seconds(1))
        #expect(start < .distantFuture)
        #expect(Duration.seconds(Int64.max).nanoseconds == .max)
        #expect(Duration.seconds(Int64.min).nanoseconds == .min)
    }

    @Test("the wait before another attempt doubles up to its cap and is spread over its upper half", arguments: 0...40)
    func backoff(attempt: Int) {
        let backoff = Backoff(base: .milliseconds(250), cap: .seconds(5))
        let full = Duration.milliseconds(min(250 << max(0, min(attempt - 1, 10)), 5_000))
        #expect(backoff.delay(after: attempt, random: 0) == full / 2)
        var last = Duration.zero
        for random in [0, 0.25, 0.5, 0.999_999] {
            let delay = backoff.delay(after: attempt, random: random)
            #expect(delay >= full / 2 && delay < full && delay >= last)
            last = delay
        }
    }

    @Test("phases add up in microseconds and stay absent until they happen")
    func phases() {
        var times = PhaseTimes()
        #expect(times.total == 0)
        #expect(Phase.allCases.allSatisfy { times[$0] == nil })
        for (index, phase) in Phase.allCases.enumerated() {
            times.add(phase, from: Instant(nanoseconds: 0), to: Instant(nanoseconds: Int64(index + 1) * 1_000))
            #expect(times[phase] == UInt32(index + 1))
        }
        times.add(.tls, from: Instant(nanoseconds: 1_000), to: Instant(nanoseconds: 3_000))
        #expect(times[.tls] == 5)
        #expect(times.total == 23)
        times.add(.wait, from: Instant(nanoseconds: 9_000), to: Instant(nanoseconds: 1_000))
        times.add(.send, from: Instant(nanoseconds: 0), to: .distantFuture)
        times.add(.send, from: Instant(nanoseconds: 0), to: .distantFuture)
        #expect(times[.wait] == 5)
        #expect(times[.send] == .max)
        #expect(Set(Phase.allCases.map(\.name)).count == Phase.allCases.count)
    }
}
