import Glibc
import MusterTesting
import Testing

@testable import MusterSystem

@Suite("The way to a directory", .timeLimit(.minutes(40))) struct PathWalkTests {
    private let folder = TemporaryFolder()
    private static let canGiveLists = unsafe access("/usr/bin/setfacl", X_OK) == 0 ? geteuid() == 0 : false

    /// Folders (which end with a slash) and links (`name -> target`), with whom they belong to and their mode.
    private func make(_ entries: [(text: String, user: UInt32, mode: UInt32)]) throws {
        for entry in entries {
            let parts = entry.text.split(separator: " -> ").map(String.init)
            let path = "\(folder.path)/\(parts[0])"
            if parts.count == 2 {
                try #require(unsafe symlink(parts[1].replacing("ROOT", with: folder.path), path) == 0)
            } else {
                try #require(unsafe mkdir(path, 0o700) == 0)
                try #require(unsafe chmod(path, entry.mode) == 0)
            }
            if geteuid() == 0 { try #require(unsafe lchown(path, entry.user, entry.user) == 0) }
        }
    }

    private func outcome(_ path: String) -> Int32 {
        code { _ = try LinuxDisk().openDirectory("\(folder.path)/\(path)") } ?? 0
    }

    @Test("Our own links are followed, wherever they stand and lead")
    func ours() throws {
        let me = geteuid()
        try make(
            [
                "a/", "a/b/", "a/b/c/", "l -> a", "l2 -> ROOT/a/b", "a/up -> ../l2", "a/b/c/far -> ../../up/c",
                "circle -> circle", "nowhere -> none", "deep -> a/b/c/far/far/far",
            ].map { ($0, me, 0o755) })
        for path in [
            "a/b/c", "l/b/c", "l2/c", "l2", "a/up/c", "a/b/c/far", "l2/c/far/far/..", "deep", "l/../l/./b//c/",
        ] {
            #expect(outcome(path) == 0, "\(path)")
        }
        let long = (0..<41).map { _ in "l/.." }.joined(separator: "/")
        for (path, expected) in [("circle", ELOOP), ("nowhere", ENOENT), ("l/none", ENOENT), (long, ELOOP)] {
            #expect(outcome(path) == expected, "\(path)")
        }
        let directory = try LinuxDisk().openDirectory("\(folder.path)/deep").facts().identity
        #expect(try LinuxDisk().openDirectory("\(folder.path)/a/b").facts("c")?.identity == directory)
    }

    @Test("A path that is too long is refused")
    func length() {
        let name = String(repeating: "n", count: 256)
        #expect(outcome(name) == ENAMETOOLONG)
        #expect(outcome(String(repeating: "./", count: 2_100)) == ENAMETOOLONG)
    }

    @Test(
        "A link is followed only where nobody else could have made it, nor the way to it", .enabled(if: geteuid() == 0))
    func others() throws {
        let user: UInt32 = 65_534
        try make([
            ("good/", 0, 0o755), ("good/logs/", 0, 0o755), ("theirs/", user, 0o755),
            ("theirs/good -> ../good", user, 0),
            ("theirs/roots -> ../good", 0, 0), ("theirs/deep/", 0, 0o755), ("theirs/deep/good -> ../../good", 0, 0),
            ("theirs/logs/", user, 0o755), ("mine/", 0, 0o755), ("mine/foreign -> ../good", user, 0),
            ("mine/own -> ../good", 0, 0), ("mine/theirs -> ../theirs", 0, 0), ("open/", 0, 0o757),
            ("open/own -> ../good", 0, 0), ("sticky/", 0, 0o1777), ("sticky/own -> ../good", 0, 0),
            ("sticky/mine/", 0, 0o755), ("sticky/mine/own -> ../../good", 0, 0), ("sticky/theirs/", user, 0o755),
            ("sticky/theirs/own -> ../../good", 0, 0), ("group/", 0, 0o775), ("group/own -> ../good", 0, 0),
        ])
        for path in [
            "mine/own", "mine/own/logs", "theirs", "theirs/logs", "theirs/deep", "mine/theirs/logs", "sticky/mine/own",
            "group/own",
        ] {
            #expect(outcome(path) == 0, "\(path)")
        }
        for path in [
            "theirs/good", "theirs/good/logs", "theirs/roots", "theirs/roots/logs", "theirs/deep/good", "mine/foreign",
            "mine/foreign/logs", "open/own", "open/own/logs", "sticky/own", "sticky/theirs/own",
            "mine/theirs/deep/good",
        ] {
            #expect(outcome(path) == ELOOP, "\(path)")
        }
        #expect(unsafe chown("\(folder.path)/group", 0, 7) == 0)
        #expect(outcome("group/own") == ELOOP)
    }

    @Test(
        "An access list counts as the mode does",
        .enabled(if: Self.canGiveLists, "needs root and setfacl"))
    func accessLists() throws {
        try make([("good/", 0, 0o755), ("list/", 0, 0o775), ("list/own -> ../good", 0, 0)])
        let path = "\(folder.path)/list"
        #expect(try LinuxDisk().openDirectory(path).isShared() == false)
        let child = try ChildProcess(
            "/usr/bin/setfacl", ["-m", "u:7:rwx", path], environment: [:], output: STDERR_FILENO, error: STDERR_FILENO)
        // A disk without lists has none to look at.
        guard child.waitOnThread().status == 0 else { return }
        #expect(try LinuxDisk().openDirectory(path).isShared())
        #expect(outcome("list/own") == ELOOP)
    }

    @Test("A folder is made below links of our own, and not below those of others", .enabled(if: geteuid() == 0))
    func making() throws {
        try make([
            ("good/", 0, 0o755), ("own -> good", 0, 0), ("theirs/", 65_534, 0o755),
            ("theirs/good -> ../good", 65_534, 0),
        ])
        try LinuxDisk().makeDirectory("\(folder.path)/own/new", mode: 0o711)
        #expect(try LinuxDisk().openDirectory("\(folder.path)/good").facts("new")?.mode == 0o711)
        #expect(code { try LinuxDisk().makeDirectory("\(folder.path)/theirs/good/x", mode: 0o755) } == ELOOP)
        #expect(try LinuxDisk().openDirectory("\(folder.path)/good").names() == ["new"])
    }
}
