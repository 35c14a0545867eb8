/// What earlier runs counted, brought together with the sources of this one: a log that is known keeps one entry.
package struct Continuation: @unchecked Sendable {
    /// What was counted so far, its sources numbered for this run. Invariant for sharing: handed to one run.
    package let start: LogTally
    /// Sources that are not read this time, behind those that are.
    private let former: [TallySource]
    private let kinds: [String: FieldKind]

    /// Former sources that are remembered, so that a rotated log is known when it comes back compressed.
    private static let formerLimit = 10_000

    package init(_ file: TallyFile, sources: [LogSource]) {
        var numbers: [Int: Int] = [:]
        var former: [TallySource] = []
        for (number, old) in file.sources.enumerated() {
            if let known = sources.firstIndex(where: { Self.isSame(old, $0) }) {
                numbers[number] = known
            } else {
                numbers[number] = sources.count + former.count
                former.append(old)
            }
        }
        start = file.tally
        start.renumber { numbers[$0] ?? $0 }
        self.former = former
        kinds = file.kinds
    }

    private static func isSame(_ old: TallySource, _ source: LogSource) -> Bool {
        guard let position = old.position, source.size != nil else {
            return old.position == nil && old.name == source.name
        }
        return position.fingerprint.fits(source.head)
            || (position.fingerprint.count == 0 && position.identity == source.identity)
    }

    /// Sources behind those of this run.
    package var formerSources: [TallySource] { former }

    /// A tally with where each source was read to, for the next run.
    package static func file(
        _ tally: LogTally, _ prepared: PreparedSources, offsets: [Int64],
        followed: [(source: Int, position: Position)] = [], after continuation: Continuation?
    ) -> TallyFile {
        let years = prepared.years
        let sources = prepared.logSources.indices.map { index in
            var position = Position(prepared.logSources[index], offset: offsets[index])
            position?.year = years[index]?.year(at: offsets[index] - 1)
            return TallySource(name: prepared.names[index], format: prepared.titles[index], position: position)
        }
        let former = continuation?.former.suffix(formerLimit) ?? []
        // A later position of a file wins over an earlier one.
        let grown = followed.map {
            TallySource(name: prepared.names[$0.source], format: prepared.titles[$0.source], position: $0.position)
        }
        let kinds = LogAnswers.kinds(tally.questions.measures, prepared.readings)
        return TallyFile(
            tally: tally, sources: sources + former + grown,
            kinds: kinds.merging(continuation?.kinds ?? [:]) { new, _ in new })
    }
}
