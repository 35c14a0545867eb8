import Foundation
import MusterCore
import MusterSystem
import MusterTesting
import Testing

@testable import MusterLogs

@Suite("Tallies as files")
struct TallyFileTests {
    static func file(_ seed: Int, lines: Int, source: String = "log") throws -> TallyFile {
        var dice = Dice(seed)
        let text = RandomLog.text(&dice, lines: lines, longest: 200)
        let position = Position(
            fingerprint: Fingerprint(text), identity: FileIdentity(device: 1, inode: UInt64(seed)),
            offset: Int64(text.count))
        return TallyFile(
            tally: try RandomLog.counted([text], longest: 200, RandomLog.questions),
            sources: [TallySource(name: source, format: "logfmt", position: position)],
            kinds: ["bytes": .bytes])
    }

    @Test("What was written is read back", arguments: 0..<10)
    func roundTrip(_ seed: Int) throws {
        let file = try Self.file(seed, lines: seed * 40)
        if seed > 6 { for group in file.tally.groups { group.prune(to: 20) } }
        let bytes = file.encoded()
        let back = try TallyFile(bytes, seed: 77)
        #expect(back.encoded() == bytes)
        #expect(back.tally.questions.signature == file.tally.questions.signature)
        #expect(back.sources == file.sources && back.kinds == file.kinds)
        #expect(back.tally.isExact == file.tally.isExact)
    }

    @Test("No byte can be cut off or changed unnoticed")
    func damaged() throws {
        let bytes = try Self.file(3, lines: 4).encoded()
        for count in 0..<bytes.count {
            #expect(throws: TallyFault.self) { _ = try TallyFile(Array(bytes[..<count]), seed: 1) }
        }
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= UInt8(1 << (index % 8))
            #expect(throws: TallyFault.self) { _ = try TallyFile(changed, seed: 1) }
        }
    }

    @Test("A made-up tally with a right checksum is refused, or can be joined, told and written", arguments: 0..<8)
    func hostile(_ seed: Int) throws {
        var dice = Dice(seed)
        let sound = try Self.file(seed, lines: 3).encoded()
        var accepted = 0
        for _ in 0..<500 {
            var bytes = Array(sound.dropLast(8))
            for _ in 0..<Int.random(in: 1...4, using: &dice) {
                let index = Int.random(in: TallyFile.magic.count + 2..<bytes.count, using: &dice)
                switch Int.random(in: 0..<4, using: &dice) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &dice)
                case 1: bytes.insert(contentsOf: [UInt8](repeating: 0xff, count: 8) + [0x7f], at: index)
                case 2: bytes[index] = [0, 1, 0x7f, 0x80, 0xff].randomElement(using: &dice) ?? 0
                default: bytes.remove(at: index)
                }
            }
            let sum = Fingerprint.hash(bytes)
            for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: sum >> UInt64(8 * shift))) }
            guard var file = try? TallyFile(bytes, seed: 1) else { continue }
            accepted += 1
            _ = LogAnswers(limit: 10, badLineLimit: 10).report(file.tally, sources: [], kinds: file.kinds)
            _ = try? file.merge(try Self.file(seed + 100, lines: 3), countCopies: true)
            file.tally.prune(to: 0, counters: 2)
            #expect(try TallyFile(file.encoded(), seed: 2).encoded() == file.encoded())
        }
        #expect(accepted > 0)
    }

    @Test("Other questions, a log that is in both, and a newer version are refused with a reason")
    func refused() throws {
        var file = try Self.file(1, lines: 30)
        let twice = try Self.file(1, lines: 30, source: "copy.log")
        #expect(
            throws: TallyFault("copy.log is counted in an earlier tally already; leave it out, or use --count-copies")
        ) {
            try file.merge(twice, countCopies: false)
        }
        try file.merge(twice, countCopies: true)
        #expect(file.sources.map(\.name) == ["log", "copy.log"])
        #expect(file.tally.sources[0] == file.tally.sources[1])
        let other = TallyFile(tally: LogTally(LogQuestions(groups: [["k"]]), seed: 1), sources: [], kinds: [:])
        #expect { try file.merge(other, countCopies: false) } throws: {
            ($0 as? TallyFault)?.hint.contains("by k;") == true
        }
        #expect {
            _ = try TallyFile(Array("muster tally 6\nwhatever else".utf8), seed: 1)
        } throws: { ($0 as? TallyFault)?.hint.contains("version 6") == true }
    }

    /// `--by k --sum n --quantiles n` of two lines, as version 3 wrote it.
    private static let third = [
        "bXVzdGVyIHRhbGx5IDMKAQEBawEBbgEBbgABAAAAAAAAAANVVEMAAAABAW4AAQZsLmpzb24EanNvbgGPyp+Uwa7U5cgBIID8",
        "A+LA5QdAAAIAAiD+//////////8B////////////AQACAWsBbgYAAAAAAAIBACACAAAAwI23AfQNgQEBAAAAAAAAAAAAAAAA",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAGAiXqAkvQBgIl6AAIAAgFhAQAAwIQ99A0BAYCJ",
        "eoCJegFiAQAAgIl69A4BAYCS9AGAkvQB3g1XPm75IBQ=",
    ]

    @Test(
        "A tally of version 3, which does not say what lines had, is read, joined with a new one, and says nothing false"
    )
    func third() throws {
        let bytes = try #require(Data(base64Encoded: Self.third.joined()))
        var file = try TallyFile(Array(bytes), seed: 1)
        #expect(file.tally.totals.sum(0, 0) == 3_000_000 && file.tally.totals.histogram(0, 0).count == 2)
        #expect(BoundQuestions.remarks(file.tally, []).isEmpty)
        let new = LogTally(file.tally.questions, seed: 1)
        try file.merge(TallyFile(tally: new, sources: [], kinds: [:]), countCopies: false)
        #expect(BoundQuestions.remarks(file.tally, []).isEmpty)
        #expect(try TallyFile(file.encoded(), seed: 2).encoded() == file.encoded())
    }

    private static func file(every: Int64?, zone: String) throws -> TallyFile {
        let rules = try TimeZoneRules(name: zone, source: Array(zone.utf8))
        let tally = LogTally(LogQuestions(every: every, zone: rules), seed: 1)
        tally.first = 1_787_251_200_000_000
        tally.last = tally.first
        tally.timeline.restore(
            number: tally.timeline.number(at: tally.first), count: 1, classes: [], sums: [], histograms: [],
            sketches: [])
        return TallyFile(tally: tally, sources: [], kinds: [:])
    }

    @Test("Steps of time that lie across each other are refused, and those of an older version are moved")
    func steps() throws {
        var file = try Self.file(every: 86_400_000_000, zone: "IST-5:30")
        #expect(try TallyFile(file.encoded(), seed: 1).encoded() == file.encoded())
        #expect {
            try file.merge(try Self.file(every: 86_400_000_000, zone: "UTC0"), countCopies: false)
        } throws: {
            ($0 as? TallyFault)?.hint.contains("in the zone UTC0, lie across those of the first, in IST-5:30") == true
        }
        var seconds = try Self.file(every: nil, zone: "IST-5:30")
        try seconds.merge(try Self.file(every: nil, zone: "UTC0"), countCopies: false)
        #expect(seconds.tally.timeline.counts == [2])
        // As version 3 wrote it: numbers by UTC.
        let own = seconds.tally.timeline
        let number = try #require(own.entries.keys.first)
        #expect(own.number(ofUTC: number - 19_800) == number)
        #expect(own.beginning(number) == 1_787_251_200_000_000)
    }

    @Test("Parts joined in any order and grouping are what one run over all counts", arguments: 0..<12)
    func joining(_ seed: Int) throws {
        var dice = Dice(seed)
        let texts = (0..<4).map { _ in
            RandomLog.text(&dice, lines: Int.random(in: 0...300, using: &dice), longest: 200)
        }
        let whole = try RandomLog.counted(texts, longest: 200, RandomLog.questions)
        func part(_ number: Int) throws -> LogTally {
            let tally = LogTally(RandomLog.questions, seed: UInt64(number) &* 7)
            try RandomLog.count(texts[number], longest: 200, RandomLog.questions, source: number, into: tally)
            return tally
        }
        for order in [[0, 1, 2, 3], [3, 2, 1, 0], [0, 1, 2, 3].shuffled(using: &dice)] {
            let left = try part(order[0])
            for number in order.dropFirst() { left.merge(try part(number)) }
            #expect(left.written == whole.written)
            let (first, second) = (try part(order[0]), try part(order[2]))
            first.merge(try part(order[1]))
            second.merge(try part(order[3]))
            first.merge(second)
            #expect(first.written == whole.written)
        }
    }
}
