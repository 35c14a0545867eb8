import MusterCore
import MusterLab
import Testing

@Suite("The comparison with what was planted")
struct LabComparisonTests {
    private func observation(_ target: Target, _ verdict: Verdict, _ detail: String = "") -> Observation {
        let instant = Instant(nanoseconds: 0)
        return Observation(
            target: target, verdict: verdict, last: Attempt(verdict, detail: detail), started: instant, ended: instant)
    }

    private func inventory() throws -> Inventory {
        var fleet = Fleet()
        fleet.check("ssh", "tcp", ["port": 10022, "expect": "SSH"])
        try fleet.hosts("web[1:1500].test", at: "127.1.[0:5].[1:250]")
        try fleet.plant("silent", on: "ssh", at: "web[10:19].test")
        try fleet.plant("slow", on: "ssh", at: "web20.test")
        return fleet.inventory
    }

    @Test("All as planted is one line")
    func holds() throws {
        let plan = Plan(try inventory())
        let expectation = try LabExpectation(plan.inventory)
        #expect(expectation.plantedCount == 11)
        var comparison = LabComparison(expectation, targetCount: plan.count)
        for index in 0..<plan.count {
            let target = plan.target(at: index)
            comparison.add(observation(target, (9..<19).contains(index) ? .down(.tcpSilent) : .up))
        }
        #expect(comparison.holds)
        #expect(comparison.lines == ["lab: 1,500 of 1,500 targets judged as planted"])
    }

    @Test("Differences are told in the inventory's order, the first 20 of them")
    func differences() throws {
        let plan = Plan(try inventory())
        var comparison = LabComparison(try LabExpectation(plan.inventory), targetCount: plan.count)
        for index in (0..<24).reversed() {
            comparison.add(observation(plan.target(at: index), .down(.tcpReset), index == 4 ? "by peer" : ""))
        }
        #expect(!comparison.holds)
        let lines = comparison.lines
        #expect(lines.count == 23)
        #expect(lines[0] == "lab: 0 of 1,500 targets judged as planted")
        #expect(lines[1] == "lab: web5.test ssh: planted nothing, expected up, got down tcp.reset (by peer)")
        #expect(lines[6] == "lab: web10.test ssh: planted silent, expected down tcp.silent, got down tcp.reset")
        #expect(lines[16] == "lab: web20.test ssh: planted slow, expected up, got down tcp.reset")
        #expect(lines[21] == "lab: and 4 more")
        #expect(lines[22] == "lab: 1,476 of them without a verdict")
    }
}
