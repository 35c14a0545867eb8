import Foundation
import MusterTesting
import Testing

@Suite("Questions to logs")
struct LogsQuestionTests {
    /// A folder with a combined log of a thousand lines.
    private func withLog<R>(
        _ count: Int = 1000, _ body: (Folder, String, [String]) async throws -> R
    ) async throws -> R {
        try await Folder.with { folder in
            let lines = AccessLog.combined(count)
            return try await body(folder, try folder.write(AccessLog.text(lines), to: "access.log"), lines)
        }
    }

    private func words(_ line: String) -> [Substring] { line.split(separator: " ") }
    private func counts(_ keys: some Sequence<String>) -> [String: Int] {
        keys.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    }

    @Test("The first questions people ask are answered without a word: paths, addresses and statuses")
    func first() async throws {
        try await withLog { _, path, lines in
            let answer = try await Program.ask(["top", path])
            #expect(answer.run.lines == 1000 && answer.run.matched == 1000 && answer.run.bad_lines == 0)
            #expect(answer.run.first == "2026-11-25T07:00:00.000000Z")
            #expect(answer.run.last == "2026-11-25T07:16:39.000000Z")
            #expect(answer.run.bytes == AccessLog.text(lines).utf8.count)
            #expect(answer.sources.map(\.name) == [path] && answer.sources[0].format == "combined")
            #expect(answer.tables.map(\.name) == ["path", "ip", "status"])
            #expect(try answer.table("status").counts == counts(lines.map { String(words($0)[8]) }))
            #expect(answer.timeline?.points.map(\.count).reduce(0, +) == 1000)
            let text = try await Program.run(["logs", "top", path])
            #expect(text.status == 0 && text.complaints == "")
            #expect(text.text.contains("combined · ") && text.text.contains("\n1,000 lines · none bad · "))
        }
    }

    @Test("A quoted pattern with a filter, a time and a number of rows")
    func pattern() async throws {
        try await Folder.with { folder in
            let now = Int(Date().timeIntervalSince1970)
            // Half an hour to either side of what is asked for.
            let recent = AccessLog.combined(400, seed: 1, start: now - 1800)
            let old = AccessLog.combined(400, seed: 2, start: now - 5400 - 400)
            _ = try folder.write(AccessLog.text(recent), to: "access.log")
            _ = try folder.write(AccessLog.text(old), to: "access.log.1")
            let answer = try await Program.ask([
                "top", folder.file("*.log*"), "--by", "path", "--where", "status>=500", "--since", "1h", "-k", "20",
            ])
            let failed = recent.filter { words($0)[8].hasPrefix("5") }
            #expect(answer.run.lines == 800 && answer.run.matched == failed.count)
            #expect(answer.run.filter == "status>=500")
            let paths = counts(failed.map { String(words($0)[6].prefix { $0 != "?" }) })
            let table = try answer.table("path")
            #expect(table.distinct == paths.count && table.total == failed.count)
            #expect(table.rows.map(\.count) == Array(paths.values.sorted(by: >).prefix(20)))
            for (path, count) in table.counts { #expect(paths[path] == count, "\(path)") }
        }
    }

    @Test("A compressed log becomes one page that needs nothing else")
    func page() async throws {
        try await withLog { folder, _, lines in
            let path = try folder.write(GzipBytes.member(Array(AccessLog.text(lines).utf8)), to: "a.gz")
            let ending = try await Program.run(["logs", "summary", path, "--output", "html"])
            #expect(ending.status == 0 && ending.complaints == "")
            #expect(ending.text.lowercased().hasPrefix("<!doctype html>"))
            #expect(ending.text.hasSuffix("</html>\n"))
            #expect(ending.text.contains("<svg") && ending.text.contains("/users/"))
            for link in ["src=\"http", "href=\"http", "url(http", "@import"] { #expect(!ending.text.contains(link)) }
        }
    }

    @Test("Standard input is read, as text and as gzip")
    func standardInput() async throws {
        try await withLog { folder, path, lines in
            _ = try folder.write(GzipBytes.member(Array(AccessLog.text(lines).utf8)), to: "a.gz")
            let expected = try await Program.ask(["top", path])
            for name in ["access.log", "a.gz"] {
                let answer = try await Program.ask(
                    ["top", "-"], environment: ["LOG": folder.file(name)], shell: #"cat "$LOG" | "$0" "$@""#)
                #expect(answer.tables == expected.tables && answer.run == expected.run, "\(name)")
                #expect(answer.sources.map(\.name) == ["standard input"])
            }
        }
    }

    @Test("Several tables, and tables of several fields, come from one pass")
    func several() async throws {
        try await withLog { _, path, lines in
            let answer = try await Program.ask(["top", path, "--by", "method", "--by", "method,status", "-k", "100"])
            #expect(answer.tables.map(\.fields) == [["method"], ["method", "status"]])
            let methods = lines.map { String(words($0)[5].dropFirst()) }
            #expect(answer.tables[0].counts == counts(methods))
            let pairs = counts(zip(methods, lines).map { "\($0) \(words($1)[8])" })
            let rows = answer.tables[1].rows.map { ("\($0.keys["method"] ?? "") \($0.keys["status"] ?? "")", $0.count) }
            #expect(Dictionary(uniqueKeysWithValues: rows) == pairs)
        }
    }

    @Test("Sums, quantiles, distinct values and a timeline are figures, columns and points")
    func measures() async throws {
        try await withLog { _, path, lines in
            let answer = try await Program.ask([
                "top", path, "--by", "status", "--sum", "bytes", "--quantiles", "bytes", "--distinct", "ip",
                "--every", "5m",
            ])
            let bytes = lines.compactMap { Double(words($0)[9]) }
            #expect(try answer.figure("bytes_sum") == bytes.reduce(0, +))
            #expect(try answer.figure("ip_distinct") == Double(Set(lines.map { words($0)[0] }).count))
            let sorted = bytes.sorted()
            for (name, share) in [("bytes_p50", 0.5), ("bytes_p90", 0.9), ("bytes_p99", 0.99)] {
                let value = try answer.figure(name)
                let exact = sorted[Int((share * 1000).rounded(.up)) - 1]
                #expect(abs(value - exact) <= exact * 0.004 + 1, "\(name)")
            }
            let names = ["bytes_sum", "bytes_p50", "bytes_p90", "bytes_p99", "bytes_p99_9", "ip_distinct"]
            #expect(try answer.table("status").columns == ["count", "share"] + names)
            #expect(try answer.table("status").rows.compactMap(\.bytes_sum).reduce(0, +) == bytes.reduce(0, +))
            #expect(answer.timeline?.step_us == 300_000_000)
            #expect(answer.timeline?.points.map(\.count) == [300, 300, 300, 100])
        }
    }

    @Test("Identifiers in paths become stars where that is asked for")
    func normalized() async throws {
        try await withLog { _, path, _ in
            let answer = try await Program.ask(["top", path, "--by", "path", "--normalize"])
            #expect(answer.tables[0].rows.map(\.keys) == [["path": "/users/*/orders"]])
            #expect(answer.tables[0].total == 1000)
        }
    }

    @Test(
        "Every form of a report is written, to standard output and to a file alike",
        arguments: ["table", "json", "ndjson", "csv", "markdown", "prometheus", "html"], ["top", "summary"])
    func forms(_ form: String, _ command: String) async throws {
        try await withLog(200) { folder, path, _ in
            let file = folder.file("report")
            let ending = try await Program.run([
                "logs", command, path, "-o", form, "--output-file", "\(form)=\(file)",
            ])
            #expect(ending.status == 0 && ending.complaints == "")
            let text = ending.text
            #expect(text.contains("/users/") && ending.output.last == 10)
            #expect(try wellFormed(form, ending.output))
            let written = try folder.read("report")
            #expect(try wellFormed(form, written))
        }
    }

    private func wellFormed(_ form: String, _ data: Data) throws -> Bool {
        let text = String(decoding: data, as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        switch form {
        case "json": return try LogAnswer(data).run.lines == 200
        case "ndjson":
            return try lines.dropLast().allSatisfy { line in
                let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
                return object?["type"] is String
            }
        case "csv":
            let rows = text.split(separator: "\r\n")
            let header = rows.first?.split(separator: ",") ?? []
            return header.prefix(3) == ["path", "count", "share"]
                && rows.allSatisfy { $0.split(separator: ",").count == header.count }
        case "prometheus":
            return lines.dropLast().allSatisfy { line in
                line.hasPrefix("# HELP ") || line.hasPrefix("# TYPE ")
                    || line.split(separator: " ").last.flatMap { Double($0) } != nil
            }
        case "markdown": return text.contains("\n| ") && text.contains("---")
        case "html": return text.hasSuffix("</html>\n")
        default: return text.contains("200 lines")
        }
    }

    @Test("The answer is the same whatever the number of workers and the memory")
    func workers() async throws {
        try await withLog(4000) { folder, path, lines in
            let half = try folder.write(
                GzipBytes.member(Array(AccessLog.text(AccessLog.combined(500, seed: 9)).utf8)), to: "b.gz")
            var answers: Set<String> = []
            for options in [["--workers", "1"], ["--workers", "2"], ["--workers", "4"], ["--memory", "16MB"]] {
                let ending = try await Program.run(
                    ["logs", "summary", path, half, "-o", "json", "-k", "1000", "--by", "url", "--by", "ip,status"]
                        + ["--quantiles", "bytes", "--distinct", "url", "--bad-lines", "3"] + options)
                #expect(ending.status == 0)
                answers.insert(try LogAnswer.lasting(ending.output))
            }
            #expect(answers.count == 1)
        }
    }

    @Test("Copies of a log are counted once, and say so, or each where that is asked for")
    func copies() async throws {
        try await withLog { folder, path, lines in
            _ = try folder.write(AccessLog.text(lines.prefix(700)), to: "access.log.1")
            _ = try folder.write(GzipBytes.member(Array(AccessLog.text(lines).utf8)), to: "access.log.2.gz")
            try FileManager.default.linkItem(atPath: path, toPath: folder.file("linked.log"))
            let once = try await Program.ask(["top", folder.path])
            #expect(once.run.lines == 1000)
            #expect(once.sources.compactMap(\.note).count == 3)
            #expect(once.sources.compactMap(\.note).allSatisfy { $0.hasSuffix("counted once") })
            let each = try await Program.ask(["top", folder.path, "--count-copies"])
            #expect(each.run.lines == 3700)
        }
    }
}
