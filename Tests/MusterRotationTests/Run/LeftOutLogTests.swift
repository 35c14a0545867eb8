import MusterCore
import MusterSystem
import MusterTesting
import Testing

@testable import MusterRotation

/// Logs of stanzas that are left out for a fault, with other stanzas behind them that match these logs too.
@Suite("The logs of a stanza that is left out stay as they are", .timeLimit(.minutes(10)))
struct LeftOutLogTests {
    private static let archives = (1...8).map { "/logs/a.log.\($0)" }
    private static let wildcard = "/logs/*.log {\nrotate 2\n}\n"

    private static let faults = [
        "/logs/a.log {\nrotate 100\nnotifemty\n}\n", "/logs/a.log {\nRotate 100\n}\n",
        "/logs/a.log {\nrotate 100\nsize 1Q\n}\n", "/logs/a.log {\nrotate 100\ncreate 640 nosuch adm\n}\n",
        "/logs/a.log {\nrotate 100\npostrotate\nreload\n}\n", "/logs/a.log\nrotate 100\n}\n",
        "\"/logs/a.log {\nrotate 100\n}\n", "notifemty /logs/a.log {\nrotate 100\n}\n",
        "/logs/a.log relative {\nrotate 100\n}\n",
    ]
    /// Those after which nothing in the same file stands.
    private static let fileFaults = [
        "junk\n/logs/a.log {\nrotate 100\n}\n", "rotate 4x\n/logs/a.log {\nrotate 100\n}\n",
        "/logs/a.log {\nrotate 100\n}\n}\n", "/logs/a.log {\ncreate\n}\nrotate 100\n}\n",
        "/logs/a.log {\nrotate 100\n", "/logs/a.log\n}\n", "/logs/a.log", "; /logs/a.log\n{\nrotate 100\n}\n",
        "/logs/a.log {\nrotate 100\n/x {\n}\n", "/x {\ninclude /e\n}\n",
    ]

    /// A forced run over a.log, with eight that are rotated, and b.log.
    private func run(
        _ files: [String: String], _ paths: [String] = ["/c"], older: [String] = archives, isDry: Bool = false
    ) async throws -> (report: RotationReport, disk: ModelDisk) {
        let disk = ModelDisk()
        for folder in ["/state", "/logs"] { disk.addDirectory(folder) }
        if older.contains(where: { $0.hasPrefix("/logs/old/") }) { disk.addDirectory("/logs/old") }
        for path in older + ["/logs/a.log", "/logs/b.log"] { disk.addFile(path, Array("\(path)\n".utf8)) }
        let configuration = TextSource(files).read(paths)
        let report = try await WorkerPool.withPool(1) { pool in
            let options = RotationOptions(isDry: isDry, isForced: true, statePath: "/state/s", workers: 1)
            return try await RotationRun(
                configuration, options, disk: disk.process { _ in .go }, programs: IdlePrograms(), now: CrashRig.now
            ) { _ in disk.process { _ in .go } }
            .run(on: pool, progress: RotationProgress())
        }
        return (report, disk)
    }

    private func expectKept(_ disk: ModelDisk, older: [String] = archives, _ comment: String) {
        for path in older + ["/logs/a.log"] {
            #expect(disk.contents(path) == Array("\(path)\n".utf8), "\(path): \(comment)")
        }
    }

    private func outcomes(_ report: RotationReport, of path: String) -> [String] {
        report.stanzas.flatMap(\.logs).filter { $0.path == path }.map { $0.fault?.code ?? $0.outcome.rawValue }
    }

    @Test(
        "whatever the fault, behind it in a file, in another file of a folder, and behind an include",
        arguments: faults, ["", "ignoreduplicates\n", "sharedscripts\n"])
    func stanza(text: String, directive: String) async throws {
        let later = Self.wildcard.replacing("rotate 2\n", with: "rotate 2\n\(directive)")
        let places: [(files: [String: String], path: String)] = [
            (["/c": text + later], "/c"), (["/d/a": text, "/d/b": later], "/d"),
            (["/c": "include /d\n\(later)", "/d/a": text], "/c"),
        ]
        for (files, path) in places {
            let (report, disk) = try await run(files, [path])
            expectKept(disk, text)
            #expect(report.hasFaults)
            #expect(outcomes(report, of: "/logs/a.log") == ["left_out"], "\(text)")
            #expect(outcomes(report, of: "/logs/b.log") == ["rotated"], "\(text)")
        }
    }

    @Test(
        "where the fault leaves out all of its file, and another file of the folder is read",
        arguments: fileFaults, ["", "ignoreduplicates\n"])
    func file(text: String, directive: String) async throws {
        let later = Self.wildcard.replacing("rotate 2\n", with: "rotate 2\n\(directive)")
        let included = ["/e": "/logs/a.log {\nrotate 100\n}\n"]
        for (files, path) in [
            (["/d/a": text, "/d/b": later], "/d"), (["/c": "include /d\n\(later)", "/d/a": text], "/c"),
        ] {
            let (report, disk) = try await run(files.merging(included) { own, _ in own }, [path])
            expectKept(disk, text)
            #expect(outcomes(report, of: "/logs/a.log") == ["left_out"], "\(text)")
            #expect(outcomes(report, of: "/logs/b.log") == ["rotated"], "\(text)")
        }
        let (_, disk) = try await run(["/c": text + Self.wildcard].merging(included) { own, _ in own })
        expectKept(disk, text)
    }

    @Test("A stanza that comes before the one that is left out has the log, as ever")
    func before() async throws {
        let (report, disk) = try await run(["/c": Self.wildcard + Self.faults[0]])
        #expect(outcomes(report, of: "/logs/a.log") == ["rotated"])
        #expect(!disk.paths.contains("/logs/a.log.3"))
    }

    @Test(
        "What was rotated of it stays too, whatever pattern matches it",
        arguments: [
            ("", "/logs/*", ["/logs/a.log.1", "/logs/a.log-20270101", "/logs/a.log.2.gz"]),
            ("extension .log\n", "/logs/*", ["/logs/a.1.log", "/logs/a-20270101.log"]),
            ("olddir old\n", "/logs/old/*", ["/logs/old/a.log.1", "/logs/old/a.log.2.gz"]),
            ("olddir /logs/old\n", "/logs/*/*", ["/logs/old/a.log.1"]),
        ])
    func rotated(directives: String, pattern: String, older: [String]) async throws {
        let text = "/logs/a.log {\nrotate 100\n\(directives)notifemty\n}\n\(pattern) {\nrotate 0\n}\n"
        let (report, disk) = try await run(["/c": text], older: older)
        expectKept(disk, older: older, text)
        for path in older { #expect(outcomes(report, of: path) == ["left_out"], "\(path)") }
        // Another log of the pattern goes.
        if pattern == "/logs/*" { #expect(!disk.paths.contains("/logs/b.log")) }
    }

    @Test("A dry run tells it, with the place of the stanza, and a log that is missing is no fault of its own")
    func dry() async throws {
        let text = "/logs/a.log /logs/none.log {\nnotifemty\n}\n" + Self.wildcard
        let (report, _) = try await run(["/c": text], isDry: true)
        let log = try #require(report.stanzas[0].logs.first)
        #expect(
            log.fault?.text == "/logs/a.log: the stanza at /c:1 has it, and is left out for a fault; correct that")
        #expect(report.faults.map(\.code) == ["unknown_directive"])
        #expect(report.stanzas.count == 1 && report.stanzas[0].faults == [])
    }

    @Test("Braces that close nothing, without end, are read in time")
    func braces() {
        let stanzas = String(repeating: "/a {\nfoo\n}\n", count: 20_000)
        let text = stanzas + String(repeating: "}\n", count: 200_000)
        let configuration = TextSource(["/c": text]).read()
        #expect(configuration.stanzas == [])
        #expect(configuration.leftOut.count == 20_000)
    }
}

/// Programs that do nothing.
struct IdlePrograms: RotationPrograms {
    func run(_: RotationSettings.Script, _: ScriptKind, arguments: [String]) async throws(RotationFault) {}

    func run(
        _: String, _: [String], from: any DiskFile, to: any DiskFile, of: String
    ) async throws(RotationFault) {}
}
