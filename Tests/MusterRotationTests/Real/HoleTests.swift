import Glibc
import MusterCore
import MusterRotation
import MusterSystem
import MusterTesting
import RotationVictim
import Synchronization
import Testing

/// Logs whose owner made a hole in them of any size: it takes no room, and nobody else is to wait for it.
@Suite("Logs with long holes", .timeLimit(.minutes(20)))
struct HoleTests {
    /// Some text before and behind a hole.
    private static func tree(_ directives: String, hole: Int) throws -> RealTree {
        let tree = try RealTree([RealTree.Entry("a.log"), RealTree.Entry("a.log.1")])
        try tree.write("ROOT/a.log {\nrotate 1\n\(directives)\n}\n", as: "conf")
        for name in ["a.log", "a.log.1"] {
            try RealTree.check(unsafe truncate("\(tree.root)/\(name)", off_t(hole)), "truncate")
            try tree.append("the end", to: name)
        }
        return tree
    }

    private static func room(_ tree: RealTree, _ name: String) -> Int {
        var facts = stat()
        return unsafe stat("\(tree.root)/\(name)", &facts) == 0 ? Int(facts.st_blocks) * 512 : 0
    }

    @Test("Such a log stays plain, and is told")
    func compressed() async throws {
        let tree = try Self.tree("compress", hole: 1 << 43)
        let report = try await RealRotation(tree.configuration, tree.state).run()
        #expect(report.allFaults.map(\.code) == ["disk"])
        #expect(report.allFaults.map(\.location) == ["\(tree.root)/a.log"])
        #expect(try tree.names() == ["a.log.1"])
    }

    @Test("A copy has the same hole, and the log is cut", arguments: [false, true])
    func copied(dies: Bool) async throws {
        let tree = try Self.tree("copytruncate", hole: 1 << 43)
        let disk = GuardedDisk(LinuxDisk()) { call in
            // Cut off before the log is cut, and gone on with the next night.
            dies && call.name == "truncate" && call.path.hasSuffix("/a.log") ? .fail(EIO) : .go
        }
        _ = try await RealRotation(tree.configuration, tree.state).run(on: disk)
        // It has nothing new to rotate.
        let next = RealRotation(tree.configuration, tree.state, isForced: false)
        if dies { #expect(try await next.run().allFaults == []) }
        #expect(tree.facts("a.log")?.size == 0)
        let size: Int64 = (1 << 43) + 8
        #expect(tree.facts("a.log.1")?.size == size)
        #expect(Self.room(tree, "a.log.1") < 1 << 20)
    }

    @Test("What is overwritten before it is removed is what stands there, and no hole is filled")
    func shredded() async throws {
        let tree = try Self.tree("shred", hole: 1 << 28)
        let written = Mutex(0)
        let disk = GuardedDisk(LinuxDisk()) { call in
            if call.name == "write", call.path.hasSuffix("/a.log.2") { written.withLock { $0 += 1 } }
            return .go
        }
        let report = try await RealRotation(tree.configuration, tree.state).run(on: disk)
        #expect(report.allFaults == [])
        #expect(try tree.names() == ["a.log.1"])
        // Two pieces, three times.
        #expect(written.withLock { $0 } == 6)
    }

    @Test(
        "Pages with something in them are told from pages of zeros",
        arguments: [
            ([], 0, []), ([], 10_000, []), ([0], 1, [0..<1]), ([9_999], 10_000, [8_192..<10_000]),
            ([0, 9_000], 9_001, [0..<4_096, 8_192..<9_001]), ([4_095, 4_096], 12_288, [0..<8_192]),
        ] as [([Int], Int, [Range<Int>])])
    func pages(bytes: [Int], count: Int, expected: [Range<Int>]) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 12_288, alignment: 1)
        defer { unsafe buffer.deallocate() }
        unsafe _ = buffer.initializeMemory(as: UInt8.self, repeating: 0)
        // What stands behind the bytes that count is not looked at.
        for index in bytes + Array(count..<12_288) { unsafe buffer[index] = 1 }
        var found: [Range<Int>] = []
        while let run = unsafe buffer.nonzeroPages(from: found.last?.upperBound ?? 0, count) { found.append(run) }
        #expect(found == expected)
    }
}
