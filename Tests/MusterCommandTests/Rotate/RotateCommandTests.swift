import ArgumentParser
import MusterCore
import MusterFleet
import MusterRotation
import Testing

@testable import muster

@Suite("The command line of a rotation")
struct RotateCommandTests {
    private static func parse(_ line: String) throws -> RotateCommand {
        try RotateCommand.parse(line.split(separator: " ").map(String.init))
    }

    @Test(
        "Flags stand before, between and behind configurations, joined or apart, as people write them",
        arguments: [
            "-d -f -v -s st -l log a b", "a -dfv b -s st -l log", "a b --debug --force --verbose --state st --log log",
            "--dry-run -f a --state=st -v --log=log b", "-dfv -sst -llog a b", "-dfv -s=st a -l=log -- b",
            "-dfs st a -vl log b", "-d -f -v -s st -l log -- a b",
        ])
    func flags(_ line: String) throws {
        let command = try Self.parse(line)
        #expect(command.configurations == ["a", "b"])
        #expect(command.isDry && command.isForced && command.isVerbose)
        #expect(command.state == "st")
        #expect(command.log == "log")
    }

    @Test("A state in /dev/null is none, with the lock and the journal where they usually are")
    func noState() throws {
        let options = try Self.parse("-s /dev/null a").options(isRoot: true) { _ in nil }
        #expect(!options.keepsState)
        #expect(options.statePath == DefaultState.system)
    }

    @Test("Two dashes end the flags")
    func dashes() throws {
        let command = try Self.parse("a -- -f --bogus")
        #expect(command.configurations == ["a", "-f", "--bogus"])
        #expect(!command.isForced)
    }

    @Test("What is asked of the run")
    func options() throws {
        let none = { @Sendable (_: String) -> String? in nil }
        var options = try Self.parse("-f -s st --workers 3 --wait-for-state-lock a").options(
            isRoot: true, environment: none)
        var wanted = RotationOptions(isForced: true, statePath: "st", workers: 3, locking: .wait(.seconds(3_600)))
        // A text of a line a stanza has no use for them.
        wanted.tellsSteps = false
        #expect(options == wanted)
        options = try Self.parse("--wait-for-state-lock --state-lock-timeout 5m a").options(
            isRoot: true, environment: none)
        #expect(options.locking == .wait(.seconds(300)))
        #expect(try Self.parse("-v a").options(isRoot: true, environment: none).tellsSteps)
        #expect(try Self.parse("-o json a").options(isRoot: true, environment: none).tellsSteps)
        options = try Self.parse("-d --skip-state-lock --as-logrotate a").options(isRoot: true, environment: none)
        #expect(options.isDry && options.locking == .skip)
        #expect(options.statePath == "/var/lib/logrotate/status")
        options = try Self.parse("-m mail -mmail2 a").options(isRoot: true, environment: none)
        #expect(options.locking == .refuse)
        #expect(options.statePath == "/var/lib/muster/rotation")
        #expect(options.workers > 0)
    }

    @Test(
        "Bad options are told",
        arguments: [
            ("--bogus a", "--bogus"), ("-s", "-s"), ("--output yaml a", "yaml"), ("--workers 0 a", "--workers"),
            ("--skip-state-lock --wait-for-state-lock a", "exclude"), ("--limit web a", "--hosts"),
            ("--hosts i --forks 0 a", "--forks"), ("--forks 3 a", "--hosts"), ("--resume last a", "--hosts"),
            ("--ssh-option X=1 a", "--hosts"), ("--via ssh a", "--hosts"), ("--hosts i --via telnet a", "--via"),
            ("-x a", "-x"), ("--state-lock-timeout 5m a", "--wait-for-state-lock"),
            ("--wait-for-state-lock --state-lock-timeout 0s a", "--state-lock-timeout"),
        ])
    func refused(_ line: String, _ hint: String) {
        do {
            _ = try Self.parse(line)
            Issue.record("\(line) was taken")
        } catch {
            #expect(RotateCommand.message(for: error).contains(hint))
            #expect(RotateCommand.exitCode(for: error) != .success)
        }
    }

    @Test("A file without a name is told", arguments: ["--state", "--log"])
    func unnamed(_ option: String) {
        let error = #expect(throws: (any Error).self) { try RotateCommand.parse([option, "", "a"]) }
        #expect(error.map { RotateCommand.message(for: $0).contains(option) } ?? false)
    }

    @Test("A configuration without a name is told", arguments: [[""], ["a", ""], ["-d", "", "a"]])
    func unnamedConfiguration(_ words: [String]) {
        let error = #expect(throws: (any Error).self) { try RotateCommand.parse(words) }
        #expect(error.map { RotateCommand.message(for: $0).contains("a configuration has an empty name") } ?? false)
    }

    @Test("On a host of a fleet the same is asked, in NDJSON, with nothing that is of this host")
    func remote() throws {
        let command = try Self.parse(
            "-df -s st --workers 2 --wait-for-state-lock --state-lock-timeout 90s -l log --hosts inv --limit web -v -o json --color never a -- -b"
        )
        #expect(
            command.remoteWords == [
                "muster", "logs", "rotate", "--output", "ndjson", "--dry-run", "--force", "--state=st", "--log=log",
                "--wait-for-state-lock", "--state-lock-timeout=90000ms", "--workers=2", "--", "a", "-b",
            ])
        #expect(command.fleet.hosts == "inv")
        let again = try RotateCommand.parse(Array(command.remoteWords.dropFirst(3)))
        #expect(again.configurations == ["a", "-b"])
        #expect(again.output?.format.name == "ndjson")
        #expect(command.fleet.reach.limit == "web")
        #expect(command.fleetReport.format == .json && command.fleetReport.isVerbose)
        #expect(try Self.parse("--hosts inv a").fleetReport.format == .table)
        // The default state file follows from the name.
        let words = try Self.parse("--as-logrotate --hosts inv a").remoteWords
        #expect(try RotateCommand.parse(Array(words.dropFirst(3))).isLogrotate)
    }

    @Test("Ends with 1 where anything went wrong or was left undone")
    func status() {
        var report = RotationReport(version: "0.1.0", isDry: false)
        #expect(RotateInquiry.status(report) == 0)
        report.warnings = [.init(code: "unsupported", location: "c:1", hint: "mail")]
        #expect(RotateInquiry.status(report) == 0)
        report.isInterrupted = true
        #expect(RotateInquiry.status(report) == 1)
        report.isInterrupted = false
        report.stanzas = [.init(pattern: "a", place: "c:1")]
        report.stanzas[0].logs = [.init(path: "a", outcome: .skipped)]
        #expect(RotateInquiry.status(report) == 0)
        report.stanzas[0].logs[0].outcome = .failed
        #expect(RotateInquiry.status(report) == 1)
    }

    @Test("Faults are told with the log they hit, once")
    func faults() {
        var report = RotationReport(version: "0.1.0", isDry: false)
        report.faults = [.init(code: "malformed", location: "c:1", hint: "no brace")]
        report.warnings = [.init(code: "unsupported", location: "c:2", hint: "mail")]
        var stanza = RotationReport.Stanza(pattern: "/l/*", place: "c:3")
        stanza.faults = [.init(code: "script", location: "c:5", hint: "exit status 1")]
        stanza.logs = ["/l/a", "/l/b"].map { .init(path: $0, outcome: .failed) }
        stanza.logs[0].fault = .init(code: "disk", location: "/l/a", hint: "full")
        stanza.logs[1].fault = .init(code: "script", location: "c:4", hint: "exit status 2")
        report.stanzas = [stanza]
        #expect(
            RotationDesk.faults(report) == [
                "c:1: no brace", "warning: c:2: mail", "c:5: exit status 1", "/l/a: full", "/l/b: c:4: exit status 2",
            ])
    }
}
