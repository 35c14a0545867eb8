internal import MusterCore

/// What a loop has learned of the name servers it asked.
final class KnownServers {
    struct Traits: OptionSet {
        let rawValue: UInt8

        /// It does not know EDNS.
        static let isPlain = Traits(rawValue: 1)
        /// It found a name in another letter case than it was written in.
        static let takesAnyCase = Traits(rawValue: 2)
        /// It does not repeat the letter case of a question.
        static let losesCase = Traits(rawValue: 4)
        /// It finds names only in the case they were written in.
        static let mindsCase = Traits(rawValue: 8)
        /// Its latest answer did not repeat the case, and it could not be asked again in time.
        static let isDoubted = Traits(rawValue: 16)
    }

    private struct Entry {
        var traits: Traits = []
        var absences = 0
    }

    private var entries: [Endpoint: Entry] = [:]
    /// The server that was looked at last: most often the next one too.
    private var latest: (server: Endpoint, traits: Traits)?
    private let capacity: Int
    /// After so many names that it has in neither case a server is taken to find names in any.
    private static let mostAbsences = 8

    /// More servers than the capacity are not remembered: whoever is forgotten is learned anew.
    init(capacity: Int = 4096) { self.capacity = capacity }

    subscript(server: Endpoint) -> Traits {
        if let latest, latest.server == server { return latest.traits }
        let traits = entries[server]?.traits ?? []
        latest = (server, traits)
        return traits
    }

    func insert(_ trait: Traits, _ server: Endpoint) {
        latest = nil
        if entries.count >= capacity, entries[server] == nil { makeRoom() }
        entries[server, default: Entry()].traits.formUnion(trait)
    }

    func remove(_ trait: Traits, _ server: Endpoint) {
        latest = nil
        entries[server]?.traits.subtract(trait)
    }

    /// Notes that a server has a name in no case.
    func noteAbsence(_ server: Endpoint) {
        insert([], server)
        entries[server]?.absences += 1
        if let entry = entries[server], entry.absences >= Self.mostAbsences { insert(.takesAnyCase, server) }
    }

    /// Those that only behave as they should are forgotten first.
    private func makeRoom() {
        entries = entries.filter { !$0.value.traits.isSubset(of: .takesAnyCase) }
        if entries.count > capacity / 2 { entries = [:] }
    }
}
