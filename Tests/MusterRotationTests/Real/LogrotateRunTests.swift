import Glibc
import MusterCore
import MusterRotation
import MusterSystem
import MusterTesting
import RotationVictim
import Testing

/// The same trees rotated by the real program and by ours.
@Suite("Rotations beside logrotate", .enabled(if: RealLogrotate.path != nil, "logrotate is not installed"))
struct LogrotateRunTests {
    @Test("Both leave the same files and the same state", arguments: RealSamples.all.filter(\.canRun))
    func same(sample: RealSample) async throws { try await Self.compare(sample) }

    @Test("Both leave the same of random configurations", arguments: 0..<120)
    func random(number: Int) async throws { try await Self.compare(RandomSamples.sample(number)) }

    private static func compare(_ sample: RealSample) async throws {
        let (theirs, ours) = try await outcomes(sample)
        #expect(ours.failed == theirs.failed, "\(sample)")
        #expect(ours.listing == theirs.listing, "\(sample)")
        #expect(ours.state == theirs.state, "\(sample)")
    }

    @Test("Where we do something else, both do what the documentation says", arguments: RealDifference.all)
    func different(difference: RealDifference) async throws {
        let (theirs, ours) = try await Self.outcomes(difference.sample)
        #expect(RealDifference.Brief(theirs) == difference.theirs)
        #expect(RealDifference.Brief(ours) == difference.ours)
    }

    /// What both come to, within the same hour.
    static func outcomes(_ sample: RealSample) async throws -> (theirs: RealSample.Outcome, ours: RealSample.Outcome) {
        while true {
            let began = RotationTime.current.calendar
            let theirs = try await sample.outcome { tree, _ in try status(tree, isForced: sample.isForced) != 0 }
            let ours = try await sample.outcome { tree, now in
                try await rotate(tree, isForced: sample.isForced, now)
            }
            let ended = RotationTime.current.calendar
            if (began.dayNumber, began.hour) == (ended.dayNumber, ended.hour) { return (theirs, ours) }
        }
    }

    /// The exit status of a run of the real program.
    static func status(_ tree: RealTree, isForced: Bool) throws -> Int32 {
        let output = unsafe open("/dev/null", O_WRONLY | O_CLOEXEC)
        defer { close(output) }
        let child = try ChildProcess(
            try #require(RealLogrotate.path), (isForced ? ["-f"] : []) + ["-s", tree.state, tree.configuration],
            environment: ["PATH": "/usr/bin:/bin", "LC_ALL": "C"], output: output, error: output)
        return child.waitOnThread().status
    }

    private static func rotate(_ tree: RealTree, isForced: Bool, _ now: RotationTime) async throws -> Bool {
        let rotation = RealRotation(tree.configuration, tree.state, isForced: isForced, workers: 2)
        return try await rotation.run(now: now).hasFaults
    }
}
