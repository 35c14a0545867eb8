internal import MusterSystem

/// A rotated log that is there, under the name that it has after this rotation's renames.
struct RotatedLog: Sendable, Hashable {
    struct File: Sendable, Hashable {
        var name: String
        var facts: EntryFacts
        /// Directories and links hold a name, and move with it; they are neither compressed nor removed.
        var isRegular: Bool { facts.kind == .regular }
    }

    var plain: File?
    var compressed: File?
    /// Whether it is more than `rotate` allows.
    var isSurplus = false
    /// Whether `delaycompress` has it compressed now.
    var isDue = false

    var files: [File] { [plain, compressed].compactMap(\.self) }
    /// When it was written to last.
    var modification: DiskTime { files.map(\.facts.modification).max() ?? DiskTime() }
}

/// Which rotated logs go: too many, too old or too much.
struct Retention {
    let settings: RotationSettings
    let now: RotationTime

    /// Files to remove, oldest first. `size` are the bytes of the log that is rotated now: it counts, and stays.
    func removals(_ logs: [RotatedLog], newest size: Int64) -> [(
        file: RotatedLog.File, reason: RotationStep.RemovalReason
    )] {
        var total = logs.reduce(Sum(size)) { $0.adding($1.isSurplus ? [] : $1.files.filter { reason($0) == nil }) }
        var removals: [(RotatedLog.File, RotationStep.RemovalReason)] = []
        for log in logs {
            for file in log.files where file.isRegular {
                if log.isSurplus {
                    removals.append((file, .count))
                } else if let reason = reason(file) {
                    removals.append((file, reason))
                } else if let limit = settings.maximumTotalSize, total.bytes > limit {
                    removals.append((file, .totalSize))
                    total.subtract(file.facts.size)
                }
            }
        }
        return removals
    }

    private func reason(_ file: RotatedLog.File) -> RotationStep.RemovalReason? {
        settings.maximumAge > 0 && now.isBeyond(days: settings.maximumAge, since: file.facts.modification) ? .age : nil
    }

    /// A sum of sizes that stays at its greatest value instead of overflowing.
    private struct Sum {
        var bytes: Int64

        init(_ bytes: Int64) { self.bytes = max(bytes, 0) }

        func adding(_ files: [RotatedLog.File]) -> Sum {
            files.reduce(into: self) { sum, file in
                guard file.isRegular else { return }
                let (bytes, overflow) = sum.bytes.addingReportingOverflow(max(file.facts.size, 0))
                sum.bytes = overflow ? .max : bytes
            }
        }

        mutating func subtract(_ size: Int64) { bytes -= min(max(size, 0), bytes) }
    }
}
