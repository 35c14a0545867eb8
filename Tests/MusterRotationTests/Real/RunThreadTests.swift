import MusterRotation
import MusterSystem
import MusterTesting
import RotationVictim
import Synchronization
import Testing

@Suite("Threads of a rotation")
struct RunThreadTests {
    @Test("Every call to the disk is made by a thread of the pool, also for the logs of an earlier run")
    func threads() async throws {
        let tree = try RealTree((0..<6).map { RealTree.Entry("\($0).log") })
        try tree.write(
            """
            compress
            ROOT/[0-2].log {
            rotate 2
            copytruncate
            }
            ROOT/[3-5].log {
            rotate 2
            sharedscripts
            postrotate
            true
            endscript
            }

            """, as: "conf")
        let calls = Mutex<[String: Set<String>]>([:])
        let isFailing = Atomic(true)
        let disk = GuardedDisk(LinuxDisk()) { call in
            let name = (try? FileReading.text("/proc/thread-self/comm")) ?? "unknown"
            calls.withLock { _ = $0[name, default: []].insert(call.name) }
            // The first run leaves logs to the next one.
            return isFailing.load(ordering: .relaxed) && call.name == "truncate" ? .fail(5) : .go
        }
        for _ in 0..<2 {
            _ = try await RealRotation(tree.configuration, tree.state, workers: 2).run(on: disk)
            isFailing.store(false, ordering: .relaxed)
        }
        let threads = calls.withLock { $0 }
        let made = threads.values.reduce(into: Set()) { $0.formUnion($1) }
        #expect(made.isSuperset(of: ["rename", "synchronize", "lock"]))
        #expect(threads.filter { !$0.key.hasPrefix("muster-worker-") } == [:])
    }
}
