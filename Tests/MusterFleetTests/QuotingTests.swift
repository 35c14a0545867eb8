import Foundation
import MusterTesting
import Testing

@testable import MusterFleet

@Suite("Words for a shell on the other side")
struct QuotingTests {
    @Test(
        "A shell reads back the words as they were",
        arguments: [
            ["a"], ["", "a b", "'", "''", "\"", "\\", "$HOME", "`id`", "$(id)", "a'b'c", "*", "~", "!", "#", "a=b"],
            ["\n", "a\nb", "\t", "ä€😀", ";", "&&", "|", "<x", ">x", "(", "{a,b}", "-n", "--", "if", "[", "%s"],
            [String(repeating: "'", count: 1000)],
        ])
    func roundTrip(_ words: [String]) throws {
        let folder = TemporaryFolder()
        let path = folder.path + "/out"
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(descriptor) }
        let line = ShellQuoting.line(["printf", "%s\\0"] + words)
        let child = try ChildProcess(
            "/bin/sh", ["-c", line], environment: [:], output: descriptor, error: descriptor)
        #expect(child.waitOnThread().status == 0)
        let expected = words.map { $0 + "\0" }.joined()
        #expect(try String(contentsOfFile: path, encoding: .utf8) == expected)
    }

    @Test(
        "The first word is a command and no keyword, alias or assignment",
        arguments: [(["if"], "'if'"), (["a=b", "c"], "'a=b' c"), (["/bin/true", "x y"], "'/bin/true' 'x y'")])
    func command(_ words: [String], _ line: String) { #expect(ShellQuoting.line(words) == line) }

    @Test("ssh gets its options, the port and user, and one command line behind the host")
    func arguments() {
        var settings = SSHSettings()
        settings.configuration = "/c"
        settings.options = ["A=1"]
        settings.connectTimeout = .milliseconds(1500)
        let host = FleetHost(name: "n", address: "192.0.2.1", user: "u", port: 2222)
        let words = settings.arguments(for: host, ["echo", "a b"])
        #expect(words.prefix(7) == ["-F", "/c", "-T", "-o", "BatchMode=yes", "-o", "A=1"])
        #expect(words.contains("ConnectTimeout=2"))
        #expect(words.suffix(7) == ["-p", "2222", "-l", "u", "--", "192.0.2.1", "'echo' 'a b'"])
        #expect(!settings.arguments(for: FleetHost(name: "n", address: "a"), ["x"]).contains("-p"))
    }
}

@Suite("What is kept of an output")
struct KeptOutputTests {
    private func kept(_ text: String, limit: Int, piece: Int) -> KeptOutput {
        var kept = KeptOutput(limit: limit)
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            kept.append(Array(rest.prefix(piece)).span)
            rest = rest.dropFirst(piece)
        }
        return kept
    }

    @Test("The beginning and the end stay, however it came", arguments: [1, 2, 3, 7, 26, 100])
    func halves(_ piece: Int) {
        let whole = kept("abcdefghijklmnopqrstuvwxyz", limit: 8, piece: piece)
        #expect(whole.text == "abcd\n… 18 bytes left out …\nwxyz")
        #expect(whole.count == 26 && whole.omitted == 18)
        #expect(kept("abcdefg", limit: 8, piece: piece).text == "abcdefg")
        #expect(kept("abcdefgh", limit: 8, piece: piece).text == "abcdefgh")
        #expect(kept("abcdefghi", limit: 8, piece: piece).omitted == 1)
    }

    @Test("The last lines are those that say something")
    func lines() {
        let output = kept("one\r\ntwo\n\n  \nthree\n\n", limit: 1000, piece: 5)
        #expect(output.lastLines(2) == ["two", "three"])
        #expect(output.lastLines(9) == ["one", "two", "three"])
    }
}

@Suite("What ssh says")
struct SSHComplaintTests {
    @Test(
        "The last lines of ssh tell why a host was not reached, and whose fault it was",
        arguments: [
            ("ssh: connect to host 127.0.0.1 port 1: Connection refused", "tcp.refused"),
            ("ssh: connect to host x port 22: No route to host", "tcp.unreachable"),
            ("ssh: connect to host x port 22: Connection timed out", "tcp.timeout"),
            ("ssh: connect to host x port 22: Network is unreachable", "local.route"),
            ("ssh: Could not resolve hostname x: Name or service not known", "resolve.nxdomain"),
            ("ssh: Could not resolve hostname x: Temporary failure in name resolution", "local.resolver"),
            ("root@127.0.0.1: Permission denied (publickey).", "ssh.denied"),
            ("Host key verification failed.", "ssh.host_key"),
            (
                "kex_exchange_identification: Connection closed by remote host|Connection closed by ::1 port 2",
                "tcp.closed"
            ),
            ("Connection timed out during banner exchange|Connection to x port 2 timed out", "tcp.silent"),
            ("command-line: line 0: Bad configuration option: foo", "local.fault"),
            ("curl: (7) Connection refused", "ssh.failed"), ("", "ssh.failed"),
        ])
    func reasons(_ text: String, _ code: String) {
        #expect(SSHComplaint.read(text.split(separator: "|").map(String.init)).outcome.code == code)
    }
}
