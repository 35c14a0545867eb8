import Glibc
import MusterSystem
import MusterTesting

/// A rotation in a process of its own, which is killed or stopped before a call of the disk.
final class Victim {
    enum Fate: String {
        case kill, stop
    }

    /// Beside the tests' own executable.
    static let path: String = {
        var target = [CChar](repeating: 0, count: 4_096)
        let count = unsafe readlink("/proc/self/exe", &target, target.count)
        let own = String(decoding: target.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let candidates = ([own] + CommandLine.arguments).map {
            $0.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
                + "/RotationVictim"
        }
        return candidates.first { unsafe access($0, X_OK) == 0 } ?? candidates[0]
    }()

    private let process: ChildProcess
    /// The end of a pipe that its standard output comes out of.
    private let output: Int32

    init(_ tree: RealTree, _ fate: Fate, at number: Int) throws {
        var ends: [Int32] = [0, 0]
        try RealTree.check(unsafe pipe(&ends), "pipe")
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[1]) }
        output = ends[0]
        process = try ChildProcess(
            Self.path, [tree.configuration, tree.state, fate.rawValue, String(number)],
            environment: ["PATH": "/usr/bin:/bin"], output: ends[1], error: ends[1])
    }

    deinit {
        process.signal(SIGKILL)
        close(output)
    }

    /// Waits until it has said something; empty where it ended without.
    func firstWords() -> String {
        var buffer = [UInt8](repeating: 0, count: 512)
        let count = unsafe read(output, &buffer, buffer.count)
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }

    func kill() { process.signal(SIGKILL) }

    func ending() async -> ChildProcess.Ending { await process.wait() }
}
