import MusterCore
import MusterTesting
import Testing

@testable import MusterFormats

@Suite("The native inventory")
struct NativeInventoryTests {
    /// Reads a text that has no fault.
    private func sound(_ text: String) throws -> Inventory {
        let (inventory, faults) = Reading.read(text)
        #expect(faults.isEmpty)
        return try #require(inventory)
    }

    @Test("has checks with their own or the default timeout and attempts")
    func checks() throws {
        let inventory = try sound(
            """
            {"version": 1, "defaults": {"timeout": "3s"}, "hosts": [{"name": "a", "checks": ["b"]}],
             "checks": {"b": {"tcp": {"port": 1}}, "c.d": {"timeout": "10m", "http": [], "attempts": 10}}}
            """)
        #expect(inventory.checks.map(\.name) == ["b", "c.d"])
        #expect(inventory.checks.map(\.kind) == ["tcp", "http"])
        #expect(inventory.checks.map(\.timeout) == [.seconds(3), .seconds(600)])
        #expect(inventory.checks.map(\.attempts) == [2, 10])
        #expect(inventory.checks.map(\.settings) == [.object([.init("port", .integer(1))]), .list([])])
        #expect(inventory.checks.map(\.location) == ["inventory.json: checks.b", "inventory.json: checks.\"c.d\""])
        #expect(inventory.source == "inventory.json")
    }

    @Test("hands labels, variables and checks down to inner groups and lines, where the inner one wins")
    func inheritance() throws {
        let inventory = try sound(
            """
            {"version": 1, "checks": {"a": {"tcp": {}}, "b": {"tcp": {}}, "c": {"tcp": {}}, "d": {"tcp": {}}},
             "groups": {
               "web": {"labels": {"tier": "edge", "n": 1}, "vars": {"port": 22, "on": true, "f": 1.5}, "checks": ["b", "a"],
                 "hosts": ["w1"],
                 "groups": {"eu": {"labels": {"n": 2}, "vars": {"port": "23"}, "checks": ["c", "a"],
                   "hosts": [{"name": "e[1:2]", "vars": {"port": 24}, "labels": {"x": false}, "checks": ["d", "b"]}]}}},
               "db": {"hosts": ["d1"]}},
             "hosts": ["u1", {"name": "u2", "address": "db.example", "checks": ["d"]}]}
            """)
        #expect(inventory.groups.map(\.path) == ["web", "web/eu", "db", "ungrouped"])
        #expect(inventory.groups[1].labels == ["tier": "edge", "n": "2"])
        #expect(inventory.groups[1].variables == ["port": "23", "on": "true", "f": "1.5"])
        #expect(inventory.groups[2].labels.isEmpty)
        #expect(inventory.entries.map(\.names.source) == ["w1", "e[1:2]", "d1", "u1", "u2"])
        #expect(inventory.entries.map(\.group) == [0, 1, 2, 3, 3])
        #expect(inventory.entries.map(\.checks) == [[1, 0], [1, 0, 2, 3], [], [], [3]])
        let host = Host(inventory: inventory, entry: 1, offset: 1)
        #expect(host.name == "e2")
        #expect(host.variable("port") == "24")
        #expect(host.labels == ["tier": "edge", "n": "2", "x": "false"])
        #expect(Host(inventory: inventory, entry: 4, offset: 0).addressText == "db.example")
        #expect(inventory.entries[1].location == "inventory.json: groups.web.groups.eu.hosts[0]")
    }

    @Test("zips names with addresses")
    func zips() throws {
        let inventory = try sound(
            Reading.lines("{\"name\": \"web[0001:6000].fleet.test\", \"address\": \"127.10.[0:23].[1:250]\"}"))
        let host = { Host(inventory: inventory, entry: 0, offset: $0) }
        #expect(host(0).name == "web0001.fleet.test" && host(0).addressText == "127.10.0.1")
        #expect(host(250).name == "web0251.fleet.test" && host(250).addressText == "127.10.1.1")
        #expect(host(5_999).name == "web6000.fleet.test" && host(5_999).addressText == "127.10.23.250")
    }

    @Test("keeps planted faults by range")
    func planted() throws {
        let inventory = try sound(
            Reading.planted(
                """
                {"fault": "slow", "check": "ssh", "hosts": ["web[1:2]", "web4"]}, {"fault": "reset", "check": "ssh", "hosts": "web9"}
                """))
        #expect(inventory.plantedFaults.map(\.fault) == ["slow", "slow", "reset"])
        #expect(inventory.plantedFaults.map(\.hosts.source) == ["web[1:2]", "web4", "web9"])
        #expect(
            inventory.plantedFaults.map(\.location) == [
                "inventory.json: lab.faults[0].hosts[0]", "inventory.json: lab.faults[0].hosts[1]",
                "inventory.json: lab.faults[1].hosts",
            ])
    }

    @Test("of a hundred million hosts is read without writing them out")
    func laziness() throws {
        let inventory = try sound(
            Reading.lines(
                "\"h[00000000:99999999].example\", {\"name\": \"i[1:1000000]\", \"address\": \"10.[0:15].[0:249].[0:249]\"}"
            ))
        let plan = Plan(inventory)
        #expect(plan.count == 101_000_000)
        #expect(plan.target(at: 99_999_999).host.name == "h99999999.example")
        #expect(plan.target(at: 100_999_999).host.name == "i1000000")
        #expect(plan.target(at: 100_999_999).host.addressText == "10.15.249.249")
        #expect(inventory.entries.count == 2)
    }

    @Test("tells which line lacks a variable or an address that its checks need")
    func requirements() throws {
        let inventory = try sound(
            """
            {"version": 1, "checks": {"ssh": {"tcp": {}}, "db": {"tcp": {}}, "name": {"dns": {}}}, "groups": {
               "web": {"vars": {"ssh_prot": 1}, "checks": ["ssh", "db", "name"], "hosts": [
                 {"name": "a[1:9]", "address": "::[1:9]"}, {"name": "b", "address": "::2", "vars": {"ssh_port": 1, "db": 2}},
                 "c.example", {"name": "e", "address": "f.example"}, "10.0.0.1"]},
               "db": {"hosts": ["d"]}}}
            """)
        let log = FaultLog()
        InventoryValidation.requireVariables(
            of: [["ssh_port", "ssh_port"], ["ssh_port", "db"], []], needsAddress: [false, true, true], in: inventory,
            log: log)
        let place = "inventory.json: groups.web.hosts"
        let port = "uses {ssh_port}, which neither this line nor its group defines; did you mean \"ssh_prot\"?"
        let database = "uses {db}, which neither this line nor its group defines; write \"vars\": { \"db\": … }"
        func address(_ found: String) -> String {
            "the check \"db\" needs each host's IP address, and \"\(found)\" is none; "
                + "write for example \"address\": \"192.0.2.1\""
        }
        #expect(
            log.lines == [
                "\(place)[0]: the check \"ssh\" \(port)", "\(place)[0]: the check \"db\" \(database)",
                "\(place)[2]: the check \"ssh\" \(port)", "\(place)[2]: the check \"db\" \(database)",
                "\(place)[2]: \(address("c.example"))", "\(place)[3]: the check \"ssh\" \(port)",
                "\(place)[3]: the check \"db\" \(database)", "\(place)[3]: \(address("f.example"))",
                "\(place)[4]: the check \"ssh\" \(port)", "\(place)[4]: the check \"db\" \(database)",
            ])
    }

    @Test("survives 3,000 random mutations, with an inventory, a fault or both")
    func mutations() {
        var dice = Dice(11)
        let seed = Array(
            Reading.planted("{\"fault\": \"slow\", \"check\": \"ssh\", \"hosts\": [\"web[1:2]\"]}").replacing(
                "\"db1\"",
                with: "{\"name\": \"d[1:2]\", \"address\": \"::[1:2]\", \"vars\": {\"a\": 1}, \"checks\": [\"dns\"]}"
            ).utf8)
        let odd = Array("{}[]\",:019azn-".utf8)
        for _ in 0..<3_000 {
            var bytes = seed
            for _ in 0..<Int.random(in: 1...3, using: &dice) {
                let position = Int.random(in: 0..<bytes.count, using: &dice)
                if Bool.random(using: &dice) { bytes.remove(at: position) }
                bytes.insert(odd.randomElement(using: &dice) ?? 0, at: position)
            }
            let log = FaultLog()
            let inventory = InventoryCatalog.read(bytes, source: "i.json", vocabulary: Reading.vocabulary, log: log)
            #expect(inventory != nil || !log.isEmpty)
        }
    }
}
