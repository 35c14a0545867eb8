import Glibc
import MusterSystem
import MusterTesting
import Testing

private let canDrop = unsafe access("/usr/bin/setpriv", X_OK) == 0 && geteuid() == 0

/// The program as another user, and where it keeps its state.
@Suite("The state of a user", .enabled(if: canDrop, "it takes root and setpriv to become somebody else"))
struct StatePlaceTests {
    private static let user: UInt32 = 65_534

    private let folder = TemporaryFolder()
    private var home: String { folder.path + "/home" }

    init() throws {
        try #require(unsafe chmod(folder.path, 0o755) == 0 && mkdir(home, 0o755) == 0)
        let log = try folder.file("home/a.log", Array("a line\n".utf8))
        let configuration = try folder.file("conf", Array("\(log) {\nrotate 1\n}\n".utf8))
        for path in [home, log] { try #require(unsafe chown(path, Self.user, Self.user) == 0) }
        try #require(unsafe chmod(configuration, 0o644) == 0)
    }

    /// `nil` where that user cannot reach the program.
    private func run(_ arguments: [String], _ environment: String, umask: String = "022") async throws -> Program
        .Ending?
    {
        let ending = try await Program.run(
            ["logs", "rotate", "-f"] + arguments + [folder.path + "/conf"],
            shell: "umask \(umask); cd /; exec setpriv --reuid=\(Self.user) --regid=\(Self.user) --clear-groups "
                + "env -i \(environment) \"$0\" \"$@\"")
        return ending.status == 126 || ending.status == 127 ? nil : ending
    }

    private func facts(_ path: String) throws -> EntryFacts? { try LinuxDisk().entry(at: path)?.facts }

    @Test("It lies in his home, with the journal and the lock, and nobody else may read any of them")
    func home() async throws {
        guard let ending = try await run([], "HOME=\(home)", umask: "000") else { return }
        #expect(ending.status == 0, "\(ending.complaints)")
        for ending in ["", ".journal", ".lock"] {
            let facts = try facts("\(home)/.local/state/muster/rotation\(ending)")
            #expect(facts?.mode == 0o600 && facts?.user == Self.user, "\(ending)")
        }
        #expect(try facts(home + "/a.log.1") != nil)
    }

    @Test("Without a home he has to name it, and it is not put in the current folder")
    func homeless() async throws {
        guard let ending = try await run([], "PATH=/bin") else { return }
        #expect(ending.status == 1)
        #expect(ending.complaints.contains("write -s FILE, or set HOME"))
        #expect(try facts(home + "/a.log.1") == nil)
    }

    @Test("A folder of another user, or one that all may write, is none for it")
    func foreign() async throws {
        let (theirs, open) = (folder.path + "/theirs", home + "/open")
        try #require(unsafe mkdir(theirs, 0o755) == 0 && chown(theirs, 1, 1) == 0)
        try #require(
            unsafe mkdir(open, 0o700) == 0 && chown(open, Self.user, Self.user) == 0 && chmod(open, 0o777) == 0)
        for place in [theirs, open] {
            guard let ending = try await run(["-s", place + "/state"], "HOME=\(home)") else { return }
            #expect(ending.status == 1)
            #expect(ending.complaints.contains("muster: \(place): "), "\(ending.complaints)")
        }
        #expect(try facts(home + "/a.log.1") == nil)
    }
}
