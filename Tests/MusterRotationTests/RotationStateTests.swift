import MusterTesting
import Testing

@testable import MusterRotation

@Suite("State files")
struct RotationStateTests {
    /// Written by logrotate 3.21.0 for files with such names.
    private static let written: [UInt8] =
        Array("logrotate state -- version 2\n\"/tmp/lr/w/".utf8) + [0xff]
        + Array(
            #"""
            .log" 2026-11-25-11:0:0
            "/tmp/lr/w/a\"b.log" 2026-11-25-11:0:0
            "/tmp/lr/w/a b.log" 2026-11-25-11:0:0
            "/tmp/lr/w/a\nb.log" 2026-11-25-11:0:0
            "/tmp/lr/w/a\\b.log" 2026-11-25-11:0:0

            """#.utf8)

    private static func time(
        _ year: Int, _ month: Int, _ day: Int, _ hour: Int = 0, _ minute: Int = 0, _ second: Int = 0
    ) throws -> CalendarTime {
        try #require(
            CalendarTime(year: year, month: month, day: day, hour: hour, minute: minute, second: second))
    }

    private static func read(_ text: String) -> (state: RotationState, faults: [RotationFault]) {
        RotationState.read(Array(text.utf8), file: "/s")
    }

    @Test("What logrotate wrote is read with every byte of its paths, and written again as it was")
    func real() throws {
        let (state, faults) = RotationState.read(Self.written, file: "/s")
        #expect(faults == [])
        let time = try Self.time(2026, 11, 25, 11)
        let names: [[UInt8]] = [
            [0xff] + Array(".log".utf8), Array("a\"b.log".utf8), Array("a b.log".utf8), Array("a\nb.log".utf8),
            Array("a\\b.log".utf8),
        ]
        #expect(state.entries.map(\.path) == names.map { Array("/tmp/lr/w/".utf8) + $0 })
        #expect(state.entries.allSatisfy { $0.time == time })
        #expect(state.text(now: time) == Self.written)
    }

    @Test(
        "Both versions are read, with quotes and times as they may be",
        arguments: [
            ("logrotate state -- version 1\n/a 2024-1-5\n", [2024, 1, 5, 0, 0, 0]),
            ("logrotate state -- version 1\n\"/a\" 2024-1-5\n", [2024, 1, 5, 0, 0, 0]),
            ("logrotate state -- version 2\n\"/a\" 2024-01-05-03:04:05\n", [2024, 1, 5, 3, 4, 5]),
            ("logrotate state -- version 2\n\"/a\" 2024-1-5-3\n", [2024, 1, 5, 3, 0, 0]),
            ("logrotate state -- version 2\n\n \"/a\"  2024-1-5-3:4 \n\n", [2024, 1, 5, 3, 4, 0]),
            ("logrotate state -- version 2\n\"/a\" 2024-1-5-3:4:5", [2024, 1, 5, 3, 4, 5]),
            ("logrotate state -- version 2\n\"/a\" 2020-1-1\n\"/a\" 2024-1-5\n", [2024, 1, 5, 0, 0, 0]),
        ])
    func versions(text: String, fields: [Int]) throws {
        let (state, faults) = Self.read(text)
        #expect(faults == [])
        #expect(state.entries.count == 1)
        let time = try Self.time(fields[0], fields[1], fields[2], fields[3], fields[4], fields[5])
        #expect(state.time(of: "/a") == time)
    }

    @Test(
        "A line that is wrong is left out with a fault, and the others stay",
        arguments: [
            "\"/b\"", "\"/b", "/b", "\"/b\" 2024-13-1", "\"/b\" 2024-2-30", "\"/b\" 2024-1-1-25:0:0",
            "\"/b\" 2024-1-1-3:60",
            "\"/b\" 2024-1-1-", "\"/b\" 2024-1", "\"/b\" 2024-1-1 x", "\"/b\" 2024-1-1-1:1:1:1", "\"/b\" -1-1-1",
            "\"/b\" 26-1-1", "\"/b\" 1969-12-31",
            "\"/b\" 99999999999999999999-1-1", "\"\" 2024-1-1", "\"/b\0\" 2024-1-1", "\"/b\\", "\"/b\\\" 2024-1-1",
            "\"/" + String(repeating: "b", count: 4_096) + "\" 2024-1-1",
        ])
    func broken(line: String) {
        let (state, faults) = Self.read("logrotate state -- version 2\n\"/a\" 2024-1-1\n\(line)\n\"/c\" 2024-1-1\n")
        #expect(faults.map(\.location) == ["/s:3"])
        #expect(faults.map(\.code) == [.malformed])
        #expect(state.entries.map(\.path) == [Array("/a".utf8), Array("/c".utf8)])
    }

    @Test("A file that is none gives a fault of its first line, an empty one none")
    func header() {
        for text in ["\n", "logrotate state -- version 3\n\"/a\" 2024-1-1\n", "\0\0\0", "\"/a\" 2024-1-1\n"] {
            let (state, faults) = Self.read(text)
            #expect(state.entries == [])
            #expect(faults.map(\.location) == ["/s:1"])
        }
        #expect(Self.read("").faults == [])
        #expect(Self.read("logrotate state -- version 2\n").faults == [])
    }

    @Test("At most a hundred faults of one file are told")
    func manyFaults() {
        let text = "logrotate state -- version 2\n" + String(repeating: "x\n", count: 10_000) + "\"/a\" 2024-1-1\n"
        let (state, faults) = Self.read(text)
        #expect(faults.count == 100)
        #expect(state.entries.count == 1)
    }

    @Test("An entry that nobody used for a year is not written again")
    func unused() throws {
        // The year of 31,556,926 seconds ends at 5:48:46 of the next year's day.
        let text = "logrotate state -- version 2\n\"/old\" 2025-3-1-0:0:0\n\"/used\" 2020-1-1-0:0:0\n"
        var (state, _) = Self.read(text)
        state.markUsed("/used")
        state.markUsed("/unknown")
        #expect(state.text(now: try Self.time(2026, 3, 1, 5, 48, 46)) == Array(text.utf8))
        let later = "logrotate state -- version 2\n\"/used\" 2020-1-1-0:0:0\n"
        #expect(state.text(now: try Self.time(2026, 3, 1, 5, 48, 47)) == Array(later.utf8))
    }

    @Test("A new time takes the place of the old one, and a new path comes last")
    func setting() throws {
        var (state, _) = Self.read("logrotate state -- version 2\n\"/a\" 2020-1-1-0:0:0\n\"/b\" 2025-1-1-0:0:0\n")
        let now = try Self.time(2025, 12, 24, 18, 5, 9)
        state.set(now, for: "/a")
        state.set(now, for: "/n\n")
        let expected = """
            logrotate state -- version 2
            "/a" 2025-12-24-18:5:9
            "/b" 2025-1-1-0:0:0
            "/n\\n" 2025-12-24-18:5:9

            """
        #expect(state.text(now: now) == Array(expected.utf8))
        #expect(state.time(of: "/n\n") == now)
        #expect(state.time(of: "/nope") == nil)
    }

    @Test("Random states come back from their text")
    func roundTrips() throws {
        var dice = Dice(3)
        for _ in 0..<300 {
            var state = RotationState()
            for _ in 0..<Int.random(in: 0...8, using: &dice) {
                let bytes = (0..<Int.random(in: 1...12, using: &dice)).map { _ in
                    [UInt8(ascii: "\""), UInt8(ascii: "\\"), 10, 13, 32, 110, UInt8.random(in: 1...255, using: &dice)]
                        .randomElement(using: &dice) ?? 0
                }
                let day = try #require(CalendarTime(dayNumber: Int.random(in: 20_000...20_300, using: &dice)))
                state.set(day, for: [UInt8(ascii: "/")] + bytes)
            }
            let now = try #require(CalendarTime(dayNumber: 20_300))
            let (again, faults) = RotationState.read(state.text(now: now), file: "/s")
            #expect(faults == [])
            #expect(again.entries.map(\.path) == state.entries.map(\.path))
            #expect(again.entries.map(\.time) == state.entries.map(\.time))
        }
    }

    @Test("Entries are found in any order, each path by its very bytes")
    func lookups() throws {
        let (old, new) = (try Self.time(2026, 1, 1), try Self.time(2026, 2, 2))
        var state = RotationState()
        // The last two are the same to a reader.
        let texts = (0..<5_000).map { "/var/log/app/\($0).log" } + ["/gr\u{fc}n", "/gru\u{308}n"]
        let paths = texts.map { Array($0.utf8) } + [[0x2f, 0xff], [0x2f, 0xfe]]
        for path in paths { state.set(old, for: path) }
        for path in paths.reversed() where path.count % 2 == 0 { state.set(new, for: path) }
        #expect(state.entries.map(\.path) == paths)
        for text in texts + texts.reversed() {
            #expect(state.see(PathKey(text)) == (text.utf8.count % 2 == 0 ? new : old))
        }
        #expect(state.time(of: [0x2f, 0xfd]) == nil && state.time(of: "/var/log/app/5000.log") == nil)
        #expect(state.see(PathKey("/nope")) == nil)
    }

    @Test("Damaged state files are read without a crash, and what is kept can be written and read again")
    func mutations() throws {
        var dice = Dice(5)
        let now = try Self.time(2026, 11, 25)
        for _ in 0..<3_000 {
            let bytes = Mutations.mutated(Self.written, using: &dice)
            let (state, faults) = RotationState.read(bytes, file: "/s")
            #expect(state.entries.count <= 8 && faults.count <= 100)
            let again = RotationState.read(state.text(now: now), file: "/s")
            #expect(again.faults == [])
        }
    }
}
