import CMusterLimits

/// A program for each item, started and waited for: this one, whose start is the price of a program of Swift.
enum ProcessContender {
    static let contender = Contender(
        name: "process", title: "a process for each item", family: .withChildren, cost: 12e-3
    ) { ledger in
        try unsafe ledger.run { record in
            unsafe ChildProcess.withVector(["/proc/self/exe", "model-item", ledger.path]) {
                unsafe lim_run_processes(record, $0)
            }
        }
    }
}
