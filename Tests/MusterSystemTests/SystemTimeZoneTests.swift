import Glibc
import MusterCore
import MusterSystem
import MusterTesting
import Testing

@Suite("Time zones of the system")
struct SystemTimeZoneTests {
    private static let program = "/usr/bin/python3"
    private static let hasPython =
        SystemTimeZoneTests.isThere(program, X_OK) && isThere("/usr/share/zoneinfo/UTC", R_OK)

    private static func isThere(_ path: String, _ mode: Int32) -> Bool { unsafe access(path, mode) == 0 }

    /// Every change of offset from 1900 to 2100 in every zone, whatever it is called: `NAME time before after`, then eight local times around it
    /// with their instants.
    private static let script = """
        import zoneinfo
        from datetime import datetime, timedelta, timezone
        epoch = datetime(1970, 1, 1, tzinfo=timezone.utc)
        plain = datetime(1970, 1, 1)
        first = int((datetime(1900, 1, 1, tzinfo=timezone.utc) - epoch).total_seconds())
        last = int((datetime(2100, 1, 1, tzinfo=timezone.utc) - epoch).total_seconds())
        second = timedelta(seconds=1)
        def offset(zone, time):
            return (epoch + timedelta(seconds=time)).astimezone(zone).utcoffset() // second
        def instant(zone, local):
            moment = (plain + timedelta(seconds=local)).replace(tzinfo=zone)
            return (moment.replace(tzinfo=None) - plain) // second - moment.utcoffset() // second
        seen = set()
        for name in sorted(zoneinfo.available_timezones()):
            content = open("/usr/share/zoneinfo/" + name, "rb").read()
            if content in seen: continue
            seen.add(content)
            zone = zoneinfo.ZoneInfo(name)
            time, before = first, offset(zone, first)
            print(name, time, before, before)
            while time < last:
                after = offset(zone, time + 28 * 86400)
                if after != before:
                    low, high = time, time + 28 * 86400
                    while high - low > 1:
                        middle = (low + high) // 2
                        if offset(zone, middle) == before: low = middle
                        else: high = middle
                    after = offset(zone, high)
                    locals = [high + part + step for part in (before, after) for step in (-1800, -1, 0, 1800)]
                    print(name, high, before, after, *(f"{l} {instant(zone, l)}" for l in locals))
                    time = high
                else:
                    time += 28 * 86400
                before = after
        """

    @Test("Every zone has the offsets that Python's zoneinfo has, from 1900 to 2100", .enabled(if: hasPython))
    func python() throws {
        let folder = TemporaryFolder()
        let path = try folder.file("out", [])
        let output = unsafe open(path, O_WRONLY | O_CLOEXEC)
        defer { close(output) }
        let child = try ChildProcess(
            Self.program, ["-c", Self.script], environment: ["PYTHONTZPATH": "/usr/share/zoneinfo"], output: output,
            error: output)
        #expect(child.waitOnThread().status == 0)
        var zone = TimeZoneRules.utc
        var changes = 0
        for line in try FileReading.text(path, limit: 1 << 28).split(separator: "\n") {
            let words = line.split(separator: " ")
            let name = String(try #require(words.first))
            // UTC is called so, whatever it was named.
            if zone.name != name { zone = try SystemTimeZone.named(name) }
            let numbers = words.dropFirst().compactMap { Int64($0) }
            try #require(numbers.count >= 3 && numbers.count == words.count - 1, "\(line)")
            if zone.span(at: numbers[0]).offset != numbers[2] { Issue.record("at: \(line)") }
            if zone.span(at: numbers[0] - 1).offset != numbers[1] { Issue.record("before: \(line)") }
            for index in stride(from: 3, to: numbers.count, by: 2) {
                let found = zone.instant(ofLocal: numbers[index])
                if found != numbers[index + 1] { Issue.record("local \(numbers[index]) is \(found): \(line)") }
            }
            changes += 1
        }
        #expect(changes > 10_000)
    }

    @Test(
        "A name is checked before it becomes a path",
        arguments: [
            "../../etc/passwd", "/etc/passwd", "Europe/../Europe/Berlin", "a\0b", "", "Europe/Berlin\n", "x/", ".",
        ])
    func names(_ name: String) {
        #expect(!SystemTimeZone.isName(name))
        #expect(throws: TimeZoneFault.self) { try SystemTimeZone.named(name) }
    }

    @Test("UTC, offsets and POSIX strings need no files")
    func named() throws {
        #expect(try SystemTimeZone.named("utc") == .utc)
        #expect(try SystemTimeZone.named("+02:00").span(at: 0).offset == 7200)
        #expect(try SystemTimeZone.named("-0330").span(at: 0).offset == -12_600)
        #expect(try SystemTimeZone.named("+14").span(at: 0).offset == 50_400)
        #expect(try SystemTimeZone.named("CET-1CEST,M3.5.0,M10.5.0/3").span(at: 1_774_746_000).offset == 7200)
        for name in ["+2", "+02:60", "+25:00", "+02:0", "Mars/Olympus", "Europe"] {
            #expect(throws: TimeZoneFault.self) { try SystemTimeZone.named(name) }
        }
        _ = try SystemTimeZone.local()
    }
}
