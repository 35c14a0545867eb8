import MusterCore
import MusterFormats
import MusterText
import Testing

@Suite("The summary")
struct SummaryTests {
    @Test("says the same in whatever order targets end", arguments: [1, 2, 3] as [UInt64])
    func order(_ seed: UInt64) throws {
        let run = try SyntheticRun.fleetWithEveryReason()
        var generator = SeededGenerator(state: seed)
        var shuffled = run
        shuffled.observations.shuffle(using: &generator)
        for format in ReportCatalog.formats {
            var outputs: [[UInt8]] = [[], []]
            for (index, run) in [run, shuffled].enumerated() {
                var writer = format.make(ReportOptions())
                var ignored: [UInt8] = []
                writer.begin(run.header, into: &ignored)
                writer.end(run.footer, run.summary, into: &outputs[index])
            }
            #expect(!outputs[0].isEmpty)
            #expect(outputs[0] == outputs[1])
        }
    }

    @Test("counts every target once by verdict, check and group")
    func counts() throws {
        let run = try SyntheticRun.fleetWithEveryReason()
        let summary = run.summary
        #expect(summary.total == 30_000)
        #expect(summary.byCheck.map(\.name) == ["ssh", "name", "home"])
        #expect(summary.byGroup.map(\.path) == ["web/eu", "web/us", "api", "db"])
        for kind in [\Summary.Counts.up, \.degraded, \.down, \.unknown] {
            #expect(summary.byCheck.reduce(0) { $0 + $1.counts[keyPath: kind] } == summary.counts[keyPath: kind])
            #expect(summary.byGroup.reduce(0) { $0 + $1.counts[keyPath: kind] } == summary.counts[keyPath: kind])
        }
        let failures = summary.failures([.degraded, .down, .unknown])
        #expect(failures.reduce(0) { $0 + $1.count } == summary.total - summary.up)
        #expect(failures.map(\.count) == failures.map(\.count).sorted(by: >))
        for failure in failures { #expect(failure.places.reduce(0) { $0 + $1.count } == failure.count) }
        #expect(summary.flaky == run.observations.count { $0.isFlaky })
    }

    @Test("keeps the first of the plan as examples, and the slowest that answered")
    func examples() throws {
        var run = try SyntheticRun.planted(
            web: 10, api: 1, db: 1,
            [
                0: .down(.tcpTimeout), 3: .down(.tcpTimeout), 6: .down(.tcpTimeout), 9: .down(.tcpTimeout),
                12: .down(.tcpTimeout),
            ])
        for index in run.observations.indices {
            let time = Duration.milliseconds(
                [0, 9].contains(index) ? 5000 : [20, 10, 30, 31].contains(index) ? 700 : index)
            run.observations[index].ended = run.observations[index].started.advanced(by: time)
        }
        run.observations.reverse()
        let summary = run.summary
        let place = try #require(summary.failures([.down]).first?.places.first)
        #expect(place.count == 5)
        #expect(place.examples.map(\.target.index) == [0, 3, 6])
        #expect(summary.slowest.map(\.target.index) == [10, 20, 30, 31, run.plan.count - 1])
    }

    @Test("tells where every target of a group and check failed")
    func wholeGroup() throws {
        let first = 3 * (40 + 40)
        var verdicts = Dictionary(uniqueKeysWithValues: (0..<20).map { (first + 3 * $0, Verdict.down(.tcpRefused)) })
        verdicts[0] = .down(.tcpRefused)
        let run = try SyntheticRun.planted(web: 40, api: 20, db: 5, verdicts)
        let places = try #require(run.summary.failures([.down]).first).places
        #expect(places.map(\.count) == [20, 1])
        #expect(places.map(\.planned) == [20, 40])
        #expect(places.map(\.isAll) == [true, false])
        let lines = String(decoding: run.report("table"), as: UTF8.self).split(separator: "\n")
        #expect(lines.contains { $0.hasPrefix("    api ssh ") && $0.contains(" 20  all: api0001.fleet.test, ") })
        #expect(lines.contains { $0.hasPrefix("    web/eu ssh ") && $0.hasSuffix("  1  web0001.fleet.test") })
    }

    @Test("keeps only the beginning of a long detail")
    func longDetail() throws {
        var run = try SyntheticRun.planted(web: 1, api: 1, db: 1, [0: .down(.tcpMismatch)])
        run.observations[0].last.detail = String(repeating: "x", count: 1_000_000)
        let example = run.summary.failures([.down]).first?.places.first?.examples.first
        #expect(example?.detail.utf8.count == Summary.detailLimit)
    }

    @Test(
        "decides the exit status",
        arguments: [
            ([:], 0, 0), ([0: .down(.tcpRefused)], 0, 1), ([1: .degraded(.tlsExpiresSoon)], 0, 1),
            ([0: .unknown(.late)], 0, 2), ([:], 3, 2), ([0: .down(.tcpRefused), 1: .unknown(.late)], 0, 1),
            ([0: .down(.tcpRefused)], 3, 1), ([0: .degraded(.tlsExpiresSoon), 1: .unknown(.ports)], 2, 1),
        ] as [([Int: Verdict], Int, Int32)])
    func exitStatus(_ verdicts: [Int: Verdict], _ notStarted: Int, _ status: Int32) throws {
        let run = try SyntheticRun.planted(web: 2, api: 1, db: 1, verdicts, notStarted: notStarted)
        #expect(run.summary.exitStatus(run.footer) == status)
    }
}

@Suite("What the resolver did")
struct ResolverReportTests {
    private static func run(_ servers: [ResolverAccount.Server], lost: Int) throws -> SyntheticRun {
        let verdicts = Dictionary(uniqueKeysWithValues: (0..<lost).map { ($0, Verdict.unknown(.resolver)) })
        var run = try SyntheticRun.planted(web: 2, api: 1, db: 1, verdicts)
        run.footer.resolver = ResolverAccount(servers: servers)
        return run
    }

    private static func notes(_ run: SyntheticRun) -> [String] {
        String(decoding: run.report("table", ReportOptions(width: 200)), as: UTF8.self).split(separator: "\n")
            .filter { $0.contains("resolver ") && $0.hasPrefix("! ") }.map(String.init)
    }

    private static let silent = ResolverAccount.Server(address: "127.0.0.53", queries: 7850, unanswered: 6641)
    private static let failing = ResolverAccount.Server(address: "10.0.0.1", queries: 1, servFail: 1)
    private static let well = ResolverAccount.Server(address: "10.0.0.2", queries: 1000, unanswered: 3)

    @Test("stands in the table once, where it matters")
    func table() throws {
        #expect(
            Self.notes(try Self.run([Self.silent, Self.failing], lost: 2)) == [
                "! resolver 127.0.0.53: 6,641 of 7,850 queries unanswered",
                "! resolver 10.0.0.1: 1 of 1 query answered SERVFAIL; 2 targets not judged",
            ])
        #expect(Self.notes(try Self.run([Self.silent], lost: 0)).count == 1)
        #expect(Self.notes(try Self.run([Self.well], lost: 0)).isEmpty)
        #expect(Self.notes(try Self.run([], lost: 0)).isEmpty)
    }

    @Test("stands in the summary for programs", arguments: ["json", "ndjson"])
    func programs(_ format: String) throws {
        let text = String(decoding: try Self.run([Self.silent, Self.well], lost: 2).report(format), as: UTF8.self)
        #expect(
            text.contains(
                "\"resolver\":{\"not_judged\":2,\"servers\":["
                    + "{\"address\":\"127.0.0.53\",\"queries\":7850,\"unanswered\":6641,\"servfail\":0,\"refused\":0},"
                    + "{\"address\":\"10.0.0.2\",\"queries\":1000,\"unanswered\":3,\"servfail\":0,\"refused\":0}]}"))
    }
}
