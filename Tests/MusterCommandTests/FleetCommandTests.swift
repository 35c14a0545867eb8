import Foundation
import MusterTesting
import Testing

/// `muster run` with another program in ssh's place.
@Suite("Commands on a fleet, from the command line")
struct FleetCommandTests {
    private let ssh = StandInSSH()

    private func words(_ arguments: [String], _ hosts: [String]) throws -> [String] {
        ["run", try ssh.inventory(hosts), "--runs-directory", ssh.runs] + arguments
    }

    private func run(_ arguments: [String], hosts: [String] = ["a", "b", "c"]) async throws -> Program.Ending {
        try await Program.run(try words(arguments, hosts), shell: ssh.shell)
    }

    @Test("All do well: status 0, a line each on demand, and a record")
    func done() async throws {
        let ending = try await run(["-v", "--", "printf", "%s\\n", "a  b", "$host"])
        #expect(ending.status == 0)
        #expect(ending.complaints == "")
        #expect(ending.text.contains("3 done"))
        #expect(
            ending.text.split(separator: "\n").filter { $0.hasPrefix("done ") && $0.hasSuffix("  $host") }.count == 3)
        #expect(try FileManager.default.contentsOfDirectory(atPath: ssh.runs).count == 1)
    }

    @Test("One fails: status 1; the run goes on with that one, and with none where all are done")
    func resumed() async throws {
        let mark = ssh.folder.path + "/mark"
        let words = ["sh", "-c", "echo $host >>\(ssh.folder.path)/seen; [ $host != b ] || [ -e \(mark) ] || exit 7"]
        let first = try await run(["--forks", "1", "--output", "json", "--"] + words)
        #expect(first.status == 1)
        #expect(
            first.text.contains(#""host":"b","address":"b","outcome":"failed","reason":"command.failed","status":7"#))
        _ = try ssh.folder.file("mark", [])
        // The command is in the record.
        let second = try await run(["--resume", "last"])
        #expect(second.status == 0)
        #expect(second.text.contains("1 done · 2 done before"))
        let third = try await run(["--resume", "last", "--"] + words)
        #expect(third.text.contains("0 done · 3 done before"))
        #expect(try String(contentsOfFile: ssh.folder.path + "/seen", encoding: .utf8) == "a\nb\nc\nb\n")
        let other = try await run(["--resume", "last", "--", "true"])
        #expect(other.status == 2)
        #expect(other.complaints.contains("another command"))
    }

    @Test("After too many failures no further host begins")
    func failures() async throws {
        let ending = try await run(["--forks", "1", "--max-failures", "1", "--output", "ndjson", "--", "false"])
        #expect(ending.status == 1)
        #expect(ending.text.contains(#""ending":"failures""#) && ending.text.contains(#""not_begun":["b","c"]"#))
    }

    @Test("Only the hosts that the limit leaves; one that is nobody is told with its like")
    func limit() async throws {
        let ending = try await run(["--limit", "all,!b", "--", "true"])
        #expect(ending.status == 0)
        #expect(ending.text.contains("2 done"))
        let typo = try await run(["--limit", "web", "--", "true"], hosts: ["wbe"])
        #expect(typo.status == 2)
        #expect(typo.complaints.contains("wbe"))
    }

    @Test("An interruption ends those that run, and reports")
    func interrupted() async throws {
        // What a waits for comes from b, which then goes on: once a is done, b has begun.
        let pipe = ssh.folder.path + "/pipe"
        let command = "if [ $host = a ]; then read x <\(pipe); else echo >\(pipe); exec sleep 1000; fi"
        let words = try words(["-v", "--", "sh", "-c", command], ["a", "b"])
        let ending = try await Program.with(words, shell: "mkfifo \(pipe) && " + ssh.shell) { program in
            #expect(await program.output.wait { $0.contains("\ndone ") })
            program.signal(SIGINT)
            return await program.ending()
        }
        #expect(ending.status == 1)
        #expect(!ending.isSignal)
        #expect(ending.text.contains("1 done · 1 not judged"))
        #expect(ending.text.contains("interrupted: no further host was begun"))
    }
}
