import MusterCore
import Testing

@testable import MusterLogs

@Suite("Times of JSON and logfmt")
struct LooseTimeTests {
    private static let noon = "1709208000000000"

    private static func times(_ format: LogFormat, _ line: String) throws -> [String?] {
        let found = try format.reading([]).read(line)
        #expect(found.bad.isEmpty)
        return found.rows.map { $0["time"] }
    }

    @Test(
        "A time is read by its look",
        arguments: [
            "2024-02-29T12:00:00Z", "2024-02-29T12:00Z", "2024-02-29 12:00", "2024-02-29T13:00+01:00",
            "2024-02-29 12:00:00 UTC", "2024-02-29 12:00:00.000 GMT", "2024-02-29 12:00:00,000", "2024/02/29 12:00:00",
            "2024/02/29 12:00:00.000", "2024/02/29 13:00:00 +0100", "Thu Feb 29 12:00:00 2024",
            "Thu Feb 29 12:00:00.000000 2024", "Thu Feb 29 12:00:00 UTC 2024", "Thu, 29 Feb 2024 12:00:00 GMT",
            "Thu, 29 Feb 2024 04:00:00 -0800", "29/Feb/2024:12:00:00 +0000", "29/Feb/2024:12:00:00",
            "29/Feb/2024 12:00:00", "29 Feb 2024 12:00:00", "29 Feb 2024 12:00:00,000", "Feb 29, 2024 12:00:00 PM",
            "29-Feb-2024 12:00:00.000", "20240229T120000Z", "20240229T130000+0100", "20240229 12:00:00", "1709208000",
            "1709208000.0", "1709208000000", "1709208000000000", "1709208000000000000", "1.709208e9", "1.709208e12",
        ])
    func looks(text: String) throws {
        #expect(try Self.times(JSONLine.format, #"{"ts":"\#(text)"}"#) == [Self.noon])
        #expect(try Self.times(LogfmtLine.format, #"ts="\#(text)" a=b"#) == [Self.noon])
    }

    @Test(
        "What is no plausible time of a log is none",
        arguments: [
            "0", "0.231", "12.5", "23100", "99999999", "-1709208000", "1e3", "0001-01-01T00:00:00Z", "1969-12-31",
            "1969-12-31T23:59:59Z", "2024-02-30 12:00", "2024/13/01 00:00:00", "Thu Feb 30 12:00:00 2024", "soon",
            "a text that is no time at all", "2024-02-29T12:00:00 PM", "99999999999999999999999",
        ])
    func implausible(text: String) throws {
        #expect(try Self.times(JSONLine.format, #"{"ts":"\#(text)"}"#) == [nil])
        #expect(
            try Self.times(JSONLine.format, #"{"ts":"\#(text)","created_at":"2024-02-29T12:00:00Z"}"#) == [Self.noon])
        #expect(try Self.times(LogfmtLine.format, #"ts="\#(text)" created_at=1709208000"#) == [Self.noon])
    }

    @Test(
        "The time is found under every usual name, inside of objects too",
        arguments: [
            #"{"datetime":"2024-02-29T12:00:00Z"}"#, #"{"@t":"2024-02-29T12:00:00Z","@l":"Warning"}"#,
            #"{"Timestamp":"2024-02-29T12:00:00Z"}"#, #"{"asctime":"2024-02-29 12:00:00,000"}"#,
            #"{"created_at":"2024-02-29T12:00:00Z"}"#, #"{"event_time":"2024-02-29T12:00:00Z"}"#,
            #"{"EdgeStartTimestamp":1709208000000000000}"#, #"{"EdgeStartTimestamp":"2024-02-29T12:00:00Z"}"#,
            #"{"__REALTIME_TIMESTAMP":"1709208000000000"}"#,
            #"{"t":{"$date":"2024-02-29T13:00:00.000+01:00"},"s":"I"}"#,
            #"{"t":1709208000}"#, #"{"instant":{"epochSecond":1709208000,"nanoOfSecond":5}}"#,
            #"{"timeUnixNano":"1709208000000000000"}"#, #"{"time":{"timestamp":1709208000.0,"repr":"x"}}"#,
            #"{"record":{"time":{"repr":"x","timestamp":1709208000.0}}}"#, #"{"timestamp":{"seconds":1709208000}}"#,
            #"{"event":{"created":"2024-02-29T12:00:00Z"}}"#, #"{"Time":"2024-02-29T12:00:00Z"}"#,
            #"{"date":"2024-02-29 12:00:00"}"#, #"{"date":"2024\/02\/29 12:00:00"}"#,
            #"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"1709208000000000000"}]}]}]}"#,
        ])
    func names(line: String) throws {
        #expect(try Self.times(JSONLine.format, line) == [Self.noon])
    }

    @Test("The best name that has a time wins, whatever the order of the keys and the line before")
    func rank() throws {
        let lines = [
            #"{"time":0.231,"timestamp":"2024-02-29T12:00:00Z","status":200}"#,
            #"{"timestamp":"2024-02-29T12:00:00Z","time":0.231}"#,
            #"{"date":"2001-01-01T00:00:00Z","timestamp":"2024-02-29T12:00:00Z","time":"1.5s","ts":7}"#,
            #"{"time":"2024-02-29T12:00:00Z","timestamp":"2001-01-01T00:00:00Z"}"#,
            #"{"time":"2024\u002d02-29T12:00:00Z"}"#, #"{"t":{"x":1},"time":{"a":2},"date":"2024-02-29 12:00:00"}"#,
        ]
        let all = try JSONLine.format.reading(["time", "ts"]).read(lines.joined(separator: "\n"))
        #expect(all.rows.count == lines.count && all.bad.isEmpty)
        for line in lines { #expect(try Self.times(JSONLine.format, line) == [Self.noon], "\(line)") }
        #expect(
            try Self.times(LogfmtLine.format, "date=2001-01-01T00:00:00Z time=0.2 timestamp=2024-02-29T12:00:00Z t=3")
                == [Self.noon])
    }

    @Test("A time without a zone is of the run's, one with a name of another zone too")
    func local() throws {
        let zone = try LineClockTests.berlin
        for text in ["2024-02-29T13:00:00", "2024-02-29 13:00", "Thu Feb 29 13:00:00 2024", "2024-02-29 13:00:00 CET"] {
            let found = try JSONLine.format.reading([]).read(#"{"ts":"\#(text)"}"#, zone: zone)
            #expect(found.rows.map { $0["time"] } == [Self.noon], "\(text)")
        }
    }

    @Test(
        "A time field is read as it is said to be written",
        arguments: [
            ("x", "1709208000", noon), ("x:ms", "1709208000000", noon), ("x:s", "1709208000", noon),
            ("x:us", "1709208000000000", noon), ("x:ns", "1709208000000000000", noon), ("x:s", "12.5", "12500000"),
            ("x:iso", "2024-02-29T12:00:00", noon), ("x:clf", "29/Feb/2024:12:00:00 +0000", noon),
            ("x:%d.%m.%Y %H:%M", "29.02.2024 12:00", noon), ("x:%b %e %T", "Feb 29 12:00:00", noon),
            ("x:iso", "1709208000", nil), ("x", "soon", nil),
        ])
    func field(choice: String, text: String, micros: String?) throws {
        var reader = TimeField.Reader(try TimeField(choice))
        let bytes = Array(text.utf8)
        let time = Chunk.with(bytes) { reader.read(unsafe Text(start: UnsafePointer($0.base), count: bytes.count)) }
        var clock = LineClock(.utc)
        let instant = clock.instant(time, SourceYears(latest: 1_709_294_400_000_000), at: 0)
        #expect(instant == micros.map { Int64($0) } ?? RowBatch.noTime)
    }

    @Test("A time field that cannot be is told", arguments: ["", ":s", "x:", "x:h", "x:%Q", "x:2006-01-02"])
    func noField(choice: String) {
        #expect(throws: LogFormatFault.self) { try TimeField(choice) }
    }
}
