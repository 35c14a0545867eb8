import Glibc
import MusterSystem
import MusterTesting
import Testing

/// The program as root, and what it does by the rights of whom.
@Suite("Work for a user", .enabled(if: geteuid() == 0, "only root may work as somebody else"))
struct ActorCommandTests {
    private static let user: UInt32 = 65_534

    @Test("With su all work on files is that user's, and scripts are root's")
    func scripts() async throws {
        let folder = TemporaryFolder()
        let logs = folder.path + "/logs"
        try #require(unsafe chmod(folder.path, 0o755) == 0 && mkdir(logs, 0o755) == 0)
        let log = try folder.file("logs/a.log", Array("a line\n".utf8))
        for path in [logs, log] { try #require(unsafe chown(path, Self.user, Self.user) == 0) }
        // A folder that its group may write, so that nobody but the user may work there.
        try #require(unsafe chmod(logs, 0o775) == 0)
        let configuration = try folder.file(
            "conf",
            Array(
                """
                \(log) {
                rotate 1
                copy
                su \(Self.user) \(Self.user)
                postrotate
                id -u > \(folder.path)/who
                endscript
                }
                """.utf8))
        try #require(unsafe chmod(configuration, 0o644) == 0)
        let ending = try await Program.run(["logs", "rotate", "-f", "-s", folder.path + "/state", configuration])
        #expect(ending.status == 0, "\(ending.complaints)")
        #expect(try FileReading.text(folder.path + "/who") == "0\n")
        #expect(try LinuxDisk().openDirectory(logs).facts("a.log.1")?.user == Self.user)
    }

    @Test("A relative state is in the current folder, and the way there is walked as well")
    func relativeState() async throws {
        let folder = TemporaryFolder()
        let (theirs, ours) = (folder.path + "/theirs", folder.path + "/theirs/ours")
        try #require(unsafe chmod(folder.path, 0o755) == 0 && mkdir(theirs, 0o755) == 0 && mkdir(ours, 0o700) == 0)
        let log = try folder.file("a.log", Array("a line\n".utf8))
        let configuration = try folder.file("conf", Array("\(log) {\nrotate 1\n}\n".utf8))
        try #require(unsafe chmod(configuration, 0o644) == 0)
        let arguments = ["logs", "rotate", "-f", "-s", "state", configuration]
        func run() async throws -> Program.Ending {
            try await Program.run(arguments, shell: "cd \(ours); exec \"$0\" \"$@\"")
        }
        try #require(unsafe chown(theirs, Self.user, Self.user) == 0)
        let refused = try await run()
        #expect(refused.status == 1)
        #expect(refused.complaints.contains("muster: \(theirs): "), "\(refused.complaints)")
        #expect(try FileNames.inFolder(ours) == [])
        try #require(unsafe chown(theirs, 0, 0) == 0)
        #expect(try await run().status == 0)
        #expect(try FileNames.inFolder(ours).contains("state"))
    }
}
