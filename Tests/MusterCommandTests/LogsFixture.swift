import Foundation
import MusterTesting
import Testing

/// Logs that are the same in every run.
enum AccessLog {
    /// 2026-11-25T07:00:00Z.
    static let start = 1_795_590_000

    /// Lines of the combined format, a second apart.
    static func combined(_ count: Int, seed: Int = 1, start: Int = start) -> [String] {
        var dice = Dice(seed)
        return (0..<count).map { index in
            let status = [200, 200, 200, 304, 404, 500, 503].randomElement(using: &dice) ?? 200
            let method = ["GET", "GET", "POST"].randomElement(using: &dice) ?? "GET"
            let path = "/users/\(Int.random(in: 1...40, using: &dice))/orders"
            let query = Bool.random(using: &dice) ? "?page=\(Int.random(in: 1...9, using: &dice))" : ""
            let bytes = Int.random(in: 0...20_000, using: &dice)
            return "192.0.2.\(Int.random(in: 1...60, using: &dice)) - - [\(clf(start + index))] "
                + "\"\(method) \(path)\(query) HTTP/1.1\" \(status) \(bytes) \"-\" \"curl/8.5.0\""
        }
    }

    /// The same as lines of JSON, with the seconds that each took.
    static func json(_ count: Int, seed: Int = 1) -> [String] {
        var dice = Dice(seed)
        return (0..<count).map { index in
            let status = [200, 200, 404, 500].randomElement(using: &dice) ?? 200
            let seconds = Double(Int.random(in: 1...2_000, using: &dice)) / 1_000
            let host = "web\(Int.random(in: 1...9, using: &dice)).test"
            return "{\"time\":\"\(iso(start + index))\",\"status\":\(status),\"url\":\"/p/\(index % 17)?q=1\","
                + "\"request_time\":\(seconds),\"bytes\":\(Int.random(in: 0...9_999, using: &dice)),"
                + "\"tags\":{\"host\":\"\(host)\"}}"
        }
    }

    static func text(_ lines: some Sequence<String>) -> String { lines.map { $0 + "\n" }.joined() }

    private static func clf(_ seconds: Int) -> String { format(seconds, "dd/MMM/yyyy:HH:mm:ss") + " +0000" }

    private static func iso(_ seconds: Int) -> String { format(seconds, "yyyy-MM-dd'T'HH:mm:ss") + "Z" }

    private static func format(_ seconds: Int, _ pattern: String) -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        formatter.dateFormat = pattern
        return formatter.string(from: Date(timeIntervalSince1970: TimeInterval(seconds)))
    }
}

/// What a JSON report says of logs.
struct LogAnswer: Decodable, Hashable {
    /// Of the run as a whole.
    struct Run: Decodable, Hashable {
        var filter: String?
        var lines: Int
        var bad_lines: Int
        var matched: Int
        var bytes: Int
        var first: String?
        var last: String?
        var interrupted: Bool
    }

    struct Source: Decodable, Hashable {
        var name: String
        var format: String?
        var bytes: Int
        var lines: Int
        var bad_lines: Int
        var note: String?
    }

    struct Figure: Decodable, Hashable {
        var name: String
        var value: Double?
    }

    struct Timeline: Decodable, Hashable {
        struct Point: Decodable, Hashable {
            var time: String
            var count: Int
        }
        var step_us: Int
        var points: [Point]
    }

    struct Table: Decodable, Hashable {
        struct Row: Decodable, Hashable {
            var keys: [String: String]
            var count: Int
            var bytes_sum: Double?
        }
        var name: String
        var fields: [String]
        var columns: [String]
        var distinct: Int?
        var total: Int
        var exact: Bool
        var rows: [Row]

        /// Counts by the only key.
        var counts: [String: Int] {
            Dictionary(uniqueKeysWithValues: rows.map { ($0.keys[fields[0]] ?? "", $0.count) })
        }
    }

    struct BadLine: Decodable, Hashable {
        var source: String
        var offset: Int
        var column: Int
        var expected: String
        var text: String
    }

    struct Distribution: Decodable, Hashable {
        var field: String
        var count: Int
    }

    struct StatusClass: Decodable, Hashable {
        var `class`: String
        var count: Int
    }

    var run: Run
    var sources: [Source]
    var figures: [Figure]
    var statuses: [StatusClass]
    var timeline: Timeline?
    var tables: [Table]
    var distributions: [Distribution]
    var bad_lines: [BadLine]

    init(_ json: Data) throws { self = try JSONDecoder().decode(LogAnswer.self, from: json) }

    func table(_ name: String) throws -> Table { try #require(tables.first { $0.name == name }) }

    func figure(_ name: String) throws -> Double { try #require(figures.first { $0.name == name }?.value) }

    /// Everything in a JSON report that hangs on the logs alone, as one text: all but the times and threads of the run,
    /// and the sources where `withSources` is false.
    static func lasting(_ json: Data, withSources: Bool = true) throws -> String {
        var report = try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
        var run = try #require(report["run"] as? [String: Any])
        for name in ["elapsed_us", "workers"] { #expect(run.removeValue(forKey: name) != nil) }
        report["run"] = run
        if !withSources { report["sources"] = nil }
        return String(decoding: try JSONSerialization.data(withJSONObject: report, options: .sortedKeys), as: UTF8.self)
    }
}

extension Program {
    /// Runs `muster logs` with words that are no fault, and reads the JSON it writes.
    static func ask(
        _ arguments: [String], environment: [String: String] = [:], shell: String? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> LogAnswer {
        let ending = try await run(
            ["logs"] + arguments + ["-o", "json"], environment: environment, shell: shell)
        #expect(ending.status == 0 && !ending.isSignal, sourceLocation: sourceLocation)
        #expect(ending.complaints == "", sourceLocation: sourceLocation)
        return try LogAnswer(ending.output)
    }
}

extension Folder {
    func write(_ bytes: [UInt8], to name: String) throws -> String {
        try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
        return file(name)
    }

    /// Appends to a file, which is made where it is missing.
    func append(_ text: some StringProtocol, to name: String) throws {
        if !FileManager.default.fileExists(atPath: file(name)) { _ = try write("", to: name) }
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: file(name)))
        defer { try? handle.close() }
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(text.utf8))
    }

    func rename(_ old: String, to new: String) throws {
        try FileManager.default.moveItem(atPath: file(old), toPath: file(new))
    }

    /// Takes a file's place by its compressed copy.
    func compress(_ name: String) throws {
        _ = try write(GzipBytes.member(Array(try read(name))), to: name + ".gz")
        try FileManager.default.removeItem(atPath: file(name))
    }
}
