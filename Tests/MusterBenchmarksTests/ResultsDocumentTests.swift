import Foundation
import MusterBenchmarkResults
import Testing

@Suite("Numbers of a document")
struct ResultsDocumentTests {
    static let results = ["run.json": SyntheticResults.ordinary]

    @Test(
        "are those of their results file",
        arguments: [
            ("value run.json heartbeat threads heartbeat", "601µs"), ("value run.json tcp-10ms serial lost", "0"),
            ("value run.json tcp-now threads threads", "64"), ("best run.json crash", "process-each"),
            ("ratio run.json tcp-now muster muster throughput", "no difference"),
            ("ratio run.json tcp-now c muster throughput", "1.53×"),
            ("value-at 16 run.json tcp-now threads threads", "17"),
            ("ratio-at 16 run.json tcp-now threads threads wall", "no difference"),
            ("advice run.json dns", "Take muster: 44.8K items/s, 1.12× better than worker-pool, the next one."),
        ])
    func values(_ mark: String, _ value: String) throws {
        let text = "Before <!-- \(mark) -->old<!-- end --> after"
        let filled = try ResultsDocument.filled(text, ResultsDocumentTests.results)
        #expect(filled == "Before <!-- \(mark) -->\(value)<!-- end --> after")
        #expect(try ResultsDocument.filled(filled, ResultsDocumentTests.results) == filled)
    }

    @Test("can be a whole table and a headline")
    func blocks() throws {
        let text = "<!-- machine run.json --><!-- end -->\n<!-- decisions run.json --><!-- end -->\n"
        let filled = try ResultsDocument.filled(text, ResultsDocumentTests.results)
        #expect(filled.contains("-->2026-05-01 12:00:00 UTC, Example processor at 2.0 GHz"))
        #expect(filled.contains("\n\n| workload | best | value |"))
        #expect(filled.count { $0 == "\n" } == 2 + 2 + 2 + SyntheticResults.workloads.count + 1)
        #expect(try ResultsDocument.filled(filled, ResultsDocumentTests.results) == filled)
    }

    @Test("cannot end the mark that they stand in")
    func foreignMarks() throws {
        var results = SyntheticResults.ordinary
        results.machine.cpu = "x <!-- end --> <!-- best run.json dns -->"
        let text = "<!-- machine run.json --><!-- end -->"
        let filled = try ResultsDocument.filled(text, ["run.json": results])
        #expect(try ResultsDocument.filled(filled, ["run.json": results]) == filled)
    }

    @Test("are told to be missing where their file is")
    func missing() throws {
        let text = "<!-- best other.json tcp-now -->x<!-- end -->"
        #expect(ResultsDocument.files(of: text) == ["other.json"])
        #expect(
            try ResultsDocument.filled(text, ResultsDocumentTests.results)
                == "<!-- best other.json tcp-now -->(not measured yet)<!-- end -->")
    }

    @Test("leave other comments and texts alone")
    func others() throws {
        let text = "a <!-- a comment --> b <!-- unclosed"
        #expect(try ResultsDocument.filled(text, [:]) == text)
        #expect(ResultsDocument.files(of: text).isEmpty)
    }

    @Test(
        "of a mark with a fault are refused with its line",
        arguments: [
            ("\n<!-- best run.json tcp-now -->x", 2, "a mark without its end"),
            ("<!-- best run.json dns --><!-- best run.json dns --><!-- end -->", 1, "a mark without its end"),
            ("\n\n<!-- end -->", 3, "an end without its beginning"),
            ("<!-- best run.json --><!-- end -->", 1, "\"best\" takes 2 words"),
            ("\n<!-- best run.json mars --><!-- end -->", 2, "run.json has no workload \"mars\""),
            (
                "<!-- value run.json dns muster speed --><!-- end -->", 1,
                "no metric is called \"speed\"; there are throughput,"
            ),
            ("<!-- value run.json dns mars wall --><!-- end -->", 1, "\"mars\" has no wall at \"dns\""),
            ("<!-- value run.json dns muster heartbeat --><!-- end -->", 1, "\"muster\" has no heartbeat at \"dns\""),
            (
                "<!-- value-at 5 run.json dns muster wall --><!-- end -->", 1,
                "\"muster\" has no wall at \"dns\" with 5 in flight"
            ),
            ("<!-- value-at x run.json dns muster wall --><!-- end -->", 1, "\"x\" is no number in flight"),
            ("<!-- value-at 5 run.json dns muster --><!-- end -->", 1, "\"value-at\" takes 5 words after it"),
        ])
    func faults(_ text: String, _ line: Int, _ hint: String) {
        let fault = #expect(throws: ResultsDocumentFault.self) {
            try ResultsDocument.filled(text, ResultsDocumentTests.results)
        }
        #expect(fault?.line == line)
        #expect(fault?.hint.hasPrefix(hint) == true, "\(fault?.hint ?? "")")
    }
}

@Suite("docs/concurrency.md")
struct ConcurrencyDocumentTests {
    private static let documents = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "docs")

    private static func text() throws -> String {
        String(decoding: try Data(contentsOf: documents.appending(path: "concurrency.md")), as: UTF8.self)
    }

    @Test("has the numbers of the results files beside it")
    func agrees() throws {
        let text = try ConcurrencyDocumentTests.text()
        var results: [String: BenchmarkResults] = [:]
        for name in ResultsDocument.files(of: text) {
            let file = ConcurrencyDocumentTests.documents.appending(path: "benchmarks/\(name)")
            guard FileManager.default.fileExists(atPath: file.path) else { continue }
            results[name] = try BenchmarkResults(Array(Data(contentsOf: file)), source: name)
        }
        #expect(!ResultsDocument.files(of: text).isEmpty && !text.contains(ResultsDocument.unmeasured))
        #expect(
            try ResultsDocument.filled(text, results) == text,
            "write them with muster-benchmarks report --document docs/concurrency.md")
    }

    @Test("lies beside the page of its results file, as it looks today")
    func page() throws {
        let folder = ConcurrencyDocumentTests.documents.appending(path: "benchmarks")
        let results = try BenchmarkResults(
            Array(Data(contentsOf: folder.appending(path: "models.json"))), source: "models.json")
        #expect(
            try Data(contentsOf: folder.appending(path: "models.html")) == Data(ResultsPage(results).html),
            "write it with muster-benchmarks report docs/benchmarks/models.json --output docs/benchmarks/models.html")
        #expect(!results.isQuick && results.machine.build == "release" && results.machine.cores == 2)
        #expect(results.cells.allSatisfy { $0.error == nil } && results.workloads.count == 13)
    }

    /// A number with a unit of something measured.
    private static func measured(_ text: String) -> [String] {
        text.matches(of: /[0-9][0-9.,]*\s?(×|[KM]\b|[KMG]B\b|µs|items\/s|\/s)/).map { String($0.0) }
    }

    @Test("has no measured number that is not from a results file")
    func prose() throws {
        let prose = try ResultsDocument.prose(of: ConcurrencyDocumentTests.text())
        #expect(ConcurrencyDocumentTests.measured(prose).isEmpty)
        #expect(ConcurrencyDocumentTests.measured("it is 1.5× faster, 12.3K/s, 64 MB").count == 3)
    }
}
