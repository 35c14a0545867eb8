/// What the best model of a workload is best at. Whatever it is, a model that loses items is behind every one that loses
/// fewer of them.
package enum ModelCriterion: String, Sendable, Hashable, CaseIterable {
    /// Items done a second; more is better.
    case throughput
    /// The 90th percentile of the items' time; less is better. Where one host in a hundred stalls, the 99th is the greatest of
    /// the others or a stalled one, as it happens.
    case latency
    /// How late the heartbeat comes at its 99th percentile; less is better.
    case heartbeat
}
