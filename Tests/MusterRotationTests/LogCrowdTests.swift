import MusterSystem
import Testing

@testable import MusterRotation

/// Users who make so many logs that not all can be looked at.
@Suite("Searches that find too many logs")
struct LogCrowdTests {
    private static let users: [String: UInt32] = ["/home/bob": 5, "/home/carol": 6, "/home/dora": 7]

    private static func find(_ paths: [String], _ pattern: String, limit: Int) -> LogSearch.Findings {
        var search = LogSearch(Directories(ListedDisk(paths, users: users), user: 0), limit: limit)
        return search.logs(
            of: RotationStanza(
                patterns: [pattern], settings: RotationSettings(), place: ConfigurationPlace(file: "/c", line: 1)))
    }

    @Test(
        "Who has the most loses some, whichever of the names comes first",
        arguments: [
            ("/home/*/*.log", (0..<9).map { "/home/bob/\($0).log" }, ["/home/carol/a.log", "/home/dora/a.log"], "5"),
            ("/home/*/*.log", (0..<9).map { "/home/dora/\($0).log" }, ["/home/bob/a.log", "/home/carol/a.log"], "7"),
            // Each of them in a folder of its own.
            ("/home/*/*/x.log", (0..<9).map { "/home/bob/\($0)/x.log" }, ["/home/carol/a/x.log"], "5"),
            ("/home/*/*/x*", (0..<9).map { "/home/bob/\($0)/x.log" }, ["/home/carol/a/x.log"], "5"),
        ] as [(String, [String], [String], String)])
    func crowd(pattern: String, many: [String], others: [String], user: String) {
        let findings = Self.find(many + others, pattern, limit: 5)
        let found = findings.logs.map(\.path)
        #expect(found.count == 5)
        #expect(Set(found).isSuperset(of: others), "\(found)")
        #expect(found == found.sorted())
        #expect(!findings.faults.isEmpty && findings.faults.allSatisfy { $0.hint.contains("user \(user) ") })
        #expect(Self.find(many + others, pattern, limit: 11).faults == [])
    }

    @Test("A log with more steps than a record of the journal holds is not begun")
    func steps() throws {
        let time = try #require(CalendarTime(year: 2026, month: 1, day: 1))
        func intent(_ count: Int) -> RotationIntent {
            let name = String(repeating: "n", count: 240)
            let id = FileIdentity(device: 1, inode: 1)
            return RotationIntent(
                stanza: 0, directory: "/d", folder: id, destination: "/d", destinationFolder: id, name: "a.log",
                steps: (0..<count).map { .shift(from: "\(name).\($0)", to: "\(name).\($0 + 1)", id) },
                time: time)
        }
        try Journal.check(intent(10_000))
        try Journal.check(intent(30_000))
        #expect(throws: RotationFault.self) { try Journal.check(intent(40_000)) }
    }
}
