import MusterBenchmarkResults
import Testing

@Suite("Sections of a run")
struct SectionTests {
    static let tcp = Section(
        name: "tcp", title: "TCP: CPU per check", notes: ["plain: C, a socket a check."], baselines: ["plain"],
        rows: [
            SectionRow(contender: "plain", items: 10_000, unit: "µs", samples: [20, 21, 19]),
            SectionRow(
                contender: "muster", items: 10_000, unit: "µs", samples: [16, 15, 30],
                ratios: ["plain": [0.8, 0.7, 1.5]],
                goals: [.ratio(to: "plain", atMost: 0.8), .value(atMost: 15)]),
            SectionRow(
                contender: "nmap", unit: "ms", samples: [-3], ratios: ["muster": [2]],
                goals: [.ratioAtLeast(to: "muster", 1.5)]),
        ])

    static func results(_ sections: [Section], isQuick: Bool = false) -> BenchmarkResults {
        BenchmarkResults(
            date: "2026-05-01T12:00:00Z",
            machine: BenchmarkMachine(
                cpu: "Example processor", cores: 2, kernel: "6.1", swift: "Swift 6.3", build: "release",
                loadBefore: 0.25,
                loadAfter: 1.5),
            isQuick: isQuick, conditions: ["Window 1,024."], sections: sections)
    }

    @Test("are read as they were written")
    func roundTrip() throws {
        let results = SectionTests.results([SectionTests.tcp, Section(name: "x", title: "y", error: "no such file")])
        #expect(try BenchmarkResults(results.json, source: "io.json") == results)
    }

    @Test(
        "with a wrong value are refused with the value's place",
        arguments: [
            (#""samples":[-3.0]"#, #""samples":[]"#, "io.json: sections[0].rows[2]: \"samples\" is missing"),
            (
                #""samples":[-3.0]"#, #""samples":[1e300]"#,
                "io.json: sections[0].rows[2].samples[0]: not a measured value"
            ),
            (#""at_least":1.5"#, #""at_leest":1.5"#, "io.json: sections[0].rows[2].goals[0]: \"at_most\" is missing"),
            (#""conditions":["#, #""conditions":[1,"#, "io.json: conditions[0]: expected a string"),
            (#""unit":"ms","#, "", "io.json: sections[0].rows[2]: \"unit\" is missing"),
        ])
    func wrongValue(_ good: String, _ bad: String, _ message: String) throws {
        let text = String(decoding: SectionTests.results([SectionTests.tcp]).json, as: UTF8.self)
        let planted = text.replacing(good, with: bad)
        #expect(planted != text)
        let fault = #expect(throws: ResultsFault.self) { try BenchmarkResults(Array(planted.utf8), source: "io.json") }
        #expect(fault?.lines.contains { $0.hasPrefix(message) } == true, "\(fault?.description ?? "")")
    }

    @Test("judge what was aimed at by the medians")
    func goals() {
        let rows = SectionTests.tcp.rows
        #expect(rows.map(\.isMet) == [nil, false, true])
        #expect(rows[1].ratio(to: "plain") == 0.8)
        #expect(rows[1].ratio(to: "nobody") == nil)
        #expect(SectionRow(contender: "a", unit: "B", samples: [1], goals: [.ratio(to: "b", atMost: 9)]).isMet == false)
    }

    @Test("are tables with ratios and verdicts, as text and as Markdown")
    func tables() {
        let results = SectionTests.results([
            SectionTests.tcp, Section(name: "x", title: "Broken", error: "no such file"),
        ])
        #expect(
            ResultsTables.text(results) == """
                2026-05-01 12:00:00 UTC, Example processor, 2 cores, Linux 6.1, Swift 6.3, release build, load average 0.25 \
                before and 1.50 after, up to 3 samples a figure
                Window 1,024.

                TCP: CPU per check
                  contender   items  unit    min  median   IQR  × plain               target  verdict
                  plain      10,000    µs  19.00   20.00  1.00     1.00                              
                  muster     10,000    µs  15.00   16.00  7.50     0.80  ≤ 0.80× plain, ≤ 15   missed
                  nmap                 ms  -3.00   -3.00  0.00                ≥ 1.50× muster      met
                  plain: C, a socket a check.

                Broken
                  failed: no such file

                """)
        let markdown = ResultsTables.markdown(results)
        #expect(
            markdown.contains("### TCP: CPU per check\n\n| contender | items | unit | min | median | IQR | × plain |"))
        #expect(
            markdown.contains("| muster | 10,000 | µs | 15.00 | 16.00 | 7.50 | 0.80 | ≤ 0.80× plain, ≤ 15 | missed |"))
    }

    @Test("keep foreign marks out of Markdown")
    func markdown() {
        var section = SectionTests.tcp
        section.title = "a | b <!-- end --> <img src=x>"
        section.rows[0].contender = "x|y\u{1b}[2J"
        let text = ResultsTables.markdown(SectionTests.results([section]))
        #expect(text.contains("### a \\| b &lt;!-- end --> &lt;img src=x>"))
        #expect(text.contains("| x\\|y\\x1b[2J |"))
        #expect(!text.contains("<"))
    }

    @Test("of a run that ended before its first one are told as such, not as a run of models")
    func none() {
        let page = String(decoding: ResultsPage(SectionTests.results([])).html, as: UTF8.self)
        #expect(page.contains("<h1>What muster costs</h1>") && !page.contains("Best model by workload"))
    }

    @Test("of two runs are compared figure by figure; less is better")
    func comparison() {
        var before = SectionTests.tcp
        before.rows[0].samples = [20, 21, 19, 20]
        before.rows[1].samples = [16, 15, 30, 16]
        var faster = before
        faster.rows[0].samples = [10, 10.5, 9.5, 10]
        faster.rows[1].samples = [15, 16, 17, 16]
        faster.rows[2].unit = "s"
        let comparison = ResultsComparison(SectionTests.results([before]), SectionTests.results([faster]))
        #expect(comparison.sections.map { $0.figures.map(\.verdict) } == [["2.00× better", "no difference"]])
        #expect(comparison.unpaired == 2)
        #expect(
            comparison.summary == "2 figures: 1 without a difference, 1 better, 0 worse; 2 in one of the files only")
        let reverse = ResultsComparison(SectionTests.results([faster]), SectionTests.results([before]))
        #expect(reverse.sections[0].figures[0].verdict == "2.00× worse")
        #expect(comparison.text.contains("plain      10,000    µs  20.00   10.00"))
        var alike = before
        alike.rows[0].samples = [100, 100, 100, 100]
        var hardly = alike
        hardly.rows[0].samples = [100.5, 100.5, 100.5, 100.5]
        let tiny = ResultsComparison(SectionTests.results([alike]), SectionTests.results([hardly]))
        #expect(tiny.sections[0].figures[0].verdict == "no difference")
        let few = ResultsComparison(SectionTests.results([SectionTests.tcp]), SectionTests.results([faster]))
        #expect(few.sections[0].figures[0].verdict == "too few samples")
    }
}
