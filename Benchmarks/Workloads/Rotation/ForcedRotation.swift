import CMusterLimits
import MusterBenchmarkResults
import MusterText

/// Every log is due: renamed, made anew, compressed, synchronized.
enum ForcedRotation {
    static let workload = Workload<RotateSettings>(
        name: "forced", summary: "every log is rotated and compressed, against logrotate and C"
    ) { settings in
        let place = settings.place
        let peers = try RotationPeers(place, flags: ["-f"])
        let threads = Int(lim_core_count())
        var contenders = [ProgramContender.bare("C", place, threads: threads)]
        if threads > 1 { contenders.append(.bare(single, place, threads: 1)) }
        contenders += peers.found
        let measured = try settings.rounds.race(
            contenders, prepare: { try place.plant() },
            check: { try place.checkIsRotated(by: $0) })
        let baselines = peers.hasMuster ? ["C", "muster"] : ["C"]
        var section = Section(
            name: "forced-\(place.kind.rawValue)", title: "\(place.text) rotated and compressed", baselines: baselines)
        section.notes = notes(place, threads: threads) + peers.notes
        let least: Double = place.kind == .memory ? 6 : 3
        section.rows = measured.rows(
            "s wall", baselines: baselines,
            goals: [
                "muster": [.ratio(to: "C", atMost: 1.5)],
                "logrotate": peers.hasMuster ? [.ratioAtLeast(to: "muster", least)] : [],
            ]
        ) { $0.wallSeconds }
        section.rows += measured.rows("s CPU", baselines: baselines) { $0.cpuSeconds }
        section.rows += measured.filter { !$0.contender.name.hasPrefix("C") }
            .rows("MB peak", baselines: [], goals: ["muster": [.value(atMost: 60)]]) { $0.peakMegabytes }
        return section
    }

    private static let single = "C, 1 thread"

    private static func notes(_ place: RotationPlace, threads: Int) -> [String] {
        [
            "daily, rotate 7, compress, create, and -f; a stanza a folder of \(Int(place.shape.per_directory).grouped). "
                + "Everybody gets a fresh tree that is on the device already, page cache warm; after each run every "
                + "log has to be empty and its .1.gz to hold all of it.",
            "C: the same renames, new logs, gzip at level 6 by zlib and fsyncs"
                + (threads > 1 ? " on \(threads) threads" : "")
                + " (Benchmarks/CMusterLimits/log_rotation.c), without configuration, state, journal and reading again; "
                + "the loop alone, without start and end of a process.",
            "Durability: logrotate 3.21 synchronizes each compressed file and the state file, but no folder, so that a "
                + "power cut may undo names (strace -f -c -e trace=fsync,fdatasync tells). C synchronizes each compressed "
                + "file and, for 128 logs at a time, their folder three times: after the names, after the compressed files "
                + "have theirs, after the originals went. muster does so too, and its journal besides."
                + (place.kind == .memory ? " In memory all of it costs next to nothing." : ""),
        ]
    }
}
