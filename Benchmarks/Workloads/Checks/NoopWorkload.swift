import MusterBenchmarkResults
import MusterCore

/// A check that does nothing: what the engine itself costs.
enum NoopWorkload {
    private static let count = 1_000_000

    static let workload = Workload<CheckSettings>(name: "noop", summary: "a check that does nothing, \(count) times") {
        settings in
        let inventory = try Fleet.inventory(
            count,
            checks: [
                Check(
                    name: "noop", kind: "noop", settings: .null, timeout: .seconds(1), attempts: 1,
                    location: "benchmark: checks.noop")
            ])
        let window = settings.window
        let comparison = Comparison(
            variants: [
                Variant("muster") { _ in
                    try await Fleet.survey(inventory, window: window) { _, _ in Attempt(.up) }
                }
            ], sizes: [count], rounds: settings.rounds)
        let measured = try await comparison.measure()
        return Section(
            name: "noop", title: "Engine: CPU of a check that does nothing",
            notes: ["The probe returns at once: what remains is target, clock, window, observation and sink."],
            rows: measured.rows(unit: "ns", scale: 1, baselines: [], goals: [.value(atMost: 1000)]))
    }
}
