import Glibc
import MusterRotation
import MusterSystem
import Testing

@Suite("Search of logs")
struct LogSearchTests {
    private static let disk = ListedDisk(
        [
            "/var/log/b.log", "/var/log/a.log", "/var/log/.hidden.log", "/var/log/a.log.1", "/var/log/apt/term.log",
            "/var/log/nginx/access.log", "/var/log/nginx/error.log", "/srv/x/logs/1.log", "/srv/y/logs/2.log", "/srv/z",
            "/empty/",
        ], links: ["/var/log/link.log"])

    private static func stanza(_ patterns: [String], isMissingAllowed: Bool = false) -> RotationStanza {
        var settings = RotationSettings()
        settings.isMissingAllowed = isMissingAllowed
        return RotationStanza(
            patterns: patterns, settings: settings, place: ConfigurationPlace(file: "/c", line: 7))
    }

    private static func find(_ patterns: [String], isMissingAllowed: Bool = false) -> LogSearch.Findings {
        var search = LogSearch(disk: disk)
        return search.logs(of: stanza(patterns, isMissingAllowed: isMissingAllowed))
    }

    @Test(
        "Patterns give the paths that they mean, sorted, each once",
        arguments: [
            (["/var/log/a.log"], ["/var/log/a.log"]),
            (["/var/log/*.log"], ["/var/log/a.log", "/var/log/b.log", "/var/log/link.log"]),
            (["/var/log/b.log", "/var/log/[ab].log"], ["/var/log/a.log", "/var/log/b.log"]),
            (
                ["/var/log/{nginx,apt}/*.log"],
                ["/var/log/apt/term.log", "/var/log/nginx/access.log", "/var/log/nginx/error.log"]
            ),
            (["/srv/*/logs/*.log"], ["/srv/x/logs/1.log", "/srv/y/logs/2.log"]),
            (["//var/./log//a.log"], ["/var/log/a.log"]),
            (["/*/*/.*.log"], ["/var/log/.hidden.log"]), (["/var/log/{a,nope}.log"], ["/var/log/a.log"]),
            (["/srv/z"], ["/srv/z"]),
        ])
    func paths(patterns: [String], expected: [String]) {
        let findings = Self.find(patterns)
        #expect(findings.logs.map(\.path) == expected)
        #expect(findings.faults == [])
    }

    @Test("The kind of what was found is told")
    func kinds() {
        #expect(Self.find(["/var/log/{a,link}.log"]).logs.map(\.facts.kind) == [.regular, .link])
    }

    @Test(
        "A pattern without a log is a fault of its stanza, unless that is allowed",
        arguments: [
            "/var/log/nope", "/var/log/*.nope", "/nope/*.log", "/nope/a.log", "/empty/*", "/srv/z*/a", "/srv/z/a", "/",
        ])
    func missing(pattern: String) throws {
        let findings = Self.find([pattern, "/var/log/a.log"])
        #expect(findings.logs.map(\.path) == ["/var/log/a.log"])
        let fault = try #require(findings.faults.first)
        #expect(findings.faults.count == 1)
        #expect(fault.code == .missing)
        #expect(fault.location == "/c:7")
        #expect(fault.hint.contains("\"\(pattern)\"") && fault.hint.contains("missingok"))
        #expect(Self.find([pattern], isMissingAllowed: true).faults == [])
    }

    @Test("A directory is passed over without a word", arguments: ["/var/log/apt", "/var/*/ap*", "/var/log/{apt,}"])
    func directory(pattern: String) {
        let findings = Self.find([pattern])
        #expect(findings.logs == [])
        #expect(findings.faults == [])
    }

    @Test(
        "A directory that cannot be read is told once, whatever is missing",
        arguments: ["/var/log/*.log", "/var/log/a.log"])
    func unreadable(pattern: String) {
        let disk = ListedDisk(["/var/log/a.log", "/srv/x.log"], failures: ["/var/log": EACCES])
        var search = LogSearch(disk: disk)
        let findings = search.logs(of: Self.stanza([pattern, "/srv/*.log"], isMissingAllowed: true))
        #expect(findings.logs.map(\.path) == ["/srv/x.log"])
        #expect(findings.faults.map(\.code) == [.unreadable])
        #expect(findings.faults.allSatisfy { $0.hint.lowercased().contains("permission denied") })
    }

    @Test("Names that are no UTF-8 are left out with one warning")
    func unreadableNames() {
        var search = LogSearch(disk: ListedDisk(["/d/a.log"], unreadableNames: ["/d": 3]))
        let findings = search.logs(of: Self.stanza(["/d/*.log"]))
        #expect(findings.logs.map(\.path) == ["/d/a.log"])
        #expect(findings.faults == [])
        #expect(findings.warnings.map(\.location) == ["/d"])
        #expect(findings.warnings.allSatisfy { $0.hint.hasPrefix("3 ") })
        #expect(search.logs(of: Self.stanza(["/d/b*", "/d/*"])).warnings == [])
    }

    @Test("A directory of ten thousand logs is opened and listed once for a hundred patterns")
    func many() {
        let disk = ListedDisk((0..<10_000).map { "/var/log/\($0).log" })
        var search = LogSearch(disk: disk)
        var count = 0
        for number in 0..<100 { count += search.logs(of: Self.stanza(["/var/log/\(number)*.log"])).logs.count }
        #expect(count == 19990)
        #expect(disk.counts("/var/log") == (1, 1))
    }
}
