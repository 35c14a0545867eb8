import MusterBenchmarkResults
import Testing

@Suite("A results file")
struct ResultsFileTests {
    static let results = BenchmarkResults(
        date: "2026-05-01T12:00:00Z",
        machine: BenchmarkMachine(
            cpu: "A \"quoted\" processor", cores: 2, kernel: "6.1", swift: "Swift 6.3", build: "release",
            loadBefore: 0.25),
        isQuick: true,
        workloads: [ModelWorkload(name: "tcp", title: "TCP probes", criterion: .latency, window: 64, computes: true)],
        contenders: [ModelContender(name: "c", title: "a loop in C", kind: .limit)],
        cells: [
            ModelCell(
                workload: "tcp", contender: "c", items: 1000, window: 0, isExternal: true,
                samples: [
                    ModelSample(
                        wall: 0.5, user: 0.125, system: 0.25, done: 998, failed: 1, lost: 1,
                        latency: ModelLatency(
                            p50: 0.01, p90: 0.02, p99: 0.03, p999: 2,
                            curve: [ModelPoint(seconds: 0.01, fraction: 0), ModelPoint(seconds: 2, fraction: 1)]),
                        peakMemory: 1 << 24, threads: 3, descriptors: 1030, voluntarySwitches: 12,
                        involuntarySwitches: 7, heartbeatP99: 0.0015)
                ]),
            ModelCell(workload: "tcp", contender: "serial", items: 1000, window: 1, notApplicable: "too slow"),
            ModelCell(workload: "tcp", contender: "group", items: 1000, window: 8, error: "errno 24"),
        ])

    @Test("is read as it was written")
    func roundTrip() throws {
        let bytes = ResultsFileTests.results.json
        #expect(try BenchmarkResults(bytes, source: "results.json") == ResultsFileTests.results)
        #expect(String(decoding: bytes, as: UTF8.self).split(separator: "\n").count == 6)
    }

    @Test(
        "that is none is refused with its place",
        arguments: [
            ("", "results.json:1:1: the file is empty"),
            ("[1]", "results.json: not a results file; write one with"),
            (#"{"version":1}"#, "results.json: not a results file"),
            (#"{"cells":[],"version":2}"#, "results.json: version 2 of the results file is newer than this program"),
            (#"{"cells":[],"version":0}"#, "results.json: there is no version 0"),
            (#"{"cells":[{}],"version":1}"#, "results.json: \"date\" is missing"),
        ])
    func refused(_ text: String, _ message: String) {
        let fault = #expect(throws: ResultsFault.self) {
            try BenchmarkResults(Array(text.utf8), source: "results.json")
        }
        #expect(fault?.description.hasPrefix(message) == true, "\(fault?.description ?? "")")
    }

    @Test(
        "with a wrong value is refused with the value's place",
        arguments: [
            (#""wall":0.5"#, #""wall":-1"#, "results.json: cells[0].samples[0].wall: not a measured value"),
            (#""wall":0.5"#, #""wall":1e300"#, "results.json: cells[0].samples[0].wall: not a measured value"),
            (#""done":998"#, #""done":"many""#, "results.json: cells[0].samples[0].done: expected a whole number"),
            (#""threads":3,"#, "", "results.json: cells[0].samples[0]: \"threads\" is missing"),
            (
                #""criterion":"latency""#, #""criterion":"speed""#,
                "results.json: workloads[0].criterion: \"speed\" is not known here"
            ),
            (#""window":8"#, #""windows":8"#, "results.json: cells[2]: \"window\" is missing"),
            ("[2.0,1.0]", "[0.001,1.0]", "results.json: cells[0].samples[0].latency.curve[1]: both values ascend"),
            ("[2.0,1.0]", "[2.0]", "results.json: cells[0].samples[0].latency.curve[1]: expected a point"),
        ])
    func wrongValue(_ good: String, _ bad: String, _ message: String) throws {
        let text = String(decoding: ResultsFileTests.results.json, as: UTF8.self)
        let planted = text.replacing(good, with: bad)
        #expect(planted != text)
        let fault = #expect(throws: ResultsFault.self) {
            try BenchmarkResults(Array(planted.utf8), source: "results.json")
        }
        #expect(fault?.lines.contains { $0.hasPrefix(message) } == true, "\(fault?.description ?? "")")
    }

    @Test("can be made small: a cell keeps the curve of its middle sample")
    func middleCurve() throws {
        let curve = [ModelPoint(seconds: 1, fraction: 1)]
        let cell = ModelCell(
            workload: "w", contender: "c", items: 1, window: 1,
            samples: [3.0, 1, 2].map {
                ModelSample(
                    wall: 1, user: 0, system: 0, done: 1,
                    latency: ModelLatency(p50: 0, p90: 0, p99: $0, p999: $0, curve: curve))
            })
        let small = cell.withMiddleCurve
        #expect(small.samples.map { $0.latency?.curve.count } == [0, 0, 1])
        #expect(small.samples.map { $0.latency?.p99 } == [3, 1, 2])
    }

    @Test("of too many names is refused, which would take long to show")
    func tooManyNames() throws {
        var results = ResultsFileTests.results
        results.cells = (0...BenchmarkResults.nameLimit).map {
            ModelCell(workload: "w\($0)", contender: "c\($0)", items: 1, window: 1)
        }
        let fault = #expect(throws: ResultsFault.self) { try BenchmarkResults(results.json, source: "results.json") }
        #expect(
            fault?.lines == [
                "results.json: cells: more than 200 different workloads",
                "results.json: cells: more than 200 different contenders",
            ])
    }

    @Test("of too many points is refused")
    func tooMany() {
        let points = (0...ModelLatency.curveLimit).map { "[\($0),0.5]" }.joined(separator: ",")
        let text = String(decoding: ResultsFileTests.results.json, as: UTF8.self)
            .replacing("[0.01,0.0],[2.0,1.0]", with: points)
        let fault = #expect(throws: ResultsFault.self) {
            try BenchmarkResults(Array(text.utf8), source: "results.json")
        }
        #expect(fault?.lines == ["results.json: cells[0].samples[0].latency.curve: more than 64 points"])
    }
}
