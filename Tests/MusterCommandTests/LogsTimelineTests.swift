import Foundation
import MusterTesting
import Testing

@Suite("The axis of time, from the command line")
struct LogsTimelineTests {
    private let temporary = TemporaryFolder()

    private static let hasZones = FileManager.default.fileExists(atPath: "/usr/share/zoneinfo/America/St_Johns")

    /// Lines once a day, and many from one time on; seconds since 1970.
    struct Case: Sendable, CustomTestStringConvertible {
        var zone: String
        var first: Int
        var days: Int
        var busy: Int
        var words: [String] = []
        var step: String
        /// What text and HTML call the busiest step.
        var shown: String

        var testDescription: String { ([zone] + words + [shown]).joined(separator: " ") }
    }

    static let cases: [Case] = [
        // A month; the busy lines at 00:10 on 21 August.
        Case(
            zone: "Asia/Kolkata", first: 1_785_565_800, days: 31, busy: 1_787_251_200, step: "12h",
            shown: "21 Aug 00:00"),
        Case(
            zone: "Asia/Kolkata", first: 1_785_565_800, days: 31, busy: 1_787_251_200, words: ["--every", "1d"],
            step: "1d", shown: "2026-08-21"),
        Case(
            zone: "America/St_Johns", first: 1_785_565_800, days: 31, busy: 1_787_280_000, step: "12h",
            shown: "21 Aug 00:00"),
        // Steps of a day begin at midnight in winter, at 01:00 in summer.
        Case(
            zone: "America/St_Johns", first: 1_785_565_800, days: 31, busy: 1_787_280_000, words: ["--every", "1d"],
            step: "1d", shown: "2026-08-20 01:00"),
        // Clocks go forward on 29 March; the busy lines at 00:30 on 10 April.
        Case(
            zone: "Europe/Berlin", first: 1_772_362_800, days: 41, busy: 1_775_773_800, words: ["--every", "6h"],
            step: "12h", shown: "9 Apr 13:00"),
        Case(
            zone: "Europe/Berlin", first: 1_772_362_800, days: 41, busy: 1_775_773_800, words: ["--every", "1d"],
            step: "1d", shown: "2026-04-09 01:00"),
        // Before the change, at 23:30 on 28 March: the offset is not that of the last line.
        Case(
            zone: "Europe/Berlin", first: 1_772_362_800, days: 41, busy: 1_774_737_000, words: ["--every", "1d"],
            step: "1d", shown: "2026-03-28 UTC+01:00"),
        Case(
            zone: "UTC", first: 1_777_636_800, days: 200, busy: 1_787_251_200, step: "7d", shown: "2026-08-17"),
        Case(
            zone: "UTC", first: 1_777_636_800, days: 200, busy: 1_787_251_200, words: ["--every", "7d"], step: "7d",
            shown: "2026-08-17"),
    ]

    @Test("The busiest step is named by the local time at which it begins", .enabled(if: hasZones), arguments: cases)
    func names(_ example: Case) async throws {
        var lines = (0..<example.days).flatMap { AccessLog.combined(1, start: example.first + $0 * 86_400) }
        lines += AccessLog.combined(40, start: example.busy)
        let path = try Folder(path: temporary.path).write(AccessLog.text(lines), to: "access.log")
        let words = [path, "--zone", example.zone] + example.words
        let table = String(decoding: try await Program.run(["logs", "top"] + words).output, as: UTF8.self)
        let heading = table.split(separator: "\n").first { $0.contains("a step is") } ?? ""
        #expect(heading.contains("a step is \(example.step), most lines "), "\(heading)")
        #expect(heading.contains(" at \(example.shown)"), "\(heading)")
        // The lines lie in the step that programs are told, too.
        let timeline = try #require(try await Program.ask(["top"] + words).timeline)
        let busiest = try #require(timeline.points.max { $0.count < $1.count })
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        let beginning = try Date(busiest.time, strategy: style).timeIntervalSince1970
        let length = Double(timeline.step_us) / 1e6
        let counted = (0..<40).map { Double(example.busy + $0) }.filter { $0 >= beginning && $0 < beginning + length }
        #expect(counted.count >= busiest.count - example.days && !counted.isEmpty)
    }
}
