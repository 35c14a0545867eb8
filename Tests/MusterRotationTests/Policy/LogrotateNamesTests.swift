import Glibc
import MusterSystem
import MusterTesting
import Testing

@testable import MusterRotation

/// The same trees rotated by logrotate and by a plan: the same names are left. Skipped by name where logrotate is not
/// installed.
struct LogrotateNamesTests {
    struct Sample: Sendable, CustomStringConvertible {
        /// As in logrotate.conf(5), and the same as settings.
        var directives: String
        var files: [String]
        var change: @Sendable (inout RotationSettings) -> Void

        init(_ directives: String, _ files: [String], _ change: @escaping @Sendable (inout RotationSettings) -> Void) {
            self.directives = directives
            self.files = files
            self.change = change
        }

        var description: String { directives }
    }

    /// Not everybody looks for programs where it usually lies.
    static let program =
        ProgramStream.find("logrotate")
        ?? ["/usr/sbin/logrotate"].first { unsafe access($0, X_OK) == 0 }

    static let samples = [
        Sample("rotate 3", ["a.log", "a.log.1", "a.log.2", "a.log.3", "a.log.9", "a.log.x"]) { $0.count = 3 },
        Sample("rotate 5", ["a.log", "a.log.2", "a.log.4", "a.log.5"]) { $0.count = 5 },
        Sample("rotate 0", ["a.log"]) { $0.count = 0 },
        Sample("rotate 0\ncopytruncate", ["a.log"]) {
            $0.count = 0
            $0.method = .copyTruncate
        },
        Sample("rotate 0\ncopy", ["a.log"]) {
            $0.count = 0
            $0.method = .copy
        },
        Sample("rotate -1", ["a.log", "a.log.1", "a.log.2", "a.log.7"]) { $0.count = -1 },
        Sample("rotate 3\nstart 0\ncreate", ["a.log", "a.log.0", "a.log.1", "a.log.2"]) {
            $0.count = 3
            $0.start = 0
            $0.creation = RotationSettings.Ownership()
        },
        Sample("rotate 3\nstart 5", ["a.log", "a.log.4", "a.log.5", "a.log.6", "a.log.7"]) {
            $0.count = 3
            $0.start = 5
        },
        Sample("rotate 3\ncompress", ["a.log", "a.log.1.gz", "a.log.2.gz", "a.log.3.gz"]) {
            $0.count = 3
            $0.isCompressed = true
        },
        Sample("rotate 3\ncompress\ndelaycompress", ["a.log", "a.log.1", "a.log.2.gz", "a.log.3.gz"]) {
            $0.count = 3
            $0.isCompressed = true
            $0.delaysCompression = true
        },
        Sample("rotate 3\ncompress\ndelaycompress", ["a.log", "a.log.2.gz"]) {
            $0.count = 3
            $0.isCompressed = true
            $0.delaysCompression = true
        },
        Sample("rotate 1\ncompress\ndelaycompress", ["a.log", "a.log.1"]) {
            $0.count = 1
            $0.isCompressed = true
            $0.delaysCompression = true
        },
        Sample("rotate 2\nextension .log\ncompress", ["a.log", "a.1.log.gz", "a.2.log.gz", "a.log.1"]) {
            $0.count = 2
            $0.keptExtension = ".log"
            $0.isCompressed = true
        },
        Sample("rotate 2\naddextension .old\ncompress\ncompressext .Z", ["a.log", "a.log.1.old.Z", "a.log.2.gz"]) {
            $0.count = 2
            $0.addedExtension = ".old"
            $0.isCompressed = true
            $0.compressExtension = ".Z"
        },
        Sample("rotate 2\ncopytruncate\ncreate", ["a.log", "a.log.1", "a.log.2"]) {
            $0.count = 2
            $0.method = .copyTruncate
            $0.creation = RotationSettings.Ownership()
        },
        Sample("rotate 2\ncopy", ["a.log", "a.log.1", "a.log.2"]) {
            $0.count = 2
            $0.method = .copy
        },
        Sample("rotate 2\nrenamecopy\ncompress", ["a.log", "a.log.1.gz", "a.log.2.gz"]) {
            $0.count = 2
            $0.method = .renameCopy
            $0.isCompressed = true
        },
        Sample("rotate 9\nmaxage 5", ["a.log", "a.log.1", "old a.log.2", "old a.log.4", "old a.log.12", "old a.log.x"])
        {
            $0.count = 9
            $0.maximumAge = 5
        },
        Sample("rotate -1\nmaxage 5\ndateext", ["a.log", "a.log-20200102", "old a.log-20200103", "old a.log-x"]) {
            $0.count = -1
            $0.maximumAge = 5
            $0.isDated = true
        },
        Sample("rotate 3\ndateext", ["a.log", "a.log-20200101", "a.log-20200102", "a.log-20200103", "a.log-foo"]) {
            $0.count = 3
            $0.isDated = true
        },
        Sample("rotate 2\ndateext\ndateformat .%d-%m-%Y", ["a.log", "a.log.31-01-2020", "a.log.01-02-2020"]) {
            $0.count = 2
            $0.isDated = true
            $0.dateFormat = ".%d-%m-%Y"
        },
        // With older logs there it would leave one behind, which a plan removes.
        Sample("rotate 0\ndateext", ["a.log"]) {
            $0.count = 0
            $0.isDated = true
        },
        Sample("rotate 3\ndateext\ndateyesterday\nextension .log", ["a.log", "a-20200101.log"]) {
            $0.count = 3
            $0.isDated = true
            $0.dateBack = 86_400
            $0.keptExtension = ".log"
        },
        Sample(
            "rotate 3\ndateext\ncompress\ndelaycompress",
            ["a.log", "a.log-20200101", "a.log-20200102", "a.log-20200103.gz"]
        ) {
            $0.count = 3
            $0.isDated = true
            $0.isCompressed = true
            $0.delaysCompression = true
        },
        Sample("rotate 2\ndateext\nhourly\ncompress", ["a.log", "a.log-2020010101.gz", "a.log-2020010102.gz"]) {
            $0.count = 2
            $0.isDated = true
            $0.criterion = .hourly
            $0.isCompressed = true
        },
        Sample("rotate 2\ndateext\ndateformat -%Y-%V%%", ["a.log"]) {
            $0.count = 2
            $0.isDated = true
            $0.dateFormat = "-%Y-%V%%"
        },
    ]

    @Test(.enabled(if: program != nil, "logrotate is not installed"), arguments: samples)
    func `A plan leaves the names that logrotate leaves`(sample: Sample) throws {
        var theirs: [String] = []
        var ours: [String] = []
        // Both have to be in the same hour.
        repeat {
            let now = self.now
            ours = try planned(sample, now)
            theirs = try rotated(sample, now)
            if now.calendar.isInHour(of: self.now.calendar) { break }
        } while true
        #expect(ours == theirs)
    }

    /// In UTC.
    private var now: RotationTime {
        let seconds = LocalClock.seconds
        let rest = Int(seconds % 86_400)
        guard let day = CalendarTime(dayNumber: Int(seconds / 86_400)),
            let time = CalendarTime(
                year: day.year, month: day.month, day: day.day, hour: rest / 3600, minute: rest / 60 % 60,
                second: rest % 60)
        else { preconditionFailure("no time") }
        return RotationTime(seconds: seconds, calendar: time)
    }

    /// A name, and whether the file is 100 days old.
    private func parts(_ file: String) -> (name: String, isOld: Bool) {
        file.hasPrefix("old ") ? (String(file.dropFirst(4)), true) : (file, false)
    }

    private func planned(_ sample: Sample, _ now: RotationTime) throws -> [String] {
        var folder = TableFolder()
        for (name, isOld) in sample.files.map(parts) { folder.add(name, at: now.seconds - (isOld ? 100 * 86_400 : 0)) }
        let plan = try folder.plan("a.log", RotationSettings(sample.change), now: now)
        folder.perform(plan.steps, on: "a.log")
        #expect(folder.faults == [])
        return folder.names
    }

    private func rotated(_ sample: Sample, _ now: RotationTime) throws -> [String] {
        let logs = TemporaryFolder()
        let own = TemporaryFolder()
        for (name, isOld) in sample.files.map(parts) {
            let path = try logs.file(name, Array("\(name)\n".utf8))
            let time = timespec(tv_sec: Int(now.seconds) - 100 * 86_400, tv_nsec: 0)
            if isOld { #expect(unsafe utimensat(AT_FDCWD, path, [time, time], 0) == 0) }
        }
        let configuration = try own.file("conf", Array("\(logs.path)/a.log {\ndaily\n\(sample.directives)\n}\n".utf8))
        let output = unsafe open("/dev/null", O_WRONLY | O_CLOEXEC)
        defer { close(output) }
        let child = try ChildProcess(
            try #require(Self.program), ["-f", "-s", own.path + "/state", configuration],
            environment: ["TZ": "UTC", "PATH": "/usr/bin:/bin"], output: output, error: output)
        #expect(child.waitOnThread().status == 0)
        return try FileNames.inFolder(logs.path).sorted()
    }
}
