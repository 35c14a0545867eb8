import Glibc
import MusterCore
import MusterRotation
import MusterSystem
import RotationVictim
import Testing

/// Logs that are rotated together, or one after the other.
@Suite("Logs that depend on each other")
struct SharedFaultTests {
    @Test(
        "With sharedscripts a log that is missing keeps all others of its stanza from being rotated",
        arguments: [
            ("sharedscripts", ["a.log"]), ("nosharedscripts", ["a.log.1"]), ("sharedscripts\nmissingok", ["a.log.1"]),
        ])
    func missing(directives: String, names: [String]) async throws {
        let tree = try RealTree([RealTree.Entry("a.log")])
        try tree.write("ROOT/a.log ROOT/gone.log {\nrotate 1\n\(directives)\n}\n", as: "conf")
        let report = try await RealRotation(tree.configuration, tree.state).run()
        #expect(report.hasFaults == !directives.contains("missingok"))
        #expect(try tree.names() == names)
    }

    @Test(
        "Logs of one name in one olddir take turns, and no line is lost", arguments: ["", "compress", "copytruncate"])
    func turns(directives: String) async throws {
        let folders = ["w", "x", "y", "z"]
        let tree = try RealTree(
            [RealTree.Entry("old", .folder)]
                + folders.flatMap { [RealTree.Entry($0, .folder), RealTree.Entry("\($0)/a.log")] })
        let logs = folders.map { "ROOT/\($0)/a.log" }.joined(separator: " ")
        try tree.write("\(logs) {\nrotate 9\ncreate\nolddir ROOT/old\n\(directives)\n}\n", as: "conf")
        let report = try await RealRotation(tree.configuration, tree.state, workers: 4).run()
        #expect(report.allFaults == [])
        #expect(report.stanzas.flatMap(\.logs).map(\.outcome) == [.rotated, .rotated, .rotated, .rotated])
        let ending = directives == "compress" ? ".gz" : ""
        let rotated = (1...4).map { "old/a.log.\($0)\(ending)" }
        for name in rotated { #expect(tree.facts(name) != nil, "\(name)") }
        // All have their entries.
        let next = try await RealRotation(tree.configuration, tree.state, isForced: false).run()
        #expect(next.allFaults == [])
        #expect(next.stanzas.flatMap(\.logs).allSatisfy { $0.outcome == .skipped || directives == "copytruncate" })
    }

    @Test("Stanzas that make the same olddir at the same time do not get into each other's way")
    func sameFolder() async throws {
        for _ in 0..<10 {
            let names = ["a", "b", "c", "d", "e", "f"]
            let tree = try RealTree(names.map { RealTree.Entry($0) })
            let stanzas = names.map { "ROOT/\($0) {\nrotate 1\nolddir ROOT/x/old\ncreateolddir 755\n}\n" }
            try tree.write(stanzas.joined(), as: "conf")
            let report = try await RealRotation(tree.configuration, tree.state, workers: 4).run()
            #expect(report.allFaults == [])
            #expect(try tree.names() == ["x", "x/old"] + names.map { "x/old/\($0).1" })
        }
    }

    @Test(
        "Whatever reads a rotated log to compress or copy it, the time of its last access stays",
        arguments: ["compress", "copy"])
    func access(directives: String) async throws {
        let tree = try RealTree([RealTree.Entry("a.log", days: 30)])
        let before = try #require(tree.facts("a.log")?.access)
        try tree.write("ROOT/a.log {\nrotate 1\n\(directives)\n}\n", as: "conf")
        #expect(try await RealRotation(tree.configuration, tree.state).run().allFaults == [])
        for name in try tree.names() { #expect(tree.facts(name)?.access == before, "\(name)") }
    }
}
