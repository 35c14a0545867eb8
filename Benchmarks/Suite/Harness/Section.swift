import MusterBenchmarkResults

/// What a workload has to say: rows, and how to read them.
struct Section: Sendable {
    var name: String
    var title: String
    /// What was compared with what, a sentence each.
    var notes: [String] = []
    /// Those whose ratio is told, in the order of the columns.
    var baselines: [String] = []
    var rows: [Row] = []
}

/// One figure.
struct Row: Sendable {
    var variant: String
    /// Nil where the figure is not about a number of targets.
    var targets: Int?
    var unit: String
    var samples: [Double]
    /// By baseline, a ratio a round; none for the baseline itself.
    var ratios: [String: [Double]] = [:]
    var goals: [Goal] = []

    var statistics: Statistics { Statistics(samples) }

    /// Nil where nothing was aimed at.
    var isMet: Bool? {
        guard !goals.isEmpty else { return nil }
        return goals.allSatisfy { goal in
            switch goal {
            case .value(let most): return statistics.median <= most
            case .ratio(let baseline, let most):
                guard let ratios = ratios[baseline] else { return false }
                return Statistics(ratios).median <= most
            case .ratioAtLeast(let baseline, let least):
                guard let ratios = ratios[baseline] else { return false }
                return Statistics(ratios).median >= least
            }
        }
    }
}

/// What is aimed at, judged by the median.
enum Goal: Sendable {
    case value(atMost: Double)
    case ratio(to: String, atMost: Double)
    /// Of a peer that is to cost so many times more.
    case ratioAtLeast(to: String, Double)
}

extension Comparison.Measured {
    /// A row a variant and size; `goals` are those of the variant called muster.
    func rows(unit: String = "µs", scale: Double = 1000, baselines: [String], goals: [Goal]) -> [Row] {
        sizes.indices.flatMap { size in
            variants.indices.map { variant in
                var row = Row(
                    variant: variants[variant], targets: sizes[size], unit: unit,
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
    var growth: Row? {
        guard let ours = variants.firstIndex(of: Self.ours), let small = sizes.firstIndex(of: 10_000),
            let large = sizes.firstIndex(of: 100_000)
        else { return nil }
        return Row(
            variant: "\(Self.ours), 100,000 against 10,000", unit: "×",
            samples: zip(values[ours][large], values[ours][small]).map { $0 / $1 }, goals: [.value(atMost: 1.10)])
    }

    /// What engine and probe together are called in every table.
    static let ours = "muster"
}
