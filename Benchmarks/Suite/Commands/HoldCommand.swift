import ArgumentParser
import CMusterLimits
import Glibc
import MusterCore
import MusterSystem

/// Holds checks open and tells what memory they take, in a process that has done nothing else.
struct HoldCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "hold", shouldDisplay: false)

    @Option
    var port: UInt16

    @Option
    var checks: Int

    func run() async throws {
        _ = ResourceLimits.current()
        // A few first, so that code and tables are there.
        _ = try await fleet(64, .milliseconds(300)).survey(window: 64)
        let fleet = try fleet(checks, .seconds(60))
        let before = (lim_resident_kb(false), lim_resident_kb(true), Int(lim_descriptor_count()))
        try await withThrowingTaskGroup(of: Void.self) { [checks] group in
            group.addTask { _ = try await fleet.survey(window: checks) }
            group.addTask {
                try await Reactor.withLoops(1) { loops in
                    await withTaskGroup { group in
                        group.addTask(executorPreference: loops[0]) { await Self.settle(before.2 + checks) }
                    }
                }
            }
            try await group.next()
            print(
                lim_resident_kb(false) - before.0, lim_resident_kb(true) - before.1,
                Int(lim_descriptor_count()) - before.2)
            // What is held would answer only when its time is up.
            fflush(nil)
            _exit(0)
        }
    }

    /// A check that waits for bytes that never come.
    private func fleet(_ count: Int, _ timeout: Duration) throws -> Fleet {
        try Fleet(
            count: count, kind: "tcp",
            settings: .object([.init("port", .integer(Int(port))), .init("expect", .string("never"))]), timeout: timeout
        )
    }

    /// Waits until so many descriptors are open, and half a second more for what they are opened for.
    private static func settle(_ descriptors: Int) async {
        for _ in 0..<200 where lim_descriptor_count() < descriptors {
            await Reactor.sleep(until: SystemClock.now.advanced(by: .milliseconds(50)))
        }
        await Reactor.sleep(until: SystemClock.now.advanced(by: .milliseconds(500)))
    }

    /// Memory that `checks` checks in flight took in a process of their own, in bytes: resident, and without what files
    /// back.
    static func growth(port: UInt16, checks: Int) throws(BenchmarkFault) -> (resident: Double, anonymous: Double) {
        let told = try ChildProcess.output(of: ["/proc/self/exe", "hold", "--port", "\(port)", "--checks", "\(checks)"])
        let numbers = told.split(separator: " ").compactMap { Double($0) }
        guard numbers.count == 3, numbers[2] >= Double(checks) else {
            throw BenchmarkFault("\(checks) checks could not be held open; raise the descriptor limit (ulimit -n)")
        }
        return (numbers[0] * 1024, numbers[1] * 1024)
    }
}
