import MusterBenchmarkResults
import Testing

@Suite("Statistics of samples")
struct StatisticsTests {
    @Test("of known samples are known")
    func known() {
        let statistics = Statistics([7, 1, 3, 5, 2, 4, 6])
        #expect(statistics.minimum == 1 && statistics.maximum == 7)
        #expect(statistics.median == 4)
        #expect(statistics.lowerQuartile == 2.5 && statistics.upperQuartile == 5.5)
        #expect(statistics.spread == 3)
        #expect(statistics.interval == 2...6)
    }

    @Test("lie between two samples where their number is even")
    func even() {
        let statistics = Statistics([4, 1, 3, 2])
        #expect(statistics.median == 2.5)
        #expect(statistics.lowerQuartile == 1.75 && statistics.upperQuartile == 3.25)
        #expect(statistics.interval == 1...4)
    }

    @Test("of one sample are that sample")
    func single() {
        let statistics = Statistics([3])
        #expect(statistics.median == 3 && statistics.spread == 0 && statistics.interval == 3...3)
    }

    @Test(
        "leave one of every seven samples out of the interval at each end",
        arguments: [(5, 1...5), (6, 1...6), (7, 2...6), (13, 2...12), (14, 3...12), (21, 4...18)])
    func interval(_ count: Int, _ ranks: ClosedRange<Int>) {
        let interval = Statistics((1...count).map(Double.init)).interval
        #expect(interval == Double(ranks.lowerBound)...Double(ranks.upperBound))
    }

    @Test("tell two sets apart whose intervals do not overlap")
    func apart() {
        let comparison = SampleComparison(
            Statistics([20, 21, 22, 23, 24, 25, 26]), to: Statistics([10, 11, 12, 13, 14, 15, 16]))
        #expect(comparison.isDifferent)
        #expect(comparison.ratio == 23.0 / 13.0)
        #expect(comparison.text == "1.77×")
    }

    @Test("find no difference where intervals overlap, whatever the medians are")
    func overlapping() {
        let comparison = SampleComparison(
            Statistics([10, 14, 20, 21, 22, 23, 24]), to: Statistics([9, 10, 11, 12, 13, 15, 16]))
        #expect(!comparison.isDifferent)
        #expect(comparison.text == "no difference")
    }

    @Test("are not misled by one outlier of seven samples")
    func outlier() {
        let calm = [10.0, 10.1, 10.2, 10.3, 10.4, 10.5, 10.6]
        let disturbed = [10.0, 10.1, 10.2, 10.3, 10.4, 10.5, 99]
        #expect(Statistics(disturbed).median == Statistics(calm).median)
        #expect(Statistics(disturbed).spread == Statistics(calm).spread)
        let faster = Statistics([8.0, 8.1, 8.2, 8.3, 8.4, 8.5, 8.6])
        #expect(SampleComparison(Statistics(disturbed), to: faster).isDifferent)
        #expect(SampleComparison(faster, to: Statistics([9, 9.1, 9.2, 9.3, 9.4, 9.5, 1])).isDifferent)
    }

    @Test("say nothing in doubt where five samples hold an outlier")
    func outlierOfFive() {
        let faster = Statistics([8.0, 8.1, 8.2, 8.3, 99])
        #expect(!SampleComparison(faster, to: Statistics([10.0, 10.1, 10.2, 10.3, 10.4])).isDifferent)
    }

    @Test("have no ratio to nothing")
    func zero() {
        let comparison = SampleComparison(Statistics([1, 1, 1, 1]), to: Statistics([0, 0, 0, 0]))
        #expect(comparison.isDifferent && comparison.ratio == nil && comparison.text == "–")
    }

    /// Every order in which two sets of the same distribution can lie is as likely as any other, so counting them gives
    /// the chance exactly.
    @Test("tell equal sets apart as seldom as their documentation says", arguments: [(5, 0.008), (7, 0.029)])
    func chance(_ count: Int, _ documented: Double) {
        var orders = 0
        var different = 0
        for mask in 0..<(1 << (2 * count)) where mask.nonzeroBitCount == count {
            let ranks = 0..<(2 * count)
            let first = ranks.filter { mask >> $0 & 1 == 1 }.map(Double.init)
            let second = ranks.filter { mask >> $0 & 1 == 0 }.map(Double.init)
            orders += 1
            if SampleComparison(Statistics(first), to: Statistics(second)).isDifferent { different += 1 }
        }
        #expect(abs(Double(different) / Double(orders) - documented) < 0.0005)
    }
}

@Suite("The time of items")
struct LatencyTests {
    /// A server that answers in half a millisecond but stalls once for two seconds, asked by a client that waits for each
    /// answer; an item is due every millisecond, 10,000 of them.
    private func answers() -> [(intended: Double, started: Double, ended: Double)] {
        var free = 0.0
        return (0..<10_000).map { index in
            let intended = Double(index) * 0.001
            let started = max(intended, free)
            free = started + (index == 5000 ? 2 : 0.0005)
            return (intended, started, free)
        }
    }

    @Test("shows a stalled server where it counts from the intended start")
    func stall() throws {
        var log = LatencyLog(expecting: 10_000)
        for answer in answers() { log.add(intended: answer.intended, ended: answer.ended) }
        let latency = try #require(log.latency)
        #expect(abs(latency.p50 - 0.0005) < 1e-9)
        // Some 4,000 items waited: the queue falls by half a millisecond an item.
        #expect(latency.p90 > 1.4 && latency.p90 < 1.6)
        #expect(latency.p99 > 1.9 && latency.p999 > 1.98 && latency.p999 <= 2)
    }

    @Test("hides it where it counts from the start that the client came to")
    func omission() throws {
        let latency = try #require(ModelLatency(seconds: answers().map { $0.ended - $0.started }))
        #expect(latency.p999 < 0.001)
        #expect(latency.curve.last == ModelPoint(seconds: 2, fraction: 1))
    }

    @Test("has the ranks that known samples have")
    func ranks() throws {
        let latency = try #require(ModelLatency(seconds: (1...1000).reversed().map(Double.init)))
        #expect(latency.p50 == 500 && latency.p90 == 900 && latency.p99 == 990 && latency.p999 == 999)
        let single = try #require(ModelLatency(seconds: [0.25]))
        #expect(single.p50 == 0.25 && single.p999 == 0.25)
        #expect(ModelLatency(seconds: []) == nil)
    }

    @Test("has a curve that ascends from the least to the greatest", arguments: [1, 2, 63, 64, 1000, 12_345])
    func curve(_ count: Int) throws {
        let latency = try #require(ModelLatency(seconds: (0..<count).map { Double($0 * 7919 % count) / 1000 }))
        let curve = latency.curve
        #expect(curve.count == ModelLatency.curveLimit)
        #expect(curve.first == ModelPoint(seconds: 0, fraction: 0))
        #expect(curve.last == ModelPoint(seconds: Double(count - 1) / 1000, fraction: 1))
        #expect(zip(curve, curve.dropFirst()).allSatisfy { $0.seconds <= $1.seconds && $0.fraction < $1.fraction })
    }

    @Test("is none for what ends before it was to begin")
    func early() {
        var log = LatencyLog()
        log.add(intended: 2, ended: 1)
        #expect(log.latency?.p999 == 0)
    }
}
