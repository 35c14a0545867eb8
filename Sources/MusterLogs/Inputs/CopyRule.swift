internal import MusterSystem

/// Which of some sources are copies of others, so that each line is counted once.
///
/// Only sources whose first bytes are equal come into question: 4,096 decompressed bytes, or fewer where both logs have
/// exactly as many. Empty logs are copies of nothing. Then:
///
/// - Two plain files: the shorter is a copy where its last 4,096 bytes stand at the same place in the longer. The longer
///   is kept; of two that are equally long, the first.
/// - Where one is compressed: the first 1 MiB of text is compared, as far as both go. If one log ends in it, the longer is
///   kept, else the plain one, else the one that is larger on disk, else the first.
///
/// Any difference, and any file that cannot be read for it, keeps both.
struct CopyRule {
    /// Text compared where one of two is compressed, in bytes.
    static let comparedText = 1 << 20
    /// Logs that begin alike with which one more is compared; with more of them, both are kept unread.
    private static let comparisonLimit = 16

    /// Sources without copies, in their order, and the copies with the name of the one that is kept.
    static func apply(_ sources: [LogSource]) -> (kept: [LogSource], copies: [(copy: LogSource, kept: LogSource)]) {
        var alike: [Fingerprint: [Int]] = [:]
        // Which source a copy is of.
        var original = [Int?](repeating: nil, count: sources.count)
        for index in sources.indices {
            guard let fingerprint = sources[index].fingerprint, fingerprint.count > 0 else { continue }
            var group = alike[fingerprint] ?? []
            for place in group.indices.prefix(comparisonLimit) {
                let earlier = group[place]
                guard let longer = keptOfCopies(sources[earlier], sources[index]) else { continue }
                if longer == sources[earlier] {
                    original[index] = earlier
                } else {
                    original[earlier] = index
                    group[place] = index
                }
                break
            }
            if original[index] == nil, !group.contains(index) { group.append(index) }
            alike[fingerprint] = group
        }
        let kept = sources.indices.filter { original[$0] == nil }.map { sources[$0] }
        let copies = sources.indices.compactMap { index -> (copy: LogSource, kept: LogSource)? in
            guard var last = original[index] else { return nil }
            // Each step leads to a source that was kept later.
            while let next = original[last] { last = next }
            return (sources[index], sources[last])
        }
        return (kept, copies)
    }

    /// Which of two logs that begin alike to keep; nil where they are no copies of each other.
    private static func keptOfCopies(_ first: LogSource, _ second: LogSource) -> LogSource? {
        if first.head != second.head { return nil }
        return first.isPlainFile && second.isPlainFile ? keptOfPlain(first, second) : keptOfTexts(first, second)
    }

    private static func keptOfPlain(_ first: LogSource, _ second: LogSource) -> LogSource? {
        guard let one = try? InputFile.open(first.path), let other = try? InputFile.open(second.path) else {
            return nil
        }
        let start = max(0, min(one.size, other.size) - Int64(Fingerprint.limit))
        let count = Int(min(one.size, other.size) - start)
        guard let end = try? one.bytes(at: start, count: count), let same = try? other.bytes(at: start, count: count),
            end == same, end.count == count
        else { return nil }
        return other.size > one.size ? second : first
    }

    private static func keptOfTexts(_ first: LogSource, _ second: LogSource) -> LogSource? {
        func text(_ source: LogSource) -> [UInt8]? {
            try? LogSource.beginning(of: source.path, source.compression, count: comparedText)
        }
        guard let one = text(first), let other = text(second) else { return nil }
        let common = min(one.count, other.count)
        guard common >= first.head.count, one.prefix(common) == other.prefix(common) else { return nil }
        if one.count != other.count { return one.count > other.count ? first : second }
        if first.isPlainFile != second.isPlainFile { return first.isPlainFile ? first : second }
        return second.size ?? 0 > first.size ?? 0 ? second : first
    }
}
