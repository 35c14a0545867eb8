import CMusterLimits

/// A program that answers the questions about a log.
struct LogContender: Sendable {
    var name: String
    var command: [String]
    /// On any core instead of the first.
    var anywhere = false
    /// Measured in two rounds only, because one takes so long.
    var isSlow = false
    /// Numbers that its output has to hold, whatever stands around them.
    var landmarks: [Int] = []

    /// All usages of each, a round each, in an order that turns. The first round warms up; in it, outputs are checked.
    static func race(_ contenders: [LogContender], samples: Int) throws(BenchmarkFault) -> [Measured] {
        var measured = contenders.map { Measured(contender: $0) }
        for round in 0...samples {
            for step in contenders.indices {
                let contender = contenders[(step + round) % contenders.count]
                if contender.isSlow, round > 2 { continue }
                Progress.show(
                    "round \(round) of \(samples), \(contender.name)" + (round == 0 ? " (warm-up and check)" : ""))
                if round == 0 {
                    try contender.check()
                } else {
                    measured[(step + round) % contenders.count].usages.append(try contender.usage())
                }
            }
        }
        return measured
    }

    private func usage() throws(BenchmarkFault) -> lim_usage {
        guard let usage = try MeasureCommand.usage(of: command, anywhere: anywhere) else {
            throw BenchmarkFault("\(command[0]) cannot be started")
        }
        guard usage.status == 0 else { throw BenchmarkFault("\(name) ended with \(usage.status): \(text)") }
        return usage
    }

    private func check() throws(BenchmarkFault) {
        // Without numbers to look for, its output may be the log itself.
        if landmarks.isEmpty {
            _ = try usage()
            return
        }
        let child = try ChildProcess(command, core: nil)
        var numbers: Set<Int> = []
        while let line = child.readLine() { numbers.formUnion(line.numbers) }
        let status = child.collect().status
        guard status == 0 else { throw BenchmarkFault("\(name) ended with \(status): \(text)") }
        let missing = landmarks.filter { !numbers.contains($0) }
        guard missing.isEmpty else {
            throw BenchmarkFault(
                "\(name) counts otherwise than C: its output lacks \(missing.map(String.init).joined(separator: ", "));"
                    + " \(text)")
        }
    }

    /// The command as one could type it, without a program's text.
    private var text: String { command.map { $0.contains("\n") ? "…" : $0 }.joined(separator: " ") }

    struct Measured {
        var contender: LogContender
        var usages: [lim_usage] = []
    }
}

extension [LogContender.Measured] {
    /// A row a contender for one figure, with its ratio to each baseline, round for round. `goals` by contender's name.
    func rows(
        _ unit: String, baselines: [String], goals: [String: [Goal]] = [:], _ value: (lim_usage) -> Double
    ) -> [Row] {
        map { measured in
            let name = measured.contender.name
            var row = Row(variant: name, unit: unit, samples: measured.usages.map(value))
            for other in self where baselines.contains(other.contender.name) && other.contender.name != name {
                row.ratios[other.contender.name] = zip(measured.usages, other.usages).map { value($0) / value($1) }
            }
            row.goals = goals[name] ?? []
            return row
        }
    }
}

extension lim_usage {
    var cpuSeconds: Double { Double(cpu_ns) / 1e9 }
    var wallSeconds: Double { Double(wall_ns) / 1e9 }
    var peakMegabytes: Double { Double(peak_kb) / 1024 }
}

extension String {
    /// The whole numbers that stand in it.
    fileprivate var numbers: [Int] { split { !($0.isASCII && $0.isNumber) }.compactMap { Int($0) } }
}
