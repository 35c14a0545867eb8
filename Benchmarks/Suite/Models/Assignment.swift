import CMusterLimits
import MusterBenchmarkResults

/// Work that all contenders are given.
struct Assignment: Sendable {
    /// What has to be there before it begins.
    enum Server: Sendable {
        case none, dns, http
        /// Hosts that answer after their delay; with `hole`, each tenth does not even take a connection.
        case paced(hole: Bool)
    }

    enum Logs: Sendable { case none, files, pieces }

    /// As `--workload` names it.
    var name: String
    var title: String
    var criterion = ModelCriterion.throughput
    var kind: lim_work_kind
    var server = Server.none
    var logs = Logs.none
    var delays = LIM_DELAY_NONE
    /// Milliseconds after which an item has failed, and the same in the quick run.
    var timeout = 5000
    var quickTimeout: Int?
    /// Items in flight: the first is measured always, the others in the long run.
    var windows = [64]
    /// Whether other programs do it too where nobody asks for them by name: they are slow, and the run is to be short.
    var isForPrograms = false
    /// Items at most; fewer where a contender would need too long.
    var items: Int
    /// Items at least, so that what is rare occurs, and the same in the quick run.
    var fewest = 8
    var quickFewest: Int?
    /// Seconds that a sample is to take at most, about.
    var budget = 0.06
    /// Seconds of processor time that an item takes, about, its server's included.
    var itemCost = 0.0
    /// Whether items have a time of their own.
    var hasLatency = true
    /// Whether a heartbeat is kept beside it.
    var beats = false
    /// Whether a pass is so long that one to warm up would say nothing.
    var isLong = false
}

extension Assignment {
    /// `window`: the first of its windows, as it is on this machine.
    func description(window: Int) -> ModelWorkload {
        ModelWorkload(name: name, title: title, criterion: criterion, window: window, computes: computes)
    }

    /// Whether its items do nothing but compute, so that more of them in flight than there are cores say nothing.
    var computes: Bool { !server.isWaitedFor && kind != LIM_WORK_READS }
}

/// All workloads, in the order in which they are measured. A new one is a file of its own and one line here.
enum AssignmentCatalog {
    static let all: [Assignment] = [
        PromptProbes.assignment,
        TenMillisecondProbes.assignment,
        LognormalProbes.assignment,
        StallingProbes.assignment,
        BlackHoleProbes.assignment,
        NameQueries.assignment,
        PageRequests.assignment,
        SmallLogs.assignment,
        LargeLog.assignment,
        MixedWork.assignment,
        BlockingReads.assignment,
        NothingAtAll.assignment,
        CrashingItems.assignment,
    ]
}

extension Assignment.Server {
    /// Whether its items wait for sockets.
    var isWaitedFor: Bool { if case .none = self { false } else { true } }
}
