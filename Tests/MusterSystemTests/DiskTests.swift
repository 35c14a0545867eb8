import Glibc
import MusterTesting
import Testing

@testable import MusterSystem

/// A disk with a directory of a test's own, which holds `file` ("hello"), `link` to it, `directory`, `way` (a link to the
/// directory) and `pipe`.
private struct Bench {
    enum Kind: CaseIterable, CustomTestStringConvertible {
        case linux, model, guardedLinux, guardedModel, actor
        var testDescription: String { "\(self)" }
    }

    let disk: any Disk
    let root: String

    /// The folder is where it lies on a real disk.
    init(_ kind: Kind, _ folder: TemporaryFolder) throws {
        switch kind {
        case .linux, .guardedLinux, .actor:
            root = folder.path
            disk =
                switch kind {
                case .actor: try ActorDisk.onThread()
                case .guardedLinux: GuardedDisk(LinuxDisk())
                default: LinuxDisk()
                }
            _ = try folder.file("file", Array("hello".utf8))
            let made = unsafe [
                chmod("\(root)/file", 0o644), symlink("file", "\(root)/link"), mkdir("\(root)/directory", 0o755),
                symlink("directory", "\(root)/way"), mkfifo("\(root)/pipe", 0o600),
            ]
            precondition(made.allSatisfy { $0 == 0 })
        case .model, .guardedModel:
            let model = ModelDisk()
            root = "/var/log"
            disk = kind == .model ? model : GuardedDisk(model)
            model.addFile("\(root)/file", Array("hello".utf8))
            model.addLink("\(root)/link", to: "file")
            model.addDirectory("\(root)/directory")
            model.addLink("\(root)/way", to: "directory")
            model.addPipe("\(root)/pipe")
        }
    }

    func open(_ name: String = "") throws -> any DiskDirectory {
        try disk.openDirectory(name.isEmpty ? root : "\(root)/\(name)")
    }
}

@Suite("Disks: the real one, the model of it, and the one behind a server", .timeLimit(.minutes(40))) struct DiskTests {
    private let folder = TemporaryFolder()

    @Test("Facts are those of the entry itself, links not followed", arguments: Bench.Kind.allCases)
    fileprivate func facts(kind: Bench.Kind) throws {
        let directory = try Bench(kind, folder).open()
        let file = try #require(try directory.facts("file"))
        #expect(file.kind == .regular && file.size == 5 && file.links == 1 && file.mode == 0o644)
        #expect(try directory.facts("link")?.kind == .link)
        #expect(try directory.facts("directory")?.kind == .directory)
        #expect(try directory.facts("pipe")?.kind == .other)
        #expect(try directory.facts("none") == nil)
        #expect(try directory.facts().kind == .directory)
        #expect(try directory.open("file", forWriting: false).facts() == file)
    }

    @Test("All names are listed, each time anew", arguments: Bench.Kind.allCases)
    fileprivate func names(kind: Bench.Kind) throws {
        let directory = try Bench(kind, folder).open()
        let names = ["directory", "file", "link", "pipe", "way"]
        #expect(try directory.names().sorted() == names)
        let more = (0..<3_000).map { "name-\($0)" }
        for name in more { _ = try directory.create(name, mode: 0o600) }
        #expect(try Set(directory.names()) == Set(names + more))
        #expect(try directory.listing().unreadable == 0)
    }

    @Test(
        "A directory is opened by a path, and links that nobody else could have made are followed",
        arguments: Bench.Kind.allCases)
    fileprivate func openDirectory(kind: Bench.Kind) throws {
        let bench = try Bench(kind, folder)
        #expect(try bench.open("directory").facts() == bench.open().facts("directory"))
        #expect(try bench.open("way/..").facts().identity == bench.open().facts().identity)
        _ = try bench.open("directory/").create("a", mode: 0o600)
        for way in ["way", "way//", "way/.", "./way/"] { #expect(try bench.open(way).names() == ["a"], "\(way)") }
        for (name, expected) in [
            ("none", ENOENT), ("file", ENOTDIR), ("link", ENOTDIR), ("file/a", ENOTDIR),
            ("none/a", ENOENT), ("a\0b", EINVAL),
        ] {
            #expect(code { _ = try bench.open(name) } == expected, "\(name)")
        }
        #expect(code { _ = try bench.disk.openDirectory("") } == ENOENT)
        #expect(try bench.disk.openDirectory("/").facts().kind == .directory)
    }

    @Test("A directory is made with its mode, whatever the umask", arguments: Bench.Kind.allCases)
    fileprivate func makeDirectory(kind: Bench.Kind) throws {
        let bench = try Bench(kind, folder)
        try bench.disk.makeDirectory("\(bench.root)/new/", mode: 0o777)
        try bench.disk.makeDirectory("\(bench.root)/way/new", mode: 0o1770)
        #expect(try bench.open().facts("new")?.mode == 0o777)
        #expect(try bench.open("directory").facts("new")?.mode == 0o1770)
        for (name, expected) in [
            ("new", EEXIST), ("file", EEXIST), ("link", EEXIST), ("none/new", ENOENT), ("file/new", ENOTDIR),
            ("a\0b", EINVAL),
        ] {
            #expect(code { try bench.disk.makeDirectory("\(bench.root)/\(name)", mode: 0o755) } == expected, "\(name)")
        }
        #expect(code { try bench.disk.makeDirectory("", mode: 0o755) } == ENOENT)
        #expect(code { try bench.disk.makeDirectory("/", mode: 0o755) } == EEXIST)
        let made = try bench.open("new")
        try made.setMode(0o700)
        try made.setOwner(user: geteuid(), group: .max)
        #expect(try made.facts().mode == 0o700 && made.facts().user == geteuid())
    }

    @Test("A file keeps what it is under its new name, and takes nobody's", arguments: Bench.Kind.allCases)
    fileprivate func rename(kind: Bench.Kind) throws {
        let bench = try Bench(kind, folder)
        let (directory, other) = (try bench.open(), try bench.open("directory"))
        let before = try directory.facts("file")
        try directory.rename("file", to: directory, as: "b")
        try directory.rename("b", to: other, as: "c")
        #expect(try other.facts("c")?.identity == before?.identity)
        #expect(try directory.facts("file") == nil && directory.facts("b") == nil)
        _ = try other.create("taken", mode: 0o600)
        try directory.rename("link", to: other, as: "moved")
        #expect(try other.facts("moved")?.kind == .link)
        for (name, target, expected) in [
            ("c", "taken", EEXIST), ("c", "c", EEXIST), ("none", "a", ENOENT), ("none", "taken", ENOENT),
            ("c", "", EINVAL), ("..", "a", EINVAL), ("c", "a/b", EINVAL),
        ] {
            #expect(code { try other.rename(name, to: other, as: target) } == expected, "\(name) \(target)")
        }
        #expect(try other.open("c", forWriting: false).bytes() == Array("hello".utf8))
        #expect(try other.open("taken", forWriting: false).bytes() == [])
    }

    @Test("A file is put in another's place, and a directory gives way to none", arguments: Bench.Kind.allCases)
    fileprivate func replace(kind: Bench.Kind) throws {
        let directory = try Bench(kind, folder).open()
        for (name, round) in [("file", 1), ("none", 2), ("link", 3)] {
            try directory.create("new", mode: 0o600).write("round \(round)")
            try directory.replace(name, with: "new")
            #expect(try directory.open(name, forWriting: false).bytes() == Array("round \(round)".utf8))
            #expect(try directory.facts("new") == nil)
        }
        try directory.replace("file", with: "file")
        #expect(try directory.facts("file")?.links == 1)
        #expect(code { try directory.replace("directory", with: "file") } == EISDIR)
        #expect(code { try directory.replace("file", with: "directory") } == ENOTDIR)
        #expect(code { try directory.replace("file", with: "nothing") } == ENOENT)
        #expect(code { try directory.replace("file", with: "") } == EINVAL)
    }

    @Test("A file that was removed stays with those who have it open", arguments: Bench.Kind.allCases)
    fileprivate func remove(kind: Bench.Kind) throws {
        let directory = try Bench(kind, folder).open()
        let file = try directory.open("file", forWriting: true)
        try directory.remove("file")
        #expect(try directory.facts("file") == nil)
        try file.write("!", at: 5)
        #expect(try file.bytes() == Array("hello!".utf8))
        #expect(try file.facts().links == 0)
        try directory.remove("link")
        #expect(code { try directory.remove("file") } == ENOENT)
        #expect(code { try directory.remove("directory") } == EISDIR)
    }

    @Test("A new file takes no name that is there and has just its mode", arguments: Bench.Kind.allCases)
    fileprivate func create(kind: Bench.Kind) throws {
        let directory = try Bench(kind, folder).open()
        for mode: UInt32 in [0o600, 0o666, 0o777, 0o640, 0o400, 0] {
            let file = try directory.create("mode-\(mode)", mode: mode)
            #expect(try file.facts().mode == mode && file.facts().size == 0)
            try file.write("a")
            #expect(try file.bytes() == [0x61])
        }
        for name in ["file", "link", "directory", "pipe"] {
            #expect(code { _ = try directory.create(name, mode: 0o600) } == EEXIST, "\(name)")
        }
        #expect(try directory.open("file", forWriting: false).bytes().count == 5)
    }

    @Test("Only a regular file is opened, and nothing waits", arguments: Bench.Kind.allCases)
    fileprivate func open(kind: Bench.Kind) throws {
        let directory = try Bench(kind, folder).open()
        for forWriting in [false, true] {
            for (name, expected) in [
                ("none", ENOENT), ("link", ELOOP), ("way", ELOOP), ("directory", EISDIR), ("pipe", EINVAL),
            ] {
                #expect(code { _ = try directory.open(name, forWriting: forWriting) } == expected, "\(name)")
            }
        }
        let file = try directory.open("file", forWriting: false)
        #expect(code { try file.write("x") } == EBADF)
        #expect(code { try file.truncate(0) } == EINVAL)
    }

    @Test("What is no name of an entry is refused by every operation", arguments: Bench.Kind.allCases)
    fileprivate func badNames(kind: Bench.Kind) throws {
        let directory = try Bench(kind, folder).open()
        let operations: [(String) throws -> Void] = [
            { _ = try directory.facts($0) }, { try directory.rename($0, to: directory, as: "b") },
            { try directory.rename("file", to: directory, as: $0) }, { try directory.replace($0, with: "file") },
            { try directory.replace("file", with: $0) }, { try directory.remove($0) },
            { _ = try directory.create($0, mode: 0o600) }, { _ = try directory.open($0, forWriting: true) },
        ]
        for (index, operation) in operations.enumerated() {
            for name in ["", ".", "..", "/", "directory/a", "../a", "file\0", "\0"] {
                #expect(code { try operation(name) } == EINVAL, "operation \(index), \(name.debugDescription)")
            }
            let long = String(repeating: "x", count: 256)
            // The one name or the other is looked at first.
            if index != 4 { #expect(code { try operation(long) } == ENAMETOOLONG, "operation \(index)") }
        }
        #expect(try directory.names().count == 5)
    }

    @Test("Bytes are read and written at any place", arguments: Bench.Kind.allCases)
    fileprivate func contents(kind: Bench.Kind) throws {
        let directory = try Bench(kind, folder).open()
        let file = try directory.open("file", forWriting: true)
        #expect(try file.bytes(at: 1, count: 3) == Array("ell".utf8))
        #expect(try file.bytes(at: 4, count: 3) == Array("o".utf8))
        #expect(try file.bytes(at: 5, count: 3) == [] && file.bytes(at: 1 << 40, count: 3) == [])
        #expect(try file.bytes(count: 0) == [])
        try file.write("y", at: 7)
        #expect(try file.bytes() == Array("hello\0\0y".utf8))
        try file.write("")
        try file.write("HE")
        #expect(try file.bytes() == Array("HEllo\0\0y".utf8))
        try file.truncate(3)
        try file.truncate(4)
        #expect(try file.bytes() == Array("HEl\0".utf8) && file.facts().size == 4)
        #expect(code { _ = try file.bytes(at: -1) } == EINVAL)
        #expect(code { try file.write("x", at: -1) } == EINVAL)
        #expect(code { try file.truncate(-1) } == EINVAL)
        let reader = try directory.open("file", forWriting: false)
        try file.write(String(repeating: "z", count: 300_000), at: 4)
        #expect(try reader.bytes(count: 1 << 20).count == 300_004)
        file.beginSynchronizing()
        try file.synchronize()
        try directory.synchronize()
        #expect(try reader.bytes(at: 300_003) == [0x7a])
    }

    @Test("Mode, owner and times are set on the open file", arguments: Bench.Kind.allCases)
    fileprivate func settings(kind: Bench.Kind) throws {
        let directory = try Bench(kind, folder).open()
        let file = try directory.open("file", forWriting: false)
        try file.setMode(0o2640)
        try file.setOwner(user: .max, group: .max)
        let owner = try file.facts()
        try file.setOwner(user: owner.user, group: owner.group)
        let (access, modification) = (
            DiskTime(seconds: 1_000_000_001, nanoseconds: 5), DiskTime(seconds: -2, nanoseconds: 999_999_999)
        )
        try file.setTimes(access: access, modification: modification)
        let facts = try #require(try directory.facts("file"))
        #expect(facts.mode == 0o2640 && facts.access == access && facts.modification == modification)
        #expect(facts.user == owner.user && facts.group == owner.group)
        if geteuid() == 0 {
            try file.setOwner(user: 12, group: 34)
            #expect(try file.facts().user == 12 && file.facts().group == 34)
        }
    }

    @Test("One at a time has the lock, until its file is closed", arguments: Bench.Kind.allCases)
    fileprivate func lock(kind: Bench.Kind) throws {
        let directory = try Bench(kind, folder).open()
        var first: (any DiskFile)? = try directory.open("file", forWriting: true)
        let second = try directory.open("file", forWriting: false)
        #expect(try first?.lock() == true && first?.lock() == true)
        #expect(try second.lock() == false)
        #expect(try directory.create("other", mode: 0o600).lock())
        first = nil
        #expect(try second.lock())
    }

    @Test("An open directory stays the same under another name", arguments: Bench.Kind.allCases)
    fileprivate func heldDirectory(kind: Bench.Kind) throws {
        let bench = try Bench(kind, folder)
        let (root, held) = (try bench.open(), try bench.open("directory"))
        try root.rename("directory", to: root, as: "moved")
        _ = try held.create("a", mode: 0o600)
        #expect(try bench.open("moved").names() == ["a"])
    }

    @Test("A disk's directory is on another device than every other disk's")
    func foreign() throws {
        let (real, model) = (try Bench(.linux, folder).open(), try Bench(.model, folder).open())
        #expect(code { try real.rename("file", to: model, as: "b") } == EXDEV)
        #expect(code { try model.rename("file", to: real, as: "b") } == EXDEV)
        #expect(code { try model.rename("file", to: try Bench(.model, folder).open(), as: "b") } == EXDEV)
        let actor = try ActorDisk.onThread().openDirectory(folder.path)
        let other = try ActorDisk.onThread().openDirectory(folder.path)
        for (directory, target) in [(actor, real), (real, actor), (actor, model), (actor, other)] {
            #expect(code { try directory.rename("file", to: target, as: "b") } == EXDEV)
            #expect(code { try directory.rename("file", to: target, as: "..") } == EINVAL)
        }
    }
}
