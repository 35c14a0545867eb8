import MusterCore
import MusterTesting
import Testing

@testable import MusterFormats

/// What a test reads an inventory with.
enum Reading {
    static let vocabulary = InventoryVocabulary(
        kinds: ["tcp", "dns", "http"], faultNames: ["refused", "black-hole", "slow", "reset"])

    /// What reading gives: an inventory, and the faults' lines.
    static func read(_ text: String, source: String = "inventory.json") -> (inventory: Inventory?, faults: [String]) {
        let log = FaultLog()
        let inventory = InventoryCatalog.read(Array(text.utf8), source: source, vocabulary: vocabulary, log: log)
        return (inventory, log.lines)
    }

    /// A sound inventory with one more key at its top.
    static func with(_ member: String) -> String {
        "{\"version\": 1, \"checks\": {\"ssh\": {\"tcp\": {}}, \"dns\": {\"dns\": {}}}, \(member)}"
    }

    /// A sound inventory with one group, `web`.
    static func web(_ members: String) -> String { with("\"groups\": {\"web\": {\"checks\": [\"ssh\"], \(members)}}") }

    /// A sound inventory whose group `web` has these lines of hosts.
    static func lines(_ lines: String) -> String { web("\"hosts\": [\(lines)]") }

    /// A sound inventory of web1 to web9, db1 and db2 (which have no check), with planted faults.
    static func planted(_ faults: String) -> String {
        with(
            """
            "groups": {"web": {"checks": ["ssh"], "hosts": ["web[1:9]"]}, "db": {"hosts": ["db1", "db2"]}}, \
            "lab": {"faults": [\(faults)]}
            """)
    }

    /// A sound inventory with one more check.
    static func check(_ check: String) -> String {
        """
        {"version": 1, "checks": {"ssh": {"tcp": {}}, \(check)}, "groups": {"web": {"checks": ["ssh"], "hosts": ["a"]}}}
        """
    }
}

@Suite("Faults of an inventory")
struct InventoryFaultTests {
    /// Tells each fault, place and hint to the letter.
    private func expect(_ text: String, _ faults: [String]) {
        #expect(Reading.read(text).faults == faults.map { "inventory.json" + $0 })
    }

    @Test("Whoever only wants the hosts may do without checks")
    func hostsAlone() {
        let log = FaultLog()
        var vocabulary = Reading.vocabulary
        vocabulary.needsChecks = false
        let inventory = InventoryCatalog.read(
            Array("{\"version\": 1, \"hosts\": [\"a\"]}".utf8), source: "i.json", vocabulary: vocabulary, log: log)
        #expect(inventory?.hostCount == 1 && log.isEmpty)
    }

    @Test(
        "in the file as a whole",
        arguments: [
            ("[]", [": expected an object { … }, found a list"]),
            ("{\"version\": 1,}", [":1:14: JSON has no comma after the last element; write \"}\" without the comma"]),
            (
                "{}",
                [
                    ": \"version\" is missing; write \"version\": 1",
                    ": no host is named; write for example \"hosts\": [\"web1.example\"] in a group",
                ]
            ), ("{\"version\": 2, \"x\": 1}", [": version: this muster reads version 1 only; write \"version\": 1"]),
            ("{\"version\": \"1\"}", [": version: this muster reads version 1 only; write \"version\": 1"]),
            (
                "{\"version\": 1, \"hosts\": [\"a\"]}",
                [": no host has a check; write for example \"checks\": [\"ssh\"] in a group"]
            ),
            (
                Reading.with("\"groups\": {\"web\": {\"hosts\": []}}"),
                [": no host is named; write for example \"hosts\": [\"web1.example\"] in a group"]
            ),
            (
                Reading.with("\"hots\": [\"a\"]"),
                [
                    ": hots: unknown key; did you mean \"hosts\"?",
                    ": no host is named; write for example \"hosts\": [\"web1.example\"] in a group",
                ]
            ),
            (
                Reading.with("\"groups\": [], \"hosts\": [\"a\"]"),
                [
                    ": groups: expected an object { … }, found a list"
                ]
            ),
            (
                Reading.web("\"hosts\": [\"a\"], \"hosts\": [\"b\"]"),
                [":1:122: the key \"hosts\" stands twice in this object; write it once"]
            ),
            (
                Reading.with(
                    "\"defaults\": {\"timeout\": 2, \"atempts\": 3}, \"groups\": {\"web\": {\"hosts\": [\"a\"], \"checks\": [\"ssh\"]}}"
                ),
                [
                    ": defaults.timeout: expected a duration such as \"2s\", found a number",
                    ": defaults.atempts: unknown key; did you mean \"attempts\"?",
                ]
            ),
        ])
    func file(text: String, faults: [String]) {
        expect(text, faults)
    }

    @Test(
        "in checks",
        arguments: [
            ("\"a\": 1", [": checks.a: expected an object { … }, found a number"]),
            ("\"a\": {}", [": checks.a: the kind of check is missing; write one of \"tcp\", \"dns\", \"http\""]),
            (
                "\"a\": {\"tcp\": null, \"attempts\": 2}",
                [": checks.a: the kind of check is missing; write one of \"tcp\", \"dns\", \"http\""]
            ), ("\"a\": {\"htp\": {}}", [": checks.a.htp: unknown key; did you mean \"http\"?"]),
            (
                "\"a\": {\"smtp-banner\": {}}",
                [": checks.a.smtp-banner: unknown key; known: attempts, dns, http, resolve_timeout, tcp, timeout"]
            ),
            (
                "\"a\": {\"tcp\": {}, \"dns\": {}}",
                [": checks.a: one check of several kinds: \"tcp\", \"dns\"; write a check for each"]
            ),
            (
                "\"a\": {\"tcp\": {}, \"timeout\": \"2\"}",
                [
                    ": checks.a.timeout: \"2\" is no duration; "
                        + "write for example \"250ms\", \"2s\" or \"1m\", at most 10m00s"
                ]
            ),
            (
                "\"a\": {\"tcp\": {}, \"timeout\": \"11m\"}",
                [
                    ": checks.a.timeout: \"11m\" is no duration; "
                        + "write for example \"250ms\", \"2s\" or \"1m\", at most 10m00s"
                ]
            ),
            (
                "\"a\": {\"tcp\": {}, \"attempts\": 0}",
                [": checks.a.attempts: 0 is out of range; write a number from 1 to 10"]
            ),
            (
                "\"a\": {\"tcp\": {}, \"attempts\": 11}",
                [": checks.a.attempts: 11 is out of range; write a number from 1 to 10"]
            ),
            (
                "\"a b\": {\"tcp\": {}}",
                [": checks.\"a b\": no name for a check; write letters, digits, \"_\", \"-\" and \".\", at most 64"]
            ),
            (
                "\"\": {\"tcp\": {}, \"x.y\": 1}",
                [
                    ": checks.\"\": no name for a check; write letters, digits, \"_\", \"-\" and \".\", at most 64",
                    ": checks.\"\".\"x.y\": unknown key; known: attempts, dns, http, resolve_timeout, tcp, timeout",
                ]
            ), ("\"ssh\": {\"tcp\": {}}", [":1:47: the key \"ssh\" stands twice in this object; write it once"]),
        ])
    func checks(check: String, faults: [String]) {
        expect(Reading.check(check), faults)
    }

    @Test(
        "in groups",
        arguments: [
            (
                Reading.with("\"groups\": {\"web\": {\"checks\": [\"ssh\", \"dns\", \"shh\"], \"hosts\": [\"a\"]}}"),
                [": groups.web.checks[2]: no check is called \"shh\"; did you mean \"ssh\"?"]
            ),
            (
                Reading.with("\"groups\": {\"web\": {\"checks\": [\"telnet\", 7], \"hosts\": [\"a\"]}}"),
                [
                    ": groups.web.checks[1]: expected a string, found a number",
                    ": groups.web.checks[0]: no check is called \"telnet\"; known: dns, ssh",
                ]
            ),
            (
                Reading.with("\"groups\": {\"web\": {\"checks\": [\"ssh\", \"ssh\"], \"hosts\": [\"a\"]}}"),
                [": groups.web.checks[1]: \"ssh\" stands twice in this list; write it once"]
            ),
            (
                Reading.with("\"groups\": {\"web\": {\"checks\": \"ssh\", \"hosts\": [\"a\"]}}"),
                [": groups.web.checks: expected a list [ … ], found a string"]
            ), (Reading.with("\"groups\": {\"web\": []}"), [": groups.web: expected an object { … }, found a list"]),
            (
                Reading.web("\"hosts\": [\"a\"], \"lables\": {}"),
                [": groups.web.lables: unknown key; did you mean \"labels\"?"]
            ),
            (
                Reading.web("\"hosts\": [\"a\"], \"labels\": {\"a b\": \"c\", \"d\": null}"),
                [
                    ": groups.web.labels.\"a b\": no name for a label; "
                        + "write letters, digits, \"_\", \"-\" and \".\", at most 64",
                    ": groups.web.labels.d: expected a string, a number, true or false, found null",
                ]
            ),
            (
                Reading.web("\"hosts\": [\"a\"], \"vars\": {\"name\": \"x\", \"a-b\": 1, \"c\": [1]}"),
                [
                    ": groups.web.vars.name: {name} stands for the host's own name; "
                        + "write another name for the variable",
                    ": groups.web.vars.a-b: no name for a variable; "
                        + "write letters, digits and \"_\", not a digit first, at most 64",
                    ": groups.web.vars.c: expected a string, a number, true or false, found a list",
                ]
            ),
            (
                Reading.web("\"groups\": {\"eu/1\": {\"hosts\": [\"a\"], \"chekcs\": []}}"),
                [
                    ": groups.web.groups.\"eu/1\": no name for a group; "
                        + "write letters, digits, \"_\", \"-\" and \".\", at most 64",
                    ": groups.web.groups.\"eu/1\".chekcs: unknown key; did you mean \"checks\"?",
                ]
            ),
            (
                Reading.with("\"groups\": {\"ungrouped\": {\"checks\": [\"ssh\"], \"hosts\": [\"a\"]}}"),
                [": groups.ungrouped: this name is kept for hosts outside of all groups; write another one"]
            ),
        ])
    func groups(text: String, faults: [String]) {
        expect(text, faults)
    }

    @Test(
        "in lines of hosts",
        arguments: [
            ("1", "[0]: expected a host's name or an object { … }, found a number"),
            ("{}", "[0]: \"name\" is missing; write \"name\": \"web[1:20].example\""),
            ("{\"address\": \"::1\"}", "[0]: \"name\" is missing; write \"name\": \"web[1:20].example\""),
            ("{\"name\": 1}", "[0].name: expected a string, found a number"),
            ("\"\"", "[0]: an empty name; write for example \"web1.example\""),
            (
                "\"web 1\"",
                "[0]: \"web 1\" is no host's name; write letters, digits, \"-\", \"_\", \".\" and \":\" only"
            ),
            (
                "{\"name\": \"wéb\", \"address\": \"::1\"}",
                "[0].name: \"wéb\" is no host's name; write letters, digits, \"-\", \"_\", \".\" and \":\" only"
            ), ("\"\(String(repeating: "a", count: 254))\"", "[0]: a name of 254 characters; write at most 253"),
            ("\"\(String(repeating: "a", count: 252))[9:10]\"", "[0]: a name of 254 characters; write at most 253"),
            ("\"web[9:1]\"", "[0]: [9:1] is empty; write the lower number first"),
            ("\"web[1:\"", "[0]: \"[\" is never closed; write a range as [1:20]"),
            (
                "{\"name\": \"web[0001:6000]\", \"address\": \"127.0.[0:23].[1:250]\"}, {\"name\": \"a[1:3]\", \"address\": \"::1\"}",
                "[1]: 3 names and 1 address; write ranges that are equally long"
            ),
            (
                "{\"name\": \"web[1:6000]\", \"address\": \"::[1:5999]\"}",
                "[0]: 6000 names and 5999 addresses; write ranges that are equally long"
            ),
            (
                "{\"name\": \"a\", \"address\": \"127.0.0.300\"}",
                "[0].address: \"127.0.0.300\" is no IPv4 address; "
                    + "write four numbers from 0 to 255 without leading zeros"
            ),
            (
                "{\"name\": \"a[250:260]\", \"address\": \"127.0.0.[250:260]\"}",
                "[0].address: \"127.0.0.260\" is no IPv4 address; "
                    + "write four numbers from 0 to 255 without leading zeros"
            ),
            (
                "{\"name\": \"a[01:20]\", \"address\": \"127.0.0.[01:20]\"}",
                "[0].address: \"127.0.0.01\" is no IPv4 address; write four numbers from 0 to 255 without leading zeros"
            ),
            (
                "\"10.0.0.[250:256]\"",
                "[0]: \"10.0.0.256\" is no IPv4 address; write four numbers from 0 to 255 without leading zeros"
            ),
            (
                "{\"name\": \"a\", \"address\": \"[::1]\"}",
                "[0].address: [::1] is no range; write [1:20], [01:20], [a:f] or [0:100:10]"
            ),
            (
                "{\"name\": \"a[1:2]\", \"address\": \"::[9999:10000]\"}",
                "[0].address: \"::10000\" is no IPv6 address; "
                    + "write for example \"2001:db8::1\", without brackets or port"
            ),
            (
                "{\"name\": \"a\", \"address\": \"web1:80\"}",
                "[0].address: \"web1:80\" is no IPv6 address; "
                    + "write for example \"2001:db8::1\", without brackets or port"
            ),
            ("{\"name\": \"a\", \"address\": \"\"}", "[0].address: an empty address; write for example \"127.0.0.1\""),
            ("{\"name\": \"a\", \"adress\": \"::1\"}", "[0].adress: unknown key; did you mean \"address\"?"),
            (
                "{\"name\": \"a\", \"checks\": [\"sh\"]}",
                "[0].checks[0]: no check is called \"sh\"; did you mean \"ssh\"?"
            ),
            (
                "{\"name\": \"a\", \"vars\": {\"1\": 2}}",
                "[0].vars.1: no name for a variable; write letters, digits and \"_\", not a digit first, at most 64"
            ),
        ])
    func hosts(lines: String, fault: String) {
        expect(Reading.lines(lines), [": groups.web.hosts" + fault])
    }

    @Test(
        "for hosts that stand twice",
        arguments: [
            ("\"a\", \"b\", \"a\"", "[2]: the host \"a\" stands already in groups.web.hosts[0]; write it once"),
            (
                "\"web[1:20]\", \"web[15:40]\"",
                "[1]: 6 hosts, \"web15\" the first, stand already in groups.web.hosts[0]; write each once"
            ),
            ("\"web[1:20]\", \"web7\"", "[1]: the host \"web7\" stands already in groups.web.hosts[0]; write it once"),
            ("\"web7\", \"web[1:20]\"", "[1]: the host \"web7\" stands already in groups.web.hosts[0]; write it once"),
            (
                "\"a[1:11][1:11]\"",
                "[0]: the host \"a111\" stands already in this line; write it once"
            ),
            (
                "\"w[a:z]b1\", \"web[1:3]\"",
                "[1]: the host \"web1\" stands already in groups.web.hosts[0]; write it once"
            ),
            (
                "\"[a:z]\", \"b\", \"web[1:3]\"",
                "[1]: the host \"b\" stands already in groups.web.hosts[0]; write it once"
            ),
        ])
    func duplicates(lines: String, fault: String) {
        let faults = Reading.read(Reading.lines(lines)).faults
        #expect(faults.first == "inventory.json: groups.web.hosts" + fault)
        #expect(faults.count == 1)
    }

    @Test("for a host in two groups, and in a group and outside of all")
    func duplicatesAcrossGroups() {
        expect(
            Reading.with(
                """
                "groups": {"web": {"checks": ["ssh"], "hosts": ["a[1:5]"], "groups": {"eu": {"hosts": ["a3", "b"]}}}}, \
                "hosts": ["b", "c"]
                """),
            [
                ": groups.web.groups.eu.hosts[0]: the host \"a3\" stands already in groups.web.hosts[0]; write it once",
                ": hosts[0]: the host \"b\" stands already in groups.web.groups.eu.hosts[1]; write it once",
            ])
    }

    @Test("All lines together stand for a bounded number of hosts, told once where it is passed")
    func hostLimit() {
        let lines = (10..<22).map { "\"h\($0)x[1:100000000]\"" }.joined(separator: ", ")
        let faults = Reading.read(Reading.lines(lines)).faults
        #expect(faults.count == 1)
        #expect(faults.first?.hasPrefix("inventory.json: groups.web.hosts[10]: from here on all lines") == true)
    }

    @Test("Labels, variables and what groups hand on are bounded")
    func constantLimits() {
        func members(_ count: Int, _ prefix: String = "v") -> String {
            (0..<count).map { "\"\(prefix)\($0)\": \"x\"" }.joined(separator: ", ")
        }
        #expect(Reading.read(Reading.web("\"hosts\": [\"a\"], \"vars\": {\(members(1_000))}")).faults.isEmpty)
        let many = Reading.read(Reading.web("\"hosts\": [\"a\"], \"vars\": {\(members(1_001))}")).faults
        #expect(
            many == ["inventory.json: groups.web.vars: 1001 of them are too many; write at most 1000"])
        let inner = "\"groups\": {\"in\": {\"vars\": {\(members(600, "w"))}, \"hosts\": [\"a\"]}}"
        let nested = Reading.read(Reading.web("\"vars\": {\(members(600))}, \(inner)")).faults
        #expect(nested.count == 1 && nested[0].contains("with those of the groups around; write fewer"))
        let long = String(repeating: "x", count: 8_193)
        let text = Reading.read(Reading.web("\"hosts\": [\"a\"], \"vars\": {\"v\": \"\(long)\"}")).faults
        #expect(text == ["inventory.json: groups.web.vars.v: a text of 8193 bytes is too long; write at most 8192"])
    }

    @Test(
        "for nothing where names only look alike",
        arguments: [
            "\"web[1:9].a\", \"web[1:9].b\"", "\"web[01:99]\", \"web[1:9]\"", "\"a[1:9][a:c]\"", "\"a\", \"A\", \"a.\"",
            "\"web[1:9]\", \"web\", \"web10\", \"we\"", "\"w[a:z]\", \"wA\", \"x[1:3]\", \"v\"",
        ])
    func distinct(lines: String) {
        expect(Reading.lines(lines), [])
    }

    @Test("for random lines exactly where a plain comparison finds them", arguments: 0..<150)
    func randomDuplicates(seed: Int) throws {
        var dice = Dice(seed)
        let shapes = [
            "a", "b", "ab", "a1", "a12", "a[1:12]", "a[3:5]b", "[a:c]1", "a[1:3][1:12]", "b[01:12]", "b0[1:3]",
            "ab[1:2]",
        ]
        let lines = (0..<Int.random(in: 1...5, using: &dice)).map { _ in shapes.randomElement(using: &dice) ?? "" }
        var seen: Set<String> = []
        var pairs: Set<String> = []
        for (index, line) in lines.enumerated() {
            let pattern = try RangePattern(line)
            for position in 0..<pattern.count where !seen.insert(pattern.text(at: position)).inserted {
                pairs.insert("inventory.json: groups.web.hosts[\(index)]")
            }
        }
        let log = FaultLog()
        _ = InventoryCatalog.read(
            Array(Reading.lines(lines.map { "\"\($0)\"" }.joined(separator: ",")).utf8), source: "inventory.json",
            vocabulary: Reading.vocabulary, log: log)
        #expect(log.faults.allSatisfy { $0.code == .duplicate })
        #expect(Set(log.faults.map(\.location)) == pairs, "\(lines)")
    }

    @Test(
        "in what the lab plants",
        arguments: [
            (
                "{\"fault\": \"refuse\", \"check\": \"ssh\", \"hosts\": \"web1\"}",
                "[0].fault: no fault is called \"refuse\"; did you mean \"refused\"?"
            ),
            (
                "{\"fault\": \"slow\", \"check\": \"shh\", \"hosts\": \"web1\"}",
                "[0].check: no check is called \"shh\"; did you mean \"ssh\"?"
            ),
            (
                "{\"fault\": \"slow\", \"check\": \"ssh\"}",
                "[0]: \"hosts\" is missing; write \"hosts\": \"web[1:20].example\""
            ),
            ("{\"fault\": \"slow\", \"hosts\": \"web1\"}", "[0]: \"check\" is missing; write \"check\": \"ssh\""),
            ("{\"check\": \"ssh\", \"hosts\": \"web1\"}", "[0]: \"fault\" is missing; write \"fault\": \"refused\""),
            ("7", "[0]: expected an object { … }, found a number"),
            (
                "{\"fault\": \"slow\", \"check\": \"ssh\", \"host\": \"web1\", \"hosts\": []}",
                "[0].host: unknown key; did you mean \"hosts\"?"
            ),
            (
                "{\"fault\": \"slow\", \"check\": \"ssh\", \"hosts\": [\"web1\", 2]}",
                "[0].hosts[1]: expected a string, found a number"
            ),
            (
                "{\"fault\": \"slow\", \"check\": \"ssh\", \"hosts\": \"web[2:1]\"}",
                "[0].hosts: [2:1] is empty; write the lower number first"
            ),
            (
                "{\"fault\": \"slow\", \"check\": \"ssh\", \"hosts\": [\"web1\", \"mail1.example\"]}",
                "[0].hosts[1]: no host is called \"mail1.example\"; write names as they stand under \"hosts\""
            ),
            (
                "{\"fault\": \"slow\", \"check\": \"ssh\", \"hosts\": \"web[1:12]\"}",
                "[0].hosts: no host is called \"web10\" and 2 more of this range; did you mean \"web[1:9]\"?"
            ),
            (
                "{\"fault\": \"slow\", \"check\": \"ssh\", \"hosts\": \"db[1:2]\"}",
                "[0].hosts: the host \"db1\" and 1 more of this range has no check \"ssh\"; "
                    + "plant the fault on one that it has"
            ),
            (
                "{\"fault\": \"slow\", \"check\": \"ssh\", \"hosts\": \"web[1:3]\"}, "
                    + "{\"fault\": \"reset\", \"check\": \"ssh\", \"hosts\": \"web3\"}",
                "[1].hosts: the host \"web3\" has another fault on \"ssh\"; plant one only"
            ),
        ])
    func lab(planted: String, fault: String) {
        expect(Reading.planted(planted), [": lab.faults" + fault])
    }

    @Test("are all told in one go, at most a hundred of them")
    func allInOneGo() {
        let faults = Reading.read(
            """
            {"version": 1, "defaults": {"attempts": 99}, "checks": {"ssh": {"tcp": {}}, "bad": {"tpc": {}}},
             "groups": {"web": {"checks": ["shh", "bad"], "hosts": ["web[3:1]", "a", "a"]}}, "lab": {"fault": []}}
            """
        ).faults
        #expect(
            faults == [
                "inventory.json: defaults.attempts: 99 is out of range; write a number from 1 to 10",
                "inventory.json: checks.bad.tpc: unknown key; did you mean \"tcp\"?",
                "inventory.json: groups.web.checks[0]: no check is called \"shh\"; did you mean \"ssh\"?",
                "inventory.json: groups.web.hosts[0]: [3:1] is empty; write the lower number first",
                "inventory.json: lab.fault: unknown key; did you mean \"faults\"?",
                "inventory.json: groups.web.hosts[2]: the host \"a\" stands already in groups.web.hosts[1]; write it once",
            ])
        let many = Reading.read(Reading.lines((0..<350).map { "\"a \($0)\"" }.joined(separator: ","))).faults
        #expect(many.count == 101)
        #expect(many.last == "and 250 more")
    }

    @Test("name the format where it is unknown")
    func formats() {
        let log = FaultLog()
        let read = { (source: String, format: String?, text: String) in
            InventoryCatalog.read(
                Array(text.utf8), source: source, format: format, vocabulary: Reading.vocabulary, log: log)
        }
        #expect(read("hosts.txt", nil, "web1 web2") == nil)
        #expect(read("hosts.json", "jsn", "{}") == nil)
        #expect(read("-", nil, "\u{FEFF}\n " + Reading.lines("\"a\"")) != nil)
        #expect(read("HOSTS.JSON", nil, Reading.lines("\"a\"")) != nil)
        #expect(read("hosts.txt", "json", Reading.lines("\"a\"")) != nil)
        #expect(
            log.lines == [
                "hosts.txt: looks like no known format; known: json",
                "hosts.json: no format is called \"jsn\"; did you mean \"json\"?",
            ])
    }
}
