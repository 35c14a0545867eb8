internal import MusterCore
internal import MusterWire

/// How a question is put over UDP so that its answer cannot be forged by who cannot see it, and what an answer is worth.
///
/// A question goes out in a random letter case. An answer that repeats it is the server's. One that does not, or that leaves the
/// question out where an error may, is not taken: the question is asked again, with another id and from another port, and
/// whoever answers so twice does not keep the case. A server that is silent to a mixed case, or has no such name (`dns`
/// checks alone look), is asked in the case as it was written too, so that one that minds it is not thought to be down.
struct DNSApproach {
    /// What an ask is for.
    enum Purpose {
        case first
        /// After an answer that may be forged.
        case again
        /// As it was written: whether a name that is not there is there in this case, and once more where it is.
        case asWritten, asWrittenAgain
    }

    /// What is known of an answer.
    struct Sign {
        var code: DNSResponseCode
        var hasRecords: Bool
        /// Whether it repeats the question in the case that it was sent in at first.
        var isEchoed: Bool
        /// Whether it repeats it as it was written, after it was sent so too.
        var isAsWritten: Bool

        var isPositive: Bool { code == .noError && hasRecords }
    }

    /// So many times a question goes to a server that nothing is known of before it goes as it was written.
    private static let mixedTries = 2
    /// So many turned letters are not left alone by chance.
    private static let certainLetters = 8

    let server: Endpoint
    let confirmsAbsence: Bool
    private(set) var purpose = Purpose.first
    private(set) var casing: DNSCasing
    /// The try from which on the question goes as it was written.
    private(set) var mixedTries: Int
    /// Whether an answer is taken that does not repeat the case.
    private(set) var trusts: Bool
    private var isCaseDoubted = false
    /// Whether there is nothing to learn from an answer that is as it should be.
    private let isKnown: Bool

    init(_ server: Endpoint, _ traits: KnownServers.Traits, random bits: UInt32, confirmsAbsence: Bool) {
        self.server = server
        self.confirmsAbsence = confirmsAbsence
        isKnown = traits.isSubset(of: [.takesAnyCase, .isPlain]) && traits.contains(.takesAnyCase)
        casing = traits.contains(.mindsCase) ? .asWritten : DNSCasing(bits: bits)
        mixedTries = traits.contains(.takesAnyCase) ? .max : Self.mixedTries
        trusts = !traits.isDisjoint(with: [.mindsCase, .losesCase, .isDoubted])
    }

    /// Whether there is an answer already, and this ask is to find out more.
    var isExtra: Bool { purpose == .asWritten || purpose == .asWrittenAgain }

    /// Whether it has to leave by another port than the ask before.
    var isApart: Bool { purpose != .first }

    /// Whether an answer of this kind stands, in the place of one before.
    func takes(_ sign: Sign) -> Bool {
        switch purpose {
        case .first, .again: true
        case .asWritten: false
        case .asWrittenAgain: sign.isPositive
        }
    }

    /// After what may be forged, be it by its case or because too much came that was no answer.
    mutating func doubt(byCase: Bool, random bits: UInt32, _ known: KnownServers) {
        purpose = .again
        let traits = known[server]
        casing = traits.contains(.mindsCase) ? .asWritten : DNSCasing(bits: bits)
        guard byCase else { return }
        isCaseDoubted = true
        trusts = true
        if !traits.contains(.takesAnyCase) { mixedTries = 1 }
    }

    /// No answer came, or none of any use.
    func failed(_ known: KnownServers) {
        if isCaseDoubted { known.insert(.isDoubted, server) }
        if isExtra { known.noteAbsence(server) }
    }

    /// Whether there is nothing more to ask and to learn after an answer.
    func isSettled(by sign: Sign) -> Bool { isKnown && sign.isEchoed && purpose == .first }

    /// Learns from an answer; true where the question is to be asked once more.
    mutating func answered(_ sign: Sign, _ query: DNSQuery, _ known: KnownServers) -> Bool {
        guard !isSettled(by: sign) else { return false }
        switch purpose {
        case .first, .again:
            learn(sign, query, known)
            guard purpose == .first, confirmsAbsence, sign.isEchoed, !sign.isPositive,
                known[server].isDisjoint(with: [.takesAnyCase, .mindsCase]), query.turnedLetters(casing) > 0
            else { return false }
            purpose = .asWritten
            casing = .asWritten
            trusts = false
            return true
        case .asWritten:
            guard sign.isPositive else {
                known.noteAbsence(server)
                return false
            }
            purpose = .asWrittenAgain
            return true
        case .asWrittenAgain:
            if sign.isPositive { known.insert(.mindsCase, server) }
            return false
        }
    }

    private func learn(_ sign: Sign, _ query: DNSQuery, _ known: KnownServers) {
        let traits = known[server]
        guard !traits.contains(.mindsCase) else { return }
        if sign.isEchoed {
            if sign.isPositive, !traits.contains(.takesAnyCase), query.turnedLetters(casing) > 0 {
                known.insert(.takesAnyCase, server)
            }
            guard !traits.isDisjoint(with: [.losesCase, .isDoubted]) else { return }
            let isCertain = query.turnedLetters(casing) >= Self.certainLetters
            known.remove(isCertain ? [.losesCase, .isDoubted] : .isDoubted, server)
        } else if !traits.contains(.losesCase), isCaseDoubted || traits.contains(.isDoubted) {
            known.insert(sign.isAsWritten ? .mindsCase : .losesCase, server)
            known.remove(.isDoubted, server)
        }
    }
}
