internal import MusterCore

/// A source as a tally remembers it: what was counted of it, and where to go on.
package struct TallySource: Sendable, Hashable {
    package var name: String
    /// Title of its format.
    package var format: String
    /// Nil for a pipe, which has no place to go on at.
    package var position: Position?

    package init(name: String, format: String, position: Position?) {
        self.name = name
        self.format = format
        self.position = position
    }
}

/// A tally as bytes: what `--partial` and `--checkpoint` write and `muster logs merge` joins.
///
/// `muster tally 5\n`, then the questions, sources and counts as ``TallyWriter`` writes them, last a 64-bit FNV-1a of all
/// before it, lowest byte first. A tally holds no seed, so that files of different runs can be joined.
package struct TallyFile {
    package var tally: LogTally
    package var sources: [TallySource]
    /// What the numbers of the measures' fields stand for, by name.
    package var kinds: [String: FieldKind]

    package init(tally: LogTally, sources: [TallySource], kinds: [String: FieldKind]) {
        self.tally = tally
        self.sources = sources
        self.kinds = kinds
    }

    static let magic = Array("muster tally ".utf8)
    static let version = 5
    /// The oldest that is read. Version 1 is without zones and years, all times in UTC; version 2 does not say which fields
    /// lines had; version 3 not whether they had times and numbers, and its steps of time begin at round times in UTC; version
    /// 4 not how many lines name a day that their year has not.
    private static let oldestVersion = 1
    /// Groups at most that a file may have.
    static let groupLimit = 1_000

    // MARK: Writing

    package func encoded() -> [UInt8] {
        var writer = TallyWriter()
        writer.raw(Self.magic)
        writer.raw("\(Self.version)\n".utf8)
        writer.questions(tally.questions)
        writer.list(kinds.sorted { $0.key < $1.key }) { writer, kind in
            writer.text(kind.key)
            writer.kind(kind.value)
        }
        writer.list(sources) { $0.source($1) }
        writer.tally(tally)
        let sum = Fingerprint.hash(writer.bytes)
        for shift in 0..<8 { writer.raw([UInt8(truncatingIfNeeded: sum >> UInt64(8 * shift))]) }
        return writer.bytes
    }

    // MARK: Reading

    /// Errors: the bytes are no tally, of a version that is not known, cut off or damaged. `seed` is the new tables'.
    package init(_ bytes: [UInt8], seed: UInt64) throws(TallyFault) {
        guard bytes.starts(with: Self.magic) else { throw TallyFault("this is no tally of muster") }
        let line = bytes.dropFirst(Self.magic.count).prefix(8)
        guard let end = line.firstIndex(of: 10), let version = Int(String(decoding: line[..<end], as: UTF8.self)) else {
            throw TallyFault("this is no tally of muster")
        }
        guard (Self.oldestVersion...Self.version).contains(version) else {
            throw TallyFault("the tally has version \(version), this program reads \(Self.version); use a newer one")
        }
        let stop = bytes.count - 8
        guard stop > end else { throw TallyFault("the tally is cut off") }
        var sum: UInt64 = 0
        for shift in 0..<8 { sum |= UInt64(bytes[stop + shift]) << UInt64(8 * shift) }
        guard Fingerprint.hash(bytes[..<stop]) == sum else {
            throw TallyFault("the tally is cut off or damaged: its checksum does not fit")
        }
        var reader = TallyReader(bytes, from: end + 1, to: stop, version: version)
        let questions = try reader.questions()
        let pairs = try reader.list { (reader) throws(TallyFault) in (try reader.text(), try reader.kind()) }
        kinds = Dictionary(pairs) { $1 }
        sources = try reader.list { (reader) throws(TallyFault) in try reader.source() }
        tally = try reader.tally(questions, sourceCount: sources.count, seed: seed)
        guard reader.isAtEnd else { throw TallyFault("the tally is damaged at byte \(reader.offset)") }
    }

    // MARK: Joining

    /// Adds another file's tally. Errors: other questions; steps of time that lie across each other; logs that both have
    /// counted, unless `countCopies`.
    package mutating func merge(_ other: TallyFile, countCopies: Bool) throws(TallyFault) {
        let (mine, theirs) = (tally.questions.signature, other.tally.questions.signature)
        guard mine == theirs else {
            throw TallyFault(
                "it answers other questions (\(theirs)) than the first (\(mine)); tally both with the same options")
        }
        if !countCopies, let twice = counted(other) {
            throw TallyFault("\(twice) is counted in an earlier tally already; leave it out, or use --count-copies")
        }
        guard tally.timeline.canMerge(other.tally.timeline) else {
            let (mine, theirs) = (tally.questions.zone.name, other.tally.questions.zone.name)
            throw TallyFault(
                "its steps of time, in the zone \(theirs), lie across those of the first, in \(mine); tally both in one zone"
            )
        }
        let count = sources.count
        other.tally.renumber { $0 + count }
        tally.merge(other.tally)
        sources += other.sources
        kinds.merge(other.kinds) { mine, _ in mine }
    }

    /// The name of a log that both have counted.
    private func counted(_ other: TallyFile) -> String? {
        let known = Set(sources.compactMap { $0.position?.fingerprint })
        return other.sources.first { source in
            source.position.map { $0.fingerprint.count > 0 && known.contains($0.fingerprint) } ?? false
        }?.name
    }
}
