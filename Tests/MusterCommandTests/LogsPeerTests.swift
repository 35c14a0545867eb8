import Foundation
import MusterTesting
import Testing

/// Programs that people count logs with, where they are installed.
enum PeerTool: String, CaseIterable, Sendable {
    case mawk, gawk, jq, goaccess

    /// Where it is, nil where it is not installed.
    var path: String? {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(rawValue)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    var isInstalled: Bool { path != nil }

    /// The programs that must not be missing, by `MUSTER_REQUIRE_TOOLS=mawk,jq`.
    static var required: [String] {
        (ProcessInfo.processInfo.environment["MUSTER_REQUIRE_TOOLS"] ?? "").split(separator: ",").map {
            $0.trimmingCharacters(in: .whitespaces)
        }
    }

    /// Runs it to its end and takes what it writes.
    func run(_ arguments: [String], in folder: Folder) async throws -> Data {
        let output = folder.file("\(rawValue).out")
        try Data().write(to: URL(fileURLWithPath: output))
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
        defer { try? file.close() }
        let process = try ChildProcess(
            try #require(path), arguments, environment: ProcessInfo.processInfo.environment,
            output: file.fileDescriptor, error: file.fileDescriptor)
        let ending = await process.wait()
        let data = try folder.read("\(rawValue).out")
        try #require(ending.status == 0 && !ending.isSignal, "\(self): \(String(decoding: data, as: UTF8.self))")
        return data
    }
}

@Suite("Agreement with the tools that people count logs with")
struct LogsPeerTests {
    @Test("Tools that have to be here are here")
    func required() {
        for name in PeerTool.required where !name.isEmpty {
            #expect(PeerTool(rawValue: name)?.isInstalled == true, "\(name)")
        }
    }

    private static let options = ["--by", "status", "--by", "url", "--sum", "bytes", "-k", "100000"]

    @Test(
        "awk counts the same lines by status and by URL, and the same bytes",
        .enabled(if: PeerTool.mawk.isInstalled || PeerTool.gawk.isInstalled, "neither mawk nor gawk is installed"),
        arguments: [PeerTool.mawk, .gawk].filter(\.isInstalled))
    func awk(_ tool: PeerTool) async throws {
        try await Folder.with { folder in
            let log = try folder.write(AccessLog.text(AccessLog.combined(5000, seed: 5)), to: "access.log")
            let program = #"""
                { status[$9]++; url[$7]++; bytes += $10 }
                END {
                    for (key in status) print "status", key, status[key]
                    for (key in url) print "url", key, url[key]
                    printf "bytes all %d\n", bytes
                }
                """#
            var counted: [String: [String: Int]] = [:]
            let output = String(decoding: try await tool.run([program, log], in: folder), as: UTF8.self)
            for line in output.split(separator: "\n") {
                let words = line.split(separator: " ")
                counted[String(words[0]), default: [:]][String(words[1])] = Int(words[2])
            }
            let answer = try await Program.ask(["top", log] + Self.options)
            #expect(try answer.table("status").counts == counted["status"])
            #expect(try answer.table("url").counts == counted["url"])
            #expect(try answer.figure("bytes_sum") == Double(counted["bytes"]?["all"] ?? -1))
            #expect(try answer.table("url").counts.count > 100)
        }
    }

    /// What GoAccess says of a log.
    private struct GoAccessReport: Decodable {
        struct General: Decodable {
            var total_requests: Int
            var valid_requests: Int
            var bandwidth: Int
        }
        struct Panel: Decodable {
            struct Entry: Decodable {
                struct Hits: Decodable { var count: Int }
                var hits: Hits
                var data: String
                var items: [Entry]?
            }
            var data: [Entry]
        }
        var general: General
        var requests: Panel
        var status_codes: Panel
    }

    @Test(
        "GoAccess counts the same lines by status and by URL, and the same bytes",
        .enabled(if: PeerTool.goaccess.isInstalled, "goaccess is not installed"))
    func goaccess() async throws {
        try await Folder.with { folder in
            // Without methods and protocols, a request is its URL alone.
            let log = try folder.write(AccessLog.text(AccessLog.combined(3000, seed: 6)), to: "access.log")
            let report = folder.file("out.json")
            _ = try await PeerTool.goaccess.run(
                [
                    log, "--log-format=COMBINED", "--no-global-config", "--max-items=100000", "--no-progress",
                    "--http-method=no", "--http-protocol=no", "-o", report,
                ], in: folder)
            let theirs = try JSONDecoder().decode(GoAccessReport.self, from: folder.read("out.json"))
            let answer = try await Program.ask(["top", log] + Self.options)
            #expect(theirs.general.total_requests == answer.run.lines)
            #expect(theirs.general.valid_requests == answer.run.lines - answer.run.bad_lines)
            #expect(try Double(theirs.general.bandwidth) == answer.figure("bytes_sum"))
            let codes = theirs.status_codes.data.flatMap { $0.items ?? [$0] }
            let statuses = codes.map { (String($0.data.prefix(3)), $0.hits.count) }
            #expect(try answer.table("status").counts == Dictionary(statuses, uniquingKeysWith: +))
            // Its requests are those that were found; the others are a panel of their own.
            let found = try await Program.ask(["top", log, "--where", "status != 404"] + Self.options)
            let urls = theirs.requests.data.map { ($0.data, $0.hits.count) }
            #expect(try found.table("url").counts == Dictionary(urls, uniquingKeysWith: +))
        }
    }

    @Test(
        "jq counts the same lines of JSON by status and by a field of a field, and the same sums",
        .enabled(if: PeerTool.jq.isInstalled, "jq is not installed"))
    func jq() async throws {
        try await Folder.with { folder in
            let log = try folder.write(AccessLog.text(AccessLog.json(3000, seed: 7)), to: "app.log")
            let program = #"""
                def counts(f): reduce .[] as $line ({}; .[$line | f | tostring] += 1);
                { status: counts(.status), host: counts(.tags.host), url: counts(.url), bytes: (map(.bytes) | add),
                  slow: (map(select(.request_time > 1.5 and .status >= 500)) | length) }
                """#
            struct Counts: Decodable {
                var status: [String: Int]
                var host: [String: Int]
                var url: [String: Int]
                var bytes: Double
                var slow: Int
            }
            let theirs = try JSONDecoder().decode(
                Counts.self, from: try await PeerTool.jq.run(["-s", program, log], in: folder))
            let answer = try await Program.ask(["top", log, "--by", "tags.host"] + Self.options)
            #expect(try answer.table("status").counts == theirs.status)
            #expect(try answer.table("tags.host").counts == theirs.host)
            #expect(try answer.table("url").counts == theirs.url)
            #expect(try answer.figure("bytes_sum") == theirs.bytes)
            let slow = try await Program.ask(["top", log, "--where", "request_time > 1.5 and status >= 500"])
            #expect(slow.run.matched == theirs.slow && theirs.slow > 0)
        }
    }
}
