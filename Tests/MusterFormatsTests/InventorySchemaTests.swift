import Foundation
import MusterCore
import MusterTesting
import MusterText
import Testing

@testable import MusterFormats

/// A file of the project.
private func file(_ path: String) throws -> [UInt8] {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    return Array(try Data(contentsOf: root.appending(path: path)))
}

private func value(_ text: String) throws -> Setting {
    try #require(JSONReader.read(Array(text.utf8), source: "a", log: FaultLog()))
}

private func published() throws -> JSONSchema {
    JSONSchema(try value(String(decoding: try file("docs/inventory.schema.json"), as: UTF8.self)))
}

@Suite("The published schema")
struct InventorySchemaTests {
    private let schema: JSONSchema

    init() throws { schema = try published() }

    @Test("lists exactly the keys that the reader asks for")
    func keys() throws {
        let text = """
            {"version": 1, "defaults": {}, "checks": {"s.h": {"tcp": {}}},
             "groups": {"web": {"groups": {"e.u": {"checks": ["s.h"], "hosts": ["a", {"name": "b"}]}}}},
             "hosts": [{"name": "c"}],
             "lab": {"faults": [{"fault": "slow", "check": "s.h", "hosts": "a"}]}}
            """
        let log = FaultLog()
        _ = InventoryCatalog.read(
            Array(text.utf8), source: "inventory.json", vocabulary: Reading.vocabulary, log: log)
        #expect(log.lines.isEmpty)
        let probes: Set = ["tcp", "dns", "dnsExpect", "http", "httpTLS", "httpExpect"]
        #expect(schema.mismatches(with: log.knownKeys, source: "inventory.json", unread: probes).isEmpty)
        #expect(log.knownKeys.count == 9)
    }

    @Test("is compared in both directions: a key too many, a key too few, an object nobody reads")
    func comparison() throws {
        let small = JSONSchema(
            try value(
                """
                {"properties": {"a": {"$ref": "#/$defs/x"}, "b": {"type": "array", "items": {"$ref": "#/$defs/y"}}},
                 "$defs": {"x": {"properties": {"k": true}}, "y": {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/z"}]},
                           "z": {"additionalProperties": {"$ref": "#/$defs/w"}}, "w": {"properties": {"l": true}}}}
                """))
        let mismatches = small.mismatches(
            with: ["f: ": ["a", "b"], "f: a": ["k", "m"], "f: c": ["k"], "f: b[3].\"u.v\"": []], source: "f")
        #expect(
            mismatches == [
                "f: a: the schema lacks \"m\"", "f: b[3].\"u.v\": only the schema has \"l\"",
                "f: c: the schema has no such object",
            ])
        #expect(
            small.mismatches(with: ["f:": ["a", "b"]], source: "f") == [
                "no reading asked for anything of x", "no reading asked for anything of w",
            ])
        #expect(small.mismatches(with: ["f:": ["a", "b"]], source: "f", unread: ["x", "w"]).isEmpty)
    }

    @Test(
        "accepts what the reader accepts",
        arguments: [
            Reading.with("\"hosts\": [{\"name\": \"a\", \"checks\": [\"ssh\"]}]"),
            Reading.with("\"hosts\": [{\"name\": \"a\", \"checks\": [\"ssh\"]}], \"$schema\": \"x\", \"defaults\": {}"),
            Reading.lines("\"a[1:3].b\", \"::1\", {\"name\": \"n[1:2]\", \"address\": \"10.0.0.[1:2]\"}"),
            Reading.web("\"labels\": {\"a.b-c\": 1.5}, \"vars\": {\"_a1\": true, \"names\": \"\"}, \"hosts\": [\"a\"]"),
            Reading.web("\"groups\": {\"e.u\": {\"hosts\": [\"a\"], \"groups\": {\"x\": {}}}}"),
            Reading.check("\"a.b\": {\"http\": {\"url\": \"\"}, \"timeout\": \"1.5m\", \"attempts\": 10}"),
            Reading.planted("{\"fault\": \"slow\", \"check\": \"ssh\", \"hosts\": [\"web1\", \"web[2:3]\"]}"),
        ])
    func good(text: String) throws {
        #expect(Reading.read(text).faults.isEmpty)
        let text = text.replacing("\"tcp\": {}", with: "\"tcp\": {\"port\": 1}")
        #expect(schema.faults(of: try value(text)).isEmpty)
    }

    @Test(
        "refuses what the reader refuses",
        arguments: [
            "[]", "{}", "{\"version\": 2}", Reading.with("\"hots\": []"), Reading.with("\"hosts\": \"a\""),
            Reading.with("\"groups\": []"), Reading.with("\"hosts\": [{\"name\": \"a\", \"checks\": \"ssh\"}]"),
            Reading.with("\"defaults\": {\"timeout\": 2}"), Reading.with("\"defaults\": {\"timeout\": \"2\"}"),
            Reading.with("\"defaults\": {\"attempts\": 0}"), Reading.with("\"defaults\": {\"attempts\": 11}"),
            Reading.with("\"defaults\": {\"retries\": 1}"), Reading.lines("1"), Reading.lines("{}"),
            Reading.lines("\"\""),
            Reading.lines("{\"name\": \"a\", \"adress\": \"::1\"}"), Reading.lines("{\"name\": \"a\", \"address\": 1}"),
            Reading.lines("{\"name\": \"a\", \"vars\": {\"name\": 1}}"),
            Reading.lines("{\"name\": \"a\", \"vars\": {\"a-b\": 1}}"),
            Reading.lines("{\"name\": \"a\", \"labels\": {\"a b\": 1}}"),
            Reading.lines("{\"name\": \"a\", \"labels\": {\"a\": []}}"),
            Reading.lines("{\"name\": \"a\", \"checks\": [\"ssh\", \"ssh\"]}"),
            Reading.web("\"hosts\": [\"a\"], \"x\": 1"),
            Reading.web("\"groups\": {\"a/b\": {}}, \"hosts\": [\"a\"]"), Reading.check("\"a\": {}"),
            Reading.check("\"a b\": {\"dns\": {}}"),
            Reading.check("\"a\": {\"tcp\": {\"port\": 1}, \"dns\": {}}"), Reading.check("\"a\": {\"ftp\": {}}"),
            Reading.check("\"a\": 1"),
            Reading.planted("{\"fault\": \"slow\", \"check\": \"ssh\"}"),
            Reading.planted("{\"fault\": 1, \"check\": \"ssh\", \"hosts\": \"web1\"}"),
            Reading.planted("{\"fault\": \"slow\", \"check\": \"ssh\", \"hosts\": [1]}"),
            Reading.planted("{\"fault\": \"slow\", \"check\": \"ssh\", \"hosts\": \"web1\", \"host\": \"web1\"}"),
        ])
    func bad(text: String) throws {
        #expect(!Reading.read(text).faults.isEmpty)
        let text = text.replacing("\"tcp\": {}", with: "\"tcp\": {\"port\": 1}")
        #expect(!schema.faults(of: try value(text)).isEmpty)
    }

    @Test(
        "accepts the settings of every kind of check",
        arguments: [
            ("tcp", "{\"port\": 22}"),
            ("tcp", "{\"port\": \"{p}\", \"host\": \"{name}\", \"send\": \"x\", \"expect\": \"y\"}"),
            ("dns", "{}"),
            (
                "dns",
                "{\"server\": \"::1\", \"name\": \"a\", \"type\": \"SRV\", \"transport\": \"tcp\", \"recursion\": false}"
            ),
            ("dns", "{\"expect\": {\"rcode\": \"NXDOMAIN\", \"answers\": [\"{address}\"], \"minimum\": 0}}"),
            ("http", "{\"url\": \"https://{name}/\"}"),
            (
                "http",
                "{\"url\": \"x\", \"method\": \"HEAD\", \"headers\": {\"A\": \"{b}\"}, \"body\": \"c\", \"limit\": \"1MB\"}"
            ), ("http", "{\"url\": \"x\", \"limit\": 65536, \"tls\": {\"verify\": false, \"ca\": \"a.pem\"}}"),
            ("http", "{\"url\": \"x\", \"tls\": {\"serverName\": \"{name}\", \"daysLeft\": 14}}"),
            ("http", "{\"url\": \"x\", \"expect\": {\"status\": [200, \"2xx\", \"200-299\"], \"body\": \"ok\"}}"),
            ("http", "{\"url\": \"x\", \"expect\": {\"status\": 204, \"headers\": {\"Server\": \"nginx\"}}}"),
        ])
    func goodSettings(kind: String, settings: String) throws {
        #expect(schema.faults(of: try value(settings), definition: kind).isEmpty)
    }

    @Test(
        "refuses settings that no kind of check has",
        arguments: [
            ("tcp", "{}"), ("tcp", "{\"port\": 0}"), ("tcp", "{\"port\": 65536}"), ("tcp", "{\"port\": \"ssh\"}"),
            ("tcp", "{\"port\": 1, \"expects\": \"x\"}"), ("tcp", "[]"), ("dns", "{\"type\": \"ANY\"}"),
            ("dns", "{\"recursion\": 1}"),
            ("dns", "{\"transport\": \"tls\"}"), ("dns", "{\"expect\": {\"answers\": \"x\"}}"),
            ("dns", "{\"expect\": {\"minimum\": -1}}"),
            ("http", "{}"), ("http", "{\"url\": 1}"), ("http", "{\"url\": \"x\", \"method\": \"get\"}"),
            ("http", "{\"url\": \"x\", \"headers\": {\"A\": 1}}"), ("http", "{\"url\": \"x\", \"limit\": 0}"),
            ("http", "{\"url\": \"x\", \"limit\": \"much\"}"),
            ("http", "{\"url\": \"x\", \"tls\": {\"daysLeft\": \"7\"}}"),
            ("http", "{\"url\": \"x\", \"expect\": {\"status\": [99]}}"),
            ("http", "{\"url\": \"x\", \"expect\": {\"status\": \"20x\"}}"),
            ("http", "{\"url\": \"x\", \"expect\": {\"status\": \"200-\"}}"),
            ("http", "{\"url\": \"x\", \"expect\": {\"code\": 200}}"),
        ])
    func badSettings(kind: String, settings: String) throws {
        #expect(!schema.faults(of: try value(settings), definition: kind).isEmpty)
    }
}

@Suite("inventory.example.json")
struct ExampleInventoryTests {
    private static let faultNames = [
        "refused", "black-hole", "slow", "reset", "silent", "banner", "status", "body", "truncated", "endless-head",
        "expired", "not-yet-valid", "wrong-name", "self-signed", "incomplete", "untrusted", "nxdomain", "servfail",
        "wrong-answer", "truncated-dns",
    ]
    private let bytes: [UInt8]
    private let inventory: Inventory

    init() throws {
        let log = FaultLog()
        bytes = try file("inventory.example.json")
        let vocabulary = InventoryVocabulary(
            kinds: ["tcp", "dns", "http"], faultNames: ExampleInventoryTests.faultNames)
        let inventory = InventoryCatalog.read(bytes, source: "inventory.example.json", vocabulary: vocabulary, log: log)
        #expect(log.lines.isEmpty)
        self.inventory = try #require(inventory)
    }

    @Test("follows the schema")
    func schema() throws {
        let schema = try published()
        #expect(schema.faults(of: try value(String(decoding: bytes, as: UTF8.self))).isEmpty)
    }

    @Test("has 10,000 hosts with three checks each, all of them in 127.0.0.0/8")
    func size() {
        #expect(inventory.hostCount == 10_000)
        #expect(Plan(inventory).count == 30_000)
        #expect(inventory.entries.allSatisfy { $0.checks.count == 3 })
        #expect(Set(inventory.groups.map(\.path)) == ["web", "api", "db", "db/primary", "db/replica"])
        var addresses: Set<String> = []
        for (entry, line) in inventory.entries.enumerated() {
            for offset in 0..<line.names.count {
                let host = Host(inventory: inventory, entry: entry, offset: offset)
                #expect(host.address?.isLoopback == true)
                addresses.insert(host.addressText)
            }
        }
        #expect(addresses.count == 10_000)
    }

    @Test("plants every kind of fault, on about three targets in a hundred, few of which wait for their timeout")
    func planted() {
        let faults = inventory.plantedFaults
        #expect(Set(faults.map(\.fault)) == Set(ExampleInventoryTests.faultNames))
        let total = faults.reduce(0) { $0 + $1.hosts.count }
        #expect((850...950).contains(total))
        let waiting = faults.filter { ["black-hole", "silent", "endless-head"].contains($0.fault) }
        #expect(waiting.reduce(0) { $0 + $1.hosts.count } <= 150)
    }

    @Test("refuses on the lines whose port is their own, and on no others")
    func refused() {
        let refused = inventory.plantedFaults.filter { $0.fault == "refused" }
        let own = inventory.entries.filter { !$0.variables.isEmpty }
        #expect(refused.map(\.hosts.source) == own.map(\.names.source))
    }
}
