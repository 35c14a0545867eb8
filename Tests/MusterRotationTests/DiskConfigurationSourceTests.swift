import Glibc
import MusterRotation
import MusterSystem
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
        #expect(configuration.faults.allSatisfy { $0.hint.contains("permission denied") })
    }
}
