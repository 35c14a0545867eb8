import MusterCore
import MusterWire
import Testing

@testable import MusterProbes

/// Who answers what is decided without a network: what is known of a server, and what each answer adds.
@Suite("The approach to a name server")
struct DNSApproachTests {
    private static let server = Endpoint(.v4(0x7f00_0001), port: 53)
    /// All letters turned, then none that the first had not.
    private static let (first, second): (UInt32, UInt32) = (.max, 0x5555_5555)
    private static let long = DNSQuery(name: named("www.letters.test"), type: .a)
    /// So few letters that some are left alone by chance.
    private static let short = DNSQuery(name: named("a.b1"), type: .a)

    private static func known(_ traits: KnownServers.Traits) -> KnownServers {
        let known = KnownServers()
        if !traits.isEmpty { known.insert(traits, server) }
        return known
    }

    private static func approach(_ known: KnownServers, confirmsAbsence: Bool = false) -> DNSApproach {
        DNSApproach(server, known[server], random: first, confirmsAbsence: confirmsAbsence)
    }

    private static func sign(
        _ code: DNSResponseCode = .noError, records: Bool = true, echoed: Bool, asWritten: Bool = false
    ) -> DNSApproach.Sign {
        .init(code: code, hasRecords: records, isEchoed: echoed, isAsWritten: asWritten)
    }

    @Test(
        "Whether the case is mixed, how long, and whether an answer in another is taken, follows from what is known",
        arguments: [
            ([], true, 2, false), (.isPlain, true, 2, false), (.takesAnyCase, true, .max, false),
            (.losesCase, true, 2, true), (.isDoubted, true, 2, true), (.mindsCase, false, 2, true),
            ([.takesAnyCase, .losesCase], true, .max, true),
        ] as [(KnownServers.Traits, Bool, Int, Bool)])
    func beginning(traits: KnownServers.Traits, isMixed: Bool, tries: Int, trusts: Bool) {
        let approach = Self.approach(Self.known(traits))
        #expect(approach.purpose == .first && !approach.isExtra && !approach.isApart)
        #expect(approach.casing == (isMixed ? DNSCasing(bits: Self.first) : .asWritten))
        #expect(approach.mixedTries == tries && approach.trusts == trusts)
    }

    @Test(
        "A doubt by the case asks anew, by another port and in another case, and takes what comes then",
        arguments: [([], true, 1), (.takesAnyCase, true, .max), (.mindsCase, false, 1)]
            as [(KnownServers.Traits, Bool, Int)])
    func doubtByCase(traits: KnownServers.Traits, isMixed: Bool, tries: Int) {
        let known = Self.known(traits)
        var approach = Self.approach(known)
        approach.doubt(byCase: true, random: Self.second, known)
        #expect(approach.purpose == .again && approach.isApart && !approach.isExtra)
        #expect(approach.casing == (isMixed ? DNSCasing(bits: Self.second) : .asWritten))
        #expect(approach.mixedTries == tries && approach.trusts)
        #expect(known[Self.server] == traits)
    }

    @Test(
        "A doubt by a flood asks anew as well, but takes no answer in another case",
        arguments: [[], .takesAnyCase] as [KnownServers.Traits])
    func doubtByFlood(traits: KnownServers.Traits) {
        let known = Self.known(traits)
        var approach = Self.approach(known)
        let tries = approach.mixedTries
        approach.doubt(byCase: false, random: Self.second, known)
        #expect(approach.purpose == .again && approach.isApart)
        #expect(approach.casing == DNSCasing(bits: Self.second))
        #expect(!approach.trusts && approach.mixedTries == tries)
        approach.failed(known)
        #expect(known[Self.server] == traits)
        // Only what comes by the case is a doubt to learn from.
        #expect(approach.answered(Self.sign(echoed: false), Self.long, known) == false)
        #expect(known[Self.server] == traits)
    }

    @Test("One answer in another case teaches nothing, two tell what a server does to it", arguments: [true, false])
    func learning(isAsWritten: Bool) {
        let known = Self.known([])
        var once = Self.approach(known)
        #expect(once.answered(Self.sign(echoed: false, asWritten: isAsWritten), Self.long, known) == false)
        #expect(known[Self.server] == [])
        var twice = Self.approach(known)
        twice.doubt(byCase: true, random: Self.second, known)
        #expect(twice.answered(Self.sign(echoed: false, asWritten: isAsWritten), Self.long, known) == false)
        #expect(known[Self.server] == (isAsWritten ? .mindsCase : .losesCase))
    }

    @Test("Where the second answer keeps the case the first was somebody else's, and nothing bad is learned")
    func forgedOnce() {
        let known = Self.known([])
        var approach = Self.approach(known)
        approach.doubt(byCase: true, random: Self.second, known)
        #expect(approach.answered(Self.sign(echoed: true), Self.long, known) == false)
        #expect(known[Self.server] == .takesAnyCase)
        #expect(!Self.approach(known).trusts)
    }

    @Test("A doubt that nobody could settle stays until an answer comes in the case, or a second one in another")
    func unsettled() {
        for isEchoed in [true, false] {
            let known = Self.known([])
            var approach = Self.approach(known)
            approach.doubt(byCase: true, random: Self.second, known)
            approach.failed(known)
            #expect(known[Self.server] == .isDoubted)
            var next = Self.approach(known)
            #expect(next.trusts)
            #expect(next.answered(Self.sign(records: false, echoed: isEchoed), Self.long, known) == false)
            #expect(known[Self.server] == (isEchoed ? [] : .losesCase))
        }
    }

    @Test("Silence without a doubt is no doubt")
    func silence() {
        let known = Self.known([])
        Self.approach(known).failed(known)
        #expect(known[Self.server] == [])
    }

    @Test("A server that lost the case is believed to keep it once so many letters cannot be right by chance")
    func regained() {
        let known = Self.known(.losesCase)
        var few = Self.approach(known)
        #expect(few.answered(Self.sign(records: false, echoed: true), Self.short, known) == false)
        #expect(known[Self.server] == .losesCase)
        var many = Self.approach(known)
        #expect(many.answered(Self.sign(records: false, echoed: true), Self.long, known) == false)
        #expect(known[Self.server] == [])
    }

    @Test("Who minds the case keeps that, whatever it answers", arguments: [true, false])
    func minding(isEchoed: Bool) {
        let known = Self.known(.mindsCase)
        var approach = Self.approach(known, confirmsAbsence: true)
        #expect(approach.answered(Self.sign(.nxDomain, records: false, echoed: isEchoed), Self.long, known) == false)
        #expect(known[Self.server] == .mindsCase)
    }

    @Test("What is not there is asked for as it was written, and who has it so twice minds the case")
    func absence() {
        let known = Self.known([])
        var approach = Self.approach(known, confirmsAbsence: true)
        #expect(approach.answered(Self.sign(.nxDomain, records: false, echoed: true), Self.long, known) == true)
        #expect(approach.purpose == .asWritten && approach.isExtra && approach.isApart)
        #expect(approach.casing == .asWritten && !approach.trusts)
        let positive = Self.sign(echoed: true)
        #expect(!approach.takes(positive))
        #expect(approach.answered(positive, Self.long, known) == true)
        #expect(approach.purpose == .asWrittenAgain)
        #expect(approach.takes(positive) && !approach.takes(Self.sign(.nxDomain, records: false, echoed: true)))
        #expect(known[Self.server] == [])
        #expect(approach.answered(positive, Self.long, known) == false)
        #expect(known[Self.server] == .mindsCase)
    }

    @Test("After a doubt nothing is asked for as it was written: the answer may be forged, and the time is short")
    func absenceAfterDoubt() {
        let known = Self.known([])
        var approach = Self.approach(known, confirmsAbsence: true)
        approach.doubt(byCase: true, random: Self.second, known)
        #expect(approach.answered(Self.sign(.nxDomain, records: false, echoed: true), Self.long, known) == false)
        #expect(approach.purpose == .again)
    }

    @Test("Eight names that are in neither case prove a server to take any, answered or not")
    func absences() {
        let known = Self.known([])
        for number in 0..<8 {
            #expect(known[Self.server] == [])
            var approach = Self.approach(known, confirmsAbsence: true)
            let absent = Self.sign(.nxDomain, records: false, echoed: true)
            #expect(approach.answered(absent, Self.long, known) == true)
            if number % 2 == 0 {
                approach.failed(known)
            } else {
                #expect(approach.answered(absent, Self.long, known) == false)
            }
        }
        #expect(known[Self.server] == .takesAnyCase)
        var approach = Self.approach(known, confirmsAbsence: true)
        #expect(approach.answered(Self.sign(.nxDomain, records: false, echoed: true), Self.long, known) == false)
    }
}
