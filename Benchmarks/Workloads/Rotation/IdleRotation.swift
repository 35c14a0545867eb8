import CMusterLimits
import MusterBenchmarkResults
import MusterText

/// Nothing is due: a run reads configuration and state, looks at every log, and leaves all as it is.
enum IdleRotation {
    static let workload = Workload<RotateSettings>(
        name: "idle", summary: "nothing is due, against logrotate and a loop in C that looks at every log"
    ) { settings in
        let place = settings.place
        let peers = try RotationPeers(place, flags: [])
        let started = peers.found.first { $0.name == "muster" }.map {
            ProgramContender(name: "muster --version", command: [$0.command[0], "--version"], anywhere: true)
        }
        let measured = try settings.rounds.race(
            [.bare("C", place, threads: 0)] + peers.found + [started].compactMap(\.self),
            prepare: {
                try place.plant()
                try place.writeState()
            }, check: { try place.checkIsUntouched(by: $0) })
        let baselines = peers.hasMuster ? ["C", "muster"] : ["C"]
        var section = Section(
            name: "idle-\(place.kind.rawValue)", title: "\(place.text), nothing due", baselines: baselines)
        section.notes = [
            "The same configuration without -f, and a state file by which every log was rotated just now.",
            "C: opens and lists the folders and asks for the facts of each log (lstat), on one thread; the loop alone, "
                + "without start and end of a process.",
        ]
        section.notes += peers.notes
        if started != nil { section.notes.append("muster --version: what start and end of the program cost alone.") }
        section.rows = measured.rows(
            "ms wall", baselines: baselines, goals: ["muster": [.ratio(to: "C", atMost: 2.5)]]
        ) { $0.wallSeconds * 1000 }
        section.rows += measured.rows("ms CPU", baselines: baselines) { $0.cpuSeconds * 1000 }
        section.rows += measured.filter { $0.contender.name != "C" }
            .rows("MB peak", baselines: []) { $0.peakMegabytes }
        return section
    }
}

extension RotationPlace {
    /// `10,000 logs of 20 KB on ext4`
    var text: String {
        let bytes = Int(shape.size)
        return "\(Int(shape.files).grouped) logs of \(bytes % 1000 == 0 ? "\(bytes / 1000) KB" : "\(bytes) bytes") "
            + "on \(fileSystem)"
    }
}
