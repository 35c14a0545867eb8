import Testing

@testable import MusterRotation

struct RotationNamesTests {
    private let now = moment("2026-11-25 10:20:30")

    private func name(_ settings: RotationSettings, among others: [String] = []) -> String {
        let names = RotationNames(log: "a.log", settings)
        let index = DirectoryNames(others)
        return names.name(at: now.named(back: settings.dateBack), among: names.entries(in: index), in: index)
    }

    @Test(arguments: [
        (String?.none, String?.none, "a.log.1"), (".log", nil, "a.1.log"), (".foo", nil, "a.log.1"),
        (nil, ".old", "a.log.1.old"),
        (nil, ".log", "a.1.log"), (".log", ".old", "a.1.log"), (".foo", ".old", "a.log.1.old"), ("log", nil, "a..1log"),
        ("a.log", nil, ".1a.log"), ("", "", "a.log.1"), ("aa.log", nil, "a.log.1"),
    ]) func `A number comes before the extension`(kept: String?, added: String?, expected: String) {
        let settings = RotationSettings {
            $0.keptExtension = kept
            $0.addedExtension = added
        }
        #expect(name(settings) == expected)
        #expect(RotationNames(log: "a.log", settings).read(expected)?.order == .number(1))
    }

    @Test(arguments: [
        (nil, "a.log-20261125"), ("-%s", "a.log-1795602030"), ("-%Y-%m-%d_%H:%M:%S", "a.log-2026-11-25_10:20:30"),
        ("-%V", "a.log-48"), ("-%G%j%y%%%", "a.log-%G%j%y%%%"), ("%Y", "a.log2026"), (".%Y*[", "a.log.2026*["),
        ("x", "a.logx"), ("-é%d", "a.log-é25"),
    ]) func `A date is written by its format`(format: String?, expected: String) {
        let settings = RotationSettings {
            $0.isDated = true
            $0.dateFormat = format
        }
        #expect(name(settings) == expected)
        #expect(RotationNames(log: "a.log", settings).read(expected) != nil)
    }

    @Test(arguments: [
        (RotationSettings.Criterion.hourly, 0, "-2026112510"), (.hourly, 3600, "-2026112509"),
        (.hourly, 86_400, "-2026112412"),
        (.daily, 86_400, "-20261124"), (.daily, 11 * 3600, "-20261124"), (.daily, 25 * 86_400, "-20261031"),
        (.daily, Int.max, "-20261125"), (.daily, -5, "-20261125"),
    ]) func `A date may lie back`(criterion: RotationSettings.Criterion, back: Int, expected: String) {
        let settings = RotationSettings {
            $0.isDated = true
            $0.criterion = criterion
            $0.dateBack = back
        }
        #expect(name(settings) == "a.log" + expected)
    }

    @Test func `Yesterday is past noon of the day before, by the minutes of now, in seconds too`() {
        #expect(now.named(back: 86_400).seconds == moment("2026-11-24 12:20:30").seconds)
        #expect(now.named(back: 3600).seconds == now.seconds - 3600)
    }

    @Test(arguments: [
        (86_400, "-20261124-122030"), (3600, "-20261125-092030"), (90_000, "-20261124-112030"), (0, "-20261125-102030"),
    ]) func `Minutes and seconds stay as they are`(back: Int, expected: String) {
        let settings = RotationSettings {
            $0.isDated = true
            $0.dateFormat = "-%Y%m%d-%H%M%S"
            $0.dateBack = back
        }
        #expect(name(settings) == "a.log" + expected)
    }

    @Test func `What logrotate does not know in a date stands for itself`() {
        let settings = RotationSettings {
            $0.isDated = true
            $0.dateFormat = "-%z%j%Y"
        }
        #expect(name(settings) == "a.log-%z%j2026")
    }

    @Test(arguments: [
        ("2026-12-28", 53), ("2027-1-1", 53), ("2027-1-3", 53), ("2027-1-4", 1), ("2028-12-31", 52), ("2026-1-1", 1),
        ("2024-12-30", 1), ("2021-1-3", 53), ("1-1-1", 1),
    ]) func `Weeks are those of ISO 8601`(day: String, week: Int) {
        #expect(moment(day).calendar.week == week)
    }

    @Test func `A taken date gets a sequence, plain or compressed, which grows whatever was removed`() {
        let settings = RotationSettings {
            $0.isDated = true
            $0.keptExtension = ".log"
        }
        #expect(name(settings, among: ["a.log", "a-20261124.log"]) == "a-20261125.log")
        #expect(name(settings, among: ["a-20261125.log"]) == "a-20261125_1.log")
        #expect(name(settings, among: ["a-20261125.log.gz"]) == "a-20261125_1.log")
        #expect(name(settings, among: ["a-20261125_9.log.gz", "a-20261125_10.log"]) == "a-20261125_11.log")
        #expect(name(settings, among: ["a-20261125_999999.log", "a-20261125_1.log"]) == "a-20261125_2.log")
        #expect(name(settings, among: ["a-20261125_99999999999999999999.log"]) == "a-20261125.log")
        let empty = RotationSettings {
            $0.isDated = true
            $0.dateFormat = ""
        }
        #expect(name(empty, among: ["a.log", "a.log_1.gz"]) == "a.log_2")
        #expect(RotationNames(log: "a.log", empty).read("a.log") == nil)
    }

    @Test(arguments: [
        "a.log", "a.log-foo", "a.log.old", "a.log-2026112", "a.log-202611255", "a.log-20261125.old",
        "a.log-20261125.gz.gz",
        "a.log-20261331", "a.log-20260229", "a.log-00000101", "a.log-2026112x", "aa.log-20261125", "a.log-20261125_0",
        "a.log-20261125_01", "a.log-20261125_", "a.log-20261125_x", "a.log-20261125_1.old", "a.log-20261125-1",
        "a.log.1",
        "a.log-", "", "a.log-２０２６1125", ".a.log-20261125.muster-part", "a.log-20261125_1000000",
    ]) func `What only looks like a dated log is none`(other: String) {
        #expect(RotationNames(log: "a.log", RotationSettings { $0.isDated = true }).read(other) == nil)
    }

    @Test(arguments: [
        "a.log", "a.log.", "a.log.01", "a.log.x", "a.log.1.old", "a.log.-1", "a.log.+1", "a.log.1.gz.gz", "a.log.0",
        "a.log.1x",
        "a.log.99999999999999999999", "a.log-20261125", "b.log.1", "a.log.1.", "a.log..1",
    ]) func `What only looks like a numbered log is none`(other: String) {
        #expect(RotationNames(log: "a.log", RotationSettings()).read(other) == nil)
    }

    @Test func `Rotated logs stand by what their dates say, in whatever order the format has them`() {
        let settings = RotationSettings {
            $0.isDated = true
            $0.dateFormat = ".%d-%m-%Y"
        }
        let names = RotationNames(log: "a", settings)
        let index = DirectoryNames([
            "a.02-10-2026", "a.01-12-2026", "a.01-12-2026_10", "a.01-12-2026_9.gz", "a.31-12-2025", "a.31-02-2025", "a",
            "a.b",
            "a.02-10-2026.gz",
        ])
        let found = names.entries(in: index)
        #expect(
            found.map { $0.plain ?? $0.compressed ?? "" } == [
                "a.31-12-2025", "a.02-10-2026", "a.01-12-2026", "a.01-12-2026_9.gz", "a.01-12-2026_10",
            ])
        #expect(found[1].compressed == "a.02-10-2026.gz")
    }

    @Test(arguments: [
        ("-%Y%m%d", true), ("%s", true), ("-%Y", true), ("-%H%d%m%Y", true), ("-%m%d", false), ("-%Y%d", false),
        ("-%Y-%V", false), ("-%V", false), ("x", false), ("-%Y%m%d-%V", true), ("-%V-%s", true), ("-%Y%m%H", false),
    ]) func `A format without a whole date does not tell which log is older`(format: String, isOrdered: Bool) {
        #expect(DateFormat(format).isOrdered == isOrdered)
    }
}
