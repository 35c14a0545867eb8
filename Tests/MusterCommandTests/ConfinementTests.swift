import Foundation
import Glibc
import MusterCore
import MusterSystem
import MusterTesting
import Testing

@testable import muster

/// Whether the kernel holds a process to all that is tested here.
private let isComplete = ConfinementSupport.ofKernel.landlock >= 4 && ConfinementSupport.ofKernel.seccomp
private let isRoot = geteuid() == 0

#if DEBUG
    @Suite("What commands are refused", .timeLimit(.minutes(10)), .enabled(if: isComplete))
    struct ConfinementTests {
        private let folder = TemporaryFolder()
        private let elsewhere = TemporaryFolder()
        private static let line = "127.0.0.1 - - [10/Oct/2000:13:55:36 -0700] \"GET /a HTTP/1.0\" 200 23\n"

        /// A command with what it gets to work on: `LOG`, `FLEET`, `TALLY` and `OUT` are paths.
        struct Command: Sendable, CustomTestStringConvertible {
            var words: [String]
            var usesNetwork = false
            var writes = true
            var testDescription: String { words.joined(separator: " ") }
        }

        static let commands = [
            Command(words: ["check", "FLEET", "--output-file", "json=OUT"], usesNetwork: true),
            Command(words: ["check", "FLEET"], usesNetwork: true, writes: false),
            Command(words: ["probe", "tcp", "127.0.0.1:9"], usesNetwork: true, writes: false),
            Command(words: ["logs", "top", "LOG", "--output-file", "json=OUT"]),
            Command(words: ["logs", "summary", "LOG", "--checkpoint", "OUT"]),
            Command(words: ["logs", "merge", "TALLY", "--partial", "OUT"]),
            Command(words: ["logs", "top", "--explain-format", "a"], writes: false),
        ]

        /// What Landlock does not see, whose file or process ever it is.
        static let bypasses = [
            "chmod", "chown", "setxattr", "lsetxattr", "removexattr", "truncate", "utimensat", "assuming-file",
            "assuming-mode", "fast-open", "fast-open-message", "fast-open-messages", "socketpair", "limits-of-parent",
            "own-parent", "shmget", "msgget",
        ]
        /// As on a kernel that does not know them.
        static let unknown = ["fchmodat2", "setxattrat", "file_setattr", "openat2"]

        private func prepared() throws -> [String: String] {
            [
                "LOG": try folder.file("a.log", Array(Self.line.utf8)),
                "FLEET": try folder.file(
                    "fleet.json",
                    Array(
                        """
                        { "version": 1, "checks": { "t": { "tcp": { "port": 9 } } }, "groups": { "g": { "checks": ["t"],
                          "hosts": [{ "name": "a", "address": "127.0.0.1" }] } } }
                        """.utf8)),
                "TALLY": "\(folder.path)/tally", "OUT": "\(folder.path)/out",
            ]
        }

        private func run(_ words: [String], _ places: [String: String], trial: String = "") async throws
            -> Program.Ending
        {
            let words = words.map { word in places.reduce(word) { $0.replacing($1.key, with: $1.value) } }
            return try await Program.run(words, environment: trial.isEmpty ? [:] : [ConfinementTrial.variable: trial])
        }

        /// What the trials came to, each with all its outcomes: one, where all threads are held alike.
        private func trials(_ ending: Program.Ending) -> (outcomes: [String: Set<String>], threads: [String]) {
            var outcomes: [String: Set<String>] = [:]
            var threads: [String] = []
            for line in ending.complaintLines where line.hasPrefix("trial: ") {
                let text = line.dropFirst(7)
                if text.hasPrefix("thread: ") {
                    threads.append(String(text.dropFirst(8)))
                } else if let equals = text.lastIndex(of: "=") {
                    outcomes[String(text[..<equals]), default: []].insert(String(text[text.index(after: equals)...]))
                }
            }
            return (outcomes, threads)
        }

        @Test(
            "Every thread is refused files, ports, programs, sockets and calls that it has no use for",
            arguments: commands)
        func refused(_ command: Command) async throws {
            let places = try prepared()
            _ = try await run(["logs", "top", "LOG", "--partial", "TALLY"], places)
            let secret = try elsewhere.file("secret", [1])
            let beside = try folder.file("beside", [1])
            let trial =
                "r:\(beside) r:/etc/shadow r:\(secret) w:\(secret) w:\(elsewhere.path)/new r:/proc/self/stat r:/etc/hosts c:9 c:10 "
                + "w:\(folder.path)/new b:\(secret)"
            let ending = try await run(command.words, places, trial: trial)
            #expect(!ending.isSignal && ending.status < 2, "\(ending.complaints)")
            let (found, threads) = trials(ending)
            for path in [
                "open:\(beside)", "open:/etc/shadow", "open:/etc/hosts", "open:\(secret)", "write:\(secret)",
                "write:\(elsewhere.path)/new",
            ] {
                #expect(found[path] == ["EACCES"], "\(path)")
            }
            #expect(found["open:/proc/self/stat"] == ["-"])
            #expect(found["write:\(folder.path)/new"] == [command.writes ? "-" : "EACCES"])
            let calls = [
                "exec", "ptrace", "unshare", "setns", "bpf", "keyctl", "userfaultfd", "mount", "io_uring",
                "process_vm_readv", "kexec", "module", "setuid", "socket:unix", "socket:packet", "socket:netfilter",
                "socket:mptcp", "socket:mptcp6", "socket:sctp", "socket:udplite", "socket:ping", "socket:dccp",
            ]
            let ofWorkers = ["listen", "signal-to-parent", "chdir"]
            for call in calls + Self.bypasses + ofWorkers { #expect(found[call] == ["EPERM"], "\(call)") }
            for call in Self.unknown { #expect(found[call] == ["ENOSYS"], "\(call)") }
            #expect(found["writable-code"] == ["EACCES"])
            for socket in ["ipv4", "ipv6", "route", "tcp", "udp"] {
                #expect(found["socket:\(socket)"] == [command.usesNetwork ? "-" : "EPERM"], "\(socket)")
            }
            #expect(found["connect:10"] == [command.usesNetwork ? "EACCES" : "EPERM"])
            if command.usesNetwork { #expect(found["connect:9"]?.isDisjoint(with: ["EACCES", "EPERM"]) == true) }
            #expect(threads.count > 4)
            // Root reads logs of others.
            let rights = command.words[0] == "logs" && !command.words.contains("--explain-format") && isRoot ? "4" : "0"
            for thread in threads {
                #expect(thread.contains("NoNewPrivs:1") && thread.contains("Seccomp:2"), "\(thread)")
                #expect(thread.contains("CapEff:000000000000000\(rights)"), "\(thread)")
            }
        }

        @Test("--no-sandbox gives nothing up")
        func off() async throws {
            let secret = try elsewhere.file("secret", [1])
            let ending = try await run(["logs", "top", "LOG", "--no-sandbox"], try prepared(), trial: "r:\(secret)")
            let (found, threads) = trials(ending)
            #expect(found["open:\(secret)"] == ["-"] && found["exec"] == ["-"] && found["socket:unix"] == ["-"])
            #expect(threads.allSatisfy { $0.contains("Seccomp:0") && $0.contains("NoNewPrivs:0") })
        }

        @Test("Only a log that needs a program has one started, and no other", arguments: ["xz", "zstd", "bzip2"])
        func programs(_ program: String) async throws {
            let name = "b.log." + program
            guard let path = try folder.compressed(by: program, Array(Self.line.utf8), name: name) else { return }
            let secret = try elsewhere.file("secret", [1])
            let ending = try await run(["logs", "top", path, "-o", "json"], [:], trial: "r:/etc/shadow b:\(secret)")
            #expect(ending.status == 0, "\(ending.complaints)")
            let (found, _) = trials(ending)
            #expect(found["exec"] == ["EACCES"] && found["open:/etc/shadow"] == ["EACCES"])
            for call in Self.bypasses { #expect(found[call] == ["EPERM"], "\(call)") }
            for call in Self.unknown { #expect(found[call] == ["ENOSYS"], "\(call)") }
        }
    }
#endif

@Suite("What confinement leaves alone", .timeLimit(.minutes(10)))
struct UnconfinedWaysTests {
    private let folder = TemporaryFolder()
    private let elsewhere = TemporaryFolder()
    private static let line = "127.0.0.1 - - [10/Oct/2000:13:55:36 -0700] \"GET /a HTTP/1.0\" 200 23\n"

    @Test(
        "Logs are read however they are named",
        arguments: [
            "top LINK", "top FOLDER", "top FOLDER/", "top 'FOLDER/*.log'", "top 'FOLDER/*/../a.log'", "top - < LOG",
            "top /dev/stdin < LOG", "top /dev/fd/3 3< LOG", "top LINKED", "top 'LINKED/*'", "top a.log",
            "top /proc/self/cwd/a.log", "top PACKED", "top LOG --output-file json=/dev/stdout",
            "top LOG --output-file json=/dev/null",
        ])
    func names(_ command: String) async throws {
        let log = try folder.file("a.log", Array(Self.line.utf8))
        precondition(unsafe mkdir("\(folder.path)/sub", 0o700) == 0)
        try packUp()
        precondition(unsafe symlink(log, "\(elsewhere.path)/link.log") == 0)
        precondition(unsafe symlink(folder.path, "\(elsewhere.path)/linked") == 0)
        let words = [
            "LINKED": "\(elsewhere.path)/linked", "LINK": "\(elsewhere.path)/link.log", "FOLDER": folder.path,
            "LOG": log, "PACKED": "\(elsewhere.path)/packed",
        ]
        let line = words.sorted { $0.key.count > $1.key.count }.reduce(command) { $0.replacing($1.key, with: $1.value) }
        let ending = try await Program.run(
            [], shell: "cd \(folder.path) && PATH=\(elsewhere.path)/own/bin:$PATH exec \"$0\" logs \(line)")
        #expect(ending.status == 0, "\(ending.complaints)")
        #expect(ending.text.contains("/a"))
    }

    @Test("A FIFO that is named by its whole path is written to")
    func pipes() async throws {
        let log = try folder.file("a.log", Array(Self.line.utf8))
        let pipe = "\(elsewhere.path)/pipe"
        precondition(unsafe mkfifo(pipe, 0o600) == 0)
        let ending = try await Program.run(
            ["logs", "top", log, "--output-file", "json=fifo:\(pipe)"],
            shell: "(timeout 60 cat \(pipe) >\(pipe).read 2>&1 &); exec \"$0\" \"$@\"")
        #expect(ending.status == 0, "\(ending.complaints)")
    }

    /// A log that only a program can read which has what it needs beside it.
    private func packUp() throws {
        for name in ["own", "own/bin", "own/lib"] {
            precondition(unsafe mkdir("\(elsewhere.path)/\(name)", 0o700) == 0)
        }
        _ = try elsewhere.file("own/lib/text", Array(Self.line.utf8))
        let script = "#!/bin/sh\nexec cat '\(elsewhere.path)/own/lib/text'\n"
        let program = try elsewhere.file("own/bin/zstd", Array(script.utf8))
        precondition(unsafe chmod(program, 0o700) == 0)
        _ = try elsewhere.file("packed", [0x28, 0xb5, 0x2f, 0xfd])
    }

    @Test("Root keeps what it needs for files of others", .enabled(if: isRoot))
    func owners() async throws {
        precondition(unsafe chmod(folder.path, 0o755) == 0)
        let theirs = "\(folder.path)/theirs"
        precondition(unsafe mkdir(theirs, 0o700) == 0)
        for (name, text) in [("a.log", Self.line), ("out.json", "old")] {
            let path = try folder.file("theirs/\(name)", Array(text.utf8))
            precondition(unsafe chmod(path, 0o600) == 0 && chown(path, 65_534, 65_534) == 0)
        }
        precondition(unsafe chown(theirs, 65_534, 65_534) == 0)
        for _ in 0..<2 {
            let ending = try await Program.run([
                "logs", "top", "\(theirs)/a.log", "--output-file", "\(theirs)/out.json", "--checkpoint",
                "\(theirs)/mark",
            ])
            #expect(ending.status == 0, "\(ending.complaints)")
        }
        var facts = stat()
        #expect(unsafe stat("\(theirs)/out.json", &facts) == 0)
        #expect(facts.st_uid == 65_534 && facts.st_mode & 0o777 == 0o600 && facts.st_size > 3)
    }

    @Test("--version --verbose tells what the kernel confines to")
    func version() async throws {
        for words in [["--version", "--verbose"], ["--verbose", "--version"]] {
            let ending = try await Program.run(words)
            let support = ConfinementSupport.ofKernel.lines
            #expect(ending.status == 0)
            #expect(ending.text == ([Version.text] + support).joined(separator: "\n") + "\n")
        }
        #expect(try await Program.run(["--version"]).text == Version.text + "\n")
    }
}
