import CMusterLimits
import MusterBenchmarkResults

/// The limit: an epoll loop in C a core for dialogues (one, where logs are parsed beside them), a thread a core for what
/// computes, and a thread for each place of the window for what blocks.
enum LimitContender {
    static let contender = Contender(
        name: ModelContender.limit, title: "C: an epoll loop a core, threads for what computes", kind: .limit
    ) { ledger in
        try unsafe ledger.run { unsafe lim_run_loop($0, lim_core_count()) }
    }
}
