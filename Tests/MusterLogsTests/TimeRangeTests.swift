import MusterCore
import Testing

@testable import MusterLogs

/// 2026-01-02T03:04:05Z.
private let now: Int64 = 1_767_323_045_000_000
private let midnight: Int64 = 1_767_312_000_000_000

/// Texts and microseconds.
private let readTimes: [(String, Int64)] = [
    ("now", now), ("today", midnight), ("Yesterday", midnight - 86_400_000_000), ("1h", now - 3_600_000_000),
    ("30m", now - 1_800_000_000), ("1h30m", now - 5_400_000_000), ("250ms", now - 250_000),
    ("2d", now - 172_800_000_000),
    ("2w", now - 1_209_600_000_000), ("1h ago", now - 3_600_000_000), ("0s", now), ("2026-01-02", midnight),
    ("2026-01-02 00:01", midnight + 60_000_000), ("2026-01-02T00:00:01", midnight + 1_000_000),
    ("2026-01-02T00:00:01.5Z", midnight + 1_500_000), ("2026-01-02T00:00:01.1234567Z", midnight + 1_123_456),
    ("2026-01-02T02:00:00+02:00", midnight), ("2026-01-01T22:30:00-0130", midnight),
    ("2026-01-02t00:00z", midnight),
    ("1767312000", midnight), ("1767312000.25", midnight + 250_000), ("@0", 0), ("@1767312000", midnight),
    ("1969-12-31", -86_400_000_000), ("0000-01-01", -62_167_219_200_000_000),
]

@Suite("Times of questions")
struct TimeRangeTests {
    @Test(
        "are read as people write them", arguments: readTimes)
    func moments(text: String, expected: Int64) throws {
        #expect(MomentText.parse(text, now: now) == expected)
        #expect(try TimeRange(since: text, until: nil, now: now) == TimeRange(since: expected))
    }

    @Test(
        "that are none are told with the flag",
        arguments: [
            "", "soon", "5", "2026", "2026-1-2", "2026-02-30", "2026-13-01", "2026-01-02T", "2026-01-02T24:00",
            "2026-01-02T00:60",
            "2026-01-02T00:00:61", "2026-01-02T00:00:00.Z", "2026-01-02T00:00:00Zx", "2026-01-02T00:00:00+2", "1x",
            "-1h", "h",
            "999999999999d", "@", "@x", "99999999999", "2026-01-02T00:00:00+16:00", "9999999w", "w", "ago", " ago", "é",
            "20260102T000000Z",
        ])
    func faults(text: String) throws {
        let fault = try #require(throws: QuestionFault.self) { try TimeRange(since: nil, until: text, now: now) }
        #expect(fault.hint.hasPrefix("--until: \"\(text)\" is no time; write 1h"))
    }

    @Test(
        "that name no zone are of the one that is given",
        arguments: [
            ("2026-07-01", 1_782_856_800), ("2026-07-01 12:00", 1_782_900_000), ("2026-07-01T12:00:00Z", 1_782_907_200),
            ("2026-01-01", 1_767_222_000), ("1767312000", 1_767_312_000),
            // 2026-03-29 02:30 is passed over, 2026-10-25 02:30 comes twice.
            ("2026-03-29 02:30", 1_774_747_800), ("2026-10-25 02:30", 1_792_888_200),
            ("today", 1_767_308_400), ("yesterday", 1_767_222_000), ("1h", 1_767_319_445),
        ] as [(String, Int64)])
    func zoned(text: String, seconds: Int64) throws {
        let berlin = try TimeZoneRules(name: "b", source: Array("CET-1CEST,M3.5.0,M10.5.0/3".utf8))
        #expect(MomentText.parse(text, now: now, zone: berlin) == seconds * 1_000_000)
        let filter = try? LogFilter("time >= '\(text)'", zone: berlin)
        #expect(filter?.isOfTime == true)
    }

    @Test("have a beginning before their end")
    func order() throws {
        #expect(throws: QuestionFault("--since 1h is not before --until 2h; no line can match")) {
            try TimeRange(since: "1h", until: "2h", now: now)
        }
        #expect(throws: QuestionFault.self) { try TimeRange(since: "today", until: "today", now: now) }
        #expect(try TimeRange(since: "2h", until: "1h", now: now).until == now - 3_600_000_000)
        #expect(try TimeRange(since: nil, until: nil, now: now).isOpen)
    }

    @Test(
        "take lines from the beginning on and before the end",
        arguments: [
            (TimeRange(), 0b1_1111), (TimeRange(since: 20), 0b0_0110), (TimeRange(until: 20), 0b1_0001),
            (TimeRange(since: 20, until: 30), 0b0_0010), (TimeRange(since: .min), 0b1_0111),
            (TimeRange(until: .max), 0b1_0111),
            (TimeRange(since: 31), 0),
        ] as [(TimeRange, UInt64)])
    func selection(range: TimeRange, expected: UInt64) {
        let reading = TabularLine.reading([LogField("x")])
        TabularLine.with(reading, ["10", "20", "30", "none", "-5"].map { [$0, "x"] }) { batch in
            var selection = Selection(all: batch)
            range.select(batch, &selection)
            #expect(selection.bits == expected)
            selection = Selection(bits: 0b0_1010)
            range.select(batch, &selection)
            #expect(selection.bits == expected & 0b0_1010)
        }
    }
}
