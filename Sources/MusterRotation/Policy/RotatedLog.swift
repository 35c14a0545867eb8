internal import MusterSystem

/// A rotated log that is there, under the name that it has after this rotation's renames.
struct RotatedLog: Sendable, Hashable {
    var plain: RotatedFile?
    var compressed: RotatedFile?
    /// Whether it is more than `rotate` allows.
    var isSurplus = false
    /// Whether `delaycompress` has it compressed now.
    var isDue = false

    var files: [RotatedFile] { [plain, compressed].compactMap(\.self) }
    /// When it was written to last.
    var modification: DiskTime { files.map(\.facts.modification).max() ?? DiskTime() }
}

/// Which rotated logs of a log go: too many, or too old.
struct Retention {
    let settings: RotationSettings
    let now: RotationTime

    /// Files that go and files that stay, both oldest first.
    func parted(
        _ logs: [RotatedLog]
    ) -> (going: [(file: RotatedFile, reason: RotationStep.RemovalReason)], staying: [RotatedFile]) {
        var going: [(RotatedFile, RotationStep.RemovalReason)] = []
        var staying: [RotatedFile] = []
        for log in logs {
            for file in log.files where file.isRegular {
                if log.isSurplus {
                    going.append((file, .count))
                } else if isTooOld(file) {
                    going.append((file, .age))
                } else {
                    staying.append(file)
                }
            }
        }
        return (going, staying)
    }

    private func isTooOld(_ file: RotatedFile) -> Bool {
        settings.maximumAge > 0 && now.isBeyond(days: settings.maximumAge, since: file.facts.modification)
    }
}
