internal import MusterSystem

/// Rotated logs with numbers: each gets the next number, the oldest first, so that its name is free by then.
struct NumberedLogs {
    private let settings: RotationSettings
    private let names: RotationNames

    init(_ settings: RotationSettings, _ names: RotationNames) {
        self.settings = settings
        self.names = names
    }

    /// The logs after their renames, oldest first, and the renames. As with logrotate all within `rotate` move, a gap between
    /// them stays one, and with `rotate -1` all there are; beyond the count those do that follow without a gap, left over from
    /// a greater count: they would be in the way, and go. Names further off are somebody else's.
    func shifted(
        _ entries: [RotationNames.Entry], _ facts: RotationPlanner.Lookup
    ) throws(DiskFault) -> (logs: [RotatedLog], shifts: [RotationStep]) {
        var logs: [RotatedLog] = []
        var shifts: [RotationStep] = []
        for (entry, number) in moving(entries) {
            var log = RotatedLog()
            log.isSurplus = settings.count >= 0 && number + 1 - first >= settings.count
            let next = names.name(number: number + 1)
            log.plain = try move(entry.plain, to: next, &shifts, facts)
            log.compressed = try move(entry.compressed, to: names.compressed(next), &shifts, facts)
            // With delaycompress it was left as it is when it was rotated itself.
            log.isDue = number == first && log.plain?.isRegular == true
            if !log.files.isEmpty { logs.append(log) }
        }
        return (logs, shifts)
    }

    private var first: Int { max(settings.start, 0) }

    /// Those that move, the greatest number first.
    private func moving(_ entries: [RotationNames.Entry]) -> [(RotationNames.Entry, Int)] {
        let numbered = entries.compactMap { entry -> (RotationNames.Entry, Int)? in
            if case .number(let number) = entry.order { (entry, number) } else { nil }
        }
        guard settings.count >= 0 else { return numbered }
        // The log that is rotated takes a number for a moment even where none is kept.
        let (limit, overflow) = first.addingReportingOverflow(max(settings.count, 1))
        guard !overflow else { return numbered }
        var end = limit
        for (_, number) in numbered.reversed() where number == end { end += 1 }
        return numbered.filter { $0.1 < end }
    }

    private func move(
        _ name: String?, to next: String, _ shifts: inout [RotationStep], _ facts: RotationPlanner.Lookup
    ) throws(DiskFault) -> RotatedFile? {
        guard let name, let facts = try facts(name) else { return nil }
        shifts.append(.shift(from: name, to: next, facts.identity))
        return RotatedFile(name: next, facts: facts)
    }
}
