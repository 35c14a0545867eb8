import ArgumentParser
import CMusterLimits
import MusterBenchmarkResults
import MusterCore
import MusterSystem
import MusterText

/// What every command that measures takes, and what it does before and after.
struct MeasuringOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A workload to run; may be repeated. (default: all)", valueName: "name"))
    var workload: [String] = []

    @Option(help: "Rounds that count, 1 to 1000.")
    var samples: Int?

    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "Where the results go: FILE.json, with every sample; FILE.html, the page; FILE.md, the tables. May be repeated.",
            valueName: "file"))
    var output: [String] = []

    @Flag(help: "Measure a debug build, whose figures mean nothing.")
    var forceDebug = false

    func validate() throws {
        if let samples, !(1...ModelCell.sampleLimit).contains(samples) {
            throw ValidationError("--samples must be from 1 to \(ModelCell.sampleLimit)")
        }
        try ResultsMedium.check(output)
        if Machine.buildMode != "release", !forceDebug {
            throw ValidationError(
                "this is a debug build, whose figures mean nothing; use swift run -c release muster-benchmarks …, or add "
                    + "--force-debug")
        }
    }

    /// Errors: a name that is none of those that there are.
    static func check(_ names: [String], _ option: String, among known: [String]) throws {
        for name in names where !known.contains(name) {
            throw ValidationError("\(option): nothing is called \"\(name)\"; \(NearestWord.hint(name, among: known))")
        }
    }

    func wants(_ name: String) -> Bool { workload.isEmpty || workload.contains(name) }

    /// The head of the results. Errors: a file that could not be written in the end.
    func begin(isQuick: Bool, conditions: [String] = []) throws(BenchmarkFault) -> BenchmarkResults {
        for path in output {
            do throws(FileFault) { try OutputFile.checkReplaceable(path) } catch { throw BenchmarkFault(error.text) }
        }
        lim_catch_interruptions()
        return BenchmarkResults(
            date: ChildProcess.isoDate, machine: Machine.current(), isQuick: isQuick, conditions: conditions)
    }

    /// Measures what is asked for, one workload after the other. One that cannot be measured says why, and the others go on.
    func measure<Settings>(
        _ workloads: [Workload<Settings>], _ settings: Settings, into results: inout BenchmarkResults
    ) async {
        for workload in workloads where wants(workload.name) && !lim_is_interrupted() {
            Progress.say("\(workload.name): \(workload.summary)")
            do {
                results.sections.append(try await workload.run(settings))
            } catch {
                if lim_is_interrupted() { return }
                results.sections.append(
                    Section(name: workload.name, title: workload.summary, error: "\(error)"))
            }
        }
    }

    /// Writes the files, as many as can be, and prints the tables. Errors: what could not, or what failed; an interruption.
    func finish(_ results: BenchmarkResults) throws {
        Progress.clear()
        var results = results
        if lim_is_interrupted() { results.conditions.append("Interrupted: what was measured until then.") }
        results.machine.loadAfter = lim_load_average()
        var faults: [String] = []
        for path in output {
            do throws(FileFault) {
                // A FIFO that nobody reads is left to the interruption.
                let patience = Patience(interrupted: { lim_is_interrupted() })
                try OutputFile.replace(path, with: ResultsMedium(path)?.bytes(results) ?? [], patience: patience)
            } catch {
                faults.append(error.text)
            }
        }
        do throws(FileFault) {
            // Who leaves early does not want more.
            try OutputFile.standardOutput.write(Array(ResultsTables.text(results).utf8))
        } catch {
            faults.append(error.text)
        }
        faults += results.sections.compactMap { section in section.error.map { "\(section.name) failed: \($0)" } }
        let failed = results.cells.count { $0.error != nil }
        if !lim_is_interrupted(), results.sections.isEmpty, results.cells.allSatisfy(\.samples.isEmpty) {
            faults.append("nothing was measured; the tables tell why")
        }
        if failed > 0 { faults.append("\(failed.counted("cell")) failed; the tables tell why") }
        for fault in faults { Progress.say("muster-benchmarks: " + TerminalText.safe(fault)) }
        if lim_is_interrupted() { throw ExitCode(Interrupted.status) }
        if !faults.isEmpty { throw ExitCode(1) }
    }
}

/// What a file of results is, by its name's end.
enum ResultsMedium {
    case json, page, markdown

    init?(_ path: String) {
        if path.hasSuffix(".json") {
            self = .json
        } else if path.hasSuffix(".html") {
            self = .page
        } else if path.hasSuffix(".md") {
            self = .markdown
        } else {
            return nil
        }
    }

    /// Errors: a name that says nothing.
    static func check(_ paths: [String]) throws {
        for path in paths where ResultsMedium(path) == nil {
            throw ValidationError("--output takes a name that ends with .json, .html or .md, not \"\(path)\"")
        }
    }

    func bytes(_ results: BenchmarkResults) -> [UInt8] {
        switch self {
        case .json: results.json
        case .page: ResultsPage(results).html
        case .markdown: Array(ResultsTables.markdown(results).utf8)
        }
    }
}
