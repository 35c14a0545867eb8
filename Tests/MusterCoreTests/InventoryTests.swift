import MusterCore
import MusterTesting
import Testing

private func inventory(_ names: String, _ addresses: String?, variables: [String: String] = [:]) throws -> Inventory {
    Inventory(
        source: "a", checks: [],
        groups: [.init(path: "g", labels: ["x": "1", "y": "2"], variables: ["port": "22", "site": "b"])],
        entries: [
            .init(
                names: try RangePattern(names),
                addresses: try addresses.map { (text) throws in try RangePattern(text) }, group: 0,
                labels: ["y": "3"], variables: variables, checks: [], location: "a: hosts[0]")
        ])
}

@Suite("Hosts, templates and plans")
struct InventoryTests {
    @Test("a host is made from its line, with the line's own over the group's")
    func hosts() throws {
        let inventory = try inventory("web[1:3]", "127.0.0.[1:3]", variables: ["port": "23"])
        let host = Host(inventory: inventory, entry: 0, offset: 2)
        #expect(host.name == "web3")
        #expect(host.addressText == "127.0.0.3")
        #expect(host.address == .v4(0x7f00_0003))
        #expect(host.labels == ["x": "1", "y": "3"])
        #expect(host.variable("port") == "23")
        #expect(host.variable("site") == "b")
        #expect(host.variable("none") == nil)
        #expect(inventory.hostCount == 3)
    }

    @Test("a host without an address has its name for one")
    func nameAsAddress() throws {
        let named = Host(inventory: try inventory("web[1:3]", nil), entry: 0, offset: 0)
        #expect(named.addressText == "web1")
        #expect(named.address == nil)
        #expect(Host(inventory: try inventory("::[1:3]", nil), entry: 0, offset: 1).address == .v6(high: 0, low: 2))
    }

    @Test(
        "a template is filled in for a host",
        arguments: [
            ("", "", []), ("plain", "plain", []), ("{name}", "web2", []),
            ("{address}:{port}", "127.0.0.2:22", ["port"]),
            ("https://{name}:8443/{site}?", "https://web2:8443/b?", ["site"]), ("{{{name}}}", "{web2}", []),
            ("{{name}}", "{name}", []), ("é{site}é", "ébé", ["site"]), ("{gone}", "", ["gone"]),
            ("{site}{site}", "bb", ["site", "site"]),
        ])
    func templates(source: String, text: String, variables: [String]) throws {
        let host = Host(inventory: try inventory("web[1:3]", "127.0.0.[1:3]"), entry: 0, offset: 1)
        let template = try Template(source)
        #expect(template.text(for: host) == text)
        #expect(template.variables == variables)
        #expect(template.source == source)
        #expect(
            (template.constant != nil)
                == (template.constant == text && !source.contains("{name}") || source == "{{name}}"))
    }

    @Test(
        "a template says what is wrong with it",
        arguments: [
            ("{name", "\"{\" is never closed; write {name}, {address}, {variable}, or \"{{\" for the character itself"),
            ("a}b", "a lone \"}\"; write \"}}\" for the character itself"),
            ("{}", "{} is no variable; a name is letters, digits and _, not starting with a digit"),
            ("{a b}", "{a b} is no variable; a name is letters, digits and _, not starting with a digit"),
            ("{1a}", "{1a} is no variable; a name is letters, digits and _, not starting with a digit"),
            ("{a-b}", "{a-b} is no variable; a name is letters, digits and _, not starting with a digit"),
            ("{é}", "{é} is no variable; a name is letters, digits and _, not starting with a digit"),
            ("{a{b}", "{a{b} is no variable; a name is letters, digits and _, not starting with a digit"),
        ])
    func badTemplates(source: String, hint: String) {
        #expect {
            try Template(source)
        } throws: { error in
            (error as? Template.Fault)?.hint == hint
        }
    }

    @Test("A template is bounded in its length and its places, which bounds what it becomes")
    func boundedTemplates() throws {
        #expect(try Template(String(repeating: "{name}-", count: 128)).segments.count == 256)
        #expect(throws: Template.Fault.self) { try Template(String(repeating: "{a}", count: 129)) }
        #expect(throws: Template.Fault.self) { try Template(String(repeating: "a", count: 65_537)) }
    }

    @Test("a template without places is a constant")
    func constants() throws {
        #expect(try Template("a{{b}}").constant == "a{b}")
        #expect(try Template("").constant == "")
        #expect(try Template("{name}").constant == nil)
        #expect(Template(constant: "{name}").constant == "{name}")
    }

    @Test("a plan gives the same targets as loops over hosts and checks, for random inventories", arguments: 0..<60)
    func plans(seed: Int) throws {
        var dice = Dice(seed)
        let checks = (0..<5).map {
            Check(name: "c\($0)", kind: "tcp", settings: .null, timeout: .seconds(1), attempts: 1, location: "a")
        }
        let entries = try (0..<Int.random(in: 0...12, using: &dice)).map { line in
            Inventory.Entry(
                names: try RangePattern("h\(line)-[1:\(Int.random(in: 1...9, using: &dice))]"), group: 0,
                checks: Array((0..<5).shuffled(using: &dice).prefix(Int.random(in: 0...5, using: &dice))), location: "a"
            )
        }
        let inventory = Inventory(source: "a", checks: checks, groups: [.init(path: "g")], entries: entries)
        var expected: [String] = []
        for entry in entries {
            for offset in 0..<entry.names.count {
                for check in entry.checks { expected.append("\(entry.names.text(at: offset)) c\(check)") }
            }
        }
        let plan = Plan(inventory)
        let targets = (0..<plan.count).map { plan.target(at: $0) }
        #expect(targets.map { "\($0.host.name) \($0.check.name)" } == expected)
        #expect(targets.map(\.index) == Array(0..<expected.count))
    }

    @Test("a plan of a billion targets is made from one line")
    func laziness() throws {
        let check = Check(name: "c", kind: "tcp", settings: .null, timeout: .seconds(1), attempts: 1, location: "a")
        let entry = Inventory.Entry(
            names: try RangePattern("h[0:99999999]"), group: 0, checks: Array(repeating: 0, count: 10), location: "a")
        let plan = Plan(Inventory(source: "a", checks: [check], groups: [.init(path: "g")], entries: [entry]))
        #expect(plan.count == 1_000_000_000)
        #expect(plan.target(at: 999_999_999).host.name == "h99999999")
    }
}
