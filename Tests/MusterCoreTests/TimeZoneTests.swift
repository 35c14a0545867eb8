import MusterTesting
import Testing

@testable import MusterCore

@Suite("Time zones")
struct TimeZoneTests {
    private static let berlin = "CET-1CEST,M3.5.0,M10.5.0/3"

    private static func zone(_ text: String) throws -> TimeZoneRules {
        try TimeZoneRules(name: text, source: Array(text.utf8))
    }

    @Test(
        "A POSIX TZ string has the offset that holds at a time",
        arguments: [
            // 2026-03-29T01:00:00Z and 2026-10-25T01:00:00Z.
            (berlin, 1_774_745_999, 3600), (berlin, 1_774_746_000, 7200), (berlin, 1_792_889_999, 7200),
            (berlin, 1_792_890_000, 3600), ("UTC0", 0, 0), ("<-03>3", 0, -10_800), ("EST5", 0, -18_000),
            ("IST-5:30", 0, 19_800), ("<+1245>-12:45<+1345>,M9.5.0/2:45,M4.1.0/3:45", 1_767_225_600, 49_500),
            // Winter time is the one that is saved: Dublin.
            ("IST-1GMT0,M10.5.0,M3.5.0/1", 1_767_225_600, 0), ("IST-1GMT0,M10.5.0,M3.5.0/1", 1_782_864_000, 3600),
            // Changes at hours below 0 and over 24.
            ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", 1_774_745_999, -7200),
            ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", 1_774_746_000, -3600),
            ("IST-2IDT,M3.4.4/26,M10.5.0", 1_774_569_599, 7200), ("IST-2IDT,M3.4.4/26,M10.5.0", 1_774_569_600, 10_800),
            // Summer all year.
            // RFC 8536, 3.3.1: daylight saving time all year.
            ("XXX3EDT4,0/0,J365/23", 1_767_225_600, -14_400), ("XXX3EDT4,0/0,J365/23", 1_782_864_000, -14_400),
            // Days of the year: 1 March is J60 always, and day 60 of a leap year.
            ("AAA0BBB,J60/0,J61/0", 1_709_251_200, 3600), ("AAA0BBB,60/0,61/0", 1_709_251_200, 3600),
            ("AAA0BBB,J60/0,J61/0", 1_709_251_199, 0), ("AAA0BBB,59/0,60/0", 1_709_164_800, 3600),
            // Without a rule that of the United States: 2026-03-08T07:00:00Z.
            ("EST5EDT", 1_772_953_199, -18_000), ("EST5EDT", 1_772_953_200, -14_400),
        ] as [(String, Int64, Int64)])
    func posix(_ text: String, _ time: Int64, _ offset: Int64) throws {
        #expect(try Self.zone(text).span(at: time).offset == offset)
    }

    @Test(
        "What is neither a file nor a POSIX TZ string is a fault",
        arguments: [
            "CE-1", "CET", "CET-1CEST,", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0", "CET-1CEST,M3.6.0,M10.5.0",
            "CET-1CEST,M3.5.7,M10.5.0", "CET-1CEST,J0,J365", "CET-1CEST,366,1", "CET-25", "CET-1:60", "<CET-1", "<>0",
            "CET-1CEST,M3.5.0/168,M10.5.0", "CET-1x", "Europe/Berlin", "TZif", "\n", "../../etc/passwd",
        ])
    func fault(_ text: String) {
        #expect(throws: TimeZoneFault.self) { try Self.zone(text) }
    }

    @Test("A local time that is passed over has the offset of before, one that comes twice is the first")
    func local() throws {
        let berlin = try Self.zone(Self.berlin)
        // 2026-03-29: 02:00 to 03:00 is passed over. 2026-10-25: 02:00 to 03:00 comes twice.
        let spring: Int64 = 1_774_746_000
        #expect(berlin.instant(ofLocal: spring + 3600 - 1) == spring - 1)
        #expect(berlin.instant(ofLocal: spring + 3600) == spring)
        #expect(berlin.instant(ofLocal: spring + 5400) == spring + 1800)
        #expect(berlin.instant(ofLocal: spring + 7200) == spring)
        let autumn: Int64 = 1_792_890_000
        #expect(berlin.instant(ofLocal: autumn + 3600 - 1) == autumn - 3601)
        #expect(berlin.instant(ofLocal: autumn + 3600) == autumn - 3600)
        #expect(berlin.instant(ofLocal: autumn + 7199) == autumn - 1)
        #expect(berlin.instant(ofLocal: autumn + 7200) == autumn + 3600)
        for step in stride(from: Int64(-7200), through: 14_400, by: 600) {
            for change in [spring, autumn] {
                let span = berlin.localSpan(at: change + step)
                #expect(span.from <= change + step && change + step < span.until)
                #expect(berlin.localSpan(at: span.from) == span && berlin.localSpan(at: span.until - 1) == span)
            }
        }
    }

    @Test("No number is too far for a zone", arguments: [berlin, "UTC0", ""])
    func far(_ text: String) throws {
        let zone = try Self.zone(text)
        for time in [Int64.min, .min + 1, -1 << 55, 0, 1 << 55, .max - 1, .max] {
            _ = zone.span(at: time)
            _ = zone.localSpan(at: time)
            _ = zone.instant(ofLocal: time)
        }
        #expect(zone.isUTC == (text != Self.berlin))
    }

    @Test(
        "Offsets are written as clocks show them", arguments: [(0, "UTC"), (3600, "UTC+01:00"), (-12_600, "UTC-03:30")])
    func text(_ offset: Int64, _ text: String) {
        #expect(TimeZoneRules.text(offset: offset) == text)
    }

    // MARK: Files

    /// A file of version 2 with two offsets, LMT and another from a transition on.
    private static func file(footer: String = "CET-1", leap: UInt8 = 0) -> [UInt8] {
        func header(_ counts: [UInt8]) -> [UInt8] {
            Array("TZif2".utf8) + [UInt8](repeating: 0, count: 15) + counts.flatMap { [0, 0, 0, $0] }
        }
        let types: [UInt8] = [0, 0, 0x0c, 0x88, 0, 0, 0, 0, 0x0e, 0x10, 0, 4]
        let names = Array("LMT\0CET\0".utf8)
        let leaps = [UInt8](repeating: 0, count: 12 * Int(leap))
        // 1893-03-31T23:06:32Z.
        let time: [UInt8] = [0xff, 0xff, 0xff, 0xff, 0x6f, 0xa2, 0x61, 0xf8]
        return header([0, 0, 0, 0, 1, 1]) + [0, 0, 0, 0, 0, 0, 0] + header([0, 0, leap, 1, 2, 8]) + time + [1] + types
            + names + leaps + Array("\n\(footer)\n".utf8)
    }

    @Test("A file's transitions hold, then its footer")
    func reads() throws {
        let zone = try TimeZoneRules(name: "x", source: Self.file(footer: Self.berlin))
        let first: Int64 = -2_422_054_408
        #expect(zone.span(at: first - 1) == .init(from: .min, until: first, offset: 3208))
        // In 1893 the footer's summer has begun.
        #expect(zone.span(at: first).offset == 7200 && zone.span(at: first).from == first)
        #expect(zone.span(at: 1_774_746_000).offset == 7200)
        let plain = try TimeZoneRules(name: "x", source: Self.file(footer: ""))
        #expect(plain.span(at: 0) == .init(from: first, until: .max, offset: 3600))
    }

    @Test("Of a file that is cut off or changed anywhere comes a fault or a zone, never a trap")
    func damaged() throws {
        let whole = Self.file(footer: Self.berlin)
        for count in 1..<whole.count {
            #expect(throws: TimeZoneFault.self) { try TimeZoneRules(name: "x", source: Array(whole.prefix(count))) }
        }
        var dice = Dice(11)
        for _ in 0..<20_000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...4, using: &dice) {
                bytes[Int.random(in: 0..<bytes.count, using: &dice)] = UInt8.random(in: 0...255, using: &dice)
            }
            // A change may leave a good file.
            guard let zone = try? TimeZoneRules(name: "x", source: bytes) else { continue }
            let local = Int64.random(in: -1 << 40...1 << 40, using: &dice)
            let span = zone.localSpan(at: local)
            if !(span.from <= local && local < span.until) { Issue.record("\(bytes): \(local) \(span)") }
        }
        #expect(throws: TimeZoneFault.self) { try TimeZoneRules(name: "x", source: Self.file(leap: 1)) }
    }
}
