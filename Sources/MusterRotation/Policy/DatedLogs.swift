internal import MusterSystem

/// Rotated logs with dates: they keep their names.
struct DatedLogs {
    private let settings: RotationSettings
    private let names: RotationNames

    init(_ settings: RotationSettings, _ names: RotationNames) {
        self.settings = settings
        self.names = names
    }

    /// The logs, oldest first by what their names say, or by their times where the names do not tell. Facts are asked for only
    /// where something depends on them; a log without them is left out.
    func logs(_ entries: [RotationNames.Entry], _ facts: RotationPlanner.Lookup) throws(DiskFault) -> [RotatedLog] {
        let asksAll = settings.maximumAge > 0 || settings.maximumTotalSize != nil || !names.isOrdered
        let isDelayed = settings.isCompressed && settings.delaysCompression
        let surplus = surplus(entries.count)
        var logs: [RotatedLog] = []
        for (index, entry) in entries.enumerated() {
            let isDue = isDelayed && entry.plain != nil && entry.compressed == nil
            guard asksAll || index < surplus || isDue else { continue }
            var log = RotatedLog()
            log.plain = try file(entry.plain, facts)
            log.compressed = try file(entry.compressed, facts)
            log.isDue = isDue && log.plain?.isRegular == true
            log.isSurplus = index < surplus
            if !log.files.isEmpty { logs.append(log) }
        }
        return names.isOrdered ? logs : byTime(logs)
    }

    /// How many of so many are too many, with the one that is to come.
    private func surplus(_ count: Int) -> Int {
        settings.count < 0 ? 0 : max(count - max(settings.count - 1, 0), 0)
    }

    private func byTime(_ logs: [RotatedLog]) -> [RotatedLog] {
        var sorted = logs.sorted {
            let names = ($0.files.first?.name ?? "", $1.files.first?.name ?? "")
            return $0.modification == $1.modification ? names.0 < names.1 : $0.modification < $1.modification
        }
        let surplus = surplus(sorted.count)
        for index in sorted.indices { sorted[index].isSurplus = index < surplus }
        return sorted
    }

    private func file(_ name: String?, _ facts: RotationPlanner.Lookup) throws(DiskFault) -> RotatedFile? {
        guard let name, let facts = try facts(name) else { return nil }
        return RotatedFile(name: name, facts: facts)
    }
}
