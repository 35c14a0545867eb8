import Glibc
import MusterCore
import MusterRotation
import MusterSystem
import MusterTesting
import RotationVictim
import Synchronization
import Testing

/// Logs in a folder of another user's, who changes names there between any two calls of a rotation that root runs.
@Suite("Folders of others", .enabled(if: geteuid() == 0, "only root may give folders away"), .timeLimit(.minutes(40)))
struct ForeignFolderTests {
    private typealias Entry = RealTree.Entry

    static let configurations = [
        "ROOT/theirs/*.log {\nrotate 2\ncreate 0644 1 1\ncompress\n}\n",
        "ROOT/theirs/*.log {\nrotate 2\ncopytruncate\ncompress\n}\n",
        "ROOT/theirs/*.log {\nrotate 1\nshred\n}\n",
        "ROOT/theirs/*.log {\nrotate 3\nolddir ROOT/roots\ncompress\ncreate\n}\n",
        "ROOT/theirs/*.log {\nrotate 2\nolddir old\ncreateolddir 0755 1 1\ncopy\n}\n",
    ]

    /// What the owner of the folder does, once.
    enum Attack: CaseIterable, Sendable {
        case folderByLink, logByLink, logByHardLink, logByPipe, allByHardLinks, rotatedByLink

        func run(_ root: String) {
            let theirs = "\(root)/theirs"
            func put(_ name: String, _ make: (_ from: String, _ to: String) -> Int32) {
                _ = unsafe unlink("\(theirs)/\(name)")
                _ = make("\(root)/canary/secret", "\(theirs)/\(name)")
            }
            let soft = { (from: String, to: String) in unsafe symlink(from, to) }
            let hard = { (from: String, to: String) in unsafe link(from, to) }
            switch self {
            case .folderByLink:
                _ = unsafe rename(theirs, "\(root)/away")
                _ = unsafe symlink("canary", theirs)
                _ = unsafe lchown(theirs, 1, 1)
            case .logByLink: put("a.log", soft)
            case .logByHardLink: put("a.log", hard)
            case .logByPipe: put("a.log") { _, to in unsafe mkfifo(to, 0o666) }
            case .rotatedByLink: for name in ["a.log.1", "a.log.1.gz", "old"] { put(name, soft) }
            case .allByHardLinks:
                let names = (try? FileNames.inFolder(theirs)) ?? []
                for name in Set(names + ["a.log.1", "a.log.1.gz", "a.log.2"]) { put(name, hard) }
            }
        }
    }

    private static let secret = "the secret of root\n"

    private static func tree(_ configuration: String) throws -> RealTree {
        let tree = try RealTree([
            Entry("theirs", .folder, user: 1, group: 1), Entry("theirs/a.log", mode: 0o644, user: 1, group: 1),
            Entry("theirs/a.log.1", mode: 0o644, user: 1, group: 1), Entry("roots", .folder),
            Entry("canary", .folder, mode: 0o700), Entry("canary/a.log", mode: 0o600),
            Entry("canary/a.log.1", mode: 0o600), Entry("canary/secret", mode: 0o600),
        ])
        for name in ["canary/a.log", "canary/a.log.1", "canary/secret"] {
            try OutputFile.replace("\(tree.root)/\(name)", with: Array("\(secret)\(name)".utf8))
            try RealTree.check(unsafe chmod("\(tree.root)/\(name)", 0o600), "chmod")
        }
        try RealTree.check(unsafe chown(tree.root, 1, 1), "chown")
        try tree.write(configuration, as: "conf")
        return tree
    }

    /// Root's own files.
    private static func canaries(_ tree: RealTree) throws -> [String] {
        try (["canary"] + tree.names(in: "canary")).map { name in
            let facts = try #require(tree.facts(name))
            let text = facts.kind == .regular ? try FileReading.text("\(tree.root)/\(name)") : ""
            return "\(name) \(facts.user) \(facts.group) \(facts.mode) \(text)"
        }
    }

    /// Files that hold the secret and that others than root may read, or write.
    private static func leaks(_ tree: RealTree) throws -> [String] {
        try tree.names().filter { name in
            guard let facts = tree.facts(name), facts.kind == .regular else { return false }
            let isOpen = facts.user != 0 || facts.mode & 0o077 != 0
            return isOpen && ((try? tree.text(name))?.contains("secret of root") ?? false)
        }
    }

    @Test(
        "Whatever their owner does between two calls, root's files stay as they are", arguments: configurations,
        Attack.allCases)
    func raced(configuration: String, attack: Attack) async throws {
        for dies in [false, true] {
            var number = 1
            while true {
                let tree = try Self.tree(configuration)
                let before = try Self.canaries(tree)
                let hit = number
                let root = tree.root
                let disk = GuardedDisk(LinuxDisk()) { call in
                    if call.number == hit, call.path.hasPrefix(root) { attack.run(root) }
                    return dies && call.number >= hit && call.path.hasPrefix(root) ? .fail(EIO) : .go
                }
                let run = RealRotation(tree.configuration, tree.state)
                _ = try? await run.run(on: disk)
                // The next night, where this one was cut off.
                if dies { _ = try? await run.run() }
                #expect(try Self.canaries(tree) == before, "call \(number), dies: \(dies)")
                #expect(try Self.leaks(tree) == [], "call \(number), dies: \(dies)")
                if disk.callCount < number { break }
                number += dies ? 5 : 2
            }
            #expect(number > 20)
        }
    }

    @Test("Undisturbed, all is as in a folder of root's", arguments: configurations)
    func calm(configuration: String) async throws {
        let tree = try Self.tree(configuration)
        let report = try await RealRotation(tree.configuration, tree.state).run()
        #expect(report.allFaults == [])
        #expect(report.stanzas.flatMap(\.logs).map(\.outcome) == [.rotated])
        #expect(try tree.names().allSatisfy { !$0.contains("muster-") })
    }

    /// A log that root alone may read, with an older copy, which moves first.
    private static func secretTree() throws -> RealTree {
        let tree = try Self.tree("ROOT/theirs/a.log {\nrotate 3\ncopytruncate\n}\n")
        try OutputFile.replace("\(tree.root)/theirs/a.log", with: Array(secret.utf8))
        for name in ["a.log", "a.log.1"] {
            try RealTree.check(unsafe chown("\(tree.root)/theirs/\(name)", 0, 0), "chown")
            try RealTree.check(unsafe chmod("\(tree.root)/theirs/\(name)", 0o600), "chmod")
        }
        return tree
    }

    @Test("A file that its owner put in the place of a copy gets nothing of a log that he may not read")
    func plantedCopy() async throws {
        let tree = try Self.secretTree()
        let planted = "\(tree.root)/theirs/a.log.1"
        let disk = GuardedDisk(LinuxDisk()) { call in
            if call.name == "rename", call.path.contains(".muster-") {
                let file = unsafe open(planted, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o644)
                _ = (fchown(file, 1, 1), close(file))
            }
            return .go
        }
        let run = RealRotation(tree.configuration, tree.state)
        #expect(try await run.run(on: disk).unfinished == 1)
        #expect(tree.facts("theirs/a.log.1")?.user == 1)
        let report = try await run.run()
        #expect(report.allFaults.contains { $0.code == "unsafe" }, "\(report.allFaults)")
        #expect(try Self.leaks(tree) == [])
        #expect(try tree.text("theirs/a.log") == Self.secret)
        // Once it is gone the rotation that was begun is ended, and a new one may begin.
        try RealTree.check(unsafe unlink(planted), "unlink")
        #expect(try await run.run().allFaults == [])
        let holders = try tree.names().filter { try $0.hasPrefix("theirs/a.log") && tree.text($0) == Self.secret }
        #expect(holders.map { tree.facts($0)?.user } == [0], "\(holders)")
    }

    @Test("A copy that is more open than its log by now, though it has the inode of the copy, is not written to")
    func sameInode() async throws {
        let tree = try Self.secretTree()
        let copy = "\(tree.root)/theirs/a.log.1"
        let disk = GuardedDisk(LinuxDisk()) { call in
            if call.name == "open", call.path == copy { _ = unsafe chown(copy, 1, 1) }
            return .go
        }
        let report = try await RealRotation(tree.configuration, tree.state).run(on: disk)
        #expect(report.allFaults.contains { $0.code == "unsafe" }, "\(report.allFaults)")
        #expect(try tree.text("theirs/a.log") == Self.secret)
    }

    @Test("What was put in the place of a log does not stay in root's folder where its name is taken by then")
    func putBack() async throws {
        let tree = try Self.tree("ROOT/theirs/a.log {\nrotate 3\nolddir ROOT/roots\n}\n")
        let (theirs, secret) = ("\(tree.root)/theirs", "\(tree.root)/canary/secret")
        let disk = GuardedDisk(LinuxDisk()) { call in
            if call.name == "rename", call.path == "\(theirs)/a.log" {
                _ = unsafe (rename("\(theirs)/a.log", "\(theirs)/away"), symlink(secret, "\(theirs)/a.log"))
            }
            if call.name == "rename", call.path.hasSuffix("/roots/a.log.1") {
                _ = unsafe symlink(secret, "\(theirs)/a.log")
            }
            return .go
        }
        let report = try await RealRotation(tree.configuration, tree.state).run(on: disk)
        #expect(report.allFaults.contains { $0.code == "unsafe" }, "\(report.allFaults)")
        #expect(try tree.names(in: "roots") == [])
        #expect(tree.facts("theirs/away")?.kind == .regular)
    }
}
