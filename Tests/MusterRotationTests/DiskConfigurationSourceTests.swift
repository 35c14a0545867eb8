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

    @Test("A link is followed where somebody says where it leads, and once")
    func links() throws {
        let targets = ["/etc/rotate.d/l": "/top", "/top": "/etc/rotate.d/l"]
        let source = DiskConfigurationSource(disk: Self.disk) { targets[$0] }
        guard case .file(_, let bytes) = try source.entry("/etc/rotate.d/l", limit: 100) else {
            Issue.record("it is not followed")
            return
        }
        #expect(bytes == Array("/t {}".utf8))
        let circle = DiskConfigurationSource(disk: Self.disk) { _ in "/etc/rotate.d/l" }
        #expect(try circle.entry("/etc/rotate.d/l", limit: 100) == .link)
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
