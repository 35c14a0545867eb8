import Foundation
import MusterCore
import MusterTesting
import Testing

@Suite("The command line")
struct UsageTests {
    @Test(
        "Help goes to standard output and is no fault",
        arguments: ["", "check", "probe", "lab", "logs", "reasons", "run"])
    func help(_ command: String) async throws {
        let words = command.isEmpty ? [] : [command]
        for arguments in [words + ["--help"], words + ["-h"], ["help"] + words] {
            let ending = try await Program.run(arguments)
            #expect(ending.status == 0)
            #expect(ending.complaints == "")
            #expect(ending.text.contains("USAGE: muster"))
            #expect(ending.text.contains("--version"))
            for name in ["check", "probe", "lab", "logs", "reasons", "run"] where command.isEmpty {
                #expect(ending.text.contains("\n  \(name) "))
            }
        }
    }

    @Test("The version is told")
    func version() async throws {
        let ending = try await Program.run(["--version"])
        #expect(ending.text == Version.text + "\n")
        #expect(ending.status == 0)
    }

    /// Words on the command line, and what the complaint has to name.
    struct Misuse: Sendable, CustomTestStringConvertible {
        var words: [String]
        var names: String

        init(_ words: String, _ names: String) {
            self.words = words.split(separator: " ").map(String.init)
            self.names = names
        }

        var testDescription: String { words.joined(separator: " ") }
    }

    @Test(
        "Wrong usage is one complaint on standard error, nothing on standard output, status 2",
        arguments: [
            Misuse("chekc x.json", "chekc"), Misuse("check", "<inventory>"), Misuse("check --lop x", "--lop"),
            Misuse("check --output yaml x", "yaml"), Misuse("check -c 0 x", "--concurrency"),
            Misuse("check -c many x", "many"), Misuse("check --loops 0 x", "--loops"),
            Misuse("check --loops 65 x", "--loops"), Misuse("check --deadline 5 x", "--deadline"),
            Misuse("check --deadline 0s x", "--deadline"), Misuse("check --color pink x", "pink"),
            Misuse("check --output-file report x", "report"), Misuse("check x y", "y"),
            Misuse("check --lab -", "--lab"), Misuse("lab", "<inventory>"), Misuse("reasons --output xml", "xml"),
            Misuse("check /nowhere/fleet.json", "/nowhere/fleet.json"), Misuse("check /", "/"),
            Misuse("check --lab /nowhere/fleet.json", "/nowhere/fleet.json"),
            Misuse("lab /nowhere/fleet.json", "/nowhere/fleet.json"),
            Misuse("probe", "<target>"), Misuse("probe --attempts 0 tcp a:1", "--attempts"),
            Misuse("probe tcp ::1:22", "[::1]:22"), Misuse("probe tcp [::1", "HOST:PORT"),
            Misuse("probe tcp [::1]", "HOST:PORT"), Misuse("probe tcp [::1]:", "HOST:PORT"),
            Misuse("probe tcp localhost:99999", "HOST:PORT"), Misuse("probe tcp localhost", "HOST:PORT"),
            Misuse("probe dns", "NAME [TYPE] [@SERVER]"), Misuse("probe dns a.test NOPE", "AAAA"),
            Misuse("probe dns a.test A @nope:99999", "nope:99999"), Misuse("probe ftp://a.test/", "http://"),
            Misuse("probe http://", "http://"), Misuse("probe http://[::1/", "[::1"),
            Misuse("probe a.test", "HOST:PORT"),
            Misuse("probe --ca-file /nowhere/root.pem tcp a:1", "/nowhere/root.pem"),
            Misuse("run", "<inventory>"), Misuse("run x", "-- uptime"), Misuse("run x uptime", "-- uptime"),
            Misuse("run --frks 3 x -- uptime", "--forks"), Misuse("run --forks 0 x -- uptime", "--forks"),
            Misuse("run --via telnet x -- uptime", "telnet"),
            Misuse("run --max-failures 0 x -- uptime", "--max-failures"),
            Misuse("run --splay 5 x -- uptime", "--splay"), Misuse("run --keep 1 x -- uptime", "--keep"),
            Misuse("run --keep 2000TB x -- uptime", "from 1KB to 16MB"),
            Misuse("run -o csv x -- uptime", "csv"), Misuse("run /nowhere/fleet.json -- uptime", "/nowhere/fleet.json"),
        ])
    func misuse(_ misuse: Misuse) async throws {
        let ending = try await Program.run(misuse.words)
        #expect(ending.status == 2)
        #expect(!ending.isSignal)
        #expect(ending.text == "")
        #expect(ending.complaints.hasPrefix("muster: "))
        #expect(ending.complaints.contains(misuse.names))
    }

    @Test(
        "All faults of an inventory are told at once, with their places and the nearest words",
        arguments: [[], ["--lab"]])
    func faults(_ options: [String]) async throws {
        try await Folder.with { folder in
            let path = try folder.write(
                """
                { "version": 1,
                  "defaults": { "timeuot": "2s" },
                  "checks": { "ssh": { "tcp": { "prot": 22 } }, "home": { "htpp": { "url": "http://{address}/" } } },
                  "groups": { "web": { "checks": ["shh"],
                    "hosts": [{ "name": "web[1:3].test", "address": "127.0.0.[1:4]" }] } } }
                """, to: "fleet.json")
            let ending = try await Program.run(["check", path] + options)
            #expect(ending.status == 2)
            #expect(ending.text == "")
            #expect(ending.complaintLines.count >= 4)
            for line in ending.complaintLines { #expect(line.hasPrefix("muster: ") && line.contains("fleet.json: ")) }
            for word in ["timeuot", "timeout", "prot", "port", "shh", "ssh", "htpp", "http", "groups.web"] {
                #expect(ending.complaints.contains(word), "\(word)")
            }
        }
    }

    @Test("An inventory can come from standard input")
    func standardInput() async throws {
        try await Folder.with { folder in
            let path = try folder.write(try await Fleet.refusing(250), to: "fleet.json")
            let ending = try await Program.run(
                ["check", "-", "-o", "json"], environment: ["FLEET": path], shell: #"exec "$0" "$@" < "$FLEET""#)
            #expect(ending.status == 1)
            #expect(try Report(json: ending.output).summary.down == 250)
        }
    }

    @Test("Every reason is listed, for people and for programs")
    func reasons() async throws {
        let text = try await Program.run(["reasons"])
        let json = try await Program.run(["reasons", "-o", "json"])
        #expect(text.status == 0 && json.status == 0)
        /// The list as JSON.
        struct List: Decodable {
            struct Entry: Decodable {
                var reason: String
                var verdict: String
                var summary: String
            }
            var reasons: [Entry]
        }
        let entries = try JSONDecoder().decode(List.self, from: json.output).reasons
        #expect(entries.map(\.reason) == Reason.allCases.map(\.rawValue) + LocalReason.allCases.map(\.rawValue))
        #expect(entries.allSatisfy { !$0.summary.isEmpty && !$0.verdict.isEmpty })
        for entry in entries { #expect(text.text.contains("\n  " + entry.reason + " ")) }
    }

    @Test("Colours are written where they are asked for, and never into a pipe unasked")
    func color() async throws {
        let escape = "\u{1b}["
        for (options, environment, isColored) in [
            ([], [:], false), (["--color", "auto"], [:], false), (["--color", "always"], [:], true),
            (["--color", "never"], [:], false), (["--color", "always"], ["NO_COLOR": "1"], true),
            ([], ["NO_COLOR": "1"], false), ([], ["FORCE_COLOR": "1", "TERM": "xterm-256color"], false),
        ] as [([String], [String: String], Bool)] {
            let ending = try await Program.run(["reasons"] + options, environment: environment)
            #expect(ending.text.contains(escape) == isColored, "\(options) \(environment)")
            #expect(ending.status == 0)
        }
    }
}
