import Foundation
import MusterCore
import MusterSystem
import Synchronization

/// A folder that is gone when the test is over.
struct Folder {
    let path: String

    static func with<R>(_ body: (Folder) async throws -> R) async throws -> R {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("muster-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        // A folder that is left behind is no fault of the test.
        defer { try? FileManager.default.removeItem(at: url) }
        return try await body(Folder(path: url.path))
    }

    func file(_ name: String) -> String { path + "/" + name }

    func write(_ text: String, to name: String) throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: file(name)))
        return file(name)
    }

    /// Names in it that contain a text.
    func names(with text: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.contains(text) }
    }

    func read(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: file(name))) }
}

/// Ports for labs: nothing listens on them, no outgoing connection gets them by chance, and no two tests the same.
enum Ports {
    private static let next = Atomic<Int>(Int.random(in: 10_500..<32_000))

    static func free() async throws -> Int {
        while true {
            let port = 10_500 + next.wrappingAdd(1, ordering: .relaxed).oldValue % 21_500
            let isFree = try await Reactor.withLoops(1) { loops in
                await withTaskExecutorPreference(loops[0]) {
                    // Taken by somebody: the next.
                    (try? await Listener.withListener(on: Endpoint(.v4(0), port: UInt16(port))) { _ in true }) ?? false
                }
            }
            if isFree { return port }
        }
    }

    static func free(_ count: Int) async throws -> [Int] {
        var ports: [Int] = []
        for _ in 0..<count { ports.append(try await free()) }
        return ports
    }
}

/// Inventories as a user would write them, on free ports.
enum Fleet {
    /// 67 targets over all kinds of faults. Whoever has to time out has a short timeout, all others have all the time
    /// they need, so that nothing depends on the machine's speed.
    static func allFaults() async throws -> String {
        let port = try await Ports.free(8)
        return """
            { "version": 1, "defaults": { "timeout": "120s", "attempts": 2 },
              "checks": {
                "ssh": { "tcp": { "port": "{ssh}", "expect": "SSH-2.0-" } },
                "name": { "dns": { "server": "127.0.0.1:\(port[0])", "name": "{name}", "type": "A",
                    "expect": { "answers": ["{address}"] } } },
                "home": { "http": { "url": "http://{address}:\(port[1])/health",
                    "expect": { "status": [200], "body": "ok" } } },
                "tls": { "http": { "url": "https://{name}:\(port[2])/health", "expect": { "body": "ok" } } },
                "lost-tcp": { "tcp": { "port": \(port[3]), "expect": "hello" }, "timeout": "2s", "attempts": 1 },
                "lost-name": { "dns": { "server": "127.0.0.1:\(port[4])", "name": "{name}",
                    "expect": { "answers": ["{address}"] } }, "timeout": "2s", "attempts": 1 },
                "lost-http": { "http": { "url": "http://{address}:\(port[5])/" }, "timeout": "2s", "attempts": 1 },
                "lost-tls": { "http": { "url": "https://{name}:\(port[6])/" }, "timeout": "2s", "attempts": 1 } },
              "groups": {
                "web": { "checks": ["ssh", "name", "home", "tls"], "vars": { "ssh": "\(port[7])" },
                    "hosts": [{ "name": "web[01:14].test", "address": "127.31.0.[1:14]" }] },
                "old": { "checks": ["ssh"], "vars": { "ssh": "\(try await Ports.free())" },
                    "hosts": [{ "name": "old[1:3].test", "address": "127.31.1.[1:3]" }] },
                "lost": { "checks": ["lost-tcp", "lost-name", "lost-http", "lost-tls"],
                    "hosts": [{ "name": "lost[1:2].test", "address": "127.31.2.[1:2]" }] } },
              "lab": { "faults": [
                \(faults.map { #"{ "fault": "\#($0)", "check": "\#($1)", "hosts": "\#($2).test" }"# }
                    .joined(separator: ",\n    ")) ] } }
            """
    }

    static let targetCount = 14 * 4 + 3 + 2 * 4

    private static let faults = [
        ("refused", "ssh", "old[1:3]"), ("slow", "ssh", "web01"), ("reset", "ssh", "web02"), ("banner", "ssh", "web03"),
        ("nxdomain", "name", "web04"), ("servfail", "name", "web05"), ("wrong-answer", "name", "web06"),
        ("truncated-dns", "name", "web07"), ("status", "home", "web01"), ("body", "home", "web02"),
        ("truncated", "home", "web03"), ("endless-head", "home", "web04"), ("reset", "home", "web05"),
        ("slow", "home", "web06"), ("expired", "tls", "web01"), ("not-yet-valid", "tls", "web02"),
        ("wrong-name", "tls", "web03"), ("self-signed", "tls", "web04"), ("incomplete", "tls", "web05"),
        ("untrusted", "tls", "web06"), ("weak", "tls", "web07"), ("status", "tls", "web08"), ("body", "tls", "web09"),
        ("black-hole", "lost-tcp", "lost1"), ("silent", "lost-tcp", "lost2"), ("black-hole", "lost-name", "lost[1:2]"),
        ("black-hole", "lost-http", "lost1"), ("silent", "lost-http", "lost2"), ("black-hole", "lost-tls", "lost1"),
        ("silent", "lost-tls", "lost2"),
    ]

    /// A few healthy hosts, then 200 that never answer and have all the time in the world.
    static func mostlySilent() async throws -> String {
        """
        { "version": 1, "defaults": { "timeout": "10m", "attempts": 1 },
          "checks": { "ssh": { "tcp": { "port": \(try await Ports.free()), "expect": "SSH-2.0-" } } },
          "groups": { "web": { "checks": ["ssh"], "hosts": [
            { "name": "up[1:5].test", "address": "127.32.0.[1:5]" },
            { "name": "hole[1:200].test", "address": "127.32.1.[1:200]" } ] } },
          "lab": { "faults": [ { "fault": "black-hole", "check": "ssh", "hosts": "hole[1:200].test" } ] } }
        """
    }

    /// Many hosts that refuse: quick to check, long to report.
    static func refusing(_ hosts: Int = 2000) async throws -> String {
        """
        { "version": 1, "checks": { "ssh": { "tcp": { "port": \(try await Ports.free()) } } },
          "groups": { "web": { "checks": ["ssh"], "hosts": [
            { "name": "web[1:\(hosts)].test", "address": "127.33.[0:\(hosts / 250 - 1)].[1:250]" } ] } } }
        """
    }
}

/// What a report says of a target, whatever the time it took.
struct Row: Decodable, Hashable {
    var index: Int
    var host: String
    var check: String
    var verdict: String
    var reason: String?
}

/// What a report says of the run.
struct Foot: Decodable, Hashable {
    var ending: String
    var exit_status: Int32
    var not_started: Int
    var total: Int
    var up: Int
    var down: Int
    var unknown: Int
}

/// A JSON report, or an NDJSON one put together.
struct Report: Decodable, Hashable {
    var targets: [Row]
    var summary: Foot

    init(json: Data) throws {
        self = try JSONDecoder().decode(Report.self, from: json)
        targets.sort { $0.index < $1.index }
    }

    init(ndjson: Data) throws {
        struct Line: Decodable { var type: String }
        let lines = ndjson.split(separator: 10).map { Data($0) }
        let decoder = JSONDecoder()
        let types = try lines.map { try decoder.decode(Line.self, from: $0).type }
        guard types.first == "run", types.last == "summary", let last = lines.last else { throw Malformed() }
        targets = try zip(types, lines).filter { $0.0 == "target" }.map { try decoder.decode(Row.self, from: $1) }
        targets.sort { $0.index < $1.index }
        summary = try decoder.decode(Foot.self, from: last)
        guard targets.count == lines.count - 2 else { throw Malformed() }
    }

    struct Malformed: Error {}
}
