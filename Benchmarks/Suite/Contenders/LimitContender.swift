import CMusterLimits
import MusterBenchmarkResults

/// The limit: one epoll loop in C for dialogues, with a thread a core for what computes, and a thread for each place of the
/// window for what blocks.
enum LimitContender {
    static let contender = Contender(
        name: ModelContender.limit, title: "C: one epoll loop, threads for what computes", kind: .limit
    ) { ledger in
        try unsafe ledger.run { unsafe lim_run_loop($0, lim_core_count()) }
    }
}
