import MusterCore
import Testing

@testable import MusterFleet

/// An inventory of nested groups, without checks.
private func fleet(variables: [String: String] = [:]) throws -> Inventory {
    func entry(_ names: String, _ group: Int, _ variables: [String: String] = [:]) throws -> Inventory.Entry {
        Inventory.Entry(
            names: try RangePattern(names), group: group, variables: variables, checks: [], location: "i.json: \(names)"
        )
    }
    return Inventory(
        source: "i.json", checks: [],
        groups: [
            .init(path: "web", variables: ["ssh_user": "deploy"]), .init(path: "web/eu"), .init(path: "db"),
            .init(path: "ungrouped"),
        ],
        entries: [
            try entry("web[1:3]", 0), try entry("eu[1:2]", 1), try entry("db[1:2]", 2, variables),
            try entry("lone", 3),
        ])
}

@Suite("The hosts of a run")
struct SelectionTests {
    private func names(_ limit: String?) throws -> (names: [String], faults: [String]) {
        let log = FaultLog()
        let hosts = HostSelection.hosts(of: try fleet(), limit: limit, log: log)
        return (hosts.map(\.name), log.lines)
    }

    @Test(
        "A limit leaves the hosts that it names, in the inventory's order",
        arguments: [
            (nil, "web1 web2 web3 eu1 eu2 db1 db2 lone"), ("all", "web1 web2 web3 eu1 eu2 db1 db2 lone"),
            ("*", "web1 web2 web3 eu1 eu2 db1 db2 lone"), ("web", "web1 web2 web3 eu1 eu2"), ("web/eu", "eu1 eu2"),
            ("web/*", "eu1 eu2"), ("db2,web1", "web1 db2"), ("web, !web2", "web1 web3 eu1 eu2"),
            ("!web", "db1 db2 lone"), ("!web,!db1", "db2 lone"), ("!eu1,web/eu", "eu2"), ("*1", "web1 eu1 db1"),
            ("d*2,lone", "db2 lone"), ("*e*", "web1 web2 web3 eu1 eu2 lone"), ("w**b*3", "web3"),
            ("ungrouped", "lone"), ("all,!*[12]*,!web*", nil),
        ] as [(String?, String?)])
    func limits(_ limit: String?, _ expected: String?) throws {
        let (names, faults) = try names(limit)
        if let expected {
            #expect(names.joined(separator: " ") == expected)
            #expect(faults.isEmpty)
        } else {
            #expect(!faults.isEmpty)
        }
    }

    @Test(
        "A pattern that matches nothing is a fault with a near name, whether it takes or leaves out",
        arguments: [
            ("wbe", "did you mean \"web\"?"), ("db1,!lnoe", "did you mean \"lone\"?"), ("we1", "did you mean"),
            ("web1,", "is no list of names"), ("", "is no list of names"), ("web1,!web1", "leaves no host"),
            ("x*yyyyyyyy", "known: "),
        ])
    func unmatched(_ limit: String, _ hint: String) throws {
        let faults = try names(limit).faults
        #expect(faults.count == 1 && faults[0].hasPrefix("--limit: ") && faults[0].contains(hint), "\(faults)")
    }

    @Test("User and port come from variables, those of ssh first and the line's over the group's")
    func variables() throws {
        let log = FaultLog()
        let inventory = try fleet(variables: ["ansible_user": "a", "user": "u", "ansible_port": "2222", "port": "80"])
        let hosts = HostSelection.hosts(of: inventory, limit: "web1,db1,lone", log: log)
        #expect(log.isEmpty)
        #expect(hosts.map(\.user) == ["deploy", "a", nil])
        #expect(hosts.map(\.port) == [nil, 2222, nil])
    }

    @Test(
        "What ssh could take for something else is refused with its place",
        arguments: [
            (["ssh_port": "0"], "ssh_port"), (["ssh_port": "65536"], "ssh_port"), (["ssh_port": "22x"], "ssh_port"),
            (["ssh_user": "-oProxyCommand=x"], "ssh_user"), (["user": ""], "user"), (["user": "a b"], "user"),
            (["user": "a\u{1b}"], "user"),
        ])
    func faults(_ variables: [String: String], _ named: String) throws {
        let log = FaultLog()
        let hosts = HostSelection.hosts(of: try fleet(variables: variables), limit: "db1", log: log)
        #expect(hosts.isEmpty)
        let fault = try #require(log.lines.first)
        #expect(fault.hasPrefix("i.json: db[1:2]: \(named) is "))
    }

    @Test(
        "An address is a host's name or number and nothing else",
        arguments: [
            ("web1.example", true), ("192.0.2.1", true), ("2001:db8::1", true), ("fe80::1%eth0", true),
            ("-oProxyCommand=x", false), ("a b", false), ("user@host", false), ("ssh://host", false), ("", false),
            ("a\nb", false), ("ä", false), (String(repeating: "x", count: 254), false),
        ])
    func addresses(_ text: String, _ fits: Bool) { #expect(FleetHost.isAddress(text) == fits) }

    @Test("Words with a star are bounded, others are looked up")
    func starLimit() throws {
        let plain = (0..<9_000).map { "no\($0)" }.joined(separator: ",")
        #expect(try names("web1," + plain).faults.count == FaultLog.limit + 1)
        let starred = (0..<1_001).map { "no\($0)*" }.joined(separator: ",")
        let faults = try names("web1," + starred).faults
        #expect(faults.count == 1 && faults[0].contains("more than 1000 words have a star"))
    }

    @Test("A pattern of many stars takes no longer than its lengths multiplied")
    func stars() {
        let pattern = LimitPattern(Substring(String(repeating: "*a", count: 100) + "b"))
        #expect(!pattern.matches(String(repeating: "a", count: 253)))
        #expect(pattern.matches(String(repeating: "a", count: 252) + "b"))
    }
}
