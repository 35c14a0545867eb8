import CMusterLimits

/// Processes that are forked at the beginning, one for each place of the window, and get an item after the other through a
/// pipe. One that crashes takes its item with it and is replaced.
enum ProcessPoolContender {
    static let contender = Contender(
        name: "process-pool", title: "a pool of processes, fed over pipes", family: .withChildren, cost: 10e-6
    ) { ledger in
        try unsafe ledger.run { unsafe lim_run_process_pool($0) }
    }
}
