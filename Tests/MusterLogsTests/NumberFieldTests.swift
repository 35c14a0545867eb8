import Testing

@testable import MusterLogs

@Suite("Numbers of fields")
struct NumberFieldTests {
    private func value(_ kind: FieldKind, _ text: String) throws -> Int64? {
        let reading = TabularLine.reading([LogField("x", kind)])
        let field = try NumberField.require("x", in: reading)
        return TabularLine.with(reading, [["0", text]]) { field.value($0, 0) }
    }

    @Test(
        "are millionths, and durations millionths of a second",
        arguments: [
            (FieldKind.number, "12", 12_000_000), (.number, "-0.5", -500_000), (.number, "12ms", nil),
            (.number, "-", nil),
            (.number, "∅", nil), (.number, "", nil), (.bytes, "2326", 2_326_000_000), (.bytes, "1, 2", nil),
            (.duration(perSecond: 1), "0.25", 250_000), (.duration(perSecond: 1000), "12", 12_000),
            (.duration(perSecond: 1_000_000), "1500", 1_500), (.duration(perSecond: 1_000_000_000), "1500", 1),
            (.duration(perSecond: 1_000_000_000), "86400000000000", 86_400_000_000),
            (.duration(perSecond: 1000), "1.5", 1_500), (.duration(perSecond: 1000), "12ms", 12_000),
            (.duration(perSecond: 1), "1.5s", 1_500_000), (.duration(perSecond: 1), "250µs", 250),
            (.duration(perSecond: 1), "250us", 250), (.duration(perSecond: 1), "1h2m3.5s", 3_723_500_000),
            (.duration(perSecond: 1), "1500ns", 1), (.duration(perSecond: 1), "2d", 172_800_000_000),
            (.duration(perSecond: 1), "1.2 ms", 1_200), (.duration(perSecond: 1), "-3ms", -3_000),
            (.duration(perSecond: 1), "5x", nil), (.duration(perSecond: 1), "s", nil),
            (.duration(perSecond: 1), "1m2", nil),
            (.duration(perSecond: 1), "0.1, 0.2 : -", 300_000), (.duration(perSecond: 1), "0.1,0.2", 300_000),
            (.duration(perSecond: 1), "-, -", nil), (.duration(perSecond: 1), "-", nil),
            (.duration(perSecond: 1), "", nil),
            (.duration(perSecond: 1), "0.1, x", nil), (.duration(perSecond: 1000), "1, 2", 3_000),
            (.duration(perSecond: 1), "99999999999999d", Int64.max), (.duration(perSecond: 1), ":", nil),
            (.duration(perSecond: 1), "9000000000000d9000000000000d", .max), (.text, "12ms", 12_000),
            (.text, "7", 7_000_000),
            (.text, "1, 2", nil), (.text, "abc", nil), (.number, "1000000000001.5", 1_000_000_000_001_500_000),
            (.number, "10000000000000", .max), (.number, "-1e400", -.max), (.text, "10000000000ns", 10_000_000),
            (.duration(perSecond: 1), "400d", 34_560_000_000_000),
            (.duration(perSecond: 1), "2h10000000000ns", 7_210_000_000),
            (.duration(perSecond: 1), "200000d", 17_280_000_000_000_000),
            (.duration(perSecond: 1_000_000_000), "9000000000000000000", 9_000_000_000_000_000),
            (.duration(perSecond: 1_000_000_000), "12345678901234.5", 12_345_678_901),
        ] as [(FieldKind, String, Int64?)])
    func values(kind: FieldKind, text: String, expected: Int64?) throws {
        #expect(try value(kind, text) == expected)
    }

    @Test("of the time are the hour only")
    func hour() throws {
        let reading = TabularLine.reading([LogField("x")])
        let field = try NumberField.require("hour_of_day", in: reading)
        TabularLine.with(reading, [["10800000000", "a"], ["none", "a"]]) { batch in
            #expect(field.value(batch, 0) == 3_000_000)
            #expect(field.value(batch, 1) == nil)
        }
    }

    @Test("are not asked of fields that hold none")
    func faults() {
        let reading = TabularLine.reading([LogField("ip", .address), LogField("url"), LogField("bytes", .bytes)])
        #expect(throws: QuestionFault("\"ip\" holds no numbers; fields that do: bytes")) {
            try NumberField.require("ip", in: reading)
        }
        #expect(throws: QuestionFault("\"path\" holds no numbers; fields that do: bytes", at: 3)) {
            try NumberField.require("path", in: reading, at: 3)
        }
        #expect(throws: QuestionFault("no field of tabular is called \"bites\"; did you mean \"bytes\"?")) {
            try NumberField.require("bites", in: reading)
        }
    }
}
