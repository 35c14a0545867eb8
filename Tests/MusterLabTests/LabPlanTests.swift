import MusterCore
import MusterSystem
import Testing

@testable import MusterLab

@Suite("The plan of a lab")
struct LabPlanTests {
    /// A fleet of three checks on ten hosts.
    static func fleet(expect: Bool = true) throws -> Fleet {
        var fleet = Fleet()
        fleet.check("ssh", "tcp", expect ? ["port": "{ssh}", "expect": "SSH-2.0-"] : ["port": "{ssh}"])
        fleet.check("name", "dns", ["server": "127.0.0.1:10053", "expect": ["answers": ["{address}"]]])
        fleet.check("home", "http", ["url": "http://{address}:10080/", "expect": ["status": [200], "body": "ok"]])
        fleet.check("tls", "http", ["url": "https://{name}:10443/", "expect": ["status": "2xx", "body": "ok"]])
        try fleet.hosts("web[1:10].test", at: "127.1.0.[1:10]", variables: ["ssh": "10022"])
        try fleet.hosts("old[1:2].test", at: "127.2.0.[1:2]", variables: ["ssh": "10021"])
        return fleet
    }

    private func faults(_ fleet: Fleet) -> [String] {
        do throws(LabPlanFaults) {
            _ = try LabPlan(fleet.inventory)
            return []
        } catch {
            return error.faults.map(\.text)
        }
    }

    @Test("A healthy fleet is served on its ports")
    func healthy() throws {
        let plan = try LabPlan(Self.fleet().inventory)
        #expect(plan.targetCount == 48)
        #expect(plan.plantedCount == 0)
        #expect(plan.streams.map(\.port) == [10021, 10022, 10080, 10443])
        #expect(plan.datagramPorts == [10053])
        #expect(plan.names.count == 12)
        #expect(
            plan.site(at: Endpoint("127.1.0.3", port: 10022))
                == .banner(Array("SSH-2.0-lab\r\n".utf8), isSlow: false, reads: false))
        #expect(plan.site(at: Endpoint("127.1.0.3", port: 10021)) == nil)
        #expect(plan.site(at: Endpoint("127.2.0.2", port: 10021)) != nil)
        #expect(plan.leaves.count == 1)
        #expect(plan.leaves[0].dnsNames.count == 12)
    }

    @Test(
        "A planted fault becomes the behaviour of its hosts, and of no other",
        arguments: [
            ("reset", "ssh", Site.reset(whenSpokenTo: false)), ("silent", "ssh", .silent), ("silent", "home", .silent),
            ("silent", "tls", .silent), ("reset", "tls", .reset(whenSpokenTo: true)),
            ("banner", "ssh", .banner(Array("SSH-2.0xlab\r\n".utf8), isSlow: false, reads: false)),
            ("slow", "ssh", .banner(Array("SSH-2.0-lab\r\n".utf8), isSlow: true, reads: false)),
        ])
    func behaviours(_ fault: String, _ check: String, _ site: Site) throws {
        var fleet = try Self.fleet()
        try fleet.plant(fault, on: check, at: "web[2:3].test")
        let plan = try LabPlan(fleet.inventory)
        let port: UInt16 = ["ssh": 10022, "home": 10080, "tls": 10443][check] ?? 0
        #expect(plan.plantedCount == 2)
        for number in 1...10 {
            let isPlanted = plan.site(at: Endpoint("127.1.0.\(number)", port: port)) == site
            #expect(isPlanted == (number == 2 || number == 3))
        }
    }

    @Test("A black hole is an address of the second member, refusal no address at all")
    func absence() throws {
        var fleet = try Self.fleet()
        try fleet.plant("black-hole", on: "ssh", at: "web[4:6].test")
        try fleet.plant("refused", on: "ssh", at: "old[1:2].test")
        let plan = try LabPlan(fleet.inventory)
        #expect(plan.streams.map(\.port) == [10022, 10080, 10443])
        #expect(plan.streams[0].blackHoles == [0x7F01_0004, 0x7F01_0005, 0x7F01_0006])
        #expect(plan.streams[0].places.count == 7)
    }

    @Test("Every fault is expected to be judged as its reason")
    func verdicts() {
        let table = LabFault.catalog.map { fault in
            [("tcp", false), ("dns", false), ("http", false), ("http", true)].map { kind, overTLS in
                fault.expected(kind: kind, overTLS: overTLS).map { $0.code ?? "up" } ?? "-"
            }.joined(separator: " ")
        }
        #expect(
            zip(LabFault.catalog, table).map { "\($0.name): \($1)" } == [
                "refused: tcp.refused - tcp.refused tcp.refused",
                "black-hole: tcp.timeout dns.timeout tcp.timeout tcp.timeout",
                "slow: up - up up",
                "reset: tcp.reset - tcp.reset tls.closed",
                "silent: tcp.silent - http.timeout tls.timeout",
                "banner: tcp.mismatch - - -",
                "status: - - http.status http.status",
                "body: - - http.body http.body",
                "truncated: - - http.closed http.closed",
                "endless-head: - - http.too_large http.too_large",
                "expired: - - - tls.expired",
                "not-yet-valid: - - - tls.not_yet_valid",
                "wrong-name: - - - tls.wrong_name",
                "self-signed: - - - tls.self_signed",
                "incomplete: - - - tls.incomplete",
                "untrusted: - - - tls.untrusted",
                "weak: - - - tls.weak",
                "nxdomain: - dns.nxdomain - -",
                "servfail: - dns.servfail - -",
                "wrong-answer: - dns.mismatch - -",
                "truncated-dns: - up - -",
            ])
    }

    @Test(
        "What cannot be planted is told with its place and what to do",
        arguments: [
            (
                "refused", "ssh", "web3.test", true,
                "web3.test cannot refuse on port 10022, on which the lab serves other targets; "
                    + "give these hosts a port of their own, for example by a variable"
            ),
            ("resett", "ssh", "web3.test", true, "no fault is called \"resett\"; did you mean \"reset\"?"),
            (
                "nxdomain", "ssh", "web3.test", true,
                "\"nxdomain\" does not apply to \"ssh\", a check by tcp; it applies to dns"
            ),
            (
                "expired", "home", "web3.test", true,
                "\"expired\" does not apply to \"home\", a check by http; it applies to https"
            ),
            (
                "reset", "ssh", "web3.test", false,
                "\"reset\" cannot be planted on \"ssh\": a check that expects no bytes is done when it is connected and "
                    + "never sees this; add \"expect\" to it"
            ),
            ("reset", "ssh", "web[10:11].test", true, "no host \"web11.test\" is checked by \"ssh\""),
        ])
    func refusals(_ fault: String, _ check: String, _ hosts: String, _ expect: Bool, _ hint: String) throws {
        var fleet = try Self.fleet(expect: expect)
        try fleet.plant(fault, on: check, at: hosts)
        #expect(faults(fleet) == ["fleet.json: lab.faults[0]: \(hint)"])
    }

    @Test("All faults are told in one go, those of a line once")
    func together() throws {
        var fleet = try Self.fleet()
        try fleet.hosts("far[1:50].test", at: "192.0.2.[1:50]", checks: ["ssh"], variables: ["ssh": "10022"])
        try fleet.hosts("nobody.test", at: nil, checks: ["ssh"], variables: ["ssh": "10022"])
        try fleet.hosts("twin.test", at: "127.1.0.1", checks: ["ssh"], variables: ["ssh": "10080"])
        try fleet.plant("slow", on: "ssh", at: "web1.test")
        try fleet.plant("reset", on: "ssh", at: "web1.test")
        #expect(
            faults(fleet) == [
                "fleet.json: lab.faults[1]: some of these hosts have another fault of the same check; "
                    + "plant one fault a target",
                "fleet.json: groups.web.hosts[2]: check \"ssh\": the lab serves loopback addresses only "
                    + "(127.0.0.0/8 and ::1), not 192.0.2.1 (far1.test)",
                "fleet.json: groups.web.hosts[3]: check \"ssh\": the lab needs the address of nobody.test; "
                    + "write \"address\"",
                "fleet.json: groups.web.hosts[4]: check \"ssh\": wants something else of 127.1.0.1:10080 (twin.test) "
                    + "than check \"home\"; give one of them a port of its own",
            ])
    }

    @Test("Checks that want the same of one place share it, two paths too")
    func sharing() throws {
        var fleet = Fleet()
        fleet.check("open", "tcp", ["port": 10080])
        fleet.check("home", "http", ["url": "http://{address}:10080/", "expect": ["body": "ok"]])
        fleet.check("ready", "http", ["url": "http://{address}:10080/ready", "expect": ["status": 204]])
        fleet.check("again", "http", ["url": "http://{address}:10080/ready", "expect": ["status": 204]])
        try fleet.hosts("web[1:3].test", at: "127.1.0.[1:3]")
        let plan = try LabPlan(fleet.inventory)
        #expect(plan.routes.count == 2)
        #expect(plan.site(at: Endpoint("127.1.0.2", port: 10080)) == .web([0, 1], tls: nil))
        fleet.check("other", "http", ["url": "http://{address}:10080/ready", "expect": ["status": 205]])
        try fleet.hosts("web4.test", at: "127.1.0.4")
        #expect(
            faults(fleet) == [
                "fleet.json: groups.web.hosts[1]: check \"other\": wants something else of 127.1.0.4:10080 (web4.test) "
                    + "than check \"open\"; give one of them a port of its own"
            ])
    }

    @Test("Black holes that lie too far apart are told")
    func farApart() throws {
        var fleet = Fleet()
        fleet.check("open", "tcp", ["port": 10022])
        try fleet.hosts("web[1:2000].test", at: "127.1.[0:7].[1:250]")
        try fleet.plant("black-hole", on: "open", at: "web[1:2000:2].test")
        #expect(
            faults(fleet) == [
                "lab.faults: the black holes on port 10022 lie too far apart for the kernel's filter (1300 intervals); "
                    + "plant them on hosts with neighbouring addresses"
            ])
    }

    @Test("A certificate is shared by 64 names at most")
    func leaves() throws {
        var fleet = Fleet()
        fleet.check("tls", "http", ["url": "https://{name}:10443/"])
        try fleet.hosts("web[1:130].test", at: "127.1.0.[1:130]")
        #expect(try LabPlan(fleet.inventory).leaves.map(\.count) == [64, 64, 2])
    }
}
