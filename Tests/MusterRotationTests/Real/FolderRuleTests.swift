import Glibc
import MusterCore
import MusterRotation
import MusterSystem
import MusterTesting
import RotationVictim
import Synchronization
import Testing

/// Rules of "What is refused" in docs/rotation.md that no other test holds line by line.
@Suite("What is refused, and what new files are")
struct FolderRuleTests {
    private typealias Entry = RealTree.Entry

    private static let isRoot = geteuid() == 0
    private static let canGiveLists = isRoot && (unsafe access("/usr/bin/setfacl", X_OK) == 0)

    private static func run(_ tree: RealTree, on disk: any Disk = LinuxDisk()) async throws -> RotationReport {
        try await RealRotation(tree.configuration, tree.state).run(on: disk)
    }

    /// False on a disk without lists.
    private static func giveList(_ entry: String, _ path: String) throws -> Bool {
        let output = unsafe open("/dev/null", O_WRONLY | O_CLOEXEC)
        defer { close(output) }
        let child = try ChildProcess(
            "/usr/bin/setfacl", ["-m", entry, path], environment: [:], output: output, error: output)
        return child.waitOnThread().status == 0
    }

    @Test(
        "A folder that an access list lets others write is refused, whatever su says of root",
        .enabled(if: canGiveLists, "needs root and setfacl"), arguments: ["", "su root root\n", "su root bin\n"],
        [0, 2] as [UInt32])
    func accessList(su: String, group: UInt32) async throws {
        let tree = try RealTree([
            Entry("d", .folder, mode: 0o755, group: group), Entry("d/a.log"), Entry("old", .folder), Entry("b.log"),
        ])
        try tree.write(
            "\(su)ROOT/d/*.log {\nrotate 1\n}\nROOT/b.log {\nrotate 1\nolddir ROOT/old\n}\n", as: "conf")
        for name in ["d", "old"] { guard try Self.giveList("u:65534:rwx", "\(tree.root)/\(name)") else { return } }
        let faults = try await Self.run(tree).allFaults
        #expect(faults.map(\.code) == ["unsafe", "unsafe"])
        #expect(faults.map(\.location).sorted() == ["\(tree.root)/d", "\(tree.root)/old"])
        #expect(faults.allSatisfy { $0.hint.contains("getfacl") })
        #expect(try tree.names() == ["b.log", "d", "d/a.log", "old"])
    }

    @Test(
        "By the name of root a folder of another's is accepted where its group is the one that su names, and no other",
        .enabled(if: isRoot, "only root may give folders away"),
        arguments: [
            ("su root bin", 2, 0o3770, true), ("su root root", 2, 0o3770, false), ("su root daemon", 2, 0o3770, false),
            ("su root bin", 2, 0o777, false), ("", 2, 0o770, false),
        ] as [(String, UInt32, UInt32, Bool)])
    func namedGroup(su: String, group: UInt32, mode: UInt32, isAccepted: Bool) async throws {
        try #require(Accounts.group("bin") == 2)
        let tree = try RealTree([
            Entry("d", .folder, mode: mode, user: 1, group: group), Entry("d/a.log", user: 1, group: group),
        ])
        try tree.write("ROOT/d/*.log {\nrotate 1\ncreate\n\(su)\n}\n", as: "conf")
        #expect(try await Self.run(tree).allFaults.map(\.code) == (isAccepted ? [] : ["unsafe"]))
        #expect(try tree.names() == (isAccepted ? ["d", "d/a.log", "d/a.log.1"] : ["d", "d/a.log"]))
        #expect(tree.facts("d/a.log")?.user == 1)
    }

    @Test(
        "What is put in a log's place before it is renamed is put back, and the log is told as failed",
        .enabled(if: isRoot, "only root may give folders away"), arguments: [true, false])
    func putBack(isOthers: Bool) async throws {
        let tree = try RealTree([
            Entry("d", .folder, user: isOthers ? 1 : 0), Entry("d/a.log", user: 1), Entry("d/other", user: 1),
        ])
        try tree.write("ROOT/d/a.log {\nrotate 1\nnocreate\n}\n", as: "conf")
        let root = tree.root
        // Between the look at its name and the rename.
        let disk = GuardedDisk(LinuxDisk()) { call in
            if call.name == "rename", call.path == "\(root)/d/a.log" {
                _ = unsafe rename("\(root)/d/other", "\(root)/d/a.log")
            }
            return .go
        }
        let report = try await Self.run(tree, on: disk)
        // Nobody but root can do so in a folder of root's, which is not looked at again.
        #expect(report.stanzas.flatMap(\.logs).map(\.outcome) == [isOthers ? .failed : .rotated])
        #expect(try tree.names() == ["d", isOthers ? "d/a.log" : "d/a.log.1"])
        if isOthers { #expect(try tree.text("d/a.log").hasPrefix("line 0 of d/other\n")) }
    }

    @Test("Files that are not whole yet have other names in each run, that begin with a dot and 16 digits")
    func temporaryNames() async throws {
        let tree = try RealTree([Entry("a.log"), Entry("b.log")])
        try tree.write("ROOT/*.log {\nrotate 9\ncreate\ncompress\n}\n", as: "conf")
        let names = Mutex<[String]>([])
        let root = tree.root + "/"
        let disk = GuardedDisk(LinuxDisk()) { call in
            if call.name == "create", call.path.hasPrefix(root) {
                names.withLock { $0.append(String(call.path.dropFirst(root.utf8.count))) }
            }
            return .go
        }
        for _ in 0..<3 {
            let report = try await Self.run(tree, on: disk)
            #expect(report.allFaults == [])
        }
        let made = names.withLock(\.self)
        // A new log and a compressed one for each of two logs.
        #expect(made.count == 12 && Set(made).count == 12)
        let tokens = made.map { String($0.dropFirst(8).prefix(16)) }
        #expect(Set(tokens).count == 6)
        #expect(made.allSatisfy { $0.hasPrefix(".muster-") })
        #expect(tokens.allSatisfy { $0.utf8.count == 16 && UInt64($0, radix: 16) != nil })
    }

    @Test("A rotated log with another name is not overwritten by shred, but loses its name", arguments: [false, true])
    func shred(hasOtherName: Bool) async throws {
        let tree = try RealTree([Entry("a.log"), Entry("a.log.1")])
        if hasOtherName { try tree.add(Entry("kept", .hardLink(of: "a.log.1"))) }
        try tree.write("ROOT/a.log {\nrotate 1\nshred\nnocreate\n}\n", as: "conf")
        let text = try tree.text("a.log.1")
        let writes = Mutex(0)
        let root = tree.root + "/"
        let disk = GuardedDisk(LinuxDisk()) { call in
            if call.name == "write", call.path.hasPrefix(root) { writes.withLock { $0 += 1 } }
            return .go
        }
        #expect(try await Self.run(tree, on: disk).allFaults == [])
        #expect(try tree.names() == (hasOtherName ? ["a.log.1", "kept"] : ["a.log.1"]))
        #expect((writes.withLock(\.self) > 0) == !hasOtherName)
        if hasOtherName { #expect(try tree.text("kept") == text) }
    }

    @Test(
        "Where the owner cannot be given the group gets no rights",
        arguments: [
            ("create", "a.log"), ("copytruncate", "a.log.1"), ("copy", "a.log.1"),
            ("compress\nnocreate", "a.log.1.gz"),
        ])
    func noOwner(directives: String, name: String) async throws {
        let tree = try RealTree([Entry("a.log", mode: 0o664)])
        try tree.write("ROOT/a.log {\nrotate 1\n\(directives)\n}\n", as: "conf")
        let root = tree.root + "/"
        let disk = GuardedDisk(LinuxDisk()) { call in
            call.name == "setOwner" && call.path.hasPrefix(root) ? .fail(EPERM) : .go
        }
        #expect(try await Self.run(tree, on: disk).allFaults == [])
        #expect(tree.facts(name)?.mode == 0o604)
    }

    @Test(
        "New, copied and compressed logs have no setuid and no setgid of the log",
        arguments: [
            ("create", "a.log"), ("copytruncate", "a.log.1"), ("copy", "a.log.1"),
            ("compress\nnocreate", "a.log.1.gz"),
        ])
    func permissionsAlone(directives: String, name: String) async throws {
        let tree = try RealTree([Entry("a.log", mode: 0o6755)])
        try tree.write("ROOT/a.log {\nrotate 1\n\(directives)\n}\n", as: "conf")
        #expect(try await Self.run(tree).allFaults == [])
        #expect(tree.facts(name)?.mode == 0o755)
    }

    @Test(
        "A configuration that is a link is followed to a file that has to be safe itself",
        arguments: [0o644, 0o666] as [UInt32])
    func linkedConfiguration(mode: UInt32) throws {
        let tree = try RealTree([Entry("a.log")])
        try tree.write("ROOT/a.log {\nrotate 1\n}\n", as: "conf")
        try RealTree.check(unsafe chmod(tree.configuration, mode), "chmod")
        let link = tree.configuration + "-link"
        try RealTree.check(unsafe symlink("conf", link), "symlink")
        var reader = ConfigurationReader(
            source: DiskConfigurationSource(disk: LinuxDisk(), followsLinks: true), user: Accounts.effectiveUser)
        reader.read(link)
        let configuration = reader.finish()
        #expect(configuration.stanzas.count == (mode == 0o644 ? 1 : 0))
        #expect(configuration.faults.map(\.code) == (mode == 0o644 ? [] : [.unsafe]))
    }
}
