import Glibc
import MusterCore
import MusterRotation
import MusterSystem
import MusterTesting
import RotationVictim
import Testing

/// Access control lists on a real disk (acl(5)), set and told by the programs for them.
@Suite(.enabled(if: AccessListPrograms.areInstalled, "setfacl and getfacl are not installed"))
struct AccessListTests {
    /// What a program says; nil where it fails.
    private static func said(_ program: String, _ arguments: [String]) throws -> String? {
        let output = TemporaryFolder().path + ".said"
        defer { unsafe unlink(output) }
        let descriptor = unsafe open(output, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        defer { close(descriptor) }
        let child = try ChildProcess(
            "/usr/bin/\(program)", arguments, environment: ["PATH": "/usr/bin:/bin"], output: descriptor,
            error: descriptor)
        return child.waitOnThread().status == 0 ? try FileReading.text(output) : nil
    }

    private static func list(_ path: String) throws -> String? { try said("getfacl", ["-cnp", path]) }

    @Test(
        "A log's access list stays with the log, with the new one, with a copy and with what is compressed",
        arguments: [
            ("create\ncompress", ["a.log", "a.log.1.gz"]), ("create root root", ["a.log", "a.log.1"]),
            ("copytruncate", ["a.log", "a.log.1"]), ("copy\ncompress", ["a.log", "a.log.1.gz"]),
        ])
    func stays(directives: String, names: [String]) async throws {
        let tree = try RealTree([RealTree.Entry("a.log", mode: 0o640)])
        try tree.write("ROOT/a.log {\nrotate 3\n\(directives)\n}\n", as: "conf")
        // The group may read only, though the mode is 0660 then. A disk without lists has nothing to lose.
        guard try Self.said("setfacl", ["-m", "u:33:rw", "\(tree.root)/a.log"]) != nil else { return }
        let list = try #require(try Self.list("\(tree.root)/a.log"))
        #expect(list.contains("user:33:rw-") && list.contains("group::r--"))
        let report = try await RealRotation(tree.configuration, tree.state).run()
        #expect(report.allFaults == [])
        for name in names {
            #expect(try Self.list("\(tree.root)/\(name)") == list, "\(name)")
            #expect(tree.facts(name)?.mode == 0o660, "\(name)")
        }
    }

    @Test(
        "What a folder would give to somebody, a new, copied or compressed log does not get",
        arguments: [("create\ncompress", "a.log.1.gz"), ("copytruncate\ncompress", "a.log.1.gz"), ("copy", "a.log.1")])
    func isNotInherited(directives: String, name: String) async throws {
        let tree = try RealTree([RealTree.Entry("a.log", mode: 0o640)])
        try tree.write("ROOT/a.log {\nrotate 3\n\(directives)\n}\n", as: "conf")
        guard try Self.said("setfacl", ["-d", "-m", "u:33:rw", tree.root]) != nil else { return }
        #expect(try await RealRotation(tree.configuration, tree.state).run().allFaults == [])
        for name in [name, "a.log"] {
            #expect(try Self.list("\(tree.root)/\(name)")?.contains("user:33") == false, "\(name)")
            #expect(tree.facts(name)?.mode == 0o640)
        }
    }

    @Test(
        "A log's owner gives nobody rights to a new log that is another user's, nor does the folder",
        .enabled(if: geteuid() == 0, "only root may give files away"), arguments: [false, true])
    func isNotAnothers(isFolders: Bool) async throws {
        let tree = try RealTree([RealTree.Entry("d", .folder, user: 33), RealTree.Entry("d/a.log", user: 33)])
        try tree.write("ROOT/d/a.log {\nrotate 2\ncreate 0640 0 4\n}\n", as: "conf")
        let words = isFolders ? ["-d", "-m", "u:33:rw", "\(tree.root)/d"] : ["-m", "u:33:rw", "\(tree.root)/d/a.log"]
        guard try Self.said("setfacl", words) != nil else { return }
        #expect(try await RealRotation(tree.configuration, tree.state).run().allFaults == [])
        #expect(try Self.list("\(tree.root)/d/a.log")?.contains("user:33") == false)
        let facts = try #require(tree.facts("d/a.log"))
        #expect((facts.user, facts.group, facts.mode) == (0, 4, 0o640))
    }

    @Test("A mode that the configuration names stands alone: a new log gets no access list", arguments: [0o600, 0o660])
    func named(mode: UInt32) async throws {
        let tree = try RealTree([RealTree.Entry("a.log", mode: 0o644)])
        try tree.write("ROOT/a.log {\nrotate 2\ncreate 0\(String(mode, radix: 8))\n}\n", as: "conf")
        guard try Self.said("setfacl", ["-m", "u:33:r", "\(tree.root)/a.log"]) != nil else { return }
        #expect(try await RealRotation(tree.configuration, tree.state).run().allFaults == [])
        #expect(tree.facts("a.log")?.mode == mode)
        #expect(try Self.list("\(tree.root)/a.log")?.contains("user:33") == false)
    }
}

enum AccessListPrograms {
    static let areInstalled = ["/usr/bin/setfacl", "/usr/bin/getfacl"].allSatisfy { (path: String) in
        unsafe access(path, X_OK) == 0
    }
}
