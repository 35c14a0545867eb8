import CMusterLimits
import MusterBenchmarkResults

/// A program that is measured whole: start, work and end.
struct ProgramContender: Sendable {
    var name: String
    var command: [String]
    /// On any core instead of the first.
    var anywhere = false
    /// Measured in two rounds only, because one takes so long.
    var isSlow = false
    /// Numbers that its output has to hold, whatever stands around them.
    var landmarks: [Int] = []
    /// What it used, where that is told in another way than by running the command; nil where it cannot be started.
    var ownUsage: (@Sendable () throws(BenchmarkFault) -> lim_usage?)?

    func usage() throws(BenchmarkFault) -> lim_usage {
        let found =
            if let ownUsage { try ownUsage() } else { try MeasureCommand.usage(of: command, anywhere: anywhere) }
        guard let usage = found else { throw BenchmarkFault("\(name) cannot be started: \(text)") }
        guard usage.status == 0 else { throw BenchmarkFault("\(name) ended with \(usage.status): \(text)") }
        return usage
    }

    /// Runs it once to look at what it says. Errors: a number is missing in its output.
    fileprivate func check() throws(BenchmarkFault) {
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
}

/// What a contender used, once a round.
struct ProgramUsages: Sendable {
    var contender: ProgramContender
    var usages: [lim_usage] = []
}

extension Rounds {
    /// All usages of each. `prepare` is called before each run, `check` with the contender's name after it. Where there are
    /// landmarks, the round that warms up looks for them instead.
    func race(
        _ contenders: [ProgramContender], prepare: () throws -> Void = {}, check: (String) throws -> Void = { _ in }
    ) throws -> [ProgramUsages] {
        var measured = contenders.map { ProgramUsages(contender: $0) }
        for step in steps(contenders.map(\.name)) {
            let contender = contenders[step.index]
            if contender.isSlow, step.round > 2 { continue }
            try step.begin()
            if !step.counts, !contender.landmarks.isEmpty {
                try contender.check()
                continue
            }
            try prepare()
            let usage = try contender.usage()
            try check(contender.name)
            if step.counts { measured[step.index].usages.append(usage) }
        }
        return measured
    }
}

extension [ProgramUsages] {
    /// A row a contender for one figure, with its ratio to each baseline, round for round. `goals` by contender's name.
    func rows(
        _ unit: String, items: Int? = nil, baselines: [String], goals: [String: [Goal]] = [:],
        _ value: (lim_usage) -> Double
    ) -> [SectionRow] {
        map { measured in
            let name = measured.contender.name
            var row = SectionRow(contender: name, items: items, unit: unit, samples: measured.usages.map(value))
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
