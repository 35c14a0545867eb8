import Foundation
import MusterCore
import MusterTesting
import Testing

@testable import MusterLogs

@Suite("The page of a log report")
struct LogPageTests {
    static let reports: [String: @Sendable () -> LogReport] = [
        "day": { SyntheticLogReport.day() }, "long": { SyntheticLogReport.day(points: 1000) },
        "hostile": { SyntheticLogReport.hostile() }, "small": { SyntheticLogReport.small() },
        "empty": { SyntheticLogReport.empty() }, "one point": { SyntheticLogReport.day(points: 1) },
    ]

    static func page(_ name: String) throws -> [UInt8] {
        let report = try #require(reports[name])
        return try LogReportTests.write("html", report())
    }

    @Test("has no tag and no attribute that is not ours, and closes every element", arguments: reports.keys.sorted())
    func tags(_ name: String) throws {
        var text = String(decoding: try LogPageTests.page(name), as: UTF8.self)
        let begin = try #require(text.firstRange(of: "<style>"))
        let end = try #require(text.firstRange(of: "</style>"))
        let style = begin.upperBound..<end.lowerBound
        #expect(!text[style].contains("url(") && !text[style].contains("@import"))
        text.removeSubrange(style)
        let tag = /<(\/?)([a-z0-9]+)((?: [a-z0-9-]+="[^"<>]*"| [a-zA-Z]+="[^"<>]*")*)(\/?)>/
        var open: [String] = []
        for match in text.matches(of: tag) {
            let element = String(match.2)
            #expect(LogPageTests.elements.contains(element), "\(match.0)")
            for attribute in match.3.matches(of: /\ ([a-zA-Z0-9-]+)="/) {
                #expect(LogPageTests.attributes.contains(String(attribute.1)), "\(match.0)")
            }
            if !match.1.isEmpty {
                #expect(open.popLast() == element, "\(match.0)")
            } else if match.4.isEmpty, element != "meta" {
                open.append(element)
            }
        }
        #expect(open.isEmpty)
        #expect(text.hasPrefix("<!doctype html>"))
        let rest = text.replacing(tag, with: "").dropFirst("<!doctype html>".count)
        #expect(!rest.contains("<") && !rest.contains(">"))
    }

    private static let elements: Set<String> = [
        "html", "head", "meta", "title", "style", "body", "main", "header", "footer", "section", "h1", "h2", "p", "dl",
        "dt",
        "dd", "div", "small", "ul", "ol", "li", "figure", "svg", "desc", "line", "text", "rect", "path", "table",
        "thead",
        "tbody", "tr", "th", "td", "code", "bdi", "span", "pre", "mark",
    ]

    private static let attributes: Set<String> = [
        "lang", "charset", "http-equiv", "content", "name", "class", "id", "role", "tabindex", "scope", "style",
        "height",
        "width", "x", "y", "x1", "x2", "y1", "y2", "dx", "d", "text-anchor", "viewBox", "preserveAspectRatio",
        "aria-labelledby", "aria-label",
    ]

    @Test("names only what is there, and each name once", arguments: reports.keys.sorted())
    func identifiers(_ name: String) throws {
        let text = String(decoding: try LogPageTests.page(name), as: UTF8.self)
        let named = text.matches(of: /\ id="([^"]*)"/).map { String($0.1) }
        #expect(Set(named).count == named.count)
        let used = text.matches(of: /\ aria-labelledby="([^"]*)"/).flatMap {
            $0.1.split(separator: " ").map(String.init)
        }
        #expect(Set(used).isSubset(of: named))
        #expect(used.isEmpty == (name == "empty"))
    }

    @Test("stays small however long the time is")
    func size() throws {
        var report = SyntheticLogReport.day()
        report.timeline = SyntheticLogReport.timeline(100_000, length: 86_400_000_000 * 70)
        #expect(try LogReportTests.write("html", report).count < 200_000)
    }

    @Test(
        "is needed to open where MUSTER_REQUIRE_BROWSER is set",
        .enabled(if: Browser.isRequired, "no browser is required"))
    func required() {
        #expect(Browser.isInstalled, "a browser is required and not installed")
    }

    @Test(
        "opens in a browser without a word on its console, with its plots",
        .enabled(if: Browser.isInstalled, "chromium is not installed"),
        .timeLimit(.minutes(40)), arguments: ["day", "hostile", "small"])
    func opens(_ name: String) async throws {
        let visit = try await Browser.visit([("page.html", LogPageTests.page(name))])
        #expect(visit.console.isEmpty)
        let plots = ["plot-timeline", "plot-errors", "plot-status", "plot-distribution-1"]
        for plot in plots { #expect(visit.document.contains("<svg id=\"\(plot)\"") == (name != "small"), "\(plot)") }
        #expect(visit.document.contains("</footer>"))
        #expect(!visit.document.contains("<script") && !visit.document.contains("<img"))
    }

    @Test(
        "is no wider than a phone", .enabled(if: Browser.isInstalled, "chromium is not installed"),
        .timeLimit(.minutes(40)),
        arguments: ["day", "hostile", "small"])
    func phone(_ name: String) async throws {
        let frame = """
            <!doctype html><body><iframe src="page.html" style="width:390px;height:800px;border:0"
            onload="const page = this.contentDocument.documentElement;
            document.title = page.scrollWidth - page.clientWidth + ' too wide'"></iframe>
            """
        let visit = try await Browser.visit([("frame.html", Array(frame.utf8)), ("page.html", LogPageTests.page(name))])
        let title = visit.document.firstMatch(of: /<title>(.*?)<\/title>/)?.1
        #expect(title == "0 too wide")
    }

    @Test(
        "forbids scripts, pictures and requests", .enabled(if: Browser.isInstalled, "chromium is not installed"),
        .timeLimit(.minutes(40)))
    func policy() async throws {
        let page = String(decoding: try LogPageTests.page("small"), as: UTF8.self)
        let planted = page.replacing(
            "</main>", with: "<script>document.title = 'ran'</script><img src=\"http://127.0.0.1:1/x\" alt=\"\"></main>"
        )
        let visit = try await Browser.visit([("page.html", Array(planted.utf8))])
        #expect(visit.console.count == 2)
        #expect(visit.console.allSatisfy { $0.contains("Content Security Policy") })
        #expect(visit.document.contains("<title>Log report: standard input</title>"))
    }

    /// A report of so many lines a minute for two hours, with so many 5xx among those of the 61st.
    private static func page(_ count: Int, errors: Int, others: Int = 0) throws -> String {
        let points = (0..<120).map { index in
            let bad = index == 60 ? errors : others
            return LogReport.Timeline.Point(
                time: SyntheticLogReport.midnight + Int64(index) * 60_000_000, count: count,
                classes: [0, count - bad, 0, 0, bad, 0])
        }
        var report = LogReport(version: "1")
        report.timeline = .init(step: 60_000_000, columns: [], points: points)
        return String(decoding: try LogReportTests.write("html", report), as: UTF8.self)
    }

    @Test("draws the share of 5xx where it means something, a single step of them as a bar")
    func shares() throws {
        let page = try LogPageTests.page(1_000, errors: 900)
        let plot = try #require(page.firstRange(of: "id=\"plot-errors\""))
        let path = try #require(
            page[plot.upperBound...].firstMatch(of: /<path class="f5" d="M([0-9.]+) 70V([0-9.]+)h1V70z"/))
        #expect(path.1 == "60" && Double(path.2).map { $0 < 10 } == true)
        for (count, errors, others) in [(1_000, 0, 0), (1_000, 1_000, 1_000), (1, 1, 0)] {
            #expect(try !LogPageTests.page(count, errors: errors, others: others).contains("plot-errors"))
        }
    }

    @Test("has titles in words, bars by share, and a hint where one is given")
    func tables() throws {
        var table = LogReport.Table(
            name: "path,status", title: "path, status", keys: ["path", "status"],
            columns: [.init(name: "count", title: "lines"), .init(name: "share", title: "share")],
            rows: [.init(keys: ["/a", "200"], values: [.count(5), .share(0.25)])], distinct: 9, total: 20)
        table.hint = "Ask otherwise."
        var report = LogReport(version: "1")
        report.tables = [table]
        let page = String(decoding: try LogReportTests.write("html", report), as: UTF8.self)
        #expect(page.contains("<bdi>Paths and status codes</bdi></h2>"))
        #expect(page.contains("--w:25%"))
        #expect(page.contains("Ask otherwise."))
        #expect(FieldTitle.text(["http.status"]) == "http.status")
        #expect(FieldTitle.text(["ip", "x", "day"]) == "Client addresses, x and days")
    }
}
