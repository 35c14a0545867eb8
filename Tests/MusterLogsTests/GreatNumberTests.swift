import MusterCore
import MusterTesting
import Testing

@testable import MusterLogs

/// Lines whose numbers are beyond what 64 bits hold in millionths: 9.2e12.
private enum Great {
    static let reading = TabularLine.reading([
        LogField("n", .number), LogField("t", .duration(perSecond: 1)), LogField("any"), LogField("ip", .address),
    ])

    static let lines = [
        // a
        ["0", "5", "1", "10000000000000", "1"],
        // b
        ["0", "1795860000000005", "20000000000000", "20000000000000000ns", "1795860000000005"],
        // c
        ["0", "1795860000000006", "400000000d", "1e400", "-"],
        // d
        ["0", "-10000000000000", "1e13, 1e13", "99999999999999999999999", "x"],
        // e
        ["0", "none", "∅", "none", "∅"],
    ]
}

@Suite("Great numbers")
struct GreatNumberTests {
    @Test(
        "are compared by their values",
        arguments: [
            ("n > 5", "bc"), ("n >= 5", "abc"), ("n < 5", "d"), ("n != 5", "bcde"), ("n > 1795860000000005", "c"),
            ("n >= 1795860000000005", "bc"), ("n < 1795860000000006", "abd"), ("n = 1795860000000005", "b"),
            ("n = 1795860000000005.0", "b"), ("n != 1795860000000005", "acde"), ("n < 20TB", "ad"),
            ("n > -10000000000000", "abc"), ("n = none", "e"), ("n in (1795860000000005.0, 5)", "ab"),
            ("n in (1e13)", ""), ("n < -1e13", ""), ("n <= -1e13", "d"), ("n > 1e300", ""), ("n < 1e300", "abcd"),
            ("t > 1", "bcd"), ("t = 2e13", "bd"), ("t > 2e13", "c"), ("t >= 400000000d", "c"), ("any > 1", "abcd"),
            ("any = 1e13", "a"), ("any = 2e7", "b"), ("any > 1e19", "cd"), ("any = 1e300", "cd"),
            ("any < 1e20", "ab"), ("n < 1e20", "abcd"), ("n > -1e20", "abcd"), ("ip > 5", "b"),
            ("ip >= 1795860000000005", "b"), ("ip < 1795860000000006", "ab"),
        ])
    func compared(_ filter: String, _ lines: String) throws {
        #expect(try TabularLine.select(filter, Great.reading, Great.lines) == lines)
    }

    @Test(
        "have room where they are read wide",
        arguments: [
            ("10000000000000", 10_000_000_000_000_000_000), ("-10000000000000.5", -10_000_000_000_000_500_000),
            ("1.0000019", 1_000_001), ("100000000000000000000", LogQuantity.widest), ("+.5", 500_000),
            ("5.", 5_000_000),
            ("100000000000000000001", LogQuantity.widest + 1), ("-1e400", -LogQuantity.widest - 1),
            (String(repeating: "9", count: 5_000), LogQuantity.widest + 1), ("1.5e3", 1_500_000_000), (".", nil),
            ("", nil),
            ("-", nil), ("1x", nil), ("e5", nil),
        ] as [(String, Int128?)])
    func wide(_ text: String, _ value: Int128?) {
        let reading = TabularLine.reading([LogField("x", .number)])
        let field = NumberField.resolve("x", in: reading)
        #expect(TabularLine.with(reading, [["0", text]]) { field?.wide($0, 0) } == value)
    }

    private static let zeros = String(repeating: "0", count: 25)

    @Test(
        "are as exact with an exponent",
        arguments: [
            ("1e20", LogQuantity.widest), ("-1E+20", -LogQuantity.widest), ("1\(zeros)e-5", LogQuantity.widest),
            ("1.\(zeros)\(zeros)e20", LogQuantity.widest), ("1\(zeros)\(zeros)e-30", LogQuantity.widest),
            ("1.\(zeros)1e20", LogQuantity.widest + 1), ("1.\(zeros)01e20", LogQuantity.widest),
            ("12345678901234.567891e0", 12_345_678_901_234_567_891), ("0.29e0", 290_000), ("1.5e-05", 15),
            ("1.5e-06", 1), ("1e-7", 0), ("-9.99e-7", 0), ("0e999999999999", 0),
            ("1e999999999999", LogQuantity.widest + 1), ("-1e21", -LogQuantity.widest - 1), ("1e-999999999999", 0),
            ("1.e2", 100_000_000), (".5e1", 5_000_000), ("0.\(zeros)1e26", 1_000_000), ("1.\(zeros)e0", 1_000_000),
            ("1e", nil), ("1e+", nil), ("1e5x", nil), ("1e1.5", nil), ("0x10", nil), ("0x1p3", nil), ("1_000", nil),
            ("inf", nil), ("nan", nil),
        ] as [(String, Int128?)])
    func exponents(_ text: String, _ value: Int128?) {
        wide(text, value)
        // The same where 64 bits hold it.
        let narrow = FilterNumber.plain(text)
        #expect(narrow.map { Int128($0) } == value.flatMap { abs($0) <= 9_200_000_000_000_000_000 ? $0 : nil })
    }

    private static func counted(_ lines: [String], _ questions: LogQuestions) throws -> LogTally {
        let tally = LogTally(questions, seed: 1)
        let text = lines.map { $0 + "\n" }.joined()
        let reading = try JSONLine.format.reading(questions.wanted)
        try LineCounter([reading], questions).count(Array(text.utf8), source: 0, position: 0, into: tally)
        return tally
    }

    private static func remarks(_ tally: LogTally) throws -> [String] {
        let remarks = BoundQuestions.remarks(tally, [])
        // A tally that was kept says the same.
        let file = TallyFile(tally: tally, sources: [TallySource(name: "l", format: "json", position: nil)], kinds: [:])
        #expect(BoundQuestions.remarks(try TallyFile(file.encoded(), seed: 2).tally, []) == remarks)
        return remarks
    }

    @Test("are in sums up to 1e20, of all lines, of rows and of steps")
    func sums() throws {
        let lines = (0..<200).map {
            #"{"ts":"2026-11-29T10:00:00Z","k":"\#($0 % 2)","n":\#(10_000_000_000_000 + $0),"m":-10000000000000000000}"#
        }
        let tally = try Self.counted(
            lines, LogQuestions(groups: [["k"]], measures: MeasureNames(sums: ["n", "m"])))
        let million = Int128(LogQuantity.one)
        #expect(tally.totals.sum(0, 0) == (2_000_000_000_000_000 + 19_900) * million)
        #expect(tally.totals.sum(0, 1) == Int128(-2_000) * 1_000_000_000_000_000_000 * million)
        let rows = tally.groups[0].table.top(2).map { tally.groups[0].measures.sum($0.number, 0) }
        #expect(rows.reduce(0, +) == tally.totals.sum(0, 0) && rows[0] > 0 && rows[1] > 0)
        #expect(tally.timeline.measures.sum(0, 0) == tally.totals.sum(0, 0))
        #expect(try Self.remarks(tally).isEmpty)
    }

    @Test("are in sums however they are written, and sums have all their digits")
    func written() throws {
        let numbers = ["1e20", "100000000000000000000", "-1E20", "12345678901.123456", "1e-6", "2.5e-1"]
        let tally = try Self.counted(
            numbers.map { #"{"n":\#($0)}"# }, LogQuestions(groups: [["n"]], measures: MeasureNames(sums: ["n"])))
        #expect(try Self.remarks(tally).isEmpty)
        let report = LogAnswers(limit: 9).report(tally, sources: [], kinds: [:])
        let sum = LogReport.Sum(millionths: LogQuantity.widest + 12_345_678_901_373_457)
        #expect(report.figures.map(\.value) == [.sum(sum)])
        #expect(sum.digits == "100000000012345678901.373457")
        let rows = report.tables[0].rows.map { $0.values.last }
        #expect(rows.count == 6 && rows.contains(.sum(LogReport.Sum(millionths: 12_345_678_901_123_456))))
    }

    @Test("that a result has no room for, and negative ones of a distribution, are told with their number")
    func told() throws {
        let lines = [#"{"n":1e21,"d":-5}"#, #"{"n":-1e300,"d":-1e15}"#, #"{"n":7,"d":10000000000000}"#, #"{"d":4}"#]
        let questions = LogQuestions(
            measures: MeasureNames(sums: ["n"], quantiles: ["d", "n"]), hasTimeline: false)
        let tally = try Self.counted(lines, questions)
        #expect(tally.totals.sum(0, 0) == 7_000_000)
        #expect(tally.totals.histogram(0, 0).count == 3 && tally.totals.histogram(0, 1).count == 2)
        let one = [
            #"2 values of "n" are beyond ±1e20 and not in its sum."#,
            #"1 value of "d" is greater than 9.2e12 and not in its quantiles."#,
            #"2 values of "d" are negative and count as 0 in its quantiles."#,
            #"1 value of "n" is greater than 9.2e12 and not in its quantiles."#,
            #"1 value of "n" is negative and counts as 0 in its quantiles."#,
        ]
        #expect(try Self.remarks(tally) == one)
        tally.merge(try Self.counted(lines, questions))
        #expect(try Self.remarks(tally)[0].hasPrefix("4 values"))
    }

    @Test(
        "A field without a number is told, once, where a line has it",
        arguments: [
            (#"{"n":"x"}"#, true), (#"{"n":"x"}"# + "\n" + #"{"n":"12ms"}"#, false), (#"{"n":0}"#, false),
            (#"{"n":-1}"#, false), (#"{"n":1e300}"#, false), (#"{"n":true}"#, true),
        ])
    func noNumber(_ lines: String, _ isTold: Bool) throws {
        let remark = #"No counted line has a number in the field "n"."#
        for names in [MeasureNames(sums: ["n"]), MeasureNames(sums: ["n"], quantiles: ["n"])] {
            let tally = try Self.counted([lines], LogQuestions(measures: names, hasTimeline: false))
            #expect(try Self.remarks(tally).contains(remark) == isTold)
            #expect(try Self.remarks(tally).count { $0 == remark } == (isTold ? 1 : 0))
        }
    }

    @Test(
        "A log without times says what cannot be answered by them",
        arguments: [
            (LogQuestions(range: TimeRange(since: 1)), "--since"),
            (LogQuestions(range: TimeRange(until: 1)), "--until"),
            (LogQuestions(groups: [["day"], ["k", "hour"]]), "--by day, --by hour"),
            (LogQuestions(every: 1), "--every"),
            (LogQuestions(measures: MeasureNames(quantiles: ["hour_of_day"])), "--quantiles hour_of_day"),
            (LogQuestions(measures: MeasureNames(distinct: ["minute"])), "--distinct minute"), (LogQuestions(), nil),
            (LogQuestions(groups: [["k"]]), nil),
        ] as [(LogQuestions, String?)])
    func timeless(_ questions: LogQuestions, _ flags: String?) throws {
        let tally = try Self.counted([#"{"k":1}"#], questions)
        let expected = flags.map { ["No line has a time, so there is nothing to answer \($0) by."] } ?? []
        #expect(try Self.remarks(tally) == expected)
        // One line with a time will do, also one that does not match.
        let timed = try Self.counted([#"{"k":1}"#, #"{"k":1,"ts":"2026-11-29T10:00:00Z"}"#], questions)
        #expect(try Self.remarks(timed).isEmpty)
        tally.merge(timed)
        #expect(try Self.remarks(tally).isEmpty)
    }

    @Test("A filter of times and a named time field say so too")
    func timelessFilter() throws {
        let filter = try LogFilter("time > 2026-11-29")
        #expect(
            try Self.remarks(try Self.counted([#"{"k":1}"#], LogQuestions(filter: filter)))
                == ["No line has a time, so there is nothing to answer --where by."])
        let field = LogQuestions(timeField: try TimeField("k"))
        #expect(
            try Self.remarks(try Self.counted([#"{"k":"x"}"#], field))
                == ["No line has a time, so there is nothing to answer --time-field k by."])
    }
}
