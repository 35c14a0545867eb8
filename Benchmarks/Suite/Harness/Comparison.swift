import CMusterLimits

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

/// Measures several ways of doing the same, interleaved: a round takes every variant at every size once, in an order that
/// turns from round to round, so that a change of the machine's mood meets them all.
struct Comparison {
    var variants: [Variant]
    var sizes: [Int]
    var samples: Int
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
        for round in 0...samples {
            for step in cases.indices {
                let (variant, size) = cases[(step + round) % cases.count]
                Progress.show(
                    "round \(round) of \(samples), \(variants[variant].name), \(sizes[size]) targets"
                        + (round == 0 ? " (warm-up)" : ""))
                let (value, repeated) = try await sample(variants[variant], sizes[size])
                guard round > 0 else { continue }
                measured.values[variant][size].append(value)
                measured.repeated[variant] += repeated
            }
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
