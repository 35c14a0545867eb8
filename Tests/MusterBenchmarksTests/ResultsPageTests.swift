import Foundation
import MusterBenchmarkResults
import MusterTesting
import Testing

@Suite("Pages of results")
struct ResultsPageTests {
    static let pages: [String: @Sendable () -> [UInt8]] = [
        "full": { ResultsPage(SyntheticResults.ordinary).html }, "hostile": { ResultsPage(hostile).html },
        "empty": { ResultsPage(empty).html }, "single": { ResultsPage(single).html },
        "comparison": { ComparisonPage(ResultsComparison(SyntheticResults.ordinary, hostile)).html },
        "faster": {
            ComparisonPage(ResultsComparison(SyntheticResults.ordinary, SyntheticResults.full(seed: 2, speed: 1.5)))
                .html
        },
        "kept": { ResultsPage(kept).html }, "sections": { ResultsPage(sections).html },
        "sections-hostile": { ResultsPage(hostileSections).html },
        "sections-comparison": { ComparisonPage(ResultsComparison(sections, hostileSections)).html },
    ]

    /// The full run that docs/concurrency.md is about.
    private static let kept: BenchmarkResults = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "docs/benchmarks/models.json")
        // Without it the page is empty, and its tests fail.
        let results = try? BenchmarkResults(Array(Data(contentsOf: file)), source: file.path)
        return results ?? empty
    }()

    private static var sections: BenchmarkResults {
        var wide = SectionTests.tcp
        wide.name = "wide"
        wide.rows = [0.001, 2, 4000].enumerated().map { index, value in
            SectionRow(
                contender: index == 1 ? "muster, 2 workers" : "C \(index)", unit: "s wall", samples: [value, value * 2])
        }
        return SectionTests.results([
            SectionTests.tcp, wide, Section(name: "x", title: "Broken", error: "no such file"),
        ])
    }

    private static var hostileSections: BenchmarkResults {
        var results = sections
        results.conditions = [evil]
        results.sections[0].title = evil
        results.sections[0].notes = [evil]
        results.sections[0].baselines = ["plain", evil]
        results.sections[2].error = evil
        for index in results.sections[1].rows.indices {
            results.sections[1].rows[index].samples = [[1e12], [0], [-1e12]][index]
            results.sections[1].rows[index].unit = evil
        }
        results.sections[1].rows[0].contender += evil
        return results
    }

    /// Names and texts that would be markup, move a terminal's cursor or hide what stands beside them.
    private static let evil =
        "<script>document.title='ran'</script>\"'&\u{202e}\u{1b}[2J" + String(repeating: "w", count: 3000)

    private static var hostile: BenchmarkResults {
        var results = SyntheticResults.ordinary
        results.date = evil
        results.machine.cpu = evil
        results.machine.kernel = evil
        results.machine.build = evil
        results.workloads[0].title = evil
        results.contenders[0].title = evil
        for index in results.cells.indices {
            if results.cells[index].contender == "threads" { results.cells[index].contender += evil }
            if results.cells[index].workload == "dns" { results.cells[index].workload += evil }
            if results.cells[index].error != nil { results.cells[index].error = evil }
            if results.cells[index].notApplicable != nil { results.cells[index].notApplicable = evil }
            for sample in results.cells[index].samples.indices {
                // Numbers that no scale has a place for.
                if results.cells[index].workload == "http" { results.cells[index].samples[sample].wall = 1e12 }
                if results.cells[index].workload == "mixed" { results.cells[index].samples[sample].wall = 0 }
            }
        }
        return results
    }

    private static var empty: BenchmarkResults {
        var results = SyntheticResults.ordinary
        results.cells = []
        return results
    }

    private static var single: BenchmarkResults {
        var results = SyntheticResults.ordinary
        results.cells = [DecisionTests.cell("group", 1000, heartbeat: 0.001)]
        return results
    }

    static func page(_ name: String) throws -> String {
        let page = try #require(pages[name])
        return String(decoding: page(), as: UTF8.self)
    }

    @Test("has no tag and no attribute that is not ours, and closes every element", arguments: pages.keys.sorted())
    func tags(_ name: String) throws {
        var text = try ResultsPageTests.page(name)
        let begin = try #require(text.firstRange(of: "<style>"))
        let end = try #require(text.firstRange(of: "</style>"))
        let style = begin.upperBound..<end.lowerBound
        #expect(!text[style].contains("url(") && !text[style].contains("@import"))
        text.removeSubrange(style)
        let tag = /<(\/?)([a-z0-9]+)((?: [a-z0-9-]+="[^"<>]*"| [a-zA-Z]+="[^"<>]*")*)(\/?)>/
        var open: [String] = []
        var unknown: Set<String> = []
        for match in text.matches(of: tag) {
            let element = String(match.2)
            if !ResultsPageTests.elements.contains(element) { unknown.insert(element) }
            for attribute in match.3.matches(of: /\ ([a-zA-Z0-9-]+)="/)
            where !ResultsPageTests.attributes.contains(String(attribute.1)) {
                unknown.insert(String(attribute.1))
            }
            if !match.1.isEmpty {
                #expect(open.popLast() == element, "\(match.0)")
            } else if match.4.isEmpty, element != "meta" {
                open.append(element)
            }
        }
        #expect(unknown.isEmpty)
        #expect(open.isEmpty)
        let rest = text.replacing(tag, with: "").dropFirst("<!doctype html>".count)
        #expect(!rest.contains("<") && !rest.contains(">"))
        #expect(!text.contains("nan") && !text.contains("inf\""))
    }

    private static let elements: Set<String> = [
        "html", "head", "meta", "title", "style", "body", "main", "header", "section", "h1", "h2", "h3", "p", "dl",
        "dt",
        "dd", "div", "small", "ul", "li", "figure", "svg", "desc", "line", "text", "rect", "path", "table", "thead",
        "tbody", "tr", "th", "td", "bdi", "a",
    ]

    private static let attributes: Set<String> = [
        "lang", "charset", "http-equiv", "content", "name", "class", "id", "role", "tabindex", "scope", "height",
        "width",
        "x", "y", "x1", "x2", "y1", "y2", "dx", "d", "text-anchor", "viewBox", "preserveAspectRatio", "aria-labelledby",
        "aria-label", "transform", "href",
    ]

    @Test("names only what is there, and each name once", arguments: pages.keys.sorted())
    func identifiers(_ name: String) throws {
        let text = try ResultsPageTests.page(name)
        let named = text.matches(of: /\ id="([^"]*)"/).map { String($0.1) }
        #expect(Set(named).count == named.count)
        let used = text.matches(of: /\ aria-labelledby="([^"]*)"/).flatMap {
            $0.1.split(separator: " ").map(String.init)
        }
        #expect(Set(used).isSubset(of: named))
        let links = text.matches(of: /\ href="#([^"]*)"/).map { String($0.1) }
        #expect(Set(links).isSubset(of: named))
        #expect(!text.contains("http://") && !text.contains("https://"))
    }

    @Test("has a figure with its table for each workload, the decisions first")
    func figures() throws {
        let text = try ResultsPageTests.page("full")
        for index in 1...SyntheticResults.workloads.count {
            #expect(text.contains("<svg id=\"plot-throughput-\(index)\""))
            #expect(text.contains("aria-labelledby=\"throughput-\(index)\"><table>"))
            let isLogs = SyntheticResults.workloads[index - 1].name.hasPrefix("logs")
            #expect(text.contains("<svg id=\"plot-latency-\(index)\"") == !isLogs)
            #expect(text.contains("aria-labelledby=\"latency-\(index)\"><table>") == !isLogs)
        }
        for plot in ["memory-2", "threads-2", "heartbeat-11"] {
            #expect(text.contains("<svg id=\"plot-\(plot)\""))
            #expect(text.contains("aria-labelledby=\"\(plot)\"><table>"))
        }
        let decisions = try #require(text.firstRange(of: "id=\"decisions\""))
        let first = try #require(text.firstRange(of: "plot-throughput-1"))
        #expect(decisions.lowerBound < first.lowerBound)
        #expect(text.contains("sources: not applicable: a file has no events to wait for"))
    }

    @Test("has bars and a table for each section, and what was aimed at first")
    func sectionFigures() throws {
        let text = try ResultsPageTests.page("sections")
        // Of the first section's figures two are alike, one stands alone.
        #expect(text.contains("<svg id=\"plot-section-1-1\"") && !text.contains("<svg id=\"plot-section-1-2\""))
        #expect(text.contains("<svg id=\"plot-section-2-1\"") && text.contains(", logarithmic; left is better"))
        #expect(text.contains("aria-labelledby=\"section-1\"><table>"))
        let goals = try #require(text.firstRange(of: "id=\"goals\""))
        #expect(goals.lowerBound < (try #require(text.firstRange(of: "plot-section-1-1"))).lowerBound)
        #expect(text.contains("<td class=\"n best\">missed</td>") && text.contains("<td class=\"n\">met</td>"))
        #expect(text.contains("x failed: no such file") && text.contains("Window 1,024."))
    }

    @Test("draws memory and threads over items in flight where no workload has several numbers of items")
    func growth() throws {
        var results = SyntheticResults.ordinary
        results.cells.removeAll { $0.items != 1000 || $0.workload != "tcp-now" }
        // A run gives a wider window more items.
        for index in results.cells.indices where results.cells[index].window > 1 {
            results.cells[index].items = results.cells[index].window * 4
        }
        let text = String(decoding: ResultsPage(results).html, as: UTF8.self)
        #expect(text.contains("<h3 id=\"memory-1\">Memory over items in flight</h3>"))
        let start = try #require(text.firstRange(of: "aria-labelledby=\"threads-1\"><table>")).upperBound
        let row = try #require(text[start...].firstMatch(of: /muster<\/bdi>.*?<\/tr>/)).0
        #expect(row.matches(of: /<td class="n">4<\/td>/).count == 5)
    }

    @Test("draws every contender in its own way")
    func styles() throws {
        let text = try ResultsPageTests.page("full")
        let start = try #require(text.firstRange(of: "id=\"contenders\"")).upperBound
        let samples = text[start...].matches(of: /<svg class="sample".*?<\/svg>/).map { String($0.0) }
        #expect(samples.count == SyntheticResults.contenders.count)
        #expect(Set(samples).count == samples.count)
    }

    @Test("is small enough to send")
    func size() throws {
        #expect(try ResultsPageTests.page("full").utf8.count < 1_000_000)
    }

    @Test(
        "opens in a browser without a word on its console, with its plots",
        .enabled(if: Browser.isInstalled, "chromium is not installed"), .timeLimit(.minutes(40)),
        arguments: pages.keys.sorted())
    func opens(_ name: String) async throws {
        let page = try ResultsPageTests.page(name)
        let visit = try await Browser.visit([("page.html", Array(page.utf8))])
        #expect(visit.console.isEmpty)
        let plots = page.matches(of: /<svg id="(plot-[^"]*)"/).map { String($0.1) }
        #expect(plots.isEmpty == (name == "empty"))
        for plot in plots { #expect(visit.document.contains("<svg id=\"\(plot)\""), "\(plot)") }
        #expect(visit.document.contains("</main>"))
        #expect(!visit.document.contains("<script") && !visit.document.contains("<img"))
        #expect(!visit.document.contains("<title>ran</title>"))
    }

    /// How wide the page is beyond a phone, and how many labels of its plots lie on others, as the browser lays it out.
    @Test(
        "is no wider than a phone, and no label of its plots lies on another",
        .enabled(if: Browser.isInstalled, "chromium is not installed"), .timeLimit(.minutes(40)),
        arguments: pages.keys.sorted(), [390, 1280])
    func layout(_ name: String, _ width: Int) async throws {
        let frame = """
            <!doctype html><body><iframe src="page.html" style="width:\(width)px;height:800px;border:0" onload="
            const inner = this.contentDocument, page = inner.documentElement;
            let crossing = 0;
            for (const plot of inner.querySelectorAll('.plot > svg')) {
              const boxes = [...plot.querySelectorAll('text')].map(text => text.getBoundingClientRect())
                .filter(box => box.width > 0);
              for (let i = 0; i < boxes.length; i++) for (let j = i + 1; j < boxes.length; j++) {
                const a = boxes[i], b = boxes[j];
                if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
                  && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 3) crossing++;
              }
            }
            document.title = page.scrollWidth - page.clientWidth + ' too wide, ' + crossing + ' crossing'"></iframe>
            """
        let page = try ResultsPageTests.page(name)
        let visit = try await Browser.visit([("frame.html", Array(frame.utf8)), ("page.html", Array(page.utf8))])
        let title = visit.document.firstMatch(of: /<title>(.*?)<\/title>/)?.1
        #expect(title == "0 too wide, 0 crossing")
    }
}
