import CMusterLimits

/// A thread for each place of the window, which takes the next item and waits for it.
enum ThreadsContender {
    static let contender = Contender(name: "threads", title: "POSIX threads") { ledger in
        try unsafe ledger.run { unsafe lim_run_threads($0, Int32(min(ledger.window, ledger.items))) }
    }
}
