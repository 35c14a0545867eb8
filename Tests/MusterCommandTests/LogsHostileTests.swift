import Foundation
import MusterTesting
import Testing

@Suite("Hostile logs")
struct LogsHostileTests {
    /// Bytes that must not reach a terminal, a browser or a parser as they are.
    private static let key: [UInt8] =
        Array("/\u{1b}[31mred\u{1b}]0;t\u{7}".utf8) + [0, 0xff, 0xc3, 0x28, 0xed, 0xa0, 0x80]
        + Array("\u{202e}live\u{2066}\u{9b}5m</script><script>alert(1)</script>\u{7f}`|,;=".utf8)

    private static func line(_ key: [UInt8]) -> [UInt8] {
        Array(#"192.0.2.7 - - [25/Nov/2026:07:00:00 +0000] "GET "#.utf8) + key
            + Array(#" HTTP/1.1" 200 5 "-" "-""#.utf8) + [10]
    }

    @Test(
        "Nothing of a key reaches the output as it is that could harm whoever reads it",
        arguments: ["table", "json", "ndjson", "csv", "markdown", "prometheus", "html"])
    func keys(_ form: String) async throws {
        try await Folder.with { folder in
            let bad = Array("\u{1b}[2Jbad \u{202e}".utf8) + [0, 0xff, 10]
            let good = Self.line(Self.key)
            let log = try folder.write(good + good + good + good + bad, to: "access.log")
            for color in ["never", "auto"] {
                let ending = try await Program.run([
                    "logs", "top", log, "--by", "url", "--by", "url,agent", "-o", form, "--bad-lines", "5", "--color",
                    color,
                ])
                #expect(ending.status == 0 && ending.complaints == "")
                #expect(String(validating: ending.output, as: UTF8.self) != nil)
                let scalars = ending.text.unicodeScalars
                let allowed: Set<Unicode.Scalar> = ["\n", "\r"]
                #expect(
                    !scalars.contains {
                        ($0.value < 32 && !allowed.contains($0)) || (0x7f...0x9f).contains($0.value)
                            || (0x202a...0x202e).contains($0.value) || (0x2066...0x2069).contains($0.value)
                    })
                #expect(ending.text.contains("[31mred"))
                if form == "html" { #expect(!ending.text.contains("<script>alert")) }
                if form == "json" { #expect(try LogAnswer(ending.output).run.bad_lines == 1) }
            }
        }
    }

    @Test("What a line is explained with is as harmless")
    func explained() async throws {
        let line =
            "192.0.2.7 - - [25/Nov/2026:07:00:00 +0000] \"GET /\u{1b}[31m\u{202e} HTTP/1.1\" 200 5 \"\u{7}\" \"x\""
        for text in [line, "\u{1b}[31m\u{202e} nothing"] {
            let ending = try await Program.run(["logs", "top", "--format", "combined", "--explain-format", text])
            #expect(!ending.text.unicodeScalars.contains { $0 == "\u{1b}" || $0 == "\u{7}" || $0 == "\u{202e}" })
            #expect(ending.text.contains("[31m"))
        }
    }

    @Test("Names of files are as harmless")
    func names() async throws {
        try await Folder.with { folder in
            let log = try folder.write(AccessLog.text(AccessLog.combined(5)), to: "a\u{1b}[31m\nb.log")
            for form in ["table", "json", "csv", "markdown", "prometheus", "html"] {
                let ending = try await Program.run(["logs", "top", log, "-o", form])
                #expect(ending.status == 0)
                #expect(!ending.output.contains(0x1b), "\(form)")
            }
            let missing = try await Program.run(["logs", "top", folder.file("no\u{1b}[31m\nmuster: fine.log")])
            #expect(missing.status == 2)
            #expect(!missing.complaints.utf8.contains(0x1b) && missing.complaintLines.count == 1)
        }
    }

    @Test("A line of five million bytes is a bad line, and those around it count")
    func longLine() async throws {
        try await Folder.with { folder in
            let lines = AccessLog.combined(2)
            let long = Self.line([UInt8](repeating: UInt8(ascii: "a"), count: 5_000_000))
            let log = try folder.write(
                Array((lines[0] + "\n").utf8) + long + Array((lines[1] + "\n").utf8), to: "access.log")
            for (words, shell) in [([log], nil), (["-"], #"cat "$LOG" | "$0" "$@""#)] {
                let answer = try await Program.ask(
                    ["top"] + words + ["--bad-lines", "9"], environment: ["LOG": log], shell: shell)
                #expect(answer.run.lines == 3 && answer.run.bad_lines == 1 && answer.run.matched == 2)
                #expect(answer.bad_lines.map(\.expected) == ["a line of at most 1 MiB"])
                #expect(answer.bad_lines.map(\.offset) == [lines[0].utf8.count + 1])
            }
        }
    }

    @Test("Empty logs are no fault", arguments: ["", "\n\n", " \r\n"])
    func empty(_ content: String) async throws {
        try await Folder.with { folder in
            let log = try folder.write(content, to: "access.log")
            for form in ["table", "json", "ndjson", "csv", "markdown", "prometheus", "html"] {
                let ending = try await Program.run(["logs", "summary", log, "-o", form, "--by", "path"])
                #expect(ending.status == 0 && ending.complaints == "", "\(form)")
            }
            let answer = try await Program.ask(["top", log])
            #expect(answer.run.lines == 0)
            #expect(answer.sources.map(\.note) == ["no lines"])
        }
    }

    @Test("A reader that has seen enough ends the run quietly", arguments: ["table", "ndjson", "csv", "html"])
    func closedPipe(_ form: String) async throws {
        try await Folder.with { folder in
            let log = try folder.write(AccessLog.text(AccessLog.combined(3000)), to: "access.log")
            // More than a pipe holds.
            let ending = try await Program.run(
                ["logs", "top", log, "--by", "time", "--by", "url", "-k", "3000", "--every", "1s", "-o", form],
                shell: #"{ "$0" "$@"; echo "status $?" >&2; } | head -n 1"#)
            #expect(ending.text.split(whereSeparator: \.isNewline).count == 1)
            #expect(ending.complaints == "status 0\n")
        }
    }

    @Test("A closed standard output is told, and the file is whole")
    func noOutput() async throws {
        try await Folder.with { folder in
            let log = try folder.write(AccessLog.text(AccessLog.combined(30)), to: "access.log")
            let ending = try await Program.run(
                ["logs", "top", log, "--output-file", folder.file("a.json")], shell: #"exec "$0" "$@" >&-"#)
            #expect(!ending.isSignal && ending.status == 2)
            #expect(ending.complaints.contains("standard output: cannot write: "))
            #expect(try LogAnswer(folder.read("a.json")).run.lines == 30)
        }
    }
}
