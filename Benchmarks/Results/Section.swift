/// Figures that belong together: several contenders at one piece of work, each figure with its samples, and with what was
/// aimed at where something was.
package struct Section: Sendable, Hashable {
    /// A word, unique in its run: `tcp`.
    package var name: String
    /// What was measured, for people.
    package var title: String
    /// What was compared with what, a sentence each.
    package var notes: [String]
    /// Contenders over which ratios are told, in the order of the columns.
    package var baselines: [String]
    /// At most ``rowLimit``; none where nothing could be measured.
    package var rows: [SectionRow]
    /// What failed; nil where nothing did.
    package var error: String?

    /// Rows of a section, at most.
    package static let rowLimit = 10_000

    package init(
        name: String, title: String, notes: [String] = [], baselines: [String] = [], rows: [SectionRow] = [],
        error: String? = nil
    ) {
        self.name = name
        self.title = title
        self.notes = notes
        self.baselines = baselines
        self.rows = rows
        self.error = error
    }
}

/// One figure of one contender. Of all figures less is better.
package struct SectionRow: Sendable, Hashable {
    package var contender: String
    /// Items of a pass; nil where the figure is not about a number of items.
    package var items: Int?
    /// What the samples are in: `µs`, `s CPU`, `MB peak`.
    package var unit: String
    /// One a round; at least one.
    package var samples: [Double]
    /// By baseline, the quotient of each round; none for the baseline itself.
    package var ratios: [String: [Double]]
    package var goals: [Goal]

    package init(
        contender: String, items: Int? = nil, unit: String, samples: [Double], ratios: [String: [Double]] = [:],
        goals: [Goal] = []
    ) {
        self.contender = contender
        self.items = items
        self.unit = unit
        self.samples = samples
        self.ratios = ratios
        self.goals = goals
    }

    package var statistics: Statistics { Statistics(samples) }

    /// The quotient over a baseline: the median of those of all rounds; nil where none was taken.
    package func ratio(to baseline: String) -> Double? {
        ratios[baseline].flatMap { $0.isEmpty ? nil : Statistics($0).median }
    }

    /// Whether all that was aimed at was reached, by the medians; nil where nothing was aimed at.
    package var isMet: Bool? {
        goals.isEmpty ? nil : goals.allSatisfy { $0.isMet(by: self) }
    }
}

/// What is aimed at, judged by the median.
package enum Goal: Sendable, Hashable {
    case value(atMost: Double)
    case ratio(to: String, atMost: Double)
    /// Of a peer that is to cost so many times more.
    case ratioAtLeast(to: String, Double)

    func isMet(by row: SectionRow) -> Bool {
        switch self {
        case .value(let most): row.statistics.median <= most
        case .ratio(let baseline, let most): row.ratio(to: baseline).map { $0 <= most } ?? false
        case .ratioAtLeast(let baseline, let least): row.ratio(to: baseline).map { $0 >= least } ?? false
        }
    }
}
