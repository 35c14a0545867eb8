import CMusterLimits
import MusterBenchmarkResults

/// One way of doing the work.
struct Variant: Sendable {
    var name: String
    /// One pass over so many targets.
    var pass: @Sendable (Int) async throws -> Tally

    init(_ name: String, pass: @escaping @Sendable (Int) async throws -> Tally) {
        self.name = name
        self.pass = pass
    }
}

/// What came of a pass.
struct Tally: Sendable {
    var up: Int
    var failed: Int
    var repeated = 0
    /// What the loop in C says of its failures, as errno.
    var error: Int32 = 0
}

/// Measures several ways of doing the same, interleaved: a round takes every variant at every size once.
struct Comparison {
    var variants: [Variant]
    var sizes: [Int]
    var rounds: Rounds
    /// A sample of few targets is several passes, so that there is something to measure.
    var targetsPerSample = 10_000

    /// CPU nanoseconds per check by variant and size, a value a round; and how many queries were repeated.
    struct Measured {
        var variants: [String]
        var sizes: [Int]
        /// `[variant][size][round]`
        var values: [[[Double]]]
        var repeated: [Int]

        /// Per round, a variant's value over another's at the same size.
        func ratios(_ variant: Int, over other: Int, size: Int) -> [Double] {
            zip(values[variant][size], values[other][size]).map { $0 / $1 }
        }
    }

    func measure() async throws -> Measured {
        var measured = Measured(
            variants: variants.map(\.name), sizes: sizes,
            values: variants.map { _ in sizes.map { _ in [] } }, repeated: variants.map { _ in 0 })
        let cases = sizes.indices.flatMap { size in variants.indices.map { (variant: $0, size: size) } }
        let names = cases.map { "\(variants[$0.variant].name), \(sizes[$0.size]) targets" }
        for step in rounds.steps(names) {
            try step.begin()
            let (variant, size) = cases[step.index]
            let (value, repeated) = try await sample(variants[variant], sizes[size])
            guard step.counts else { continue }
            measured.values[variant][size].append(value)
            measured.repeated[variant] += repeated
        }
        return measured
    }

    private func sample(_ variant: Variant, _ targets: Int) async throws -> (value: Double, repeated: Int) {
        let passes = max(1, targetsPerSample / targets)
        var repeated = 0
        let before = lim_cpu_ns()
        for _ in 0..<passes {
            let tally = try await variant.pass(targets)
            guard tally.failed == 0 else {
                throw BenchmarkFault(
                    "\(variant.name): \(tally.failed) of \(targets) checks failed against a server that answers them all"
                        + (tally.error == 0 ? "; " : " (errno \(tally.error)); ")
                        + "try again when the machine is less busy")
            }
            repeated += tally.repeated
        }
        return (Double(lim_cpu_ns() - before) / Double(targets * passes), repeated)
    }
}

extension Comparison.Measured {
    /// A row a variant and size; `goals` are those of the variant called muster.
    func rows(unit: String = "µs", scale: Double = 1000, baselines: [String], goals: [Goal]) -> [SectionRow] {
        sizes.indices.flatMap { size in
            variants.indices.map { variant in
                var row = SectionRow(
                    contender: variants[variant], items: sizes[size], unit: unit,
                    samples: values[variant][size].map { $0 / scale })
                for baseline in baselines {
                    guard let other = variants.firstIndex(of: baseline), other != variant else { continue }
                    row.ratios[baseline] = ratios(variant, over: other, size: size)
                }
                if variants[variant] == Self.ours { row.goals = goals }
                return row
            }
        }
    }

    /// How our own cost per check grows from 10,000 targets to 100,000; nil where one of them was not measured.
    var growth: SectionRow? {
        guard let ours = variants.firstIndex(of: Self.ours), let small = sizes.firstIndex(of: 10_000),
            let large = sizes.firstIndex(of: 100_000)
        else { return nil }
        return SectionRow(
            contender: "\(Self.ours), 100,000 against 10,000", unit: "×",
            samples: zip(values[ours][large], values[ours][small]).map { $0 / $1 }, goals: [.value(atMost: 1.10)])
    }

    /// What engine and probe together are called in every table.
    static let ours = "muster"
}
