package import MusterSystem

/// How far a log was read, so that a later run can go on there.
package struct Position: Hashable, Sendable {
    /// Of the log's beginning when this was noted.
    package var fingerprint: Fingerprint
    package var identity: FileIdentity
    /// Offset of the next line's first byte, in decompressed bytes.
    package var offset: Int64
    /// Of the last line before it, where lines have no year of their own.
    package var year: Int?

    package init(fingerprint: Fingerprint, identity: FileIdentity, offset: Int64, year: Int? = nil) {
        self.fingerprint = fingerprint
        self.identity = identity
        self.offset = offset
        self.year = year
    }

    /// Of a source that was read up to an offset; nil for a pipe or a device, which has no place to go on at. The source
    /// knows its beginning as it was when it was looked at: for a plain file, which may have grown since, take the other.
    package init?(_ source: LogSource, offset: Int64) {
        guard let fingerprint = source.fingerprint else { return nil }
        self.init(fingerprint: fingerprint, identity: source.identity, offset: offset)
    }

    /// Of an open plain file, as it begins now. Errors: it cannot be read.
    package init(_ file: InputFile, offset: Int64) throws(FileFault) {
        let head = try file.bytes(at: 0, count: Fingerprint.limit)
        self.init(fingerprint: Fingerprint(head), identity: file.identity, offset: offset)
    }
}

/// Where earlier runs stopped.
package struct PositionTable: Sendable {
    /// Where to go on in a source.
    package struct Resumption: Hashable, Sendable {
        /// In decompressed bytes.
        package var offset: Int64
        /// Why a log that is known begins anew: `it was truncated, read from its beginning`.
        package var note: String?
        /// Of the last line before it.
        package var year: Int?
    }

    package let positions: [Position]
    // Indices into `positions`.
    private let byIdentity: [FileIdentity: Int]
    private let byFingerprint: [Fingerprint: Int]
    /// Counts of the fingerprints, the largest first: at most 4,096 of them.
    private let counts: [Int]

    /// Of two positions of one file, or of one beginning, the later one in the list holds.
    package init(_ positions: [Position]) {
        self.positions = positions
        let indexed = positions.enumerated()
        byIdentity = Dictionary(indexed.map { ($1.identity, $0) }) { $1 }
        byFingerprint = Dictionary(indexed.map { ($1.fingerprint, $0) }) { $1 }
        counts = Set(positions.map(\.fingerprint.count)).sorted(by: >)
    }

    /// Where to go on in a source; nil where it was never read.
    ///
    /// 1. The same file, whose first bytes – as many as its fingerprint covers – are still the same: its offset.
    /// 2. Another file that begins as a known one did (it was renamed, copied or compressed): that one's offset. Where
    ///    several do, the one whose fingerprint covers most. A short fingerprint that does not cover all that was read
    ///    says too little about another file, and is passed over.
    /// 3. The same file with another beginning: from the beginning, with a note.
    ///
    /// A plain file that is shorter than the offset begins anew, with a note.
    package func match(_ source: LogSource) -> Resumption? {
        guard source.size != nil else { return nil }
        let own = byIdentity[source.identity].map { positions[$0] }
        // A log that was empty has no beginning to compare: that it is the same file has to do.
        if let own, own.fingerprint.count == 0 || own.fingerprint.fits(source.head) { return resumption(own, source) }
        for count in counts where count > 0 && count <= source.head.count {
            guard let index = byFingerprint[Fingerprint(source.head.prefix(count))] else { continue }
            if count == Fingerprint.limit || positions[index].offset <= count {
                return resumption(positions[index], source)
            }
        }
        return own.map { _ in Resumption(offset: 0, note: "it was truncated or replaced, read from its beginning") }
    }

    private func resumption(_ position: Position, _ source: LogSource) -> Resumption {
        if position.offset < 0 || (source.isPlainFile && source.size ?? 0 < position.offset) {
            return Resumption(offset: 0, note: "it is shorter than what was read of it, read from its beginning")
        }
        return Resumption(offset: position.offset, note: nil, year: position.year)
    }
}
