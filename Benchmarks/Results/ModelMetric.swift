internal import MusterText

/// A figure of a sample, as tables, pages and documents call it.
package enum ModelMetric: String, Sendable, Hashable, CaseIterable {
    case throughput, wall, cpu, user, system, p50, p90, p99, p999, memory, threads, descriptors
    case waits, preemptions, heartbeat, failed, lost

    /// What the head of a column says.
    package var title: String {
        switch self {
        case .throughput: "items/s"
        case .wall: "wall"
        case .cpu: "CPU/item"
        case .user: "user"
        case .system: "system"
        case .p50, .p90, .p99: rawValue
        case .p999: "p99.9"
        case .memory: "memory"
        case .threads: "threads"
        case .descriptors: "descriptors"
        case .waits: "waits"
        case .preemptions: "preemptions"
        case .heartbeat: "heartbeat p99"
        case .failed: "failed"
        case .lost: "lost"
        }
    }

    /// Nil where the sample does not have it.
    package func value(_ sample: ModelSample) -> Double? {
        switch self {
        case .throughput: sample.throughput
        case .wall: sample.wall
        case .cpu: sample.processorTime
        case .user: sample.done > 0 ? sample.user / Double(sample.done) : nil
        case .system: sample.done > 0 ? sample.system / Double(sample.done) : nil
        case .p50: sample.latency?.p50
        case .p90: sample.latency?.p90
        case .p99: sample.latency?.p99
        case .p999: sample.latency?.p999
        case .memory: Double(sample.peakMemory)
        case .threads: Double(sample.threads)
        case .descriptors: Double(sample.descriptors)
        case .waits: Double(sample.voluntarySwitches)
        case .preemptions: Double(sample.involuntarySwitches)
        case .heartbeat: sample.heartbeatP99
        case .failed: sample.share(sample.failed)
        case .lost: sample.share(sample.lost)
        }
    }

    /// A value with its unit: `12.3K/s`, `1.20ms`, `64.0 MB`.
    package func text(_ value: Double) -> String {
        switch self {
        case .throughput: ValueText.compact(value) + "/s"
        case .cpu, .user, .system:
            // An item that does nothing takes less than the microsecond that times are told to.
            value > 0 && value < 0.9995e-6 ? ValueText.fixed(value * 1e9, 0) + "ns" : ValueText.seconds(value)
        case .wall, .p50, .p90, .p99, .p999, .heartbeat: ValueText.seconds(value)
        case .memory: ValueText.bytes(value)
        case .threads, .descriptors, .waits, .preemptions: ValueText.compact(value.rounded())
        case .failed, .lost: value == 0 ? "0" : ValueText.smallShare(value)
        }
    }

    /// What is told of the samples: the median; of peaks the greatest, for looking from time to time misses some.
    package func told(_ statistics: Statistics) -> Double {
        switch self {
        case .memory, .threads, .descriptors: statistics.maximum
        default: statistics.median
        }
    }

    package var isMoreBetter: Bool { self == .throughput }
}

extension ModelSample {
    /// A number of items as a share of all that the sample knows of.
    fileprivate func share(_ count: Int) -> Double? {
        let all = Double(done) + Double(failed) + Double(lost)
        return all > 0 ? Double(count) / all : nil
    }
}

extension ModelCell {
    /// The statistics of a figure; nil where not every sample has it.
    package func statistics(_ metric: ModelMetric) -> Statistics? {
        let values = samples.compactMap(metric.value)
        return values.isEmpty || values.count < samples.count ? nil : Statistics(values)
    }

    /// The figure with its unit, `–` where there is none.
    package func text(_ metric: ModelMetric) -> String {
        statistics(metric).map { metric.text(metric.told($0)) } ?? "–"
    }

    /// The number in flight, for people.
    package var windowText: String { window == 0 ? "all" : window.grouped }
}

extension ModelCriterion {
    package var metric: ModelMetric {
        switch self {
        case .throughput: .throughput
        case .latency: .p90
        case .heartbeat: .heartbeat
        }
    }

    /// `12.3K items/s`, `p90 1.20ms`, `heartbeat p99 1.20ms`.
    package func text(_ value: Double) -> String {
        switch self {
        case .throughput: ValueText.compact(value) + " items/s"
        case .latency, .heartbeat: metric.title + " " + ValueText.seconds(value)
        }
    }
}
