import Glibc
import MusterCore
import MusterSystem
import MusterTesting
import RotationVictim
import Synchronization
import Testing

@testable import MusterRotation

/// Logs whose owner makes them grow faster than they are read.
@Suite("Logs that grow while they are rotated", .timeLimit(.minutes(20)))
struct GrowthTests {
    /// A writer of one log: before each read of it there is something new in it, a MB further on.
    private final class Writer: Sendable {
        /// It has an end, so that no test waits for ever.
        static let last = 20_000
        let reads = Mutex(0)
        let isWriting: Mutex<Bool>
        private let path: String

        init(_ path: String, isWriting: Bool = true) {
            self.path = path
            self.isWriting = Mutex(isWriting)
        }

        func disk(_ onCall: @escaping @Sendable (Writer, DiskCall) -> Void = { _, _ in }) -> GuardedDisk {
            GuardedDisk(LinuxDisk()) { call in
                onCall(self, call)
                guard call.name == "read", call.path == self.path, self.isWriting.withLock({ $0 }) else { return .go }
                let count = self.reads.withLock { reads in
                    reads += 1
                    return reads
                }
                if count < Self.last { Self.put("x", off_t(count) << 20, self.path) }
                return .go
            }
        }

        static func put(_ text: String, _ offset: off_t, _ path: String) {
            let file = unsafe open(path, O_WRONLY | O_CLOEXEC)
            let bytes = Array(text.utf8)
            _ = unsafe pwrite(file, bytes, bytes.count, offset)
            close(file)
        }
    }

    private static func tree(_ directives: String) throws -> RealTree {
        let tree = try RealTree([RealTree.Entry("a.log")])
        try tree.write("ROOT/a.log {\nrotate 1\nmissingok\n\(directives)\n}\n", as: "conf")
        return tree
    }

    @Test(
        "keep nobody waiting, are told, and are left as they are",
        arguments: [
            ("copytruncate", "a.log", "it grows faster"), ("copy", "a.log", "it grows faster"),
            ("compress", "a.log.1", "it was written to while it was compressed"),
        ])
    func told(directive: String, name: String, hint: String) async throws {
        let tree = try Self.tree(directive)
        let before = try tree.text("a.log")
        let writer = Writer("\(tree.root)/\(name)")
        let report = try await RealRotation(tree.configuration, tree.state).run(on: writer.disk())
        #expect(report.allFaults.map(\.code) == ["disk"])
        #expect(report.allFaults.map(\.location) == ["\(tree.root)/\(name)"])
        #expect(report.allFaults.first?.hint.hasPrefix(hint) ?? false)
        #expect(writer.reads.withLock { $0 } < Writer.last / 4)
        #expect(try tree.names() == [name])
        let size = try #require(tree.facts(name)).size
        #expect(size > before.utf8.count)
        // The next run has it as it is then.
        let next = try await RealRotation(tree.configuration, tree.state, isForced: name == "a.log").run()
        #expect(next.allFaults == [])
        let after = directive == "compress" ? ["a.log.1.gz"] : ["a.log", "a.log.1"]
        #expect(try tree.names() == after)
        if directive != "compress" { #expect(tree.facts("a.log.1")?.size == size) }
        if directive == "copytruncate" { #expect(tree.facts("a.log")?.size == 0) }
    }

    @Test("are not cut where the last look did not see their end, and the next run goes on")
    func lastLook() async throws {
        let tree = try Self.tree("copytruncate")
        let before = try tree.text("a.log")
        let writer = Writer("\(tree.root)/a.log", isWriting: false)
        let disk = writer.disk { writer, call in
            // When the copy gets its name.
            if call.name == "rename" { writer.isWriting.withLock { $0 = true } }
        }
        let report = try await RealRotation(tree.configuration, tree.state).run(on: disk)
        #expect(report.allFaults.map(\.code) == ["disk"])
        #expect(report.unfinished == 1)
        #expect(writer.reads.withLock { $0 } < Writer.last / 4)
        let size = try #require(tree.facts("a.log")).size
        #expect(size > before.utf8.count)
        let next = try await RealRotation(tree.configuration, tree.state, isForced: false).run()
        #expect(next.allFaults == [] && next.recovered == 1)
        #expect(tree.facts("a.log")?.size == 0)
        #expect(tree.facts("a.log.1")?.size == size)
        let file = try LinuxDisk().openDirectory(tree.root).open("a.log.1", forWriting: false)
        let tools = CompressionTools(RotationProgress())
        for (index, byte) in before.utf8.enumerated() {
            #expect(try tools.byte(of: file, at: Int64(index)) == byte)
        }
    }

    @Test("are not overwritten for ever before they are removed, though their holes are filled meanwhile")
    func shredded() async throws {
        let tree = try Self.tree("shred")
        try tree.add(RealTree.Entry("a.log.1"))
        try RealTree.check(unsafe truncate("\(tree.root)/a.log.1", 1 << 43), "truncate")
        let writer = Writer("\(tree.root)/a.log.2")
        let report = try await RealRotation(tree.configuration, tree.state).run(on: writer.disk())
        #expect(report.allFaults.map(\.location) == ["\(tree.root)/a.log.2"])
        #expect(writer.reads.withLock { $0 } < Writer.last / 4)
        #expect(tree.facts("a.log.2")?.size == 1 << 43)
        #expect(try tree.names() == ["a.log.1", "a.log.2"])
    }

    @Test("lose nothing that comes between their compression and their end")
    func late() async throws {
        let tree = try Self.tree("compress")
        let path = "\(tree.root)/a.log.1"
        let before = try tree.text("a.log")
        let disk = GuardedDisk(LinuxDisk()) { call in
            // When the compressed log gets its name.
            if call.name == "rename", call.path.contains("/.muster-") {
                Writer.put("late\n", off_t(before.utf8.count), path)
            }
            return .go
        }
        let report = try await RealRotation(tree.configuration, tree.state).run(on: disk)
        #expect(report.allFaults.map(\.location) == [path])
        #expect(try tree.names() == ["a.log.1", "a.log.1.gz"])
        let next = try await RealRotation(tree.configuration, tree.state, isForced: false).run()
        #expect(next.allFaults == [])
        #expect(try tree.names() == ["a.log.1.gz"])
        #expect(try tree.text("a.log.1.gz") == before + "late\n")
    }

    @Test("A planted file is inflated no further than the log that it should be could reach")
    func planted() throws {
        let folder = TemporaryFolder()
        let directory = try LinuxDisk().openDirectory(folder.path)
        let zeros = try directory.create("zeros", mode: 0o600)
        try zeros.truncate(300 << 20)
        let packed = try directory.create("zeros.gz", mode: 0o600)
        let tools = CompressionTools(RotationProgress())
        let content = try tools.compress(zeros, to: packed, level: 1)
        #expect(content.length == 300 << 20)
        let log = try directory.create("a.log", mode: 0o600)
        try log.truncate(1)
        #expect(try tools.comparison(of: packed, with: log) == nil)
        try log.truncate(45 << 20)
        #expect(try tools.comparison(of: packed, with: log) == .holds)
        #expect(try tools.content(ofCompressed: packed, limit: content.length) == content)
        #expect(try tools.content(ofCompressed: packed, limit: content.length - 1) == nil)
    }
}
