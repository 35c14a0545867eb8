import Foundation
import MusterRotation
import MusterSystem
import MusterTesting
import Synchronization
import Testing

@testable import muster

/// What programs were heard to say.
private final class Ear: Sendable {
    private let heard = Mutex<[String]>([])
    var lines: [String] { heard.withLock { $0 } }
    var programs: SystemPrograms { SystemPrograms(telling: hear) }

    @Sendable func hear(_ line: String) { heard.withLock { $0.append(line) } }
}

private func script(_ text: String) -> RotationSettings.Script {
    .init(text: text, place: ConfigurationPlace(file: "/etc/l.conf", line: 7))
}

@Suite("Scripts of a rotation", .timeLimit(.minutes(40)))
struct ScriptTests {
    private static func withFolder(_ body: (String) async throws -> Void) async throws {
        let folder = TemporaryFolder()
        try await body(folder.path)
        withExtendedLifetime(folder) {}
    }

    @Test("get the name, the arguments, the folder and the input that logrotate gives them")
    func arguments() async throws {
        let ear = Ear()
        try await ear.programs.run(
            script("\n echo \"$0|$1|$2|$#\"; read x || echo nothing; readlink /proc/$$/fd/0; echo oops >&2; pwd\n"),
            .afterRotation, arguments: ["/var/log/a b.log", "/var/log/a b.log.1"])
        let folder = FileManager.default.currentDirectoryPath
        #expect(
            ear.lines
                == ["logrotate_script|/var/log/a b.log|/var/log/a b.log.1|2", "nothing", "/dev/null", folder, "oops"]
                .map { "/etc/l.conf:7: postrotate: " + $0 })
    }

    @Test("What a script says goes where it says it, as with logrotate")
    func streams() async throws {
        let (said, told) = (Ear(), Ear())
        let programs = SystemPrograms(telling: told.hear, saying: said.hear)
        try await programs.run(script("echo one; echo two >&2; echo three"), .afterRotation, arguments: [])
        #expect(said.lines == ["one", "three"])
        #expect(told.lines == ["/etc/l.conf:7: postrotate: two"])
    }

    @Test("Arguments and patterns are never read as commands")
    func quoting() async throws {
        let ear = Ear()
        try await ear.programs.run(script("echo \"$1\""), .firstAction, arguments: ["$(touch x) `id` ; rm -rf \"*\""])
        #expect(ear.lines == ["/etc/l.conf:7: firstaction: $(touch x) `id` ; rm -rf \"*\""])
    }

    @Test(
        "A fault has the place, how it ended, and the end of what was said",
        arguments: [
            ("exit 3", "postrotate failed with exit status 3"),
            ("echo one; echo two >&2; exit 1", "postrotate failed with exit status 1: one; two"),
            ("kill -9 $$", "postrotate failed with signal 9"),
            ("printf 'a\\033[2Jb\\r\\n\\n'; exit 2", "postrotate failed with exit status 2: a\\x1b[2Jb"),
            ("if", "postrotate failed with exit status 2: "),
        ])
    func fault(_ text: String, _ hint: String) async throws {
        let ear = Ear()
        let fault = await #expect(throws: RotationFault.self) {
            try await ear.programs.run(script(text), .afterRotation, arguments: ["a"])
        }
        #expect(fault?.code == .script)
        #expect(fault?.location == "/etc/l.conf:7")
        #expect(fault?.hint.hasPrefix(hint) ?? false)
        #expect(ear.lines.isEmpty)
    }

    @Test("However much one says, only the end is kept")
    func bounded() async throws {
        let ear = Ear()
        try await ear.programs.run(
            script("yes 0123456789 | head -c 3000000; echo; echo last"), .lastAction, arguments: [])
        #expect(ear.lines.last == "/etc/l.conf:7: lastaction: last")
        #expect(ear.lines.first == "/etc/l.conf:7: lastaction: …")
        #expect(ear.lines.count < 500)
        let fault = await #expect(throws: RotationFault.self) {
            try await ear.programs.run(script("yes x | head -c 90000; exit 1"), .lastAction, arguments: [])
        }
        #expect((fault?.hint.count ?? .max) < 500)
    }

    @Test("A zero byte is refused, for it would end a word early", arguments: ["echo \u{0}", "echo"])
    func zero(_ text: String) async throws {
        let fault = await #expect(throws: RotationFault.self) {
            try await Ear().programs.run(script(text), .beforeRotation, arguments: ["a\u{0}b"])
        }
        #expect(fault?.code == .script)
    }

    @Test("What a script leaves running with its output open is not waited for")
    func leftBehind() async throws {
        try await Self.withFolder { folder in
            let ear = Ear()
            let note = folder + "/pid"
            try await ear.programs.run(
                script("sleep 1000 & echo $! > \"$1\"; echo begun"), .afterRotation, arguments: [note])
            let text = try String(contentsOfFile: note, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
            let child = try #require(pid_t(text))
            // It is still there: nobody waited for it, and nobody ended it.
            #expect(kill(child, SIGKILL) == 0)
            #expect(ear.lines == ["/etc/l.conf:7: postrotate: begun"])
        }
    }

    @Test("A script ends with the task that runs it, with all it has started")
    func cancellation() async throws {
        try await Self.withFolder { folder in
            let pipe = folder + "/ready"
            let made = unsafe mkfifo(pipe, 0o600)
            #expect(made == 0)
            let fault = try await WorkerPool.withPool(1) { pool in
                try await withThrowingTaskGroup(of: RotationFault?.self) { group in
                    group.addTask {
                        do throws(RotationFault) {
                            try await Ear().programs.run(
                                script("exec 3> \"$1\"; sleep 1000 & echo ready >&3; wait"), .beforeRotation,
                                arguments: [pipe])
                            return nil
                        } catch {
                            return error
                        }
                    }
                    let file = try await pool.run { FileHandle(forReadingAtPath: pipe) }
                    let reader = try #require(file)
                    let said = try await pool.run { try reader.read(upToCount: 6) }
                    #expect(said == Data("ready\n".utf8))
                    group.cancelAll()
                    // The pipe ends when all that hold it have: the shell, and what it has left running.
                    let rest = try await pool.run { try reader.readToEnd() }
                    #expect(rest ?? Data() == Data())
                    return try await group.next() ?? nil
                }
            }
            #expect(fault?.code == .interrupted)
        }
    }
}

@Suite("Compressors of a rotation", .timeLimit(.minutes(40)))
struct CompressorTests {
    init() {
        // As in the program, where a reader that has gone is an error of its own and no signal.
        signal(SIGPIPE, SIG_IGN)
    }

    private static let text = Array(String(repeating: "a line of a log, and another\n", count: 100_000).utf8)

    @Test("stand between two files, and memory stays bounded", arguments: ["gzip", "/bin/gzip"])
    func between(_ command: String) async throws {
        let (log, packed, unpacked) = (MemoryFile(Self.text), MemoryFile(), MemoryFile())
        let programs = Ear().programs
        try await programs.run(command, ["-9", "-n"], from: log, to: packed, of: "/l/a.log.1")
        #expect(packed.bytes.prefix(2) == [0x1f, 0x8b])
        #expect(packed.bytes.count < Self.text.count / 10)
        try await programs.run("gunzip", [], from: packed, to: unpacked, of: "/l/a.log.1")
        #expect(unpacked.bytes == Self.text)
        #expect(max(log.greatestChunk, unpacked.greatestChunk) <= 1 << 18)
    }

    @Test("An empty log goes through as well")
    func empty() async throws {
        let output = MemoryFile()
        try await Ear().programs.run("cat", [], from: MemoryFile(), to: output, of: "/l/a.log.1")
        #expect(output.bytes.isEmpty)
    }

    @Test("What one says although all went well is passed on")
    func said() async throws {
        let (ear, output) = (Ear(), MemoryFile())
        try await ear.programs.run(
            "sh", ["-c", "echo careful >&2; exec cat"], from: MemoryFile([65]), to: output, of: "/l/a.log.1")
        #expect(ear.lines == ["sh: careful"])
        #expect(output.bytes == [65])
    }

    @Test(
        "A fault says how it ended",
        arguments: [
            ("sh", ["-c", "cat >/dev/null; echo no >&2; exit 4"], RotationFault.Code.compressor, "exit status 4: no"),
            ("sh", ["-c", "exit 5"], .compressor, "exit status 5"),
            ("sh", ["-c", "kill -11 $$"], .compressor, "signal 11"),
            ("sh", ["-c", "exit 0"], .compressor, "before it had read the whole log"),
            ("no-such-compressor", [], .compressor, "not installed"),
            ("/no/such/compressor", [], .compressor, "not installed"),
        ] as [(String, [String], RotationFault.Code, String)])
    func fault(_ command: String, _ options: [String], _ code: RotationFault.Code, _ hint: String) async throws {
        let fault = await #expect(throws: RotationFault.self) {
            try await Ear().programs.run(
                command, options, from: MemoryFile(Self.text), to: MemoryFile(), of: "/l/a.log.1")
        }
        #expect(fault?.code == code)
        #expect(fault?.location == command)
        #expect(fault?.hint.contains(hint) ?? false, "\(fault?.hint ?? "")")
    }

    @Test("A file that fails ends the program, and is the fault", arguments: [Int64(0), 100_000, 600_000])
    func disk(_ offset: Int64) async throws {
        for (input, output) in [
            (MemoryFile(Self.text, failsAt: offset), MemoryFile()),
            (MemoryFile(Self.text), MemoryFile(failsAt: offset)),
        ] {
            let fault = await #expect(throws: RotationFault.self) {
                try await Ear().programs.run("cat", [], from: input, to: output, of: "/l/a.log.1")
            }
            #expect(fault?.code == .disk)
            #expect(fault?.location == "memory")
        }
    }

    @Test("A log that has grown ends the program, and is the fault")
    func grown() async throws {
        let folder = TemporaryFolder()
        let log = BoundedFile(
            MemoryFile(Self.text), "a.log.1", in: try LinuxDisk().openDirectory(folder.path),
            ReadAllowance(Int64(Self.text.count) - 1, to: "compress"))
        let fault = await #expect(throws: RotationFault.self) {
            try await Ear().programs.run("cat", [], from: log, to: MemoryFile(), of: "/l/a.log.1")
        }
        #expect(fault?.location == folder.path + "/a.log.1")
        #expect(fault?.hint.hasPrefix("it was written to while it was compressed") ?? false)
    }

    @Test("A compressor ends with the task that runs it")
    func cancellation() async throws {
        let fault = await withTaskGroup(of: RotationFault?.self) { group in
            group.addTask {
                do throws(RotationFault) {
                    try await Ear().programs.run(
                        "sleep", ["1000"], from: MemoryFile(), to: MemoryFile(), of: "/l/a.log.1")
                    return nil
                } catch {
                    return error
                }
            }
            group.cancelAll()
            return await group.next() ?? nil
        }
        #expect(fault?.code == .interrupted)
    }
}

@Suite("The end of what a program says")
struct OutputTailTests {
    @Test("is the same however it comes", arguments: [1, 7, 1_000, 4_095, 4_096, 4_097, 100_000])
    func pieces(_ size: Int) {
        let all = Array((0..<20_000).map { "line \($0)" }.joined(separator: "\n").utf8)
        var tail = OutputTail()
        for start in stride(from: 0, to: all.count, by: size) { tail.append(all[start..<min(start + size, all.count)]) }
        var whole = OutputTail()
        whole.append(all)
        #expect(tail.lines == whole.lines)
        #expect(tail.lines.first == "…")
        #expect(tail.lines.last == "line 19999")
    }

    @Test("has nothing forgotten where it is short", arguments: [("", []), ("a\n\n b \r\n", ["a", "b"])])
    func short(_ text: String, _ lines: [String]) {
        var tail = OutputTail()
        tail.append(text.utf8)
        #expect(tail.lines == lines)
    }
}
