import MusterCore
import MusterSystem
import MusterTesting
import Testing

@testable import MusterRotation

/// A log that is copied and cut, with lines that are all the same, and nobody writing while muster runs: however often a run is
/// killed, no line is lost and none is there twice.
@Suite("Copies whose run is killed", .timeLimit(.minutes(40))) struct CopyCutTests {
    private static let state = "/state/status"
    private static let line = Array("tick\n".utf8)

    /// A disk with a log.
    private struct Machine {
        let disk = ModelDisk()
        let configuration: RotationConfiguration
        var written = 0

        init(_ directives: String, lines: Int) throws {
            disk.addDirectory("/state")
            disk.addFile("/logs/a.log", Array(repeatElement(CopyCutTests.line, count: lines).joined()))
            written = lines
            disk.addFile(
                CopyCutTests.state, Array("logrotate state -- version 2\n\"/logs/a.log\" 2027-1-14-8:0:0\n".utf8),
                mode: 0o600)
            configuration = TextSource(["/c": "/logs/a.log {\nrotate 9\ndaily\ncopytruncate\n\(directives)\n}\n"])
                .read()
            #expect(configuration.faults == [])
        }

        mutating func append(_ count: Int) throws {
            let file = try disk.openDirectory("/logs").open("a.log", forWriting: true)
            try file.write(Array(repeatElement(CopyCutTests.line, count: count).joined()), at: file.facts().size)
            written += count
        }

        /// Returns how many calls a run made.
        func run(
            on pool: WorkerPool, isForced: Bool = false,
            onCall: @escaping @Sendable (DiskCall) -> DiskAction = { _ in .go }
        ) async -> Int {
            let hasStopped = Flag()
            let process = disk.process { call in
                let action = onCall(call)
                if action == .stop { hasStopped.set() }
                return action
            }
            let options = RotationOptions(isForced: isForced, statePath: CopyCutTests.state, workers: 1)
            let programs = SilentPrograms(hasStopped: { hasStopped.isSet })
            let run = RotationRun(configuration, options, disk: process, programs: programs, now: CrashRig.now) { _ in
                process
            }
            _ = try? await run.run(on: pool, progress: RotationProgress())
            return process.callCount
        }

        /// How many lines are there, in the log and in all rotated ones.
        func lines() throws -> Int {
            try disk.paths.filter { $0.hasPrefix("/logs/") }.reduce(0) { count, path in
                guard let bytes = disk.contents(path) else { return count }
                let content = path.hasSuffix(".gz") ? try #require(GzipBytes.content(bytes)) : bytes
                #expect(
                    content.count % 5 == 0 && content.starts(with: CopyCutTests.line.prefix(content.count)), "\(path)")
                return count + content.count { $0 == UInt8(ascii: "\n") }
            }
        }
    }

    /// Scripts that do nothing; they fail where the process has ended.
    private struct SilentPrograms: RotationPrograms {
        let hasStopped: @Sendable () -> Bool

        func run(_ script: RotationSettings.Script, _ kind: ScriptKind, arguments: [String]) async throws(RotationFault)
        {
            if hasStopped() { throw RotationFault(.script, at: "\(script.place)", "the process has ended") }
        }

        func run(
            _ command: String, _ options: [String], from input: any DiskFile, to output: any DiskFile, of log: String
        ) async throws(RotationFault) {
            throw RotationFault(.compressor, at: command, "there is none")
        }
    }

    private static let script = "postrotate\nreload\nendscript"

    @Test(
        "a kill at any call, and one of the recovery at any call, loses no line and doubles none",
        arguments: ["", script, "compress\n" + script], [0, 1, 3])
    func kills(_ directives: String, _ lines: Int) async throws {
        try await WorkerPool.withPool(1) { pool in
            let calls = await (try Machine(directives, lines: lines)).run(on: pool)
            for first in 1...calls {
                // As many lines as were cut, fewer, and more.
                for written in [lines, max(lines - 1, 0), lines + 2] {
                    var machine = try Machine(directives, lines: lines)
                    _ = await machine.run(on: pool) { $0.number == first ? .stop : .go }
                    try machine.append(written)
                    let second = 8 + first * 7 % calls
                    _ = await machine.run(on: pool) { $0.number == second ? .stop : .go }
                    try machine.append(1)
                    _ = await machine.run(on: pool)
                    #expect(try machine.lines() == machine.written, "kills at \(first) and \(second), \(written) lines")
                    _ = await machine.run(on: pool, isForced: true)
                    #expect(try machine.lines() == machine.written, "and one more rotation")
                    #expect(!machine.disk.paths.contains { $0.contains(".muster-") })
                }
            }
        }
    }

    @Test("a log that somebody else cut after it was copied keeps what came since")
    func cutByOthers() async throws {
        try await WorkerPool.withPool(1) { pool in
            var machine = try Machine("", lines: 4)
            let disk = machine.disk
            _ = await machine.run(on: pool) { call in
                // When the copy has its name.
                guard call.name == "rename" else { return .go }
                let log = try? disk.openDirectory("/logs").open("a.log", forWriting: true)
                try? log?.truncate(0)
                try? log?.write(CopyCutTests.line, at: 0)
                return .go
            }
            machine.written += 1
            #expect(try machine.lines() == machine.written)
            #expect(disk.contents("/logs/a.log") == CopyCutTests.line)
        }
    }

    @Test("on a disk that has no block for a mark the log is cut all the same")
    func noMark() async throws {
        try await WorkerPool.withPool(1) { pool in
            let machine = try Machine("", lines: 4)
            _ = await machine.run(on: pool) { call in
                call.name == "write" && call.path.hasSuffix("/a.log") ? .fail(28) : .go
            }
            #expect(try machine.lines() == machine.written)
            #expect(machine.disk.contents("/logs/a.log") == [])
        }
    }

    @Test("the journal of an earlier version, which does not say that a log was cut, is understood")
    func earlierVersion() throws {
        let copy = LogCopy(FileIdentity(device: 1, inode: 2), size: 3, cut: .unknown)
        let record = JournalRecord.copied(7, copy)
        #expect(record.bytes != JournalRecord.copied(7, LogCopy(copy.identity, size: 3)).bytes)
        #expect(JournalRecord(record.bytes) == record)
    }
}
