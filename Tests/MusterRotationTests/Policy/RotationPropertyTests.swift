import MusterSystem
import MusterTesting
import Testing

@testable import MusterRotation

/// Many rotations of a few logs side by side, with any settings, on a directory that is a table.
struct RotationPropertyTests {
    private func settings(_ dice: inout Dice) -> RotationSettings {
        RotationSettings {
            $0.count = Int.random(in: -1...4, using: &dice)
            $0.start = Int.random(in: 0...2, using: &dice)
            $0.isDated = Bool.random(using: &dice)
            $0.dateFormat = [nil, nil, ".%d-%m-%Y", "-%s", "", "-%Y", "_%H", "x"].randomElement(using: &dice) ?? nil
            $0.keptExtension = [nil, ".log", "log"].randomElement(using: &dice) ?? nil
            $0.addedExtension = [nil, nil, ".old"].randomElement(using: &dice) ?? nil
            $0.isCompressed = Bool.random(using: &dice)
            $0.delaysCompression = Bool.random(using: &dice)
            $0.method = [.rename, .rename, .copy, .copyTruncate, .renameCopy].randomElement(using: &dice) ?? .rename
            $0.creation = Bool.random(using: &dice) ? RotationSettings.Ownership() : nil
            $0.maximumAge = Int.random(in: 0...3, using: &dice)
            $0.maximumTotalSize = Bool.random(using: &dice) ? Int64.random(in: 0...200, using: &dice) : nil
        }
    }

    @Test(arguments: 0..<60) func `Nothing is written over and nothing vanishes but by a removal with its reason`(
        seed: Int
    ) throws {
        var dice = Dice(seed)
        var folder = TableFolder()
        for name in ["a.log.2", "a.log.7.gz", "a.log-foo", "a.log.1.gz", "a.log-20261125.gz", "a.log-20261020"] {
            if Bool.random(using: &dice) { folder.add(name) }
        }
        var settings = settings(&dice)
        var now = moment("2026-11-25 10:20:30")
        for _ in 0..<25 {
            if Int.random(in: 0..<8, using: &dice) == 0 { settings = self.settings(&dice) }
            for log in ["a.log", "a", "a.log-foo.log"] {
                let size = Int64.random(in: 0...90, using: &dice)
                if folder.files[log] == nil { folder.add(log, size: size, at: now.seconds) }
                let elsewhere = settings.method == .renameCopy && Bool.random(using: &dice)
                try rotate(log, settings, now, elsewhere, &folder)
            }
            now = moment(later(now, by: Int.random(in: 0...2, using: &dice)))
        }
    }

    private func later(_ time: RotationTime, by days: Int) -> String {
        let day = CalendarTime(dayNumber: time.calendar.dayNumber + days) ?? time.calendar
        return "\(day.year)-\(day.month)-\(day.day) 10:20:30"
    }

    private func rotate(
        _ log: String, _ settings: RotationSettings, _ now: RotationTime, _ elsewhere: Bool, _ folder: inout TableFolder
    ) throws {
        let before = folder
        let plan = try folder.plan(log, settings, now: now, elsewhere: elsewhere)
        folder.perform(plan.steps, on: log)
        #expect(folder.faults == [])
        // Contents: all are there, or were removed; the log itself may be emptied where none is kept.
        let present = Set(folder.files.values.map(\.content))
        let log = before.files[log]
        for (name, file) in before.files where !present.contains(file.content) && folder.removed[file.content] == nil {
            #expect(file.content == log?.content && settings.count == 0, "\(name) vanished")
        }
        if let final = plan.finalName { #expect(folder.files[final]?.content == log?.content) }
        if settings.count == 0 { #expect(plan.finalName == nil && folder.files[plan.rotatedName] == nil) }
        for case .remove(let name, _, let reason) in plan.steps {
            #expect(folder.files[name] == nil && name != plan.finalName)
            if reason == .count { #expect(settings.count >= 0) }
        }
    }

    @Test(arguments: 0..<40) func `After each rotation no more are kept than may be, and the newest is the last one`(
        seed: Int
    ) throws {
        var dice = Dice(seed + 1_000)
        var settings = settings(&dice)
        settings.method = [.rename, .copy, .copyTruncate].randomElement(using: &dice) ?? .rename
        if settings.dateFormat == "" || settings.dateFormat == "x" || settings.dateFormat == "_%H" {
            settings.dateFormat = nil
        }
        var folder = TableFolder()
        var now = moment("2026-11-25 10:20:30")
        for round in 0..<20 {
            if round == 10 { settings.count = max(settings.count - 2, settings.count < 0 ? -1 : 0) }
            if folder.files["a.log"] == nil { folder.add("a.log", size: 30, at: now.seconds) }
            folder.files["a.log"]?.facts.size = 30
            let plan = try folder.plan("a.log", settings, now: now)
            folder.perform(plan.steps, on: "a.log")
            #expect(folder.faults == [])
            let kept = RotationNames(log: "a.log", settings).entries(in: DirectoryNames(folder.names))
            if settings.count >= 0 { #expect(kept.count <= settings.count) }
            if settings.count != 0 { #expect((kept.last?.plain ?? kept.last?.compressed) == plan.finalName) }
            expectBounds(kept, settings, now, folder)
            now = moment(later(now, by: Int.random(in: 0...2, using: &dice)))
        }
    }

    private func expectBounds(
        _ kept: [RotationNames.Entry], _ settings: RotationSettings, _ now: RotationTime, _ folder: TableFolder
    ) {
        let files = kept.compactMap { folder.files[$0.plain ?? $0.compressed ?? ""] }
        if let limit = settings.maximumTotalSize {
            #expect(files.count <= 1 || files.map(\.facts.size).reduce(0, +) <= limit)
        }
        for file in files.dropLast() where settings.maximumAge > 0 {
            #expect(now.seconds - file.facts.modification.seconds <= Int64(settings.maximumAge) * 86_400)
        }
    }
}
