import Foundation
import Glibc
import MusterTesting
import Synchronization
import Testing

@Suite("Logs that are being written")
struct LogsLiveTests {
    /// What a thread of its own has come to.
    private final class Mark: Sendable {
        private let reached = Atomic(false)
        var isReached: Bool { reached.load(ordering: .acquiring) }
        func reach() { reached.store(true, ordering: .releasing) }
    }

    @Test("Ctrl-C while a pipe is read reports what came through it", arguments: [1, 500, 8_000], [SIGINT, SIGTERM])
    func interrupted(_ count: Int, _ signal: Int32) async throws {
        try await Folder.with { folder in
            let path = folder.file("fifo")
            #expect(unsafe mkfifo(path, 0o600) == 0)
            // Both ends are open here, so that no end comes.
            let pipe = try #require(FileHandle(forUpdatingAtPath: path))
            let descriptor = pipe.fileDescriptor
            let text = AccessLog.text(AccessLog.combined(count)) + "192.0.2.7 - - [25/No"
            try await Program.with(["logs", "top", path, "-o", "json"]) { run in
                let written = Mark()
                Thread.detachNewThread {
                    try? FileHandle(fileDescriptor: descriptor).write(contentsOf: Data(text.utf8))
                    written.reach()
                }
                var left: Int32 = 1
                while run.isRunning, !written.isReached || left > 0 {
                    try await Task.sleep(for: .milliseconds(1))
                    #expect(unsafe ioctl(descriptor, UInt(FIONREAD), &left) == 0)
                }
                run.signal(signal)
                let ending = await run.ending()
                #expect(!ending.isSignal && ending.status == 2)
                #expect(ending.complaints == "")
                let answer = try LogAnswer(ending.output)
                #expect(answer.run.interrupted)
                #expect(answer.run.lines == count && answer.run.bad_lines == 0)
            }
            try pipe.close()
        }
    }

    @Test("Ctrl-C while nothing comes ends at once with status 2")
    func silent() async throws {
        try await Folder.with { folder in
            let path = folder.file("fifo")
            #expect(unsafe mkfifo(path, 0o600) == 0)
            try await Program.with(["logs", "top", path, "--partial", folder.file("a.tally")]) { run in
                // A signal that comes before the handler is there ends the process by itself.
                while run.isRunning {
                    run.signal(SIGINT)
                    try await Task.sleep(for: .milliseconds(20))
                }
                let ending = await run.ending()
                #expect(ending.isSignal ? ending.status == SIGINT : ending.status == 2)
                #expect(ending.complaints == "")
            }
            #expect(!FileManager.default.fileExists(atPath: folder.file("a.tally")))
        }
    }

    /// Waits until a report says so many lines; false where the run ends before.
    private func reported(_ lines: Int, _ folder: Folder, _ run: Program) async throws -> Bool {
        while run.isRunning {
            if let data = try? folder.read("live.json"), try LogAnswer(data).run.lines == lines { return true }
            try await Task.sleep(for: .milliseconds(10))
        }
        return false
    }

    @Test("What is appended is counted as it comes, also after rotation and truncation, and Ctrl-C ends with status 0")
    func followed() async throws {
        try await Folder.with { folder in
            let lines = AccessLog.combined(500)
            func append(_ range: Range<Int>, to name: String = "access.log") throws {
                try folder.append(AccessLog.text(lines[range]), to: name)
            }
            try append(0..<100)
            let (kept, partial) = (folder.file("kept.tally"), folder.file("a.tally"))
            let words = ["logs", "top", folder.file("access.log"), "--checkpoint", kept, "--by", "path", "-k", "100"]
            try await Program.with(
                words + ["--follow", "--partial", partial, "--output-file", folder.file("live.json"), "-o", "json"]
            ) { run in
                #expect(try await reported(100, folder, run))
                try append(100..<200)
                #expect(try await reported(200, folder, run))
                // The old file is written to after it was renamed, as servers do until they open the new one.
                try folder.rename("access.log", to: "access.log.1")
                try append(200..<210, to: "access.log.1")
                #expect(try await reported(210, folder, run))
                try append(210..<300)
                #expect(try await reported(300, folder, run))
                let cut = lines[300].utf8.count / 2
                try folder.append(lines[300].prefix(cut), to: "access.log")
                try folder.append(lines[300].dropFirst(cut) + "\n", to: "access.log")
                #expect(try await reported(301, folder, run))
                try append(301..<400)
                #expect(try await reported(400, folder, run))
                run.signal(SIGINT)
                let ending = await run.ending()
                #expect(!ending.isSignal && ending.status == 0)
                #expect(ending.complaints == "")
                #expect(try LogAnswer(ending.output).run.lines == 400)
                #expect(try LogAnswer(ending.output).run.interrupted == false)
            }
            // A later run goes on where the following ended.
            try append(400..<500)
            let later = try await Program.ask(Array(words.dropFirst()))
            let whole = try folder.write(AccessLog.text(lines), to: "whole.txt")
            let expected = try await Program.ask(["top", whole, "--by", "path", "-k", "100"])
            #expect(later.tables == expected.tables && later.run == expected.run)
            #expect(try await Program.ask(["merge", partial]).run.lines == 400)
        }
    }

    @Test("A log without lines is waited for")
    func fromNothing() async throws {
        try await Folder.with { folder in
            let log = try folder.write("", to: "access.log")
            try await Program.with([
                "logs", "top", log, "--follow", "--output-file", folder.file("live.json"), "-o", "json",
            ]) { run in
                let lines = AccessLog.combined(20)
                let cut = lines[0].utf8.count / 2
                try folder.append(lines[0].prefix(cut), to: "access.log")
                try folder.append(lines[0].dropFirst(cut) + "\n", to: "access.log")
                #expect(try await reported(1, folder, run))
                try folder.append(AccessLog.text(lines[1...]), to: "access.log")
                #expect(try await reported(20, folder, run))
                run.signal(SIGINT)
                let ending = await run.ending()
                #expect(!ending.isSignal && ending.status == 0 && ending.complaints == "")
                #expect(try LogAnswer(ending.output).tables.map(\.name) == ["path", "ip", "status"])
            }
        }
    }

    @Test("What does not grow cannot be followed")
    func compressed() async throws {
        try await Folder.with { folder in
            let log = try folder.write(
                GzipBytes.member(Array(AccessLog.text(AccessLog.combined(20)).utf8)), to: "access.log.gz")
            let ending = try await Program.run(["logs", "top", log, "--follow"])
            #expect(ending.status == 2 && ending.text == "")
            #expect(ending.complaints == "muster: --follow: none of these grows; name a plain file\n")
        }
    }
}
