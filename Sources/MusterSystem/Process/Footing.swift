internal import CMusterLinux
internal import Glibc

/// Whether the system gives this process what it cannot do without. The language's runtime has no answer to a thread or to
/// memory that it does not get: it waits for ever for the one, and crashes for want of the other.
package enum Footing {
    /// Address space that a run takes beside the stacks of its threads and its targets.
    private static let heap = 48 << 20
    /// Threads of the runtime beside one a core: its timer's, and one that waits in a system call.
    private static let runtimeThreads = 3

    /// What is missing, as a sentence; nil where all is well. `loops` are the threads that are wanted beside the runtime's.
    package static func missing(loops: Int) -> String? {
        let limit = cml_address_space_limit()
        // One heap a thread would take the room of all else.
        if limit >= 0 { cml_share_arenas() }
        let threads = loops + ResourceLimits.cores + runtimeThreads
        switch cml_try_threads(Int32(clamping: threads), heap) {
        case 0: return nil
        case let number where limit >= 0:
            return "too little address space for \(threads) threads and \(heap >> 20) MB: "
                + "\(SystemError.text(number)); raise its limit (ulimit -v is \(limit >> 10))"
        case let number:
            return "the system does not give \(threads) threads: \(SystemError.text(number)); "
                + "raise the limit of processes (ulimit -u) or of tasks in the control group (pids.max)"
        }
    }

    /// How many targets can be in flight within the limit of address space; nil where there is none.
    package static var targetLimit: Int? {
        let limit = cml_address_space_limit()
        guard limit >= 0 else { return nil }
        // Pages of the whole program, the first number there.
        let pages = (try? FileReading.text("/proc/self/statm", limit: 256)).flatMap { text in
            text.split(separator: " ").first.flatMap { Int64($0) }
        }
        let left = limit - (pages ?? 0) * Int64(sysconf(Int32(_SC_PAGESIZE))) - Int64(heap)
        return Int(clamping: max(left, 0) / bytesATarget)
    }

    /// What a target in flight takes at most: a TLS handshake, with what the heap loses between the pieces.
    private static let bytesATarget: Int64 = 96 << 10
}
