import ArgumentParser
import MusterBenchmarkResults
import MusterSystem

/// `report`: the results of a run as tables and as a page, or of two runs beside each other.
struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Tables and a page of one results file, or two of them compared.",
        discussion: """
            Two files are compared figure by figure: the second one's median over the first one's, or "no difference" where the \
            samples do not tell them apart.

            With --document, the numbers of a Markdown text are written anew from the results files in the folder \
            "benchmarks" beside it.

            Exit status: 0 written, 1 a fault, 64 wrong usage.
            """)

    @Argument(help: ArgumentHelp("One results file or two.", valueName: "results.json"))
    var files: [String] = []

    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "Where it goes as well: FILE.html, the page; of one results file also FILE.md, the tables, and FILE.json. May be "
                + "repeated.", valueName: "file"))
    var output: [String] = []

    @Option(help: "A Markdown text whose numbers are to be those of its results files.")
    var document: String?

    func validate() throws {
        guard files.count <= 2 else {
            throw ValidationError("report takes one results file or two, not \(files.count)")
        }
        guard !files.isEmpty || document != nil else { throw ValidationError("name a results file, or --document") }
        guard !files.isEmpty || output.isEmpty else { throw ValidationError("--output needs a results file") }
        try ResultsMedium.check(output)
        if files.count == 2, let other = output.first(where: { ResultsMedium($0) != .page }) {
            throw ValidationError(
                "two files are compared as a page: --output takes a name that ends with .html, not \"\(other)\"")
        }
    }

    func run() async throws {
        do throws(ReportFault) {
            if !files.isEmpty { try report() }
            if let document { try fill(document) }
        } catch {
            // Where standard error is gone nobody is left to tell.
            for line in error.lines {
                _ = try? OutputFile.standardError.write(Array("muster-benchmarks: \(line)\n".utf8))
            }
            throw ExitCode(1)
        }
    }

    private func report() throws(ReportFault) {
        var results: [BenchmarkResults] = []
        for file in files { results.append(try Self.results(file)) }
        let text: String
        let bytes: (ResultsMedium) -> [UInt8]
        if results.count == 2 {
            let comparison = ResultsComparison(results[0], results[1])
            if let obstacle = comparison.obstacle {
                throw ReportFault(lines: ["\(files[0]) and \(files[1]) cannot be compared: \(obstacle)"])
            }
            (text, bytes) = (comparison.text, { _ in ComparisonPage(comparison).html })
        } else {
            (text, bytes) = (ResultsTables.text(results[0]), { [results] in $0.bytes(results[0]) })
        }
        do throws(FileFault) {
            for path in output { try OutputFile.replace(path, with: ResultsMedium(path).map(bytes) ?? []) }
            try OutputFile.standardOutput.write(Array(text.utf8))
        } catch {
            throw ReportFault(lines: [error.text])
        }
    }

    private static func results(_ path: String) throws(ReportFault) -> BenchmarkResults {
        let bytes: [UInt8]
        do throws(FileFault) {
            bytes = try FileReading.bytes(path, limit: BenchmarkResults.sizeLimit)
        } catch {
            throw ReportFault(lines: [error.text])
        }
        do throws(ResultsFault) {
            return try BenchmarkResults(bytes, source: path == "-" ? "standard input" : path)
        } catch {
            throw ReportFault(lines: error.lines)
        }
    }
}

/// Why nothing could be reported, a line a fault.
private struct ReportFault: Error {
    var lines: [String]
}

extension ReportCommand {
    private func fill(_ path: String) throws(ReportFault) {
        do throws(FileFault) {
            let text = String(decoding: try FileReading.bytes(path, limit: 1 << 24), as: UTF8.self)
            let folder =
                String(path[..<(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)]) + "benchmarks/"
            var read: [String: BenchmarkResults] = [:]
            for name in ResultsDocument.files(of: text) {
                let file = folder + name
                guard try FileFacts.of(file) != nil else { continue }
                do throws(ReportFault) { read[name] = try Self.results(file) } catch {
                    throw FileFault(path: file, hint: error.lines.first ?? "cannot be read")
                }
            }
            let filled: String
            do throws(ResultsDocumentFault) { filled = try ResultsDocument.filled(text, read) } catch {
                throw FileFault(path: "\(path):\(error.line)", hint: error.hint)
            }
            if filled != text { try OutputFile.replace(path, with: Array(filled.utf8)) }
            let outcome = filled == text ? "has the numbers of its results files already" : "written"
            try OutputFile.standardOutput.write(Array("\(path): \(outcome)\n".utf8))
        } catch {
            throw ReportFault(lines: [error.text])
        }
    }
}
