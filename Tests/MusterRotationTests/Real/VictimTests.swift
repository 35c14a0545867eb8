import Glibc
import MusterCore
import MusterRotation
import MusterSystem
import MusterTesting
import RotationVictim
import Testing

/// Rotations in processes that are really killed, and really hold the lock.
struct VictimTests {
    static let hook = "postrotate\necho \"$1\" >>ROOT/told\nendscript\n"

    @Test(
        arguments: [
            ("compress\ncreate\n\(hook)", 1), ("copytruncate\n\(hook)", 3),
            ("compress\ndelaycompress\nolddir old\nsharedscripts\ncreate\n\(hook)", 3),
        ])
    func `Killed before any call of the disk, a rotation is ended by the next run`(
        directives: String, stride: Int
    ) async throws {
        var number = 1
        while true {
            let tree = try Self.tree(directives)
            let ending = await (try Victim(tree, .kill, at: number)).ending()
            guard ending.isSignal else {
                // It has no such call any more.
                #expect(ending.status == 0)
                break
            }
            #expect(ending.status == SIGKILL)
            let problems = try await Self.problemsAfterRecovery(tree, directives)
            #expect(problems == [], "killed before call \(number)")
            number += stride
        }
        #expect(number > 30)
    }

    private static func tree(_ directives: String) throws -> RealTree {
        let names = ["a.log", "b.log", "c.log"]
        let tree = try RealTree(
            names.map { RealTree.Entry($0, .file(lines: 0), mode: 0o604) } + [RealTree.Entry("old", .folder)])
        let older = directives.contains("olddir") ? "old/a.log.1" : "a.log.1"
        for line in 0..<90 { try tree.append("\(line)", to: line < 10 ? older : names[line % 3]) }
        try tree.write("ROOT/*.log {\nrotate 5\n\(directives)\n}\n", as: "conf")
        return tree
    }

    /// Two runs that rotate nothing by themselves, and what is wrong then.
    private static func problemsAfterRecovery(_ tree: RealTree, _ directives: String) async throws -> [String] {
        let began = RotationTime.current
        var problems: [String] = []
        let rotation = RealRotation(tree.configuration, tree.state, isForced: false)
        let report = try await rotation.run()
        problems += report.allFaults.map(\.text)
        let (listing, facts) = try tree.snapshot()
        problems += try await rotation.run().allFaults.map(\.text)
        let (later, changed) = try tree.snapshot()
        if later != listing { problems.append("a further run left \(later) of \(listing)") }
        problems += zip(facts, changed).filter { $0 != $1 }.map { before, after in
            "a further run changed \(String(describing: before)) to \(String(describing: after))"
        }

        let names = listing.filter { tree.facts($0)?.kind == .regular && $0 != "told" }
        let lines = try tree.lines(ofNames: names).sorted()
        if !lines.elementsEqual(0..<90) { problems.append("the lines are \(lines)") }
        problems += names.filter { $0.contains(".muster-") }.map { "\($0) is left over" }
        if try FileReading.bytes(tree.state + ".journal").count > 26 { problems.append("the journal is not empty") }
        let reading = StateReading(began: began, ended: .current)
        let state = try reading.lines(of: tree)
        let told = listing.contains("told") ? try tree.text("told") : ""
        for name in ["a.log", "b.log", "c.log"] {
            // It is too small to be due by itself, so that it is empty only where the killed run rotated it.
            let isRotated = tree.facts(name)?.size == 0
            let isTold = told.contains(directives.contains("sharedscripts") ? "*.log" : "/\(name)\n")
            if isRotated != isTold { problems.append("postrotate of \(name) ran: \(isTold)") }
            if tree.facts(name)?.mode != 0o604 { problems.append("\(name) has another mode") }
            // Seen for the first time by this run, or rotated by the one before.
            let wanted = isRotated || reading.isAtTurn ? "" : "this hour"
            if !state.contains(where: { $0.hasPrefix("\"ROOT/\(name)\"") && $0.hasSuffix(wanted) }) {
                problems.append("the state has \(state)")
            }
        }
        return problems
    }

    // MARK: The lock

    @Test func `While a run is stopped in the middle, another one is refused and touches nothing`() async throws {
        let tree = try Self.tree("compress\ncreate")
        try tree.write("logrotate state -- version 2\n", as: "state")
        // logrotate takes no lock on a state that all can read.
        try RealTree.check(unsafe chmod(tree.state, 0o600), "chmod")
        let victim = try Victim(tree, .stop, at: 40)
        #expect(victim.firstWords().hasPrefix("stopped before "))
        let before = try tree.snapshot()
        let rotation = RealRotation(tree.configuration, tree.state)
        do {
            _ = try await rotation.run()
            Issue.record("it has run")
        } catch {
            #expect(error.code == .locked)
        }
        #expect(try tree.snapshot() == before)
        if RealLogrotate.path != nil { #expect(try LogrotateRunTests.status(tree, isForced: true) == 3) }
        #expect(try tree.snapshot() == before)
        victim.kill()
        #expect(await victim.ending().isSignal)
        #expect(try await rotation.run().allFaults == [])
        let names = try tree.names().filter { tree.facts($0)?.kind == .regular }
        #expect(try tree.lines(ofNames: names).sorted().elementsEqual(0..<90))
    }
}
