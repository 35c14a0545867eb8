import Glibc
import MusterSystem
import MusterTesting
import Testing

@Suite("The model of a disk", .timeLimit(.minutes(40))) struct ModelDiskTests {
    private let disk = ModelDisk()

    init() {
        disk.addDirectory("/log")
        disk.addDirectory("/old")
    }

    private func write(_ text: String, to file: any DiskFile, at offset: Int64 = 0) throws {
        try unsafe Array(text.utf8).withUnsafeBytes { raw in try unsafe file.write(raw, at: offset) }
    }

    /// What is found under a path in many crashes: every outcome that came up.
    private func outcomes<Value: Hashable>(_ look: (ModelDisk) -> Value) -> Set<Value> {
        var dice = Dice(1)
        return Set((0..<400).map { _ in look(disk.crash(keeping: &dice)) })
    }

    @Test("What was there before is durable, and a crash that keeps nothing loses all since")
    func nothingKept() throws {
        disk.addFile("/log/a", [1, 2])
        let directory = try disk.openDirectory("/log")
        try write("xyz", to: directory.open("a", forWriting: true))
        try directory.rename("a", to: directory, as: "b")
        _ = try directory.create("c", mode: 0o600)
        #expect(disk.paths == ["/log/b", "/log/c"] && !disk.isDurable)
        let after = disk.crash()
        #expect(after.paths == ["/log/a"] && after.contents("/log/a") == [1, 2] && after.isDurable)
        #expect(disk.contents("/log/b") == Array("xyz".utf8))
    }

    @Test("What was synchronized survives every crash")
    func synchronized() throws {
        let directory = try disk.openDirectory("/log")
        let file = try directory.create("a", mode: 0o600)
        try write("hello", to: file)
        try file.setMode(0o640)
        try file.synchronize()
        try directory.synchronize()
        #expect(disk.isDurable)
        #expect(
            outcomes { [$0.paths.joined(), "\($0.contents("/log/a") ?? [])", "\($0.facts("/log/a")?.mode ?? 0)"] }
                == [["/log/a", "\(Array("hello".utf8))", "\(UInt32(0o640))"]])
    }

    @Test("A name without its contents leads to any part of them, and contents without a name are gone")
    func halves() throws {
        let directory = try disk.openDirectory("/log")
        let (first, second) = (try directory.create("a", mode: 0o600), try directory.create("b", mode: 0o600))
        try write("ab", to: first)
        try directory.synchronize()
        try write("cd", to: second)
        try second.synchronize()
        let found = outcomes { $0.contents("/log/a") }
        #expect(found == [[], [0x61], [0x61, 0x62], [0, 0]])
        let third = try directory.create("c", mode: 0o600)
        try write("x", to: third)
        try third.synchronize()
        #expect(outcomes { $0.contents("/log/c") } == [nil, [0x78]])
    }

    @Test("Writes reach the device in any order, with zeros where they did not")
    func holes() throws {
        let directory = try disk.openDirectory("/log")
        let file = try directory.create("a", mode: 0o600)
        try directory.synchronize()
        try write("a", to: file)
        try write("b", to: file, at: 1)
        let found = outcomes { $0.contents("/log/a") }
        #expect(found == [[], [0], [0x61], [0, 0], [0x61, 0], [0, 0x62], [0x61, 0x62]])
    }

    @Test("What is written over and cut off may be the old or the new")
    func overwritten() throws {
        disk.addFile("/log/a", [1, 2, 3])
        let file = try disk.openDirectory("/log").open("a", forWriting: true)
        try file.truncate(0)
        try write("x", to: file)
        let found = outcomes { $0.contents("/log/a") }
        #expect(found.isSuperset(of: [[1, 2, 3], [], [0x78], [0]]) && found.allSatisfy { $0 != nil })
    }

    @Test("A renamed file has one name, the old or the new, also in another directory")
    func renames() throws {
        disk.addFile("/log/a", [1])
        let (log, old) = (try disk.openDirectory("/log"), try disk.openDirectory("/old"))
        try log.rename("a", to: log, as: "b")
        try log.rename("b", to: old, as: "c")
        #expect(outcomes(\.paths) == [["/log/a"], ["/log/b"], ["/old/c"]])
        // Either directory brings both names along, and what came before them.
        try old.synchronize()
        #expect(outcomes(\.paths) == [["/old/c"]])
    }

    @Test("Changes of different names reach the device in any order, those of one name in theirs")
    func order() throws {
        disk.addFile("/log/a", [1])
        let directory = try disk.openDirectory("/log")
        try directory.rename("a", to: directory, as: "a.1")
        _ = try directory.create("a", mode: 0o600)
        _ = try directory.create("z", mode: 0o600)
        #expect(
            outcomes(\.paths) == [
                ["/log/a"], ["/log/a.1"], ["/log/a", "/log/a.1"], ["/log/a", "/log/z"], ["/log/a.1", "/log/z"],
                ["/log/a", "/log/a.1", "/log/z"],
            ])
        // Nobody ever finds the new file where the old one has no name.
        #expect(outcomes { $0.contents("/log/a") == [] && $0.contents("/log/a.1") == nil } == [false])
    }

    @Test("A removal that was not synchronized may come back, and one before its replacement was loses the file")
    func removals() throws {
        disk.addFile("/log/a", [1])
        let directory = try disk.openDirectory("/log")
        _ = try directory.create("a.gz", mode: 0o600)
        try directory.remove("a")
        #expect(outcomes(\.paths) == [["/log/a"], ["/log/a.gz"], ["/log/a", "/log/a.gz"], []])
    }

    @Test("A new directory is lost with all it holds until its parent is synchronized")
    func directories() throws {
        try disk.makeDirectory("/log/new", mode: 0o755)
        let new = try disk.openDirectory("/log/new")
        _ = try new.create("a", mode: 0o600)
        try new.synchronize()
        #expect(outcomes(\.paths) == [[], ["/log/new/a"]])
        try disk.openDirectory("/log").synchronize()
        #expect(outcomes(\.paths) == [["/log/new/a"]])
    }

    @Test("The same dice give the same crash", arguments: 0..<20)
    func repeatable(seed: Int) throws {
        let directory = try disk.openDirectory("/log")
        for number in 0..<10 { try write("text \(number)", to: directory.create("\(number)", mode: 0o600)) }
        var (first, second) = (Dice(seed), Dice(seed))
        let (one, other) = (disk.crash(keeping: &first), disk.crash(keeping: &second))
        #expect(one.paths == other.paths)
        for path in one.paths { #expect(one.contents(path) == other.contents(path)) }
        #expect(first.next() == second.next())
    }

    @Test("A process that was stopped does nothing more, and lets go of its locks")
    func stopped() throws {
        let process = disk.process { $0.name == "remove" ? .stop : .go }
        let directory = try process.openDirectory("/log")
        let file = try directory.create("a", mode: 0o600)
        #expect(try file.lock())
        let other = try disk.openDirectory("/log").open("a", forWriting: false)
        #expect(try !other.lock())
        let ended = DiskFault(code: DiskFault.processEnded, call: "remove", path: "/log/a")
        #expect(throws: ended) { try directory.remove("a") }
        #expect(throws: DiskFault.self) { try file.truncate(0) }
        #expect(throws: DiskFault.self) { try directory.names() }
        #expect(disk.paths == ["/log/a"] && process.callCount == 4)
        #expect(try other.lock())
    }

    @Test("A call that fails does nothing, and the next is made")
    func failing() throws {
        let process = disk.process { $0.number == 2 ? .fail(ENOSPC) : .go }
        let directory = try process.openDirectory("/log")
        #expect(throws: DiskFault(code: ENOSPC, call: "create", path: "/log/a")) {
            try directory.create("a", mode: 0o600)
        }
        #expect(disk.paths.isEmpty)
        _ = try directory.create("a", mode: 0o600)
        #expect(disk.paths == ["/log/a"])
    }

    @Test("A writer goes on in its file, wherever that goes and whoever ends")
    func writer() throws {
        disk.addFile("/log/a")
        let writer = try disk.openDirectory("/log").open("a", forWriting: true)
        try write("one", to: writer)
        let process = disk.process { $0.number == 3 ? .stop : .go }
        let directory = try process.openDirectory("/log")
        try directory.rename("a", to: directory, as: "a.1")
        #expect(throws: DiskFault.self) { try directory.create("a", mode: 0o600) }
        try write("two", to: writer, at: 3)
        #expect(disk.contents("/log/a.1") == Array("onetwo".utf8))
    }

    @Test("Hard links, owners and devices are as they were put there")
    func planted() throws {
        disk.addFile("/log/a", mode: 0o600, user: 7, group: 8, modification: DiskTime(seconds: 9))
        disk.addHardLink("/log/b", to: "/log/a")
        disk.addDirectory("/mount", mode: 0o1777, device: 2)
        let log = try disk.openDirectory("/log")
        let facts = try #require(try log.facts("a"))
        #expect(facts.links == 2 && facts.user == 7 && facts.group == 8 && facts.modification.seconds == 9)
        #expect(try log.facts("b")?.identity == facts.identity)
        let mount = try disk.openDirectory("/mount")
        #expect(try mount.facts().mode == 0o1777)
        #expect(throws: DiskFault(code: EXDEV, call: "rename", path: "/log/a")) {
            try log.rename("a", to: mount, as: "a")
        }
        #expect(disk.crash().facts("/log/a")?.links == 2)
    }
}
