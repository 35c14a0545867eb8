import CMusterLimits
import Glibc
import MusterSystem

/// The program as it is used: start, inventory, checks, summary, end.
enum ProcessWorkload {
    private static let count = 10_000

    static let workload = Workload(name: "process", summary: "muster check on 10,000 TCP targets, whole") { settings in
        guard let muster = BuiltProgram.muster else {
            return Section(
                name: "process", title: title,
                notes: ["Not measured: no muster beside this program; build it with swift build -c release."])
        }
        return try await Server.with(.tcp) { server in
            let path = "/tmp/muster-benchmark-\(getpid()).json"
            try OutputFile.create(path).write(Array(inventory(server.port).utf8))
            defer { _ = unsafe unlink(path) }
            var contenders = [
                Contender("plain") {
                    var usage = lim_usage()
                    _ = unsafe lim_run_tcp(server.port, UInt32(count), UInt32(settings.window), &usage)
                    return usage
                },
                Contender("muster") { try MeasureCommand.usage(of: [muster, "check", path]) },
            ]
            let nmap = Contender("nmap") {
                try MeasureCommand.usage(of: [
                    "nmap", "-sT", "-T5", "-n", "-Pn", "-p", "\(server.port)", "127.10.0-39.1-250",
                ])
            }
            let hasNmap = try MeasureCommand.usage(of: ["nmap", "--version"]) != nil
            if hasNmap { contenders.append(nmap) }
            return section(try measure(contenders, settings.samples), hasNmap: hasNmap)
        }
    }

    private static let title = "The whole process: muster check on 10,000 TCP targets"

    private struct Contender {
        var name: String
        var run: () throws -> lim_usage?

        init(_ name: String, run: @escaping () throws -> lim_usage?) {
            self.name = name
            self.run = run
        }
    }

    /// All usages by contender, a round each, in an order that turns.
    private static func measure(_ contenders: [Contender], _ samples: Int) throws -> [(
        name: String, usages: [lim_usage]
    )] {
        var measured = contenders.map { (name: $0.name, usages: [lim_usage]()) }
        for round in 0...samples {
            for step in contenders.indices {
                let index = (step + round) % contenders.count
                Progress.show("round \(round) of \(samples), \(contenders[index].name)")
                guard let usage = try contenders[index].run(), usage.status == 0 else {
                    throw BenchmarkFault("\(contenders[index].name) did not find all targets up")
                }
                if round > 0 { measured[index].usages.append(usage) }
            }
        }
        return measured
    }

    private static func section(_ measured: [(name: String, usages: [lim_usage])], hasNmap: Bool) -> Section {
        var section = Section(name: "process", title: title, baselines: hasNmap ? ["plain", "nmap"] : ["plain"])
        section.notes = [
            "plain: the loop of the TCP table in a forked process, without start and end of a program.",
            hasNmap
                ? "nmap: nmap -sT -T5 -n -Pn on the same addresses." : "nmap is not installed (apt-get install nmap).",
            "All on the first core, output to /dev/null; muster with its defaults.",
        ]
        let figures: [(unit: String, value: (lim_usage) -> Double, goals: [Goal])] = [
            (
                "ms CPU", { Double($0.cpu_ns) / 1e6 },
                [.ratio(to: "plain", atMost: 1.10)] + (hasNmap ? [.ratio(to: "nmap", atMost: 1)] : [])
            ),
            ("ms wall", { Double($0.wall_ns) / 1e6 }, hasNmap ? [.ratio(to: "nmap", atMost: 1)] : []),
            ("MB peak", { Double($0.peak_kb) / 1024 }, [.value(atMost: 40)]),
        ]
        for figure in figures {
            for (name, usages) in measured {
                // A forked process is charged with the memory of this one.
                if name == "plain", figure.unit == "MB peak" { continue }
                var row = Row(variant: name, targets: count, unit: figure.unit, samples: usages.map(figure.value))
                for other in measured where other.name != name && section.baselines.contains(other.name) {
                    if other.name == "plain", figure.unit == "MB peak" { continue }
                    row.ratios[other.name] = zip(usages, other.usages).map { figure.value($0) / figure.value($1) }
                }
                if name == "muster" { row.goals = figure.goals }
                section.rows.append(row)
            }
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
