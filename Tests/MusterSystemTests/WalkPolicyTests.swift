import Glibc
import MusterTesting
import Testing

@testable import MusterSystem

@Suite("Who decides where a path leads", .timeLimit(.minutes(10))) struct WalkPolicyTests {
    private static let user: UInt32 = 65_534
    private let folder = TemporaryFolder()

    /// Folders (which end with a slash) and links (`name -> target`), with whom they belong to and the mode of a folder.
    private func make(_ entries: [(text: String, user: UInt32, mode: UInt32)]) throws {
        for entry in entries {
            let parts = entry.text.split(separator: " -> ").map(String.init)
            let path = "\(folder.path)/\(parts[0])"
            if parts.count == 2 {
                try #require(unsafe symlink(parts[1], path) == 0)
            } else {
                try #require(unsafe mkdir(path, 0o700) == 0 && chmod(path, entry.mode) == 0)
            }
            if entry.user != geteuid() { try #require(unsafe lchown(path, entry.user, entry.user) == 0) }
        }
    }

    private func passes<Place>(_ path: String, _ start: Place, _ policy: WalkPolicy<Place>) -> Bool {
        var walk = PathWalk("\(folder.path)/\(path)", from: start, policy)
        do throws(WalkFault<Place>) { try walk.run() } catch { return false }
        return true
    }

    /// By which policies a path leads to a folder: logs, state, outputs.
    private func policies(_ path: String) throws -> String {
        let root = try HeldEntry.beginning(of: "/")
        let state = WalkPolicy.state(
            isTrusted: { $0 == 0 || $0 == geteuid() }, isShared: { $0.facts.mode & 0o022 != 0 })
        return (passes(path, root, .logs) ? "L" : "-")
            + (passes(path, try .root(of: LinuxDisk()), state) ? "S" : "-")
            + (passes(path, root, .outputs) ? "O" : "-")
    }

    @Test("The three policies side by side", .enabled(if: geteuid() == 0, "root alone may give files away"))
    func table() throws {
        let user = Self.user
        try make([
            ("ours/", 0, 0o755), ("ours/in/", 0, 0o755), ("ours/link -> in", 0, 0), ("ours/foreign -> in", user, 0),
            ("ours/away -> ../theirs/in", 0, 0), ("ours/tilted -> ../theirs/link", 0, 0),
            ("theirs/", user, 0o755), ("theirs/in/", 0, 0o755), ("theirs/in/link -> .", 0, 0),
            ("theirs/link -> in", 0, 0), ("theirs/foreign -> in", user, 0),
            ("sticky/", 0, 0o1777), ("sticky/in/", 0, 0o755), ("sticky/in/link -> .", 0, 0),
            ("sticky/theirs/", user, 0o755), ("sticky/link -> in", 0, 0), ("sticky/foreign -> in", user, 0),
            ("sticky/twice -> in", 0, 0), ("open/", 0, 0o777), ("open/in/", 0, 0o755), ("open/link -> in", 0, 0),
        ])
        try #require(unsafe link(folder.path + "/sticky/twice", folder.path + "/sticky/again") == 0)
        for (path, wanted) in [
            ("ours", "LSO"), ("ours/in", "LSO"), ("ours/link", "LSO"), ("ours/foreign", "---"), ("ours/away", "L-O"),
            ("ours/tilted", "--O"), ("ours/none", "---"), ("ours/link/..//link/.", "LSO"),
            ("theirs", "L-O"), ("theirs/in", "L-O"), ("theirs/in/link", "--O"), ("theirs/link", "--O"),
            ("theirs/foreign", "---"), ("theirs/../ours", "LSO"), ("theirs/../ours/link", "-SO"),
            ("sticky", "L-O"), ("sticky/in", "LSO"), ("sticky/in/link", "LSO"), ("sticky/theirs", "L-O"),
            ("sticky/link", "-SO"), ("sticky/foreign", "---"), ("sticky/twice", "-S-"),
            ("open", "L-O"), ("open/in", "L-O"), ("open/link", "--O"),
        ] {
            #expect(try policies(path) == wanted, "\(path)")
        }
    }

    @Test("A link leads also to a name that is no text")
    func bytes() throws {
        let target: [CChar] = [0x66, -28, 0]
        try #require(unsafe symlink(target, folder.path + "/link") == 0)
        let parent = unsafe open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { close(parent) }
        try #require(unsafe mkdirat(parent, target, 0o755) == 0)
        #expect(code { _ = try LinuxDisk().openDirectory(folder.path + "/link") } == nil)
        try OutputFile.replace(folder.path + "/link/out", with: [1])
        #expect(try FileReading.bytes(folder.path + "/link/out") == [1])
        // No other file is made for it.
        try #require(unsafe symlink([0x67, -28, 0] as [CChar], folder.path + "/file") == 0)
        #expect(throws: FileFault.self) { try OutputFile.replace(folder.path + "/file", with: [1]) }
        #expect(try FileNames.inFolder(folder.path).count == 3)
    }

    @Test("A folder is made by what its path says")
    func making() throws {
        let disk = LinuxDisk()
        for (path, expected) in [
            ("a", nil), ("a//b//", nil), ("a", EEXIST), ("a/.", EEXIST), ("a/..", EEXIST), ("none/x", ENOENT),
            ("a/\u{301}", nil), (String(repeating: "n", count: 256), ENAMETOOLONG), ("z\0", EINVAL),
        ] as [(String, Int32?)] {
            #expect(code { try disk.makeDirectory("\(folder.path)/\(path)", mode: 0o700) } == expected, "\(path)")
        }
        #expect(code { try disk.makeDirectory("", mode: 0o700) } == ENOENT)
        #expect(code { try disk.makeDirectory("//", mode: 0o700) } == EEXIST)
    }
}
