import Foundation
import MusterTesting
import Testing

/// `muster logs rotate --hosts` with another program in ssh's place, and one in muster's that tells what it was asked.
@Suite("Rotations on a fleet, from the command line")
struct RotateFleetTests {
    private let ssh = StandInSSH(programs: [
        "muster": """
        printf '%s|' "$@" >&2
        [ $host != b ] || { echo 'c:1: no brace' >&2; exit 3; }
        seq 1 20000
        echo '{"type":"summary","dry":false,"logs":40,"rotated":12}'
        """
    ])

    private func rotate(_ arguments: [String], hosts: [String] = ["a", "b"]) async throws -> Program.Ending {
        try await Program.run(
            ["logs", "rotate", "--hosts", try ssh.inventory(hosts), "--runs-directory", ssh.runs] + arguments,
            shell: ssh.shell)
    }

    @Test("Each host's summary is told, and why one failed")
    func table() async throws {
        let ending = try await rotate(["-v", "/etc/a b.conf", "-f"])
        #expect(ending.status == 1)
        #expect(ending.complaints == "")
        #expect(ending.text.contains("  12 of 40 logs rotated\n"))
        #expect(ending.text.contains("b  command.failed (status 3)\n"))
        #expect(ending.text.contains("c:1: no brace"))
        #expect(ending.text.contains("1 done · 1 failed"))
    }

    @Test("The words arrive as they are, and a run goes on with them, told in another form")
    func words() async throws {
        let first = try await rotate(["-o", "json", "/etc/a b.conf", "-d"])
        #expect(first.text.contains("logs|rotate|--output|ndjson|--dry-run|--|/etc/a b.conf|"))
        let second = try await rotate(["--resume", "last", "-d", "/etc/a b.conf"])
        #expect(second.status == 1)
        #expect(second.text.contains("0 done · 1 done before · 1 failed"))
        let other = try await rotate(["--resume", "last", "/etc/a b.conf"])
        #expect(other.status == 2)
        #expect(other.complaints.contains("another command"))
    }

    @Test("Nothing to rotate with, or nobody to rotate on, is wrong usage")
    func usage() async throws {
        #expect(try await rotate([]).status == 1)
        #expect(try await rotate(["a", "--limit", "web"]).status == 2)
        let ending = try await Program.run(["logs", "rotate", "a", "--hosts", "/nowhere/fleet.json"])
        #expect(ending.status == 2)
        #expect(ending.complaints.contains("/nowhere/fleet.json"))
    }
}
