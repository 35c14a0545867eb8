import Foundation
import MusterTesting
import Testing

@Suite("Logs counted in parts")
struct LogsContinuationTests {
    private static let questions = [
        "--by", "path", "--by", "ip,status", "--sum", "bytes", "--quantiles", "bytes", "--distinct", "ip", "--every",
        "1m", "-k", "1000",
    ]

    /// A log that grows by bytes, not by lines, and is rotated.
    private struct GrowingLog {
        let folder: Folder
        private(set) var written = 0
        private let bytes: [UInt8]
        private var rotations = 0

        init(_ folder: Folder, _ lines: [String]) throws {
            self.folder = folder
            bytes = Array(AccessLog.text(lines).utf8)
            _ = try folder.write("", to: "access.log")
        }

        var isWhole: Bool { written == bytes.count }
        var pattern: String { folder.file("access.log*") }

        /// Appends up to so many bytes, wherever lines end.
        mutating func grow(_ count: Int) throws {
            let end = min(bytes.count, written + count)
            try folder.append(String(decoding: bytes[written..<end], as: UTF8.self), to: "access.log")
            written = end
        }

        /// Ends the line that is being written, as whoever writes a log does before it is rotated, and renames the log.
        mutating func rotate() throws {
            while written > 0, bytes[written - 1] != 10 { try grow(1) }
            // Two steps for the oldest first.
            for number in stride(from: rotations, to: 0, by: -1) {
                for end in ["", ".gz"]
                where FileManager.default.fileExists(atPath: folder.file("access.log.\(number)\(end)")) {
                    try folder.rename("access.log.\(number)\(end)", to: "access.log.\(number + 1)\(end)")
                }
            }
            try folder.rename("access.log", to: "access.log.1")
            _ = try folder.write("", to: "access.log")
            rotations += 1
        }

        func compress() throws {
            if FileManager.default.fileExists(atPath: folder.file("access.log.2")) {
                try folder.compress("access.log.2")
            }
        }

        func writeWhole() throws -> String { try folder.write(bytes, to: "whole.log") }
    }

    @Test(
        "Each line is counted once, however a log grows, is rotated and compressed, and whenever runs are killed",
        arguments: 1...3)
    func killed(_ seed: Int) async throws {
        try await Folder.with { folder in
            var dice = Dice(seed)
            var log = try GrowingLog(folder, AccessLog.combined(4000, seed: seed))
            let words =
                ["logs", "top", log.pattern, "--checkpoint", folder.file("kept.tally")] + Self.questions
            while !log.isWhole {
                try log.grow(Int.random(in: 0...60_000, using: &dice))
                switch Int.random(in: 0..<6, using: &dice) {
                case 0: try log.rotate()
                case 1: try log.compress()
                default: break
                }
                // To kill it at any moment is what this is about: what comes of it may not hang on when.
                let moment = Duration.milliseconds(Int.random(in: 0...150, using: &dice))
                try await Program.with(words) { run in
                    try await Task.sleep(for: moment)
                    run.signal(SIGKILL)
                    let ending = await run.ending()
                    #expect(ending.isSignal || ending.status == 0, "\(ending.complaints)")
                }
            }
            let last = try await Program.run(words + ["-o", "json"])
            #expect(last.status == 0 && last.complaints == "")
            let whole = try await Program.run(["logs", "top", try log.writeWhole(), "-o", "json"] + Self.questions)
            #expect(
                try LogAnswer.lasting(last.output, withSources: false)
                    == LogAnswer.lasting(whole.output, withSources: false))
            let sources = try LogAnswer(last.output).sources
            #expect(sources.map(\.lines).reduce(0, +) == 4000)
        }
    }

    @Test("A run goes on where the last one stopped, also in the middle of a line")
    func goesOn() async throws {
        try await Folder.with { folder in
            let lines = AccessLog.combined(30)
            let (log, kept) = (folder.file("access.log"), folder.file("kept.tally"))
            let end = lines[10].utf8.count / 2
            try folder.append(AccessLog.text(lines[..<10]) + lines[10].prefix(end), to: "access.log")
            #expect(try await Program.ask(["top", log, "--checkpoint", kept]).run.lines == 10)
            #expect(try await Program.ask(["top", log, "--checkpoint", kept]).run.lines == 10)
            try folder.append(lines[10].dropFirst(end) + "\n", to: "access.log")
            #expect(try await Program.ask(["top", log, "--checkpoint", kept]).run.lines == 11)
            // Truncated: begun anew, and said so.
            _ = try folder.write(AccessLog.text(lines[11..<15]), to: "access.log")
            let anew = try await Program.ask(["top", log, "--checkpoint", kept])
            #expect(anew.run.lines == 15)
            #expect(anew.sources.contains { $0.note?.contains("read from its beginning") == true })
        }
    }

    @Test("A checkpoint of other questions, or a damaged one, is refused with what to do")
    func refused() async throws {
        try await Folder.with { folder in
            let log = try folder.write(AccessLog.text(AccessLog.combined(30)), to: "access.log")
            let kept = folder.file("kept.tally")
            _ = try await Program.ask(["top", log, "--checkpoint", kept, "--by", "path"])
            let bytes = try folder.read("kept.tally")
            for other in [
                ["--by", "ip"], ["--by", "path", "--where", "status=200"], ["--by", "path", "--sum", "bytes"],
            ] {
                let ending = try await Program.run(["logs", "top", log, "--checkpoint", kept] + other)
                #expect(ending.status == 2 && ending.text == "")
                #expect(ending.complaints.hasPrefix("muster: \(kept): the checkpoint answers other questions (by path"))
                #expect(ending.complaints.contains("ask the same, or use another file"))
                #expect(ending.complaintLines.count == 1)
            }
            var flipped = bytes
            flipped[bytes.count / 2] ^= 1
            for damaged in [Data(), bytes.prefix(5), bytes.prefix(bytes.count / 2), flipped, Data("hello\n".utf8)] {
                _ = try folder.write([UInt8](damaged), to: "kept.tally")
                let ending = try await Program.run(["logs", "top", log, "--checkpoint", kept, "--by", "path"])
                #expect(ending.status == 2 && ending.text == "")
                #expect(ending.complaints.hasPrefix("muster: \(kept): "))
                #expect(ending.complaints.hasSuffix("; delete it to begin anew\n"))
                #expect(try folder.read("kept.tally") == damaged)
            }
        }
    }

    @Test("Tallies joined give what one run over all logs gives")
    func merged() async throws {
        try await Folder.with { folder in
            var logs: [String] = []
            var tallies: [String] = []
            for (number, count) in [900, 1, 0, 1500].enumerated() {
                let lines = AccessLog.combined(count, seed: number + 1)
                logs.append(try folder.write(AccessLog.text(lines), to: "web\(number).log"))
                tallies.append(folder.file("web\(number).tally"))
                _ = try await Program.ask(["top", logs[number], "--partial", tallies[number]] + Self.questions)
            }
            let whole = try await Program.run(["logs", "top"] + logs + Self.questions + ["-o", "json"])
            let expected = try LogAnswer.lasting(whole.output, withSources: false)
            let joined = folder.file("joined.tally")
            for order in [tallies, tallies.reversed()] {
                let ending = try await Program.run(
                    ["logs", "merge"] + order + ["-k", "1000", "-o", "json", "--partial", joined])
                #expect(ending.status == 0 && ending.complaints == "")
                #expect(try LogAnswer.lasting(ending.output, withSources: false) == expected)
                #expect(try LogAnswer(ending.output).sources.map(\.lines).reduce(0, +) == 2401)
                // What was joined can be read and joined again.
                let again = try await Program.run(["logs", "merge", joined, "-k", "1000", "-o", "json"])
                #expect(try LogAnswer.lasting(again.output, withSources: false) == expected)
            }
        }
    }

    @Test("A log that is in two tallies is refused, or counted each time where that is asked for")
    func twice() async throws {
        try await Folder.with { folder in
            let log = try folder.write(AccessLog.text(AccessLog.combined(100)), to: "access.log")
            let other = try folder.write(AccessLog.text(AccessLog.combined(10, seed: 2)), to: "other.log")
            let (one, both, paths) = (folder.file("1.tally"), folder.file("2.tally"), folder.file("3.tally"))
            _ = try await Program.ask(["top", log, "--partial", one])
            _ = try await Program.ask(["top", log, other, "--partial", both])
            _ = try await Program.ask(["top", other, "--by", "path", "--partial", paths])
            for tallies in [[one, both], [both, one], [one, one]] {
                let ending = try await Program.run(["logs", "merge"] + tallies)
                #expect(ending.status == 2 && ending.text == "")
                #expect(ending.complaints.hasPrefix("muster: \(tallies[1]): \(log) is counted in an earlier tally"))
                #expect(ending.complaints.contains("--count-copies"))
            }
            let answer = try await Program.ask(["merge", one, both, "--count-copies"])
            #expect(answer.run.lines == 210)
            let different = try await Program.run(["logs", "merge", one, paths])
            #expect(different.status == 2 && different.text == "")
            #expect(different.complaints.contains("other questions"))
        }
    }

    @Test("Times are asked for by each run anew, whatever the run asked that made the checkpoint")
    func times() async throws {
        try await Folder.with { folder in
            let log = try folder.write(AccessLog.text(AccessLog.combined(200)), to: "access.log")
            let kept = folder.file("kept.tally")
            let words = ["logs", "top", log, "--checkpoint", kept, "--by", "path", "-o", "json"]
            let none = try await Program.run(words + ["--until", "1990-01-01"])
            #expect(try LogAnswer(none.output).run.matched == 0)
            try folder.append(AccessLog.text(AccessLog.combined(50, seed: 2)), to: "access.log")
            let rest = try await Program.run(words)
            #expect(try LogAnswer(rest.output).run.matched == 50)
            #expect(try LogAnswer(rest.output).run.lines == 250)
        }
    }

    @Test("A filter that means nothing in one of the formats is told before anything is counted")
    func mixedFormats() async throws {
        try await Folder.with { folder in
            let access = try folder.write(AccessLog.text(AccessLog.combined(20)), to: "access.log")
            let other = try folder.write("level=info msg=ready took=3ms\n", to: "app.log")
            let ending = try await Program.run(["logs", "top", other, access, "--where", "bytes > 5s"])
            #expect(ending.status == 2 && ending.text == "")
            #expect(ending.complaints.contains("at 9: bytes is a number of bytes"))
        }
    }
}
