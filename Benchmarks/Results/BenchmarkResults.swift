/// What a run of the suite measured: where, when, and every sample, so that a table or a page can be made of it at any later
/// time. Concurrency models are cells, what muster costs against its peers are sections.
package struct BenchmarkResults: Sendable, Hashable {
    /// The version that this program writes and reads.
    package static let currentVersion = 1

    /// How the file is laid out.
    package var version: Int
    /// When the run began, ISO 8601 in UTC: `2026-05-01T12:00:00Z`.
    package var date: String
    package var machine: BenchmarkMachine
    /// Whether it was the short run, whose figures say less.
    package var isQuick: Bool
    /// What held for all of it, a sentence each: `Window 1,024.`
    package var conditions: [String]
    /// What is known of the workloads, in the order to show them; one that is not here is shown by its name.
    package var workloads: [ModelWorkload]
    /// What is known of the contenders, in the order to show them; one that is not here is shown by its name.
    package var contenders: [ModelContender]
    /// At most ``cellLimit``.
    package var cells: [ModelCell]
    /// At most ``sectionLimit``.
    package var sections: [Section]

    /// Cells of a file, at most.
    package static let cellLimit = 10_000
    /// Different workloads and different contenders of a file, at most.
    package static let nameLimit = 200
    /// Sections of a file, at most.
    package static let sectionLimit = 1000

    package init(
        version: Int = BenchmarkResults.currentVersion, date: String, machine: BenchmarkMachine, isQuick: Bool,
        conditions: [String] = [], workloads: [ModelWorkload] = [], contenders: [ModelContender] = [],
        cells: [ModelCell] = [], sections: [Section] = []
    ) {
        self.version = version
        self.date = date
        self.machine = machine
        self.isQuick = isQuick
        self.conditions = conditions
        self.workloads = workloads
        self.contenders = contenders
        self.cells = cells
        self.sections = sections
    }
}

/// Where the figures come from.
package struct BenchmarkMachine: Sendable, Hashable {
    /// The processor's name.
    package var cpu: String
    /// Cores that the run could use.
    package var cores: Int
    package var kernel: String
    package var swift: String
    /// `release` or `debug`.
    package var build: String
    /// The load average over a minute before the run.
    package var loadBefore: Double
    /// The same after it; nil where it did not come to its end.
    package var loadAfter: Double?

    package init(
        cpu: String, cores: Int, kernel: String, swift: String, build: String, loadBefore: Double,
        loadAfter: Double? = nil
    ) {
        self.cpu = cpu
        self.cores = cores
        self.kernel = kernel
        self.swift = swift
        self.build = build
        self.loadBefore = loadBefore
        self.loadAfter = loadAfter
    }
}

/// A kind of work.
package struct ModelWorkload: Sendable, Hashable {
    /// As in ``ModelCell/workload``.
    package var name: String
    /// What it is, for people, in a few words.
    package var title: String
    /// What the best model of it is best at.
    package var criterion: ModelCriterion
    /// The number in flight at which contenders are compared; nil: the one that most of them have.
    package var window: Int?
    /// Whether its items do nothing but compute, so that more of them in flight than there are cores say nothing.
    package var computes: Bool

    package init(
        name: String, title: String, criterion: ModelCriterion = .throughput, window: Int? = nil, computes: Bool = false
    ) {
        self.name = name
        self.title = title
        self.criterion = criterion
        self.window = window
        self.computes = computes
    }
}

/// A way of doing the work.
package struct ModelContender: Sendable, Hashable {
    /// What a contender is to the comparison.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        /// One to choose from.
        case model
        /// Muster's own engine, which can be chosen as well.
        case ours
        /// The loop in C that shows what the kernel allows; not to be chosen.
        case limit
        /// Another program; not to be chosen.
        case external
    }

    /// As in ``ModelCell/contender``.
    package var name: String
    /// What it is, for people, in a few words.
    package var title: String
    package var kind: Kind

    /// The names that a contender is known by where the file does not tell its kind.
    package static let ours = "muster"
    package static let limit = "c"

    package init(name: String, title: String, kind: Kind = .model) {
        self.name = name
        self.title = title
        self.kind = kind
    }
}

/// A contender at a workload, with so many items and so many of them in flight.
package struct ModelCell: Sendable, Hashable {
    package var workload: String
    package var contender: String
    /// Items of a sample.
    package var items: Int
    /// The greatest number in flight; 0 unbounded.
    package var window: Int
    /// Whether another program does the work.
    package var isExternal: Bool
    /// Why this contender cannot do this work; nil where it can.
    package var notApplicable: String?
    /// What failed; nil where nothing did.
    package var error: String?
    /// At most ``sampleLimit``; none where it could not be measured.
    package var samples: [ModelSample]

    /// With the curve of the middle sample by p99 alone, which is the one that pages draw. A run of many cells is a file of
    /// many megabytes otherwise.
    package var withMiddleCurve: ModelCell {
        var cell = self
        let timed = samples.indices.filter { samples[$0].latency != nil }
        let sorted = timed.sorted { (samples[$0].latency?.p99 ?? 0) < (samples[$1].latency?.p99 ?? 0) }
        guard !sorted.isEmpty else { return cell }
        for index in sorted where index != sorted[sorted.count / 2] { cell.samples[index].latency?.curve = [] }
        return cell
    }

    /// Samples of a cell, at most.
    package static let sampleLimit = 1000

    package init(
        workload: String, contender: String, items: Int, window: Int, isExternal: Bool = false,
        notApplicable: String? = nil, error: String? = nil, samples: [ModelSample] = []
    ) {
        self.workload = workload
        self.contender = contender
        self.items = items
        self.window = window
        self.isExternal = isExternal
        self.notApplicable = notApplicable
        self.error = error
        self.samples = samples
    }
}
