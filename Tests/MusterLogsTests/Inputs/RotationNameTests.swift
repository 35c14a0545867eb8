import MusterTesting
import Testing

@testable import MusterLogs

@Suite("Names of rotated logs") struct RotationNameTests {
    @Test(
        "A name is taken apart",
        arguments: [
            ("access.log", "access.log", .live), ("access.log.1", "access.log", .numbered(1)),
            ("access.log.10.gz", "access.log", .numbered(10)), ("access.2.log", "access.log", .numbered(2)),
            ("a/access.log-20260131.zst", "a/access.log", .dated("20260131")),
            ("access-2026-01-31.log", "access.log", .dated("20260131")),
            ("access.log.2026-01-31-07", "access.log", .dated("2026013107")),
            ("access.log-1769817600.xz", "access.log", .dated("1769817600")), ("syslog.3", "syslog", .numbered(3)),
            ("access.log.gz", "access.log", .live), ("app-12.log", "app-12.log", .live),
            ("access.log-20261331", "access.log-20261331", .live), ("10.0.0.1", "10.0.0.1", .live),
            ("a/20260131", "a/20260131", .live), ("port.123456", "port.123456", .live), ("", "", .live),
        ] as [(String, String, RotationName.Mark)])
    func parts(path: String, stem: String, mark: RotationName.Mark) {
        #expect(RotationName(path).stem == stem)
        #expect(RotationName(path).mark == mark)
    }

    @Test(
        "The oldest copy comes first, natural order else",
        arguments: [
            ["access.log.10.gz", "access.log.9.gz", "access.log.2.gz", "access.log.1", "access.log"],
            ["access.log-20251231.gz", "access.log-20260101.gz", "access.log-20260102", "access.log", "access2.log"],
            ["web1/access.log.1", "web1/access.log", "web2/access.log.1", "web2/access.log", "web10/access.log"],
            ["access.log-20260101", "access.log.2", "access.log.1.gz", "access.log"],
            ["app-1.log", "app-2.log", "app-10.log"], ["a.log.2", "a.log.1", "a.log", "error.log.1", "error.log"],
        ])
    func order(paths: [String]) {
        var dice = Dice(3)
        for _ in 0..<20 {
            #expect(paths.shuffled(using: &dice).map(RotationName.init).sorted().map(\.path) == paths)
        }
    }

    @Test("Natural order is an order, whatever the names")
    func total() {
        let names = ["", "0", "00", "1", "01", "001", "10", "a", "a0", "a00", "a1b", "a01b", "a1c", "9x", "10x", "ä1"]
        for one in names {
            for other in names {
                let both = [RotationName.isNaturallyBefore(one, other), RotationName.isNaturallyBefore(other, one)]
                #expect(both.count { $0 } == (one == other ? 0 : 1), "\(one) \(other)")
            }
        }
    }
}
