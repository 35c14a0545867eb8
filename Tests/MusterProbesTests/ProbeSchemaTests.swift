import Foundation
import MusterCore
import MusterFormats
import MusterTesting
import MusterText
import Testing

@testable import MusterProbes

@Suite("The published schema and the probes")
struct ProbeSchemaTests {
    /// Every key that an inventory and its checks may have.
    private static let inventory = """
        {"$schema": "x", "version": 1, "defaults": {"timeout": "2s", "attempts": 2, "resolve_timeout": "5s"},
         "checks": {
           "t": {"tcp": {"port": 22, "host": "{name}", "send": "a", "expect": "b",
                 "addresses": "each", "family": "ipv4"}, "timeout": "1s", "attempts": 1, "resolve_timeout": "1s"},
           "d": {"dns": {"server": "127.0.0.1:53", "name": "{name}", "type": "A", "transport": "udp", "recursion": true,
                 "addresses": "any", "family": "ipv6",
                 "expect": {"rcode": "NOERROR", "answers": ["{address}"], "minimum": 1}}},
           "h": {"http": {"url": "https://{name}/{site}", "method": "GET", "headers": {"X-A": "b", "limit": "c"},
                 "body": "x", "limit": "1MB", "addresses": "first", "family": "any",
                 "tls": {"verify": true, "serverName": "{name}", "daysLeft": 14},
                 "expect": {"status": [200], "body": "ok", "headers": {"Server": "nginx", "status": "up"}}}}},
         "groups": {"web": {"labels": {"a": "b"}, "vars": {"site": "eu"}, "checks": ["t", "d", "h"],
           "hosts": [{"name": "a", "address": "::1", "labels": {"c": 1}, "vars": {"d": 2}}],
           "groups": {"eu": {"hosts": [{"name": "b", "address": "::2", "checks": ["t"]}]}}}},
         "hosts": [{"name": "c", "address": "::3", "checks": ["t"]}],
         "lab": {"faults": [{"fault": "slow", "check": "t", "hosts": "a"}]}}
        """

    private let schema: JSONSchema

    init() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let bytes = Array(try Data(contentsOf: root.appending(path: "docs/inventory.schema.json")))
        schema = JSONSchema(try #require(JSONReader.read(bytes, source: "schema", log: FaultLog())))
    }

    @Test("list the same keys, in both directions and at every place")
    func keys() throws {
        let log = FaultLog()
        let vocabulary = InventoryVocabulary(kinds: ProbeCatalog.kinds.map(\.name), faultNames: ["slow"])
        let inventory = try #require(
            InventoryCatalog.read(
                Array(Self.inventory.utf8), source: "inventory.json", vocabulary: vocabulary, log: log))
        let blueprints = inventory.checks.map {
            ProbeCatalog.blueprint(for: $0, in: TestAuthority.strangers, log: log)
        }
        #expect(log.lines.isEmpty)
        #expect(blueprints.count == 3)
        #expect(blueprints.allSatisfy { $0 != nil })
        #expect(schema.mismatches(with: log.knownKeys, source: "inventory.json") == [])
        // Maps of headers have no keys of their own.
        #expect(!log.knownKeys.keys.contains { $0.hasSuffix(".headers") })
    }

    @Test("agree on every setting that a check may have")
    func valid() throws {
        let log = FaultLog()
        let value = try #require(JSONReader.read(Array(Self.inventory.utf8), source: "a", log: log))
        #expect(schema.faults(of: value).isEmpty)
        for example in SettingsCase.good where !["\"srv\"", "HTTP", "5XX"].contains(where: example.settings.contains) {
            // The schema wants words in the letter case that the reader writes them in.
            let settings = try #require(JSONReader.read(Array(example.settings.utf8), source: "a", log: log))
            #expect(schema.faults(of: settings, definition: example.kind).isEmpty, "\(example.settings)")
        }
    }
}
