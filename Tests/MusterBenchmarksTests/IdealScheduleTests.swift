import MusterBenchmarkResults
import Testing

@Suite("The intended starts of a fan-out")
struct IdealScheduleTests {
    @Test(
        "The next item begins in the place of the first one that ends",
        arguments: [
            (waits: [1, 1, 1, 1, 1], window: 2, starts: [0, 0, 1, 1, 2]),
            (waits: [3, 1, 1, 1, 1], window: 2, starts: [0, 0, 1, 2, 3]),
            (waits: [0, 0, 0], window: 1, starts: [0, 0, 0]),
            (waits: [2, 3, 4], window: 1, starts: [0, 2, 5]),
            (waits: [-1, 2, 1], window: 1, starts: [0, 0, 2]),
            (waits: [], window: 3, starts: []),
        ] as [(waits: [Double], window: Int, starts: [Double])])
    func takesTheFirstFreePlace(_ example: (waits: [Double], window: Int, starts: [Double])) {
        #expect(IdealSchedule.starts(waits: example.waits, window: example.window) == example.starts)
    }

    @Test("All begin at once without a window, or with one that has room for all", arguments: [0, 4, 100])
    func beginsAtOnce(_ window: Int) {
        #expect(IdealSchedule.starts(waits: [5, 6, 7, 8], window: window) == [0, 0, 0, 0])
    }

    @Test("A stalled item keeps its own place only, and the others go on", arguments: [2, 16, 64])
    func stallsOnePlace(_ window: Int) {
        var waits = [Double](repeating: 1, count: 10 * window)
        waits[0] = 1000
        let starts = IdealSchedule.starts(waits: waits, window: window)
        #expect(starts == starts.sorted())
        #expect(starts.last! < 1000)
        #expect(starts.last! == Double((10 * window - window - 1) / (window - 1)) + 1)
    }
}
