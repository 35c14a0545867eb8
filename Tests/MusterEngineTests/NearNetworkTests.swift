import MusterCore
import MusterEngine
import Testing

@Suite("The near network")
struct NearNetworkTests {
    private static func at(_ milliseconds: Int) -> Instant { Instant(nanoseconds: Int64(milliseconds) * 1_000_000) }

    private static func place(_ number: Int) -> NetworkPlace {
        NetworkPlace(prefix: UInt64(number), group: 0, address: .v4(UInt32(number) << 8 | 1))
    }

    private static func network(timeout: Duration = .seconds(2), patience: Duration = .seconds(60)) -> NearNetwork {
        var settings = NearNetwork.Settings()
        settings.shortestTimeout = timeout
        settings.patience = patience
        settings.targetCount = 1000
        return NearNetwork(settings, at: at(0))
    }

    private static func loss(_ from: Int, _ to: Int, at number: Int = 1, isQuick: Bool = false) -> NearNetwork.Loss {
        NearNetwork.Loss(
            target: number, began: at(from), ended: at(to), place: place(number), isQuick: isQuick, mayRepeat: true)
    }

    private static func answer(_ network: inout NearNetwork, _ number: Int, at milliseconds: Int) {
        network.answered(number, at: place(number), reach: .gateway, isQuick: true, now: at(milliseconds))
    }

    /// When somebody answered, an attempt's begin and end, and whether its loss stands at once.
    struct Row: Sendable, CustomTestStringConvertible {
        var answers: [Int]
        var began: Int
        var ended: Int
        var isQuick = false
        var stands: Bool

        var testDescription: String { "\(answers) \(began)-\(ended)\(isQuick ? " quick" : "")" }
    }

    @Test(
        "A loss stands where somebody answered all along, else it waits for a ruling",
        arguments: [
            Row(answers: Array(stride(from: 0, through: 3000, by: 200)), began: 1000, ended: 3000, stands: true),
            Row(answers: [900, 1500, 2100, 2700], began: 1000, ended: 3000, stands: true),
            Row(answers: [900], began: 1000, ended: 3000, stands: false),
            // The silence lies in the middle, or at the end.
            Row(answers: [900, 1100, 2100, 2900], began: 1000, ended: 3000, stands: false),
            Row(answers: [900, 1500, 2100], began: 1000, ended: 3000, stands: false),
            // Most of its time was before the silence.
            Row(answers: [900, 1500, 2000, 2500], began: 1000, ended: 3000, stands: true),
            Row(answers: [], began: 0, ended: 2000, stands: false),
            Row(answers: [2999], began: 2999, ended: 3000, isQuick: true, stands: false),
        ])
    func doubt(_ row: Row) {
        var network = Self.network()
        for milliseconds in row.answers { Self.answer(&network, 1, at: milliseconds) }
        #expect((network.lost(Self.loss(row.began, row.ended, isQuick: row.isQuick)) == nil) == row.stands)
    }

    @Test("One loss alone closes nothing; several unrelated ones in a silence let no target start")
    func suspicion() {
        var related = Self.network()
        Self.answer(&related, 1, at: 10)
        Self.answer(&related, 2, at: 20)
        for _ in 0..<20 { #expect(related.lost(Self.loss(100, 2100, at: 1)) != nil) }
        #expect(related.isOpen)
        var network = Self.network()
        Self.answer(&network, 1, at: 10)
        for number in 1...3 { #expect(network.lost(Self.loss(100, 2100, at: number)) != nil) }
        #expect(network.isOpen)
        #expect(network.lost(Self.loss(100, 2100, at: 4)) != nil)
        #expect(network.mode == .suspect)
    }

    /// What a whole round hears, and what follows.
    struct Verdictum: Sendable, CustomTestStringConvertible {
        var isAnswered = false
        var silent = 0
        var silentNamed = 0
        var trouble: String?
        var mode: NearNetwork.Mode
        var ruling: NearNetwork.Ruling?

        var testDescription: String { "\(isAnswered) \(silent) \(silentNamed) \(trouble ?? "-")" }
    }

    @Test(
        "An answer settles it, silence of those who were up does, and what the kernel says",
        arguments: [
            Verdictum(isAnswered: true, silent: 7, mode: .fine, ruling: .again),
            Verdictum(isAnswered: true, trouble: "no route", mode: .fine, ruling: .again),
            Verdictum(silent: 2, mode: .gone),
            Verdictum(silentNamed: 1, mode: .gone),
            Verdictum(trouble: "no route", mode: .gone),
            // One that was up may have gone down; where nobody can tell they are tried once more.
            Verdictum(silent: 1, mode: .fine, ruling: .again),
            Verdictum(mode: .fine, ruling: .again),
        ])
    func rounds(_ row: Verdictum) throws {
        var network = Self.network()
        let ids = (1...4).compactMap { network.lost(Self.loss(100, 2100, at: $0)) }
        let question = try #require(network.tick(Self.at(2150), inFlight: 0).question)
        #expect(question.isWhole)
        #expect(question.addresses.count == 4)
        #expect(question.scouts.allSatisfy { (0..<1000).contains($0) } && Set(question.scouts).count == 8)
        var hearing = NearNetwork.Hearing(asked: Self.at(2150))
        hearing.isAnswered = row.isAnswered
        hearing.silent = row.silent
        hearing.silentNamed = row.silentNamed
        hearing.trouble = row.trouble
        let releases = network.heard(hearing, to: question, now: Self.at(2200))
        #expect(network.mode == row.mode)
        #expect(releases.map(\.id) == (row.ruling == nil ? [] : ids))
        #expect(releases.allSatisfy { $0.ruling == row.ruling })
        #expect((network.outage(at: Self.at(2200)) == nil) == (row.mode == .fine))
    }

    @Test(
        "Once it is gone everything lost waits, until somebody answers or it has been too long",
        arguments: [true, false])
    func gone(comesBack: Bool) throws {
        var network = Self.network(patience: .seconds(10))
        var ids = (1...4).compactMap { network.lost(Self.loss(100, 2100, at: $0)) }
        var question = try #require(network.tick(Self.at(2150), inFlight: 0).question)
        var hearing = NearNetwork.Hearing(asked: Self.at(2150))
        hearing.trouble = "eth0 has no carrier"
        #expect(network.heard(hearing, to: question, now: Self.at(2150)).isEmpty)
        let late = network.lost(Self.loss(2000, 4000, at: 9))
        ids.append(try #require(late))
        question = try #require(network.tick(Self.at(5000), inFlight: 0).question)
        hearing.isAnswered = comesBack
        let early = network.heard(hearing, to: question, now: Self.at(5150))
        #expect(early.map(\.id) == (comesBack ? ids : []))
        #expect(early.map(\.ruling) == (comesBack ? Array(repeating: .again, count: 5) : []))
        let last = network.tick(Self.at(12_150), inFlight: 0).releases
        #expect(last.map(\.ruling) == (comesBack ? [] : Array(repeating: .unjudged, count: 5)))
        #expect(network.mode == (comesBack ? .fine : .givenUp))
        let outage = try #require(network.outage(at: Self.at(20_000)))
        #expect(outage.waited == (comesBack ? .seconds(3) : .seconds(10)))
        #expect(outage.episodes == 1)
        #expect(outage.repeated == (comesBack ? 5 : 0))
        #expect(outage.cause == "eth0 has no carrier")
    }

    @Test("On our own link nobody proves the way to those behind a gateway")
    func reach() {
        var network = Self.network()
        #expect(network.counts(.link))
        Self.answer(&network, 1, at: 10)
        #expect(!network.counts(.link))
        #expect(!network.counts(.own))
        for milliseconds in stride(from: 100, through: 3000, by: 100) {
            network.answered(2, at: Self.place(2), reach: .link, isQuick: true, now: Self.at(milliseconds))
        }
        #expect(network.lost(Self.loss(1000, 3000, at: 3)) != nil)
    }

    @Test("In a silence with attempts in flight a few that were up are asked, and all once these are silent")
    func beats() throws {
        var network = Self.network()
        for number in 1...20 { Self.answer(&network, number, at: 10 + number) }
        #expect(network.tick(Self.at(200), inFlight: 9).question == nil)
        #expect(network.tick(Self.at(600), inFlight: 0).question == nil)
        let few = try #require(network.tick(Self.at(600), inFlight: 9).question)
        #expect(few.sentinels.count == 3 && !few.isWhole && few.scouts.isEmpty)
        _ = network.heard(NearNetwork.Hearing(asked: Self.at(600)), to: few, now: Self.at(1600))
        #expect(network.isOpen)
        let all = try #require(network.tick(Self.at(1650), inFlight: 9).question)
        #expect(all.isWhole && Set(all.sentinels) == Set(13...20))
    }
}
