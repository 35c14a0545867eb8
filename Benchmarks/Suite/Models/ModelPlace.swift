import CMusterLimits
import Glibc

/// The folder of a run of the models: its record and its logs. It goes when this process ends, however that comes.
struct ModelPlace {
    let folder: String
    private let cleaner: Cleaner

    init() throws(BenchmarkFault) {
        folder = "/tmp/muster-benchmark-models-\(getpid())"
        guard unsafe mkdir(folder, 0o700) == 0 else {
            throw BenchmarkFault("\(folder) cannot be made", errno: errno)
        }
        cleaner = try Cleaner(folder)
    }

    func remove() { cleaner.clean() }

    var record: String { folder + "/record" }

    /// The logs of a workload, made where they are not there yet: their path, and the bytes of a file or a piece.
    func logs(_ assignment: Assignment, items: Int) throws(BenchmarkFault) -> (path: String, size: Int) {
        switch assignment.logs {
        case .none: return ("", 0)
        case .pieces:
            let pieces = assignment.kind == LIM_WORK_MIXED ? items / MixedWork.share + 1 : items
            return (try large(LargeLog.size * pieces), LargeLog.size)
        case .files:
            let tree = folder + "/logs-\(items)"
            if unsafe access(tree, R_OK) == 0 { return (tree, SmallLogs.size) }
            let source = try large(SmallLogs.size * items)
            let shape = lim_tree(files: UInt32(items), per_directory: 1000, size: UInt32(SmallLogs.size))
            let outcome = unsafe lim_plant_tree(tree, source, shape)
            guard outcome == 0 else { throw BenchmarkFault("\(tree) cannot be written", errno: -outcome) }
            return (tree, SmallLogs.size)
        }
    }

    private func large(_ bytes: Int) throws(BenchmarkFault) -> String {
        let path = folder + "/access-\(bytes).log"
        if unsafe access(path, R_OK) == 0 { return path }
        let outcome = unsafe lim_generate_log(LIM_COMBINED, UInt64(bytes), 1, path)
        guard outcome == 0 else { throw BenchmarkFault("\(path) cannot be written", errno: -outcome) }
        return path
    }
}
