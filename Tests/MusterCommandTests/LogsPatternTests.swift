import Foundation
import Glibc
import MusterTesting
import Testing

@Suite("Expressions that would keep a program busy")
struct LogsPatternTests {
    /// Sets of some hundred steps, another one at nearly every byte.
    private static let costly = "(a|b)*a(a|b){900}"

    private static func line(_ count: Int, seed: Int) -> String {
        var dice = Dice(seed)
        return String(decoding: (0..<count).map { _ in UInt8.random(in: 97...98, using: &dice) }, as: UTF8.self)
    }

    @Test("Stars inside of stars are matched at once, which once took minutes")
    func nestedStars() async throws {
        try await Folder.with { folder in
            let path = try folder.write(String(repeating: "a", count: 60_000) + "\n", to: "a.log")
            let ending = try await Program.run([
                "logs", "top", path, "--format", #"regex:(((((((((\b(a*)*)*)*)*)*)*)*)*)*)*(?<z>.)"#, "-o", "json",
            ])
            #expect(ending.status == 0)
            let answer = try LogAnswer(ending.output)
            #expect(answer.run.lines == 1 && answer.run.bad_lines == 0)
        }
    }

    @Test(
        "A signal ends a run in the middle of a line that would take minutes, and nothing half counted is kept",
        arguments: [
            ["--format", "regex:^(?<x>\(costly)c?)$"],
            ["--format", "regex:(?<x>\(costly))"],
            ["--format", "regex:^(?<x>[ab]+)$", "--where", "x ~ \"\(costly)c\" or not x ~ \"b\(costly)d\""],
        ], [SIGTERM, SIGINT])
    func interrupted(_ question: [String], _ signal: Int32) async throws {
        try await Folder.with { folder in
            let path = folder.file("fifo")
            #expect(unsafe mkfifo(path, 0o600) == 0)
            // Both ends are open here, so that no end comes.
            let pipe = try #require(FileHandle(forUpdatingAtPath: path))
            let descriptor = pipe.fileDescriptor
            _ = fcntl(descriptor, F_SETFL, O_RDWR | O_NONBLOCK)
            let text = Array((0..<100).map { Self.line(20_000, seed: $0) + "\n" }.joined().utf8)
            let checkpoint = folder.file("a.checkpoint")
            let arguments = ["logs", "top", path, "--workers", "2", "--checkpoint", checkpoint, "-o", "json"]
            try await Program.with(arguments + question) { run in
                // The pipe holds 64 KiB: what was written beyond that was read, a line at least.
                var written = 0
                while run.isRunning, written < 100_000 {
                    let count = unsafe text[written...].withUnsafeBytes {
                        unsafe write(descriptor, $0.baseAddress, 4_096)
                    }
                    // The reader is another process: there is nothing to wait on but room in the pipe.
                    if count > 0 { written += count } else { try await Task.sleep(for: .milliseconds(1)) }
                }
                run.signal(signal)
                let ending = await run.ending()
                #expect(!ending.isSignal && ending.status == 2)
                if !ending.output.isEmpty {
                    let answer = try LogAnswer(ending.output)
                    #expect(answer.run.interrupted && answer.run.bad_lines == 0)
                }
                #expect(!FileManager.default.fileExists(atPath: checkpoint))
            }
            try pipe.close()
        }
    }

    @Test(
        "What a format or a filter may be at most is told with what to write instead",
        arguments: [
            (["--format", "nginx:" + String(repeating: "$a ", count: 8_000)], "a format has at most 16384 bytes"),
            (["--format", "nginx:" + String(repeating: "$a ", count: 600)], "a format has at most 500 fields"),
            (["--format", "regex:(?<a>" + String(repeating: "x", count: 5_000) + ")"], "has at most 4096 bytes"),
            (["--format", "regex:(?<a>((x{100}){100}){100})"], "over 100000 steps once"),
            (["--where", "ip ~ \"" + String(repeating: "(", count: 80) + "\""], "groups are at most 64 deep"),
            (
                ["--where", (0..<9).map { "ip ~ \"\($0)(x{150}){200}\"" }.joined(separator: " or ")],
                "too large together, over 200000 steps"
            ),
            (["--where", String(repeating: "not ", count: 80) + "ip=1"], "more than 64 brackets and nots"),
            (["--where", "ip in (" + String(repeating: "1,", count: 9_000) + "1)"], "at most 16384 bytes"),
        ])
    func bounded(arguments: [String], complaint: String) async throws {
        try await Folder.with { folder in
            let path = try folder.write(AccessLog.text(AccessLog.combined(3)), to: "a.log")
            let ending = try await Program.run(["logs", "top", path] + arguments)
            #expect(ending.status == 2)
            #expect(ending.complaints.contains(complaint), "\(ending.complaints)")
        }
    }
}
