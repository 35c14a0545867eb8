import MusterCore
import MusterTesting
import Testing

@testable import MusterLogs

@Suite("Keys as they are shown")
struct ShownKeyTests {
    @Test(
        "have escapes for bytes that are no UTF-8",
        arguments: [
            ([0x2f, 0xe4, 0xe5], #"/\xe4\xe5"#), ([0xc3, 0xa4], "ä"), ([0xc3], #"\xc3"#),
            ([0xed, 0xa0, 0x80], #"\xed\xa0\x80"#),
            ([0xc3, 0xa4, 0xff, 0x41], #"ä\xffA"#), (Array(#"\xe4"#.utf8), #"\x5cxe4"#),
            (Array(#"a\b\x"#.utf8), #"a\b\x"#),
            (Array(#"\x5cxe4"#.utf8), #"\x5cx5cxe4"#), ([], ""), ([0x0f, 0x00], "\u{f}\0"),
            ([0xf0, 0x9f, 0x98, 0x80], "😀"),
        ] as [([UInt8], String)])
    func escapes(_ key: [UInt8], _ text: String) {
        #expect(KeyText.string(key) == text)
    }

    @Test("are different texts for different keys", arguments: 0..<10)
    func different(_ seed: Int) {
        var dice = Dice(seed)
        let parts: [[UInt8]] = [
            [0xe4], Array(#"\"#.utf8), Array("x".utf8), Array("5c".utf8), Array("e4".utf8), [0xc3, 0xa4],
        ]
        var keys: [String: [UInt8]] = [:]
        for _ in 0..<3_000 {
            let key = (0..<Int.random(in: 0...5, using: &dice)).flatMap { _ in parts.randomElement(using: &dice) ?? [] }
            #expect(keys.updateValue(key, forKey: KeyText.string(key)) ?? key == key)
        }
    }

    private static func days(_ keys: [String], _ name: String = "day") -> [String]? {
        OrderedKeys.all(name, among: Set(keys.map { Array($0.utf8) }))?.all.map { String(decoding: $0, as: UTF8.self) }
    }

    @Test("of days, hours of the day and days of the week come whole and in their order")
    func ordered() throws {
        #expect(
            Self.days(["2024-03-01", "2024-02-27", "-"]) == [
                "2024-02-27", "2024-02-28", "2024-02-29", "2024-03-01", "-",
            ])
        #expect(Self.days(["2026-01-01", "1970-01-01"]) == ["1970-01-01", "2026-01-01"])
        let hours = try #require(Self.days(["23"], "hour_of_day"))
        #expect(hours.count == 24 && hours == hours.sorted())
        #expect(Self.days(["Tue"], "weekday") == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"])
        for (name, key) in [
            ("day", "monday"), ("day", "2026-02-30"), ("hour_of_day", "24"), ("path", "00"), ("day", "-"),
        ] {
            #expect(Self.days([key], name) == nil, "\(key)")
        }
        #expect(Self.days((1...4_100).map { "\(1000 + $0 * 2)-01-01" }) == nil)
    }

    @Test(
        "of days far apart come with a word on those between them",
        arguments: [
            (["2025-01-01", "2026-01-03"], 368, ""),
            (
                ["2024-01-01", "2025-01-03"], 2,
                "No rows for 367 days without lines, from 2024-01-02 to 2025-01-02."
            ),
            (
                ["1970-01-01", "1972-01-01", "2026-11-29", "2026-11-30"], 4,
                "No rows for the days without lines in 2 gaps; the longest is 20055 days, from 1972-01-02 to 2026-11-28."
            ),
        ])
    func gaps(_ keys: [String], _ count: Int, _ remark: String) throws {
        let found = try #require(OrderedKeys.all("day", among: Set(keys.map { Array($0.utf8) })))
        #expect(found.all.count == count && found.remark == remark)
    }

    @Test("of more days than a table holds are told by the gaps between them")
    func manyDays() throws {
        let keys = (0..<2_100).map { number in
            let moment = CivilMoment(Int64(number) * 2 * CivilTime.day)
            var scratch = Scratch()
            return unsafe scratch.make(CivilMoment.longest) { unsafe moment.write(to: $0, .day) }.bytes
        }
        let found = try #require(OrderedKeys.all("day", among: Set(keys)))
        #expect(found.all == keys && found.gaps.count == 2_099)
        #expect(found.remark.hasPrefix("No rows for the days without lines in 2099 gaps; the longest is 1 day, "))
    }

    @Test("have all rows of a table by day, those without lines too, however few are asked for")
    func table() throws {
        let questions = LogQuestions(groups: [["day"], ["k"]], measures: MeasureNames(sums: ["k"]))
        let tally = LogTally(questions, seed: 1)
        let lines = ["2026-11-29", "2026-11-27", "2026-11-29"].map { "time=\($0)T10:00:00Z k=1\n" }
        let reading = try LogfmtLine.format.reading(questions.wanted)
        try LineCounter([reading], questions).count(Array(lines.joined().utf8), source: 0, position: 0, into: tally)
        let table = LogAnswers(limit: 1).report(tally, sources: [], kinds: [:]).tables[0]
        #expect(table.rows.map { $0.keys[0] } == ["2026-11-27", "2026-11-28", "2026-11-29"])
        let values: [[LogReport.Value]] = [
            [.count(1), .share(1.0 / 3), .sum(LogReport.Sum(millionths: 1_000_000))], [.count(0), .share(0), .none],
            [.count(2), .share(2.0 / 3), .sum(LogReport.Sum(millionths: 2_000_000))],
        ]
        #expect(table.rows.map(\.values) == values)
        #expect(table.distinct == 2)
    }
}
