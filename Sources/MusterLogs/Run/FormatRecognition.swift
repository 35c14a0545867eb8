/// Finds the format of one log after another by lines of each. What it takes to try a format is made once.
///
/// A format fits where at least four of five lines do (``LogFormat/leastShare``). Of those that fit the most particular is
/// taken: the first in the catalog, and one in a carrier before the carrier alone.
package final class FormatRecognition {
    /// What came of it.
    package enum Finding {
        /// The format, its reading, and the names of the fields that the lines have.
        case found(LogFormat, LineReading, present: Set<String>)
        /// No format fits; those that come nearest, with the share of lines that fit, in percent, and why one that fits
        /// was not taken (``LogFormat/doubt``).
        case unknown(guesses: [(name: String, percent: Int, doubt: String?)])
    }

    /// Where the lines of a log stop fitting a format.
    package struct Nearest: Sendable {
        package var name: String
        /// Bytes of a line that fit, on the average.
        var reach: Int
        /// Of the first line: the column of the first byte that does not fit, from 1, and what should stand there.
        package var column: Int
        package var expected: String
    }

    private let wanted: [String]
    private let asked: [String]
    private let plain: [Trial]
    /// Inner formats by the carrier's name, made when the carrier was seen.
    private var carried: [String: [Trial]] = [:]
    /// Carriers around a format that passes over them, by its name.
    private var behindHeaders: [String: [Trial]] = [:]
    /// What came nearest to the last log that no line of any format fits; nil where no format fits a good part of a line.
    package private(set) var nearest: Nearest?

    /// `wanted` are fields that may be asked about, `asked` those that are.
    package init(wanted: [String], asked: [String] = []) {
        self.wanted = wanted
        self.asked = asked
        // A format of the catalog has no text, so there is no fault to tell.
        plain = LogFormatCatalog.formats.filter(\.isRecognised).compactMap { try? Trial($0, wanted) }
    }

    package func recognise(_ sample: LineSample) -> Finding {
        for trial in plain where trial.fits(sample) {
            var found = trial
            if let carrier = LogFormatCatalog.carriers.first(where: { $0.name == trial.format.name }) {
                found = inner(carrier).first { $0.fits(sample) } ?? trial
            } else if trial.format.passesHeaders, let carried = carried(trial, sample) {
                found = carried
            }
            guard let reading = found.reading else { continue }
            return .found(found.format, reading, present: Self.present(sample.lines, reading))
        }
        let scores = plain.map { $0.score(sample) }
        let guesses = zip(plain, scores).map { (format: $0.format, share: $1.share) }
        // A blank more or less decides nothing: then the more general tells more people something.
        let near = scores.compactMap(\.nearest)
        nearest = near.last { $0.reach + 2 >= near.map(\.reach).max() ?? 0 }
        // Stable, so that of equals the more particular comes first.
        let nearest = guesses.filter { $0.share > 0 }.enumerated().sorted {
            ($1.element.share, $0.offset) < ($0.element.share, $1.offset)
        }
        return .unknown(
            guesses: nearest.prefix(3).map { _, guess in
                let doubt = guess.share >= guess.format.leastShare ? guess.format.doubt : nil
                return (guess.format.name, max(1, Int(guess.share * 100)), doubt)
            })
    }

    private func inner(_ carrier: Carrier) -> [Trial] {
        if let known = carried[carrier.name] { return known }
        let trials = LogFormatCatalog.inner(of: carrier).compactMap { try? Trial(carrier.around($0), wanted) }
        carried[carrier.name] = trials
        return trials
    }

    /// A carrier around a format that passes over it; nil where that would say nothing that is asked. Lines are read more
    /// quickly without it.
    private func carried(_ trial: Trial, _ sample: LineSample) -> Trial? {
        let name = trial.format.name
        if behindHeaders[name] == nil {
            behindHeaders[name] = LogFormatCatalog.carriers.compactMap { try? Trial($0.around(trial.format), wanted) }
        }
        guard let plain = trial.reading else { return nil }
        return behindHeaders[name]?.first { carried in
            guard let reading = carried.reading else { return false }
            let isAsked = asked.contains { field in
                field.hasPrefix(Carrier.prefix)
                    || KeyField.resolve(field, in: plain) == nil && KeyField.resolve(field, in: reading) != nil
            }
            // Lines that have to be joined are not whole without it.
            return (isAsked || reading.makeJoiner != nil) && carried.fits(sample)
        }
    }

    /// Names of the columns that have a value in some lines.
    package static func present(_ lines: [UInt8], _ reading: LineReading) -> Set<String> {
        var present: Set<String> = []
        Chunk.with(lines) { chunk in
            let parser = reading.makeParser()
            var batch = RowBatch(width: reading.fields.count)
            var cursor = 0
            while cursor < chunk.end {
                batch.begin(chunk)
                parser.parse(chunk, &cursor, into: &batch)
                for (index, field) in reading.fields.enumerated() where !present.contains(field.name) {
                    if (0..<batch.count).contains(where: { !batch.span($0, index).isAbsent }) {
                        present.insert(field.name)
                    }
                }
            }
        }
        return present
    }

    /// A format with what it takes to try it again and again.
    private final class Trial {
        let format: LogFormat
        /// What reads logs of the format, which may be less strict than the trial.
        private(set) lazy var reading = try? format.reading(wanted)
        private let wanted: [String]
        private let parser: any LineParser
        private var batch: RowBatch

        init(_ format: LogFormat, _ wanted: [String]) throws(LogFormatFault) {
            self.format = format
            self.wanted = wanted
            let reading = try (format.strictReading ?? format.reading)(wanted)
            parser = reading.makeParser()
            batch = RowBatch(width: reading.fields.count)
        }

        /// Lines that are parsed at once, so that a trial ends soon where none fits.
        private static let piece = 8

        /// Whether enough lines fit. It ends where too many do not.
        func fits(_ sample: LineSample) -> Bool {
            // Rounding forbids no line more.
            let most = Double(sample.count) * (1 - format.leastShare) + 0.001
            return Chunk.with(sample.lines) { chunk in
                var (cursor, rows, bad) = (0, 0, 0)
                while cursor < chunk.end {
                    let part = chunk.lines(Self.piece, from: cursor)
                    while cursor < part.end {
                        batch.begin(part)
                        parser.parse(part, &cursor, into: &batch)
                        rows += batch.count
                        bad += batch.bad.count
                    }
                    if Double(bad) > most { return false }
                }
                return rows > 0 && Double(rows) / Double(rows + bad) >= format.leastShare
                    && format.isLikely?(sample.lines) ?? true && isPlausible(sample)
            }
        }

        private func isPlausible(_ sample: LineSample) -> Bool {
            guard let isPlausible = format.isPlausible, let reading else { return true }
            return isPlausible(sample.lines, reading)
        }

        /// Whether so much of a line fits that the format comes near it: any text begins with a word.
        private static func isNear(_ fitting: [UInt8]) -> Bool {
            fitting.count >= 10 && (fitting[0] == 0x7b || fitting.count { $0 == 0x20 } >= 2)
        }

        /// Which part of the lines fits, 0 to 1, and how far those fit that do not.
        func score(_ sample: LineSample) -> (share: Double, nearest: Nearest?) {
            // A copy: parsers write into what they read.
            Chunk.with(sample.lines) { chunk in
                var (cursor, rows, bad, reach) = (0, 0, 0, 0)
                var first: BadLine?
                while cursor < chunk.end {
                    batch.begin(chunk)
                    parser.parse(chunk, &cursor, into: &batch)
                    rows += batch.count
                    bad += batch.bad.count
                    first = first ?? batch.bad.first
                    for line in batch.bad where !(format.passesHeaders && line.fault == line.line.upperBound) {
                        // What looks for its beginning in the whole line has found nothing.
                        reach += line.fault - line.line.lowerBound
                    }
                }
                let share = rows == 0 ? 0 : Double(rows) / Double(rows + bad)
                guard let first, reach > 0, Self.isNear(chunk.bytes(first.line.lowerBound..<first.fault)) else {
                    return (share, nil)
                }
                let column = first.fault - first.line.lowerBound + 1
                return (
                    share,
                    Nearest(name: format.name, reach: reach / bad, column: column, expected: first.expected)
                )
            }
        }
    }
}
