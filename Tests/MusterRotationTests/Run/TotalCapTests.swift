import MusterCore
import MusterSystem
import MusterTesting
import Synchronization
import Testing

@testable import MusterRotation

@Suite("The total size of a stanza")
struct TotalCapTests {
    private static func file(_ name: String, _ size: Int64, at seconds: Int64) -> RotatedFile {
        let identity = FileIdentity(device: 1, inode: UInt64(seconds))
        return RotatedFile(
            name: name,
            facts: EntryFacts(
                kind: .regular, identity: identity, mode: 0o644, user: 0, group: 0, size: size,
                modification: DiskTime(seconds: seconds)))
    }

    @Test(
        "The oldest go, whichever log they are of, until the rest fits",
        arguments: [
            (1_000, []), (190, []), (189, ["b.2"]), (170, ["b.2"]), (169, ["b.2", "a.2"]), (130, ["b.2", "a.2"]),
            (129, ["b.2", "a.2", "b.1"]), (50, ["b.2", "a.2", "b.1"]), (0, ["b.2", "a.2", "b.1", "a.1"]),
        ] as [(Int64, [String])])
    func oldest(limit: Int64, gone: [String]) {
        let logs = [
            TotalCap.Log(kept: [Self.file("a.2", 40, at: 20), Self.file("a.1", 20, at: 40)], newest: 30),
            TotalCap.Log(kept: [Self.file("b.2", 20, at: 10), Self.file("b.1", 80, at: 30)]),
        ]
        let removals = TotalCap(limit: limit).removals(logs)
        let found = removals.flatMap(\.value).sorted { $0.facts.modification < $1.facts.modification }.map(\.name)
        #expect(found == gone)
        #expect(removals.allSatisfy { log, files in files.allSatisfy { logs[log].kept.contains($0) } })
    }

    @Test("Sizes that no sum holds are the greatest there is")
    func overflow() {
        let logs = [TotalCap.Log(kept: [Self.file("a", .max, at: 1), Self.file("b", .max, at: 2)], newest: .max)]
        #expect(TotalCap(limit: 5).removals(logs)[0]?.map(\.name) == ["a"])
        #expect(TotalCap(limit: .max).removals(logs) == [:])
    }

    /// `a.log` is due; `b.log` is empty, is not due, and has the oldest rotated log.
    private static func disk() -> ModelDisk {
        let disk = ModelDisk()
        disk.addDirectory("/state")
        func add(_ name: String, _ size: Int, _ seconds: Int64) {
            let time = DiskTime(seconds: seconds)
            disk.addFile("/logs/\(name)", [UInt8](repeating: 0x78, count: size), modification: time)
        }
        add("a.log", 100, 1_700_000_900)
        add("a.log.1", 300, 1_700_000_500)
        add("b.log", 0, 1_700_000_900)
        add("b.log.1", 200, 1_700_000_600)
        add("b.log.2", 500, 1_700_000_400)
        return disk
    }

    private struct NotedScripts: RotationPrograms {
        let ran: Ran

        final class Ran: Sendable {
            let lines = Mutex<[String]>([])
        }

        func run(
            _ script: RotationSettings.Script, _ kind: ScriptKind, arguments: [String]
        ) async throws(RotationFault) {
            ran.lines.withLock { $0.append(([kind.rawValue] + arguments).joined(separator: " ")) }
        }

        func run(
            _ command: String, _ options: [String], from input: any DiskFile, to output: any DiskFile, of log: String
        ) async throws(RotationFault) {
            throw RotationFault(.compressor, at: command, "there is none")
        }
    }

    @Test(
        "A log that is not due loses its oldest rotated log to the cap, and neither its scripts run nor its time changes"
    )
    func run() async throws {
        let disk = Self.disk()
        let configuration = TextSource([
            "/c": """
            /logs/*.log {
              size 10
              rotate 5
              maxtotalsize 600
              create
              notifempty
              preremove
              x
              endscript
              postrotate
              x
              endscript
            }

            """
        ]).read()
        #expect(configuration.faults == [])
        let scripts = NotedScripts(ran: NotedScripts.Ran())
        let now = RotationTime(
            seconds: 1_800_000_000, calendar: try #require(CalendarTime(year: 2027, month: 1, day: 15)))
        let options = RotationOptions(statePath: "/state/status", workers: 2)
        let report = try await WorkerPool.withPool(2) { pool in
            var reports: [RotationReport] = []
            for isDry in [true, false, false] {
                var options = options
                options.isDry = isDry
                let process = disk.process()
                let run = RotationRun(configuration, options, disk: process, programs: scripts, now: now) { _ in process
                }
                reports.append(try await run.run(on: pool, progress: RotationProgress()))
            }
            return reports
        }
        #expect(
            scripts.ran.lines.withLock { $0.sorted() } == [
                "postrotate /logs/a.log /logs/a.log.1", "preremove /logs/b.log.2",
            ])
        #expect(
            try disk.process().openDirectory("/logs").names().sorted() == [
                "a.log", "a.log.1", "a.log.2", "b.log", "b.log.1",
            ])
        #expect(report[0].stanzas[0].logs.map(\.steps) == report[1].stanzas[0].logs.map(\.steps))
        let b = report[1].stanzas[0].logs[1]
        #expect((b.outcome, b.reason, b.removed) == (.skipped, "too small", 1))
        #expect(report[2].stanzas[0].logs.allSatisfy { $0.steps.isEmpty })
        let state = String(decoding: try #require(disk.contents("/state/status")), as: UTF8.self)
        #expect(state.contains("\"/logs/a.log\" 2027-1-15-0:0:0"))
    }
}
