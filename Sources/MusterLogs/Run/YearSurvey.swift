internal import MusterSystem

/// Looks through a log whose times have no year, before it is read, for the places where the year turns. Lines are in
/// order, but for some days.
///
/// A small log is looked through whole. Of a large plain one a line here and there is read, and all lines only between two
/// where the year may turn: where dates go back, where they are far apart, at New Year and at the end of February. A large
/// compressed one is not looked through: its lines are taken to be within a year.
final class YearSurvey {
    private let parser: any LineParser
    private var batch: RowBatch
    private var turns: [(offset: Int64, step: Int)] = []
    /// Years since the first line.
    private var step = 0
    private var previous: Int64?
    private var stepsWithLeapDay: Set<Int> = []
    /// Where what was looked at ends.
    private var end: Int64 = 0
    /// The first yearless time.
    private(set) var first: Int64?

    /// So far a line may be behind the one before it.
    private static let tolerance = 31 * CivilTime.day
    /// Turns that are kept at most.
    private static let mostTurns = 10_000
    /// Bytes that are looked through whole; compressed ones where a log is.
    private static let small: Int64 = 1 << 20
    private static let smallCompressed: Int64 = 8 << 20
    /// Decompressed bytes that are looked through at most.
    private static let mostDecompressed: Int64 = 256 << 20
    private static let piece = 1 << 18
    /// Of lines that are read here and there: how far apart they are at least, how many there are at most, and how many
    /// bytes are read for one.
    private static let stride: Int64 = 16 << 10
    private static let mostSamples: Int64 = 16_384
    private static let sample = 4_096

    init(_ reading: LineReading) {
        parser = reading.makeParser()
        batch = RowBatch(width: reading.fields.count)
    }

    /// Whether the first lines of a log have times without a year.
    static func isNeeded(_ head: [UInt8], _ reading: LineReading) -> Bool {
        let survey = YearSurvey(reading)
        survey.note(head, at: 0)
        return survey.first != nil
    }

    // MARK: Lines

    /// Takes whole lines that begin at an offset of their log, the last of which may be cut off.
    func note(_ lines: [UInt8], at position: Int64) {
        each(lines) { note($0, at: position + Int64($1)) }
        end = max(end, position + Int64(lines.count))
    }

    private func each(_ lines: [UInt8], _ body: (_ micros: Int64, _ offset: Int) -> Void) {
        Chunk.with(lines) { chunk in
            var cursor = 0
            while cursor < chunk.end {
                batch.begin(chunk)
                parser.parse(chunk, &cursor, into: &batch)
                for row in 0..<batch.count where batch.time(row) >= LineTime.firstMarked {
                    let parts = LineTime.parts(batch.time(row))
                    if parts.isYearless { body(parts.value, batch.lineOffset(row)) }
                }
            }
        }
    }

    private func note(_ micros: Int64, at offset: Int64) {
        if let previous {
            let ahead = micros - previous
            if ahead < -Self.tolerance {
                step += 1
            } else if ahead > YearlessTime.length - Self.tolerance {
                step -= 1
            }
        } else {
            first = micros
        }
        previous = micros
        if turns.last?.step != step, turns.count < Self.mostTurns { turns.append((offset, step)) }
        if YearlessTime.isLeapDay(micros) { stepsWithLeapDay.insert(step) }
    }

    // MARK: Logs

    /// Looks through a log. What cannot be read now is told by whoever reads it.
    func look(through source: LogSource, _ isCancelled: () -> Bool) {
        switch try? source.open() {
        case .file(let file):
            if file.size <= Self.small { scan(file, 0..<file.size) } else { sample(file, isCancelled) }
            end = file.size
        case .stream(let stream) where source.size ?? .max <= Self.smallCompressed: scan(stream, isCancelled)
        case .stream, nil: break
        }
    }

    /// Reads all lines that begin in a range.
    private func scan(_ file: InputFile, _ range: Range<Int64>) {
        var position = range.lowerBound
        while position < range.upperBound {
            let count = min(Self.piece, Int(range.upperBound - position))
            guard let bytes = try? file.bytes(at: position, count: count), !bytes.isEmpty else { return }
            // A line that is longer than a piece says nothing.
            let whole = (bytes.lastIndex(of: 10) ?? bytes.count - 1) + 1
            note(Array(bytes[..<whole]), at: position)
            position += Int64(whole)
        }
    }

    private func scan(_ stream: any ByteStream, _ isCancelled: () -> Bool) {
        var position: Int64 = 0
        var rest: [UInt8] = []
        while position < Self.mostDecompressed {
            guard let bytes = try? stream.bytes(Self.piece, isCancelled: isCancelled), !bytes.isEmpty else {
                return note(rest, at: position)
            }
            rest += bytes
            guard let feed = rest.lastIndex(of: 10) else { continue }
            note(Array(rest[...feed]), at: position)
            position += Int64(feed + 1)
            rest.removeFirst(feed + 1)
        }
        // Too long: as if it had not been looked at.
        (turns, end, first, previous) = ([], 0, nil, nil)
    }

    /// A line, its offset and its time.
    private struct Sample {
        var offset: Int64
        var micros: Int64
    }

    private func sample(_ file: InputFile, _ isCancelled: () -> Bool) {
        let stride = max(Self.stride, file.size / Self.mostSamples)
        var last: Sample?
        var position: Int64 = 0
        while position < file.size, !isCancelled() {
            if let sample = sample(file, at: position) {
                if let last, Self.mayTurn(last, sample) { scan(file, last.offset..<sample.offset) }
                note(sample.micros, at: sample.offset)
                last = sample
            }
            position += stride
        }
        // Lines behind the last sample.
        scan(file, (last?.offset ?? 0)..<file.size)
    }

    /// The first line with a yearless time from a position on, of those that begin within some bytes.
    private func sample(_ file: InputFile, at position: Int64) -> Sample? {
        guard let bytes = try? file.bytes(at: position, count: Self.sample) else { return nil }
        // In the middle of a line, but at the beginning.
        guard let feed = position == 0 ? -1 : bytes.firstIndex(of: 10) else { return nil }
        let start = feed + 1
        var ends = bytes.indices.lazy.filter { $0 >= start && bytes[$0] == 10 }.makeIterator()
        guard let one = ends.next() else { return nil }
        let two = ends.next() ?? one
        var found: Sample?
        each(Array(bytes[start...two])) { micros, offset in
            if found == nil { found = Sample(offset: position + Int64(start + offset), micros: micros) }
        }
        return found
    }

    /// Whether the year may turn between two lines, or 29 February lie there.
    private static func mayTurn(_ first: Sample, _ second: Sample) -> Bool {
        let ahead = second.micros - first.micros
        if ahead < 0 || ahead > 2 * CivilTime.day { return true }
        let isAtEnd = first.micros < 2 * CivilTime.day || second.micros > YearlessTime.length - 2 * CivilTime.day
        // 28 February to 1 March.
        let isAtLeapDay = second.micros >= 58 * CivilTime.day && first.micros < 61 * CivilTime.day
        return isAtEnd || isAtLeapDay
    }

    // MARK: Years

    /// The years, from the last line backwards: its time is not after `latest`, in microseconds since 1970, and it is of the
    /// year `given` where that is known, whether that has its day or not. `after` has the year of the line that begins at or
    /// before an offset, where an earlier run has decided it.
    func years(latest: Int64, given: Int?, after anchor: (year: Int, offset: Int64)?) -> SourceYears {
        guard let previous, let last = turns.last else { return SourceYears(latest: latest, given: given) }
        var year = YearlessTime.latestYear(previous, limit: latest) - last.step
        if let anchor, let turn = turns.last(where: { $0.offset <= anchor.offset }) {
            year = anchor.year - turn.step
        } else if let given {
            year = YearlessTime.latestYear(previous, from: given, limit: latest) - last.step
        } else {
            // The date of the file may be that of a copy: 29 February says more.
            let fitting = (year - 40...year).last { base in
                stepsWithLeapDay.allSatisfy { CivilTime.isLeap(base + $0) }
            }
            year = fitting ?? year
        }
        let found = turns.map { SourceYears.Turn(offset: $0.offset, year: year + $0.step) }
        return SourceYears(turns: found, end: end, latest: latest)
    }
}
