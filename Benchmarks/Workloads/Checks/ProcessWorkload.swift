import CMusterLimits
import Glibc
import MusterBenchmarkResults
import MusterSystem

/// The program as it is used: start, inventory, checks, summary, end.
enum ProcessWorkload {
    private static let count = 10_000

    static let workload = Workload<CheckSettings>(name: "process", summary: "muster check on 10,000 TCP targets, whole")
    { settings in
        guard let muster = BuiltProgram.muster else {
            return Section(
                name: "process", title: title,
                notes: ["Not measured: no muster beside this program; build it with swift build -c release."])
        }
        return try await Server.with(.tcp) { server in
            let path = "/tmp/muster-benchmark-\(getpid()).json"
            try OutputFile.create(path).write(Array(inventory(server.port).utf8))
            defer { _ = unsafe unlink(path) }
            let plain = ProgramContender(name: "plain", command: []) { () throws(BenchmarkFault) in
                var usage = lim_usage()
                let outcome = unsafe lim_run_tcp(server.port, UInt32(count), UInt32(settings.window), &usage)
                return outcome == 0 ? usage : nil
            }
            var contenders = [plain, ProgramContender(name: "muster", command: [muster, "check", path])]
            let nmap = ProgramContender(
                name: "nmap",
                command: ["nmap", "-sT", "-T5", "-n", "-Pn", "-p", "\(server.port)", "127.10.0-39.1-250"])
            let hasNmap = try MeasureCommand.usage(of: ["nmap", "--version"]) != nil
            if hasNmap { contenders.append(nmap) }
            return section(try settings.rounds.race(contenders), hasNmap: hasNmap)
        }
    }

    private static let title = "The whole process: muster check on 10,000 TCP targets"

    private static func section(_ measured: [ProgramUsages], hasNmap: Bool) -> Section {
        let baselines = hasNmap ? ["plain", "nmap"] : ["plain"]
        var section = Section(name: "process", title: title, baselines: baselines)
        section.notes = [
            "plain: the loop of the TCP table in a forked process, without start and end of a program.",
            hasNmap
                ? "nmap: nmap -sT -T5 -n -Pn on the same addresses." : "nmap is not installed (apt-get install nmap).",
            "All on the first core, output to /dev/null; muster with its defaults.",
        ]
        let againstNmap: [Goal] = hasNmap ? [.ratio(to: "nmap", atMost: 1)] : []
        section.rows = measured.rows(
            "ms CPU", items: count, baselines: baselines,
            goals: ["muster": [.ratio(to: "plain", atMost: 1.10)] + againstNmap]
        ) { $0.cpuSeconds * 1000 }
        section.rows += measured.rows("ms wall", items: count, baselines: baselines, goals: ["muster": againstNmap]) {
            $0.wallSeconds * 1000
        }
        // A forked process is charged with the memory of this one.
        section.rows += measured.filter { $0.contender.name != "plain" }
            .rows("MB peak", items: count, baselines: baselines, goals: ["muster": [.value(atMost: 40)]]) {
                $0.peakMegabytes
            }
        return section
    }

    private static func inventory(_ port: UInt16) -> String {
        """
        { "version": 1,
          "defaults": { "timeout": "10s" },
          "checks": { "port": { "tcp": { "port": \(port) } } },
          "groups": { "fleet": { "checks": ["port"], "hosts": [
            { "name": "host[00000:09999].fleet.test", "address": "127.10.[0:39].[1:250]" } ] } } }

        """
    }
}
