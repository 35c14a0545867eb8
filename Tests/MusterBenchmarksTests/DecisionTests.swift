import MusterBenchmarkResults
import Testing

@Suite("The decision for a workload")
struct DecisionTests {
    /// A cell whose samples have throughputs spread by 1 % around one.
    static func cell(
        _ contender: String, _ throughput: Double, lost: Int = 0, window: Int = 64, items: Int = 1000,
        heartbeat: Double? = nil, isExternal: Bool = false
    ) -> ModelCell {
        ModelCell(
            workload: "w", contender: contender, items: items, window: window, isExternal: isExternal,
            samples: (-3...3).map { step in
                ModelSample(
                    wall: Double(items - lost) / (throughput * (1 + Double(step) * 0.003)), user: 0.1, system: 0.1,
                    done: items - lost, lost: lost, heartbeatP99: heartbeat.map { $0 * (1 + Double(step) * 0.01) })
            })
    }

    static func decision(
        _ cells: [ModelCell], _ criterion: ModelCriterion = .throughput, computes: Bool = false
    ) throws -> ModelDecision {
        let results = BenchmarkResults(
            date: "2026-05-01T12:00:00Z",
            machine: BenchmarkMachine(
                cpu: "p", cores: 2, kernel: "6", swift: "6", build: "release", loadBefore: 0), isQuick: false,
            workloads: [ModelWorkload(name: "w", title: "", criterion: criterion, computes: computes)], cells: cells)
        return try #require(ModelDecision.all(results).first)
    }

    @Test("is the fastest model, with its margin over the second")
    func best() throws {
        let decision = try DecisionTests.decision([
            DecisionTests.cell("group", 8000), DecisionTests.cell("muster", 12_000), DecisionTests.cell("pool", 6000),
        ])
        #expect(decision.leaders.map(\.contender.name) == ["muster"])
        #expect(decision.marginText == "1.50×" && decision.placeText == "best")
        #expect(decision.advice == "Take muster: 12K items/s, 1.50× better than group, the next one.")
    }

    @Test("tells where muster's engine loses")
    func loses() throws {
        let decision = try DecisionTests.decision([
            DecisionTests.cell("group", 12_000), DecisionTests.cell("pool", 9000), DecisionTests.cell("muster", 6000),
        ])
        #expect(decision.ours?.rank == 3 && decision.ours?.isLeader == false)
        #expect(decision.placeText == "3 of 3, 2.00× behind")
        #expect(
            decision.advice
                == "Take group: 12K items/s, 1.33× better than pool, the next one. muster's engine is number 3 of 3, 2.00× behind the best."
        )
    }

    @Test("is none where the intervals overlap")
    func tie() throws {
        let decision = try DecisionTests.decision([
            DecisionTests.cell("group", 12_000), DecisionTests.cell("muster", 12_050), DecisionTests.cell("pool", 6000),
        ])
        #expect(decision.leaders.map(\.contender.name) == ["muster", "group"])
        #expect(decision.marginText == "no difference" && decision.placeText == "no difference")
        #expect(
            decision.advice
                == "No difference between muster and group (12.1K items/s): take the simplest of them; pool, the next one, is 2.01× behind."
        )
    }

    @Test("says so where no model differs")
    func allAlike() throws {
        let decision = try DecisionTests.decision(
            ["a", "b", "d", "e", "f"].map { DecisionTests.cell($0, 1000) })
        #expect(decision.next == nil && decision.leaders.count == 5)
        #expect(decision.advice == "No difference between a, b, d, e and f (1K items/s): take the simplest of them.")
    }

    @Test("never is another program or the limit")
    func candidates() throws {
        let decision = try DecisionTests.decision([
            DecisionTests.cell("c", 40_000), DecisionTests.cell("nmap", 50_000, isExternal: true),
            DecisionTests.cell("group", 20_000),
        ])
        #expect(decision.leaders.map(\.contender.name) == ["group"] && decision.next == nil)
        #expect(decision.standing.others.map(\.contender.name) == ["nmap", "c"])
        #expect(decision.limitText == "2.00×")
        #expect(decision.advice == "Take group: 20K items/s.")
    }

    @Test("goes to those that lose least, however slow they are")
    func lost() throws {
        let decision = try DecisionTests.decision([
            DecisionTests.cell("group", 20_000, lost: 900), DecisionTests.cell("pool", 500, lost: 10),
            DecisionTests.cell("threads", 30_000, lost: 950),
        ])
        #expect(decision.leaders.map(\.contender.name) == ["pool"] && decision.margin == nil)
        #expect(decision.marginText == "fewest lost")
        #expect(
            decision.advice
                == "Take pool: 500 items/s; the others lose at least 90.0% of the items, it loses 1.0%.")
    }

    @Test("tells what the others lose where the next one loses as little as the best")
    func othersLose() throws {
        let decision = try DecisionTests.decision([
            DecisionTests.cell("pool", 1000, lost: 10), DecisionTests.cell("process", 500, lost: 10),
            DecisionTests.cell("group", 20_000, lost: 300), DecisionTests.cell("threads", 20_000, lost: 290),
        ])
        #expect(
            decision.advice
                == "Take pool: 1K items/s, 2.00× better than process, the next one. 2 of the others lose 29.0% of the items or more, pool 1.0%."
        )
    }

    @Test("goes by the heartbeat where that is what counts")
    func heartbeat() throws {
        let decision = try DecisionTests.decision(
            [
                DecisionTests.cell("group", 20_000, heartbeat: 0.05),
                DecisionTests.cell("threads", 10_000, heartbeat: 0.0005),
            ], .heartbeat)
        #expect(decision.advice == "Take threads: heartbeat p99 500µs, 100× better than group, the next one.")
    }

    @Test("compares at one window, and those without a choice at their own")
    func window() throws {
        let decision = try DecisionTests.decision([
            DecisionTests.cell("serial", 100, window: 1), DecisionTests.cell("unbounded", 20_000, window: 0),
            DecisionTests.cell("group", 9000, window: 64), DecisionTests.cell("group", 30_000, window: 1024),
            DecisionTests.cell("muster", 10_000, window: 64), DecisionTests.cell("muster", 40_000, window: 256),
        ])
        #expect(decision.standing.window == 64)
        #expect(
            decision.standing.candidates.map { "\($0.contender.name) \($0.cell.window)" } == [
                "muster 64", "group 64", "serial 1",
            ])
        #expect(decision.standing.aside.map(\.contender.name) == ["unbounded"])
        #expect(
            decision.advice == "Take muster: 10K items/s, 1.11× better than group, the next one. "
                + "unbounded has 20K items/s, but with all in flight.")
    }

    @Test("goes to those for which no more items fail than for everybody")
    func failing() throws {
        func cell(_ contender: String, _ wall: Double, failed: Int) -> ModelCell {
            ModelCell(
                workload: "w", contender: contender, items: 1000, window: 64,
                samples: (0..<7).map { _ in
                    ModelSample(wall: wall, user: 0.1, system: 0.1, done: 1000 - failed, failed: failed)
                })
        }
        // A tenth fails for everybody, and a few more by chance; who gives up on half of them is quick.
        let decision = try DecisionTests.decision([
            cell("group", 1, failed: 100), cell("threads", 0.5, failed: 115), cell("hasty", 0.01, failed: 500),
        ])
        #expect(decision.standing.entries.map(\.contender.name) == ["threads", "group", "hasty"])
        #expect(
            decision.advice.hasPrefix(
                "Take threads: 1.77K items/s, 1.97× better than group, the next one. 1 of the others"))
    }

    @Test("is among those that differ from nobody of them, however wide the best one's interval is")
    func pairwise() throws {
        func cell(_ contender: String, _ walls: [Double]) -> ModelCell {
            ModelCell(
                workload: "w", contender: contender, items: 1000, window: 64,
                samples: walls.map { ModelSample(wall: $0, user: 0, system: 0, done: 1000) })
        }
        // One outlier reaches down to the slowest one, which everybody else is ahead of.
        let decision = try DecisionTests.decision([
            cell("perform", [1, 1, 1, 1, 2.1]), cell("threads", [1.05, 1.04, 1.06, 1.05, 1.05]),
            cell("serial", [2, 2, 2.05, 2, 2]),
        ])
        #expect(decision.leaders.map(\.contender.name) == ["perform", "threads"])
        #expect(decision.next?.contender.name == "serial")
    }

    @Test("tells the greatest of peaks and the median of all else")
    func peaks() {
        let cell = ModelCell(
            workload: "w", contender: "c", items: 1, window: 1,
            samples: [3, 64, 5].map {
                ModelSample(
                    wall: Double($0), user: 0, system: 0, done: 1, peakMemory: $0 << 20, threads: $0, descriptors: $0)
            })
        #expect(
            [ModelMetric.memory, .threads, .descriptors, .wall].map(cell.text) == ["64.0 MB", "64", "64", "5.00s"])
    }

    @Test("is not made of few samples", arguments: 1...3)
    func few(_ count: Int) throws {
        var cells = [DecisionTests.cell("group", 8000), DecisionTests.cell("muster", 12_000)]
        for index in cells.indices { cells[index].samples = Array(cells[index].samples.prefix(count)) }
        let decision = try DecisionTests.decision(cells)
        #expect(decision.bestText == "–" && decision.marginText == "too few samples" && decision.placeText == "–")
        #expect(decision.advice.hasPrefix("Too few samples to tell: \(count) sample"))
        #expect(cells[0].spreadText == "–")
    }

    @Test("says so where only other programs were measured")
    func onlyOthers() throws {
        var cell = DecisionTests.cell("nmap", 8000)
        cell.isExternal = true
        #expect(try DecisionTests.decision([cell]).advice == "No model was measured, only nmap.")
    }

    @Test("compares at the number in flight that the workload tells, whatever most contenders have")
    func toldWindow() throws {
        var results = SyntheticResults.ordinary
        let place = try #require(results.workloads.firstIndex { $0.name == "tcp-now" })
        #expect(ModelStanding(of: results.workloads[place], in: results).window == 1024)
        results.workloads[place].window = 16
        let standing = ModelStanding(of: results.workloads[place], in: results)
        #expect(standing.window == 16)
        #expect(standing.candidates.allSatisfy { [1, 2, 16].contains($0.cell.window) })
        #expect(standing.aside.map(\.contender.name) == ["unbounded"])
    }

    @Test("takes no heart from having less in flight, and everybody where items compute")
    func advantage() throws {
        let beside = try DecisionTests.decision(
            [
                DecisionTests.cell("perform", 400, window: 2, heartbeat: 0.0001),
                DecisionTests.cell("threads", 10_000, heartbeat: 0.0005),
                DecisionTests.cell("group", 10_000, heartbeat: 0.005),
            ], .heartbeat)
        #expect(
            beside.advice == "Take threads: heartbeat p99 500µs, 10.0× better than group, the next one. "
                + "perform has heartbeat p99 100µs, but with 2 in flight.")
        let computing = try DecisionTests.decision(
            [
                DecisionTests.cell("unbounded", 20_000, window: 0), DecisionTests.cell("threads", 10_000, window: 2),
                DecisionTests.cell("group", 9000, window: 2),
            ], computes: true)
        #expect(computing.leaders.map(\.contender.name) == ["unbounded"])
    }

    @Test("goes by the rate of those that had fewer items, but not by their times")
    func items() throws {
        let cells = [
            DecisionTests.cell("group", 9000), DecisionTests.cell("threads", 8000),
            DecisionTests.cell("process", 300, items: 20),
        ]
        let decision = try DecisionTests.decision(cells)
        #expect(decision.standing.items == 1000)
        #expect(decision.standing.candidates.map(\.cell.items) == [1000, 1000, 20])
        #expect(ResultsTables.workload(decision.standing).header.prefix(3) == ["contender", "items", "window"])
        let timed = cells.map { cell in
            var cell = cell
            for index in cell.samples.indices {
                cell.samples[index].latency = ModelLatency(p50: 1, p90: 1, p99: cell.items == 20 ? 0.1 : 1, p999: 1)
            }
            return cell
        }
        let judged = try DecisionTests.decision(timed, .latency)
        #expect(judged.leaders.map(\.contender.name) == ["group", "threads"])
        #expect(
            judged.standing.absent.map(\.text) == [
                "process: measured with 20 items only, whose times are shorter"
            ])
    }

    @Test("tells why a contender has no figures, and that nothing was measured where none has")
    func absent() throws {
        var failed = DecisionTests.cell("group", 1)
        failed.error = "errno 24"
        let unable = ModelCell(
            workload: "w", contender: "muster", items: 1000, window: 64, notApplicable: "it reads no files")
        let decision = try DecisionTests.decision([failed, unable])
        #expect(
            Set(decision.standing.absent.map(\.text)) == [
                "group: failed: errno 24", "muster: not applicable: it reads no files",
            ])
        #expect(decision.advice == "Nothing was measured." && decision.placeText == "not applicable")
        #expect(decision.bestText == "–" && decision.marginText == "–" && decision.valueText == "–")
    }
}

@Suite("The tables of a run")
struct ResultsTableTests {
    @Test("have a line a workload and a table with all contenders each")
    func tables() throws {
        let results = SyntheticResults.ordinary
        let text = ResultsTables.text(results)
        #expect(
            text.hasPrefix("2026-05-01 12:00:00 UTC, Example processor at 2.0 GHz, 2 cores, Linux 6.1.0, Swift 6.3"))
        for workload in results.workloads {
            #expect(text.contains("\n" + workload.name + ": " + workload.title + "; "))
        }
        let standing = ModelStanding(of: results.workloads[0], in: results)
        let table = ResultsTables.workload(standing)
        #expect(table.rows.count == 14)
        #expect(table.rows.allSatisfy { $0.count == table.header.count })
        #expect(!table.header.contains("heartbeat p99") && !table.header.contains("lost"))
        #expect(text.contains("process-each: failed: fork: errno 11 after 812 items"))
        #expect(text.contains("sources: not applicable: a file has no events to wait for"))
    }

    @Test(
        "tell values in units that fit them",
        arguments: [
            (ModelMetric.throughput, 12_345.0, "12.3K/s"), (.cpu, 85e-9, "85ns"), (.cpu, 25e-6, "25µs"),
            (.cpu, 0, "0s"),
            (.memory, 8_388_608, "8.00 MB"), (.threads, 64, "64"), (.lost, 0.0004, "0.04%"), (.lost, 0, "0"),
            (.p999, 2.04, "2.04s"),
        ])
    func units(_ metric: ModelMetric, _ value: Double, _ text: String) {
        #expect(metric.text(value) == text)
    }

    @Test("keep hostile names from the terminal")
    func hostile() throws {
        var results = SyntheticResults.full(samples: 5)
        for index in results.cells.indices where results.cells[index].contender == "serial" {
            results.cells[index].contender = "evil\u{1b}[2J"
        }
        results.machine.cpu = "\u{1b}]0;x\u{7}"
        #expect(!ResultsTables.text(results).contains("\u{1b}"))
    }

    @Test("say where samples are few")
    func few() {
        #expect(SyntheticResults.full(samples: 5).samplesText.hasPrefix("5 samples a cell (fewer than 7"))
        #expect(SyntheticResults.ordinary.samplesText == "7 samples a cell")
    }
}

@Suite("Two runs beside each other")
struct ResultsComparisonTests {
    @Test("do not differ where only the noise does")
    func alike() {
        let comparison = ResultsComparison(SyntheticResults.ordinary, SyntheticResults.full(seed: 2))
        let rows = comparison.workloads.flatMap(\.rows)
        let different = rows.count(where: \.comparison.isDifferent)
        #expect(rows.count > 500)
        #expect(different * 20 < rows.count)
    }

    @Test("differ where one is faster, in the direction that it is")
    func faster() {
        let first = DecisionTests.cell("group", 1000, heartbeat: 0.2)
        let second = DecisionTests.cell("group", 1500, heartbeat: 0.1)
        var results = SyntheticResults.ordinary
        results.workloads = []
        for (criterion, better) in [(ModelCriterion.throughput, "1.50× better"), (.heartbeat, "2.00× better")] {
            var before = results
            before.cells = [first]
            var after = results
            after.cells = [second]
            after.workloads = [ModelWorkload(name: "w", title: "", criterion: criterion)]
            #expect(ResultsComparison(before, after).workloads.first?.rows.first?.verdict == better)
            after.cells = [first]
            before.cells = [second]
            #expect(
                ResultsComparison(before, after).workloads.first?.rows.first?.verdict
                    == better.replacing("better", with: "worse"))
        }
    }

    @Test("say how many cells only one of them has")
    func unpaired() {
        var before = SyntheticResults.ordinary
        before.cells = [DecisionTests.cell("a", 1000), DecisionTests.cell("b", 1000)]
        var after = before
        after.cells = [DecisionTests.cell("a", 1000), DecisionTests.cell("d", 1000), DecisionTests.cell("e", 1)]
        let comparison = ResultsComparison(before, after)
        #expect(comparison.unpaired == 3)
        #expect(
            comparison.summary == "1 cell: 1 without a difference, 0 better, 0 worse; 3 in one of the files only")
        #expect(comparison.text.contains("no difference"))
    }
}
