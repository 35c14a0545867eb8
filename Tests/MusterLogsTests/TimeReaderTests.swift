import MusterCore
import MusterTesting
import Testing

@testable import MusterLogs

extension TimeReader {
    /// Reads a text as a whole; what it leaves to the run is UTC and of 1970.
    mutating func read(_ text: String) -> Int64? {
        let found = Chunk.with(Array(text.utf8)) { chunk in unsafe read(UnsafePointer(chunk.base), text.utf8.count) }
        guard let found else { return nil }
        var clock = LineClock(.utc)
        return clock.instant(found, SourceYears(latest: 31_535_999_999_999), at: 0)
    }

    /// The same as a number of ``LineTime``, taken apart.
    mutating func parts(_ text: String) -> LineTime.Parts? {
        Chunk.with(Array(text.utf8)) { chunk in unsafe read(UnsafePointer(chunk.base), text.utf8.count) }
            .map { LineTime.parts($0) }
    }
}

@Suite("Times in text")
struct TimeReaderTests {
    @Test(
        "An ISO time is read with its fraction and zone",
        arguments: [
            ("1970-01-01T00:00:00Z", 0),
            ("1970-01-01T00:00:00", 0),
            ("2024-02-29T12:00:00Z", 1_709_208_000_000_000),
            ("2000-02-29 12:00:00z", 951_825_600_000_000),
            ("2024-02-29T12:00:00.5Z", 1_709_208_000_500_000),
            ("2024-02-29T12:00:00,123Z", 1_709_208_000_123_000),
            ("2024-02-29T12:00:00.123456789Z", 1_709_208_000_123_456),
            ("2024-02-29T12:00:00.000001", 1_709_208_000_000_001),
            ("2024-02-29T13:00:00+01:00", 1_709_208_000_000_000),
            ("2024-02-29T13:30:00.25+0130", 1_709_208_000_250_000),
            ("2024-02-29T04:00:00-08", 1_709_208_000_000_000),
            ("2024-02-29 04:00:00 -0800", 1_709_208_000_000_000),
            ("2024-03-01T00:30:00+12:45", 1_709_207_100_000_000),
            ("2016-12-31T23:59:60Z", 1_483_228_800_000_000),
            ("1969-12-31T23:59:59.999999Z", -1),
            ("0001-01-01T00:00:00Z", -62_135_596_800_000_000),
            ("9999-12-31T23:59:59Z", 253_402_300_799_000_000),
        ])
    func iso(_ text: String, _ expected: Int64) {
        var reader = TimeReader(.iso)
        #expect(reader.read(text) == expected)
        #expect(reader.read(text) == expected, "again, from memory")
    }

    @Test(
        "What a time leaves out is marked: the zone, and the year beside a date",
        arguments: [
            ("iso", "2024-02-29T12:00:00Z", false, false), ("iso", "2024-02-29T12:00:00", true, false),
            ("iso", "2024-02-29T12:00:00.5", true, false), ("iso", "2024-02-29 12:00:00+00", false, false),
            ("%d/%b/%Y:%T %z", "29/Feb/2024:12:00:00 +0000", false, false),
            ("%F %T", "2024-02-29 12:00:00", true, false),
            ("%F %T %Z", "2024-02-29 12:00:00 UTC", false, false), ("%F %T %Z", "2024-02-29 12:00:00 CET", true, false),
            ("%b %e %T", "Feb 29 12:00:00", true, true), ("%m-%d %T %z", "02-29 12:00:00 +0000", false, true),
            ("%T", "12:00:00", true, false), ("%f", "25", false, false), ("%z", "+0100", false, false),
            ("%s", "1709208000", false, false),
        ])
    func marks(_ pattern: String, _ text: String, _ isLocal: Bool, _ isYearless: Bool) throws {
        var reader = TimeReader(pattern == "iso" ? .iso : .pattern(try TimePattern(pattern)))
        let found = reader.parts(text)
        let parts = try #require(found)
        #expect(parts.isLocal == isLocal && parts.isYearless == isYearless)
        #expect(LineTime.parts(LineTime.number(parts)) == parts)
    }

    @Test("Parts of a time that stand apart are one time, whose zone is that of any")
    func sums() {
        func number(_ value: Int64, _ isLocal: Bool, _ isYearless: Bool = false) -> Int64 {
            LineTime.number(LineTime.Parts(value: value, isLocal: isLocal, isYearless: isYearless))
        }
        #expect(LineTime.sum(number(100, true), number(7, true)) == number(107, true))
        #expect(LineTime.sum(number(100, true, true), number(7, true)) == number(107, true, true))
        #expect(LineTime.sum(number(100, true), number(-7, false)) == number(93, true))
        #expect(LineTime.zoned(number(93, true)) == 93)
        #expect(LineTime.sum(RowBatch.noTime + 1, RowBatch.noTime + 1) == 2, "no number traps")
    }

    @Test(
        "What is no ISO time is none",
        arguments: [
            "", "2024", "2024-02-29", "2024-02-29T12:00", "2023-02-29T12:00:00Z", "1900-02-29T12:00:00Z",
            "2024-13-01T00:00:00Z", "2024-00-01T00:00:00Z", "2024-04-31T00:00:00Z", "2024-04-00T00:00:00Z",
            "2024-01-01T24:00:00Z", "2024-01-01T00:60:00Z", "2024-01-01T00:00:61Z", "2024-01-01T00:00:00.Z",
            "2024-01-01T00:00:00+16:00", "2024-01-01T00:00:00+01:60", "2024-01-01T00:00:00+1", "2024-01-01T00:00:00ZZ",
            "2024-01-01T00:00:00 ", "2024/01/01T00:00:00Z", "2024-01-01X00:00:00Z", "2024-01-01T0a:00:00Z",
            "2024-01-01T00:00-00Z", "+024-01-01T00:00:00Z",
        ])
    func notISO(_ text: String) {
        var reader = TimeReader(.iso)
        #expect(reader.read(text) == nil)
        // Nor after one with the same minute.
        #expect(reader.read("2024-01-01T00:00:00Z") == 1_704_067_200_000_000)
        #expect(reader.read(text) == nil)
    }

    @Test(
        "An epoch time is read in its unit",
        arguments: [
            ("0", 1, 0), ("1709208000", 1, 1_709_208_000_000_000), ("1709208000.123", 1, 1_709_208_000_123_000),
            ("1709208000.1234567", 1, 1_709_208_000_123_456), ("1709208000123", 1000, 1_709_208_000_123_000),
            ("1709208000123.5", 1000, 1_709_208_000_123_500), ("1709208000123456", 1_000_000, 1_709_208_000_123_456),
            ("1709208000123456.9", 1_000_000, 1_709_208_000_123_456),
            ("1709208000123456789", 1_000_000_000, 1_709_208_000_123_456),
            ("253402300799", 1, 253_402_300_799_000_000),
        ] as [(String, Int64, Int64)])
    func epoch(_ text: String, _ perSecond: Int64, _ expected: Int64) {
        var reader = TimeReader(.epoch(perSecond: perSecond))
        #expect(reader.read(text) == expected)
    }

    @Test(
        "What is no epoch time is none",
        arguments: [
            "", "-", "-1", "+1", "a", "1.", ".5", "1709208000x", "253402300800", "9223372036854775807",
            "9223372036854775808", "99999999999999999999999999",
        ])
    func notEpoch(_ text: String) {
        var reader = TimeReader(.epoch(perSecond: 1))
        #expect(reader.read(text) == nil)
    }

    @Test(
        "The times of a pattern are read by its specifiers",
        arguments: [
            ("%d/%b/%Y:%H:%M:%S %z", "10/Oct/2000:13:55:36 -0700", 971_211_336_000_000),
            ("%F %T", "2024-02-29 12:00:00", 1_709_208_000_000_000),
            ("%FT%T.%f%z", "2024-02-29T12:00:00.25Z", 1_709_208_000_250_000),
            ("%D %R", "02/29/24 12:00", 1_709_208_000_000_000),
            ("%d/%m/%y", "29/02/24", 1_709_164_800_000_000),
            ("%y", "69", -31_536_000_000_000), ("%H:%M:%S", "01:02:03", 3_723_000_000),
            ("%a %b %e %T %Y", "Thu Feb  9 12:00:00 2024", 1_707_480_000_000_000),
            ("%A, %d %B %Y", "Thursday, 29 February 2024", 1_709_164_800_000_000),
            ("%I:%M %p", "12:05 AM", 300_000_000), ("%I:%M %p", "12:05 pm", 43_500_000_000),
            ("%s", "1709208000", 1_709_208_000_000_000), ("%z", "+0100", -3_600_000_000),
            ("%H%%", "7%", 25_200_000_000),
            ("%T %Z", "00:00:01 CEST", 1_000_000), ("%Y%m%d%H%M%S", "20240229120000", 1_709_208_000_000_000),
        ])
    func pattern(_ pattern: String, _ text: String, _ expected: Int64) throws {
        var reader = TimeReader(.pattern(try TimePattern(pattern)))
        #expect(reader.read(text) == expected)
        #expect(reader.read(text) == expected)
    }

    @Test(
        "What does not fit a pattern is no time",
        arguments: [
            ("%d/%b/%Y", "10/oct/2000"), ("%d/%b/%Y", "30/Feb/2000"), ("%d/%b/%Y", "10/Oct/20"), ("%T", "24:00:00"),
            ("%T", "23:60:00"), ("%T", "23:59:61"), ("%T", "23:59:5"), ("%T", "23:59:59 "), ("%f", ""), ("%z", ""),
            ("%z", "+9"), ("%I:%M %p", "13:00 pm"), ("%p", "xm"), ("%Z", "1"), ("%s", "x"), ("%F", ""),
        ])
    func notPattern(_ pattern: String, _ text: String) throws {
        var reader = TimeReader(.pattern(try TimePattern(pattern)))
        #expect(reader.read(text) == nil)
    }

    @Test("A specifier that is not known is told with its place", arguments: [("%d/%Q", 3), ("x%!", 1)])
    func fault(_ text: String, _ offset: Int) {
        let fault = #expect(throws: LogFormatFault.self) { try TimePattern(text) }
        #expect(fault?.offset == offset)
        #expect(throws: LogFormatFault.self) { try TimePattern("") }
    }

    @Test("The common log format's time is read by the same reader")
    func clf() {
        var reader = TimeReader(.clf)
        #expect(reader.read("10/Oct/2000:13:55:36 -0700") == 971_211_336_000_000)
        #expect(reader.read("10/Oct/2000:13:55:37 -0700") == 971_211_337_000_000)
        #expect(reader.read("10/Oct/2000:13:55:36 -070") == nil)
        #expect(reader.read("10/Oct/2000:13:55:36 -0700 ") == nil)
    }

    @Test("Every day from 1890 to 2110 is where counting puts it")
    func days() throws {
        var reader = TimeReader(.iso)
        var expected = try #require(CivilTime.days(year: 1890, month: 1, day: 1)) * CivilTime.day
        func padded(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        for year in 1890...2110 {
            for month in 1...12 {
                for day in 1...CivilDate.length(year: year, month: month) {
                    let read = reader.read("\(year)-\(padded(month))-\(padded(day))T00:00:00Z")
                    if read != expected { Issue.record("\(year)-\(month)-\(day): \(read ?? 0)") }
                    expected += CivilTime.day
                }
            }
        }
    }

    @Test("No garbage is read beyond its end, nor traps")
    func garbage() throws {
        var dice = Dice(7)
        let alphabet = Array("0123456789-:TZ+., /OctFeb%".utf8) + [0, 255]
        let styles: [TimeReader.Style] = [
            .clf, .iso, .epoch(perSecond: 1), .epoch(perSecond: 1_000_000_000),
            .pattern(try TimePattern("%d/%b/%Y:%H:%M:%S %z")), .pattern(try TimePattern("%a %e %I %p %f %Z %s")),
        ]
        var readers = styles.map { TimeReader($0) }
        var found = 0
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...30, using: &dice)
            let bytes = (0..<count).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &dice)] }
            for index in readers.indices {
                Chunk.with(bytes) { chunk in
                    guard let taken = unsafe readers[index].take(UnsafePointer(chunk.base), count) else { return }
                    found += 1
                    if taken.length < 1 || taken.length > count { Issue.record("\(bytes): \(taken)") }
                }
            }
        }
        #expect(found > 0)
    }
}
