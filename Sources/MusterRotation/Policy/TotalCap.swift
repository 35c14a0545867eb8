internal import MusterSystem

/// Which rotated logs of a stanza go so that all of them together take at most so many bytes: the oldest by their times,
/// whichever log they are of.
package struct TotalCap: Sendable {
    /// The rotated logs of one log.
    package struct Log: Sendable, Hashable {
        /// Oldest first.
        package var kept: [RotatedFile]
        /// Bytes of the log that is rotated now and kept: they count, and stay.
        package var newest: Int64

        package init(kept: [RotatedFile], newest: Int64 = 0) {
            self.kept = kept
            self.newest = newest
        }
    }

    private let limit: Int64

    /// `limit` in bytes, not negative.
    package init(limit: Int64) { self.limit = limit }

    /// By the index of a log, what goes of it, oldest first.
    package func removals(_ logs: [Log]) -> [Int: [RotatedFile]] {
        var files: [(log: Int, file: RotatedFile)] = []
        var total: Int64 = 0
        for (index, log) in logs.enumerated() {
            total = Self.sum(total, log.newest)
            for file in log.kept {
                files.append((index, file))
                total = Self.sum(total, file.facts.size)
            }
        }
        guard total > limit else { return [:] }
        // Files of one time stay in the order of their log.
        let order = files.indices.sorted {
            let times = (files[$0].file.facts.modification, files[$1].file.facts.modification)
            return times.0 == times.1 ? $0 < $1 : times.0 < times.1
        }
        var removals: [Int: [RotatedFile]] = [:]
        for index in order where total > limit {
            let (log, file) = files[index]
            removals[log, default: []].append(file)
            total -= min(max(file.facts.size, 0), total)
        }
        return removals
    }

    /// Stays at the greatest number instead of overflowing.
    private static func sum(_ total: Int64, _ size: Int64) -> Int64 {
        let (sum, overflow) = total.addingReportingOverflow(max(size, 0))
        return overflow ? .max : sum
    }
}

extension [RotationStep] {
    /// The steps of a log with the removal of rotated logs beyond the total size: these are not compressed before.
    package func removing(_ files: [RotatedFile], _ settings: RotationSettings) -> [RotationStep] {
        let names = Set(files.map(\.name))
        let others = filter { if case .compress(let from, _) = $0 { !names.contains(from) } else { true } }
        return others
            + files.flatMap { file in
                (settings.beforeRemoval == nil ? [] : [.script(.beforeRemoval)])
                    + [.remove(file.name, file.facts.identity, .totalSize)]
            }
    }
}
