import Glibc
import MusterRotation
import MusterSystem
import MusterTesting
import Testing

@Suite("Configurations on a disk")
struct DiskConfigurationSourceTests {
    private static let text = Array("include /etc/rotate.d\n".utf8) + Array(repeating: 0x20, count: 5_000)
    private static let disk = ListedDisk(
        ["/etc/rotate.conf", "/etc/rotate.d/b", "/etc/rotate.d/a", "/etc/rotate.d/sub/c", "/top"],
        links: ["/etc/rotate.d/l"],
        failures: ["/denied": EACCES],
        contents: [
            "/etc/rotate.conf": text, "/etc/rotate.d/a": Array("/a {}".utf8), "/etc/rotate.d/b": Array("/b {}".utf8),
            "/top": Array("/t {}".utf8),
        ])

    @Test("Files are read whole, in pieces as they come, and directories name by name")
    func reading() {
        var reader = ConfigurationReader(source: DiskConfigurationSource(disk: Self.disk))
        reader.read("/etc/rotate.conf")
        reader.read("/top")
        let configuration = reader.finish()
        #expect(configuration.patterns == [["/a"], ["/b"], ["/t"]])
        #expect(configuration.brief == ["unsafe /etc/rotate.d/l"])
    }

    /// What stands at a name of a folder.
    private static func entry(_ name: String, in folder: TemporaryFolder) throws -> ConfigurationEntry? {
        try DiskConfigurationSource(disk: LinuxDisk(), followsLinks: true).entry("\(folder.path)/\(name)", limit: 100)
    }

    private static let stanza = Array("/t {}".utf8)

    /// A file with links to it, one through a folder beside, and some that lead nowhere.
    private static func linked() throws -> TemporaryFolder {
        let folder = TemporaryFolder()
        _ = try folder.file("file", stanza)
        #expect(unsafe mkdir("\(folder.path)/sub", 0o755) == 0)
        for (name, target) in [
            ("near", "file"), ("far", "\(folder.path)/file"), ("twice", "sub/back"), ("sub/back", "../near"),
            ("circle", "circle"), ("nothing", "nope"), ("process", "/proc/self/cmdline"),
        ] {
            #expect(unsafe symlink(target, "\(folder.path)/\(name)") == 0)
        }
        return folder
    }

    @Test("A link that nobody else can have made is followed, to wherever it leads")
    func links() throws {
        let folder = try Self.linked()
        for name in ["near", "far", "twice"] {
            guard case .file(_, let bytes) = try Self.entry(name, in: folder) else {
                Issue.record("\(name) is not followed")
                continue
            }
            #expect(bytes == Self.stanza)
        }
        #expect(try Self.entry("circle", in: folder) == .link)
        #expect(try Self.entry("nothing", in: folder) == nil)
    }

    @Test("In a folder that others may write, a link is told as one, and so is a file with a second name")
    func foreignLinks() throws {
        let folder = try Self.linked()
        #expect(unsafe link("\(folder.path)/file", "\(folder.path)/second") == 0)
        guard case .file = try Self.entry("second", in: folder) else {
            Issue.record("two names of a file of ours are no harm")
            return
        }
        #expect(unsafe chmod(folder.path, 0o777) == 0)
        for name in ["near", "far", "twice", "process", "second", "file"] {
            #expect(try Self.entry(name, in: folder) == .link, "\(name)")
        }
        #expect(unsafe unlink("\(folder.path)/second") == 0)
        guard case .file = try Self.entry("file", in: folder) else {
            Issue.record("a file of one name is judged by itself")
            return
        }
        // A link of ours that leads to one of theirs.
        #expect(unsafe chmod("\(folder.path)/sub", 0o755) == 0)
        #expect(try Self.entry("sub/back", in: folder) == .link)
    }

    @Test("A link of another user's, or in his folder, is told as one", .enabled(if: geteuid() == 0, "needs root"))
    func linksOfOthers() throws {
        let folder = try Self.linked()
        #expect(unsafe lchown("\(folder.path)/near", 1, 1) == 0)
        #expect(try Self.entry("near", in: folder) == .link)
        #expect(unsafe chown(folder.path, 1, 1) == 0)
        #expect(try Self.entry("process", in: folder) == .link)
    }

    @Test("At most one byte more than is asked for is read", arguments: [0, 1, 999, 1_000, 1_001, 5_021])
    func limit(limit: Int) throws {
        let entry = try DiskConfigurationSource(disk: Self.disk).entry("/etc/rotate.conf", limit: limit)
        guard case .file(let facts, let bytes) = entry else {
            Issue.record("\(String(describing: entry)) is no file")
            return
        }
        #expect(bytes == Array(Self.text.prefix(limit + 1)))
        #expect(facts.mode == 0o644)
    }

    @Test(
        "What is no file is told apart",
        arguments: [
            ("/", .directory), ("/etc", .directory), ("/etc/", .directory), ("/etc/rotate.d/l", .link), ("/nope", nil),
            ("/nope/x", nil), ("..", .directory),
        ] as [(String, ConfigurationEntry?)])
    func kinds(path: String, expected: ConfigurationEntry?) throws {
        #expect(try DiskConfigurationSource(disk: Self.disk).entry(path, limit: 10) == expected)
    }

    @Test("A directory that may not be opened is a fault that says so")
    func denied() {
        var reader = ConfigurationReader(source: DiskConfigurationSource(disk: Self.disk))
        reader.read("/denied/c")
        let configuration = reader.finish()
        #expect(configuration.brief == ["unreadable /denied/c"])
        #expect(configuration.faults.allSatisfy { $0.hint.lowercased().contains("permission denied") })
    }

    @Test("Files of this machine are read, and the logs found that they mean")
    func machine() throws {
        let folder = TemporaryFolder()
        for name in ["b.log", "a.log", ".c.log"] { _ = try folder.file(name, []) }
        let text = "\(folder.path)/*.log \(folder.path)/nope.log {\n}\n"
        let path = try folder.file("c", Array(text.utf8))
        #expect(unsafe chmod(path, 0o600) == 0)
        #expect(unsafe symlink(path, "\(folder.path)/link") == 0)
        var reader = ConfigurationReader(source: DiskConfigurationSource(disk: LinuxDisk()), user: getuid())
        reader.read(path)
        reader.read("\(folder.path)/link")
        let configuration = reader.finish()
        #expect(configuration.brief == ["unsafe \(folder.path)/link"])
        let stanza = try #require(configuration.stanzas.first)
        var search = LogSearch(disk: LinuxDisk())
        let findings = search.logs(of: stanza)
        #expect(findings.logs.map(\.path) == ["\(folder.path)/a.log", "\(folder.path)/b.log"])
        #expect(findings.faults.map(\.location) == ["\(path):1"])
        #expect(findings.faults.map(\.code) == [.missing])
    }
}
