import MusterCore
import MusterSystem
import MusterTesting
import Synchronization
import Testing

@testable import MusterRotation

/// A journal of an earlier run, and a configuration that may be another one by now.
@Suite("What a journal has, and the configuration no more")
struct StanzaBindingTests {
    /// Notes what it is asked to run.
    private final class Notes: RotationPrograms {
        private let lines = Mutex<[String]>([])
        private let users = Mutex<Set<String>>([])

        var ran: [String] { lines.withLock { $0 } }
        /// Who worked on files.
        var actors: Set<String> { users.withLock { $0 } }

        func act(as user: String) { users.withLock { _ = $0.insert(user) } }

        func run(
            _ script: RotationSettings.Script, _ kind: ScriptKind, arguments: [String]
        ) async throws(RotationFault) {
            lines.withLock { $0.append("\(kind.rawValue): " + script.text.split(separator: "\n").joined()) }
        }

        func run(
            _ command: String, _ options: [String], from input: any DiskFile, to output: any DiskFile, of log: String
        ) async throws(RotationFault) {
            lines.withLock { $0.append(command) }
            do throws(DiskFault) { try output.write([1]) } catch { throw RotationFault(error) }
        }
    }

    private static let now = RotationTime(
        seconds: 1_800_000_000, calendar: CalendarTime(year: 2027, month: 1, day: 15, hour: 8)!)

    private let disk = ModelDisk()
    private let notes = Notes()

    /// As an earlier run by the configuration `/c` left it, which was killed before or after the log got its new name.
    private func begin(_ text: String, isNamed: Bool = true) throws {
        disk.addDirectory("/state")
        disk.addFile("/logs/a.log" + (isNamed ? ".1" : ""), Array("old\n".utf8))
        if isNamed { disk.addFile("/logs/a.log") }
        disk.addFile("/c")
        let stanza = try #require(TextSource(["/c": text]).read().stanzas.first)
        let identity = try #require(disk.facts(isNamed ? "/logs/a.log.1" : "/logs/a.log")).identity
        var steps: [RotationStep] = [.rotate(to: "a.log.1", identity), .create(mode: 0o600, user: 0, group: 0)]
        steps.append(.script(.afterRotation))
        if stanza.settings.isCompressed {
            steps.append(.compress(from: "a.log.1", to: "a.log.1" + stanza.settings.compressExtension))
        }
        let folder = try #require(disk.facts("/logs")).identity
        let intent = RotationIntent(
            stanza: 0, directory: "/logs", folder: folder, destination: "/logs", destinationFolder: folder,
            name: "a.log", steps: steps, time: Self.now.calendar)
        let journal = try Journal.open("s.journal", in: disk.openDirectory("/state")).journal
        journal.append([.stanza(0, JournalStanza(stanza)), .intent(0, intent)] + (isNamed ? [.named([0])] : []))
        try journal.commit()
    }

    /// A run by configurations that rotates nothing by itself.
    private func run(_ files: [String: String]) async throws -> RotationReport {
        let options = RotationOptions(statePath: "/state/s", workers: 1)
        let configuration = TextSource(files).read(files.keys.sorted())
        let run = RotationRun(
            configuration, options, disk: disk.process(), programs: notes, now: Self.now
        ) { [disk, notes] actor in
            notes.act(as: actor.user)
            return disk.process()
        }
        return try await WorkerPool.withPool(1) { pool in try await run.run(on: pool, progress: RotationProgress()) }
    }

    private static func stanza(_ lines: String..., log: String = "/logs/a.log") -> String {
        "\(log) {\nsize 1G\nrotate 3\n" + lines.joined(separator: "\n") + "\n}\n"
    }

    private static func hook(_ name: String, _ text: String) -> String { "\(name)\n\(text)\nendscript" }

    private static func brief(_ report: RotationReport) -> [String] {
        report.faults.map { "\($0.code) \($0.location)" }
    }

    private var isForgotten: Bool {
        get throws { try Journal.read("s.journal", in: disk.openDirectory("/state")).isEmpty }
    }

    @Test(
        "A script that stands in the configuration as before is run, wherever it stands by now",
        arguments: [false, true])
    func same(isNamed: Bool) async throws {
        let stanza = Self.stanza(Self.hook("postrotate", "reload a"), "compress")
        try begin(stanza, isNamed: isNamed)
        let report = try await run(["/c": "weekly\n# moved\n" + stanza])
        #expect(Self.brief(report) == [])
        #expect(report.recovered == 1)
        #expect(notes.ran == ["postrotate: reload a"])
        #expect(disk.contents("/logs/a.log.1.gz") != nil)
        #expect(try isForgotten)
    }

    @Test("Other patterns of the same file leave its scripts as they are")
    func otherPatterns() async throws {
        let hook = Self.hook("postrotate", "reload a")
        try begin(Self.stanza(hook))
        let report = try await run(["/c": Self.stanza(hook, "missingok", log: "/logs/a.log /logs/b.log")])
        #expect(notes.ran == ["postrotate: reload a"])
        #expect(report.faults == [])
    }

    @Test(
        "A script that was edited since is not run, its log stays plain, and that is told once",
        arguments: ["", "sharedscripts"])
    func edited(shared: String) async throws {
        try begin(Self.stanza(Self.hook("postrotate", "planted"), "compress", shared), isNamed: false)
        let new = ["/c": Self.stanza(Self.hook("postrotate", "reload a"), "compress", shared)]
        let report = try await run(new)
        #expect(notes.ran == [])
        #expect(Self.brief(report) == ["script /c:4"])
        #expect(report.faults.first?.hint.contains("no longer in the configuration") == true)
        #expect(disk.paths.filter { $0.hasPrefix("/logs") } == ["/logs/a.log", "/logs/a.log.1"])
        #expect(try isForgotten)
        #expect(Self.brief(try await run(new)) == [])
    }

    @Test("A script of another kind or of another stanza does not vouch for it")
    func elsewhere() async throws {
        try begin(Self.stanza(Self.hook("postrotate", "reload a")))
        let hook = Self.hook("prerotate", "reload a")
        let report = try await run([
            "/c": Self.stanza(hook) + Self.stanza(Self.hook("postrotate", "reload a"), "missingok", log: "/logs/b.log")
        ])
        #expect(notes.ran == [])
        #expect(Self.brief(report) == ["script /c:4"])
    }

    @Test("A prerotate that is no more does not keep a log from getting its names")
    func before() async throws {
        try begin(Self.stanza(Self.hook("prerotate", "stop a"), Self.hook("postrotate", "start a")), isNamed: false)
        let report = try await run(["/c": Self.stanza(Self.hook("postrotate", "start a"))])
        #expect(notes.ran == ["postrotate: start a"])
        #expect(Self.brief(report) == ["script /c:4"])
        #expect(disk.paths.filter { $0.hasPrefix("/logs") } == ["/logs/a.log", "/logs/a.log.1"])
        #expect(try isForgotten)
    }

    @Test("What another configuration owes waits for a run with that one, and its names are right before")
    func otherConfiguration() async throws {
        let own = Self.stanza(Self.hook("postrotate", "reload a"), Self.hook("lastaction", "tell"), "compress")
        try begin(own, isNamed: false)
        let other = ["/d": Self.stanza("missingok", log: "/logs/b.log")]
        for _ in 0..<2 {
            let report = try await run(other)
            #expect(Self.brief(report) == ["journal /c:1"])
            #expect(report.unfinished == 1)
            #expect(notes.ran == [])
            #expect(disk.paths.filter { $0.hasPrefix("/logs") } == ["/logs/a.log", "/logs/a.log.1"])
        }
        let report = try await run(["/c": own])
        #expect(Self.brief(report) == [])
        #expect(notes.ran == ["postrotate: reload a", "lastaction: tell"])
        #expect(disk.contents("/logs/a.log.1.gz") != nil)
        #expect(try isForgotten)
    }

    @Test("A stanza that is left out because it has a fault is waited for as well")
    func broken() async throws {
        let own = Self.stanza(Self.hook("postrotate", "reload a"))
        try begin(own)
        let broken = own.replacing("rotate 3", with: "rotate x")
        #expect(Self.brief(try await run(["/c": broken])).contains("journal /c:1"))
        #expect(notes.ran == [])
        #expect(Self.brief(try await run(["/c": own])) == [])
        #expect(notes.ran == ["postrotate: reload a"])
    }

    @Test("Where the file of the configuration is gone nothing waits for it")
    func gone() async throws {
        try begin(Self.stanza(Self.hook("postrotate", "reload a")))
        try disk.openDirectory("/").remove("c")
        #expect(Self.brief(try await run(["/d": Self.stanza("missingok", log: "/logs/b.log")])) == ["script /c:4"])
        #expect(notes.ran == [])
        #expect(try isForgotten)
    }

    @Test(
        "A compressor is run only as the configuration has it",
        arguments: ["compresscmd xz", "compresscmd xz -9", ""])
    func compressor(line: String) async throws {
        try begin(Self.stanza("compress", "compresscmd xz", "compressext .xz"))
        let parts = line.split(separator: " ").map(String.init)
        let lines = parts.count > 2 ? "compresscmd xz\ncompressoptions -9" : line
        let report = try await run(["/c": Self.stanza("compress", lines, "compressext .xz")])
        let isSame = line == "compresscmd xz"
        #expect(notes.ran == (isSame ? ["xz"] : []))
        #expect(Self.brief(report) == (isSame ? [] : ["compressor xz"]))
        #expect((disk.contents("/logs/a.log.1") == nil) == isSame)
        #expect(try isForgotten)
    }

    @Test(
        "The configuration says who works on files",
        arguments: [
            ("su www www", "su www www", ["www"]), ("su www www", "su web web", ["web"]), ("su www www", "", []),
            ("", "su www www", ["www"]),
        ])
    func actor(old: String, new: String, worked: [String]) async throws {
        try begin(Self.stanza(old), isNamed: false)
        let report = try await run(["/c": Self.stanza(new)])
        #expect(Self.brief(report) == [])
        #expect(notes.actors == Set(worked))
        #expect(disk.contents("/logs/a.log.1") != nil)
        #expect(try isForgotten)
    }

    @Test("Nobody works as a user that no stanza names: the log waits, or is given up where the stanza is no more")
    func unnamedActor() async throws {
        try begin(Self.stanza("su eve eve"), isNamed: false)
        let other = Self.stanza("missingok", log: "/logs/b.log")
        #expect(Self.brief(try await run(["/d": other])) == ["journal /c:1"])
        #expect(try !isForgotten)
        #expect(Self.brief(try await run(["/c": other])) == ["journal /c:1"])
        #expect(try isForgotten)
        #expect(notes.actors == [])
        #expect(disk.paths.filter { $0.hasPrefix("/logs") } == ["/logs/a.log"])
    }
}
