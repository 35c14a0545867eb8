import MusterSystem
import Testing

@testable import MusterRotation

struct RotationScheduleTests {
    typealias Criterion = RotationSettings.Criterion

    private func decision(
        _ settings: RotationSettings, last: String?, now: String, size: Int64 = 10, modified: String? = nil,
        isForced: Bool = false
    ) -> String {
        let facts = entry(1, size: size, at: moment(modified ?? now).seconds)
        let schedule = RotationSchedule(settings, isForced: isForced)
        switch schedule.decision(for: facts, last: last.map { moment($0).calendar }, now: moment(now)) {
        case .due: return "due"
        case .skip(let reason): return reason
        }
    }

    @Test(arguments: [
        (Criterion.hourly, "2026-1-31 22:59:59", "2026-1-31 23:00:00", true),
        (.hourly, "2026-1-31 22:00:00", "2026-1-31 22:59:59", false),
        (.hourly, "2026-1-30 22:00", "2026-1-31 22:00", true),
        (.hourly, "2026-11-25 10:59", "2026-11-25 10:00", false),
        (.hourly, "2026-11-25 11:00", "2026-11-25 10:00", true),
        (.daily, "2026-1-31 23:59:59", "2026-2-1 00:00:01", true),
        (.daily, "2026-1-31 0:00", "2026-1-31 23:59:59", false),
        (.daily, "2028-2-28 23:59", "2028-2-29 00:00", true), (.daily, "2026-12-31 23:59", "2027-1-1 00:00", true),
        (.daily, "2026-11-26 0:00", "2026-11-25 00:00", true),
        (.weekly(day: 0), "2026-11-22 1:00", "2026-11-25 10:00", false),
        (.weekly(day: 0), "2026-11-24 1:00", "2026-11-29 10:00", true),
        (.weekly(day: 0), "2026-11-29 1:00", "2026-11-29 10:00", false),
        (.weekly(day: 0), "2026-11-18 23:00", "2026-11-25 10:00", true),
        (.weekly(day: 3), "2026-11-24 23:59", "2026-11-25 00:00", true),
        (.weekly(day: 3), "2026-11-26 0:30", "2026-11-25 23:59", false),
        (.weekly(day: 1), "2026-11-18 11:00", "2026-11-25 10:00", true),
        (.weekly(day: 7), "2026-11-24 1:00", "2026-11-29 10:00", false),
        (.weekly(day: 7), "2026-11-18 11:00", "2026-11-25 10:00", true),
        (.weekly(day: 7), "2026-12-26 11:00", "2027-1-1 10:00", false),
        (.monthly(day: 0), "2026-10-31 11:00", "2026-11-1 10:00", true),
        (.monthly(day: 0), "2026-11-1 11:00", "2026-11-30 10:00", false),
        (.monthly(day: 0), "2025-11-1 11:00", "2026-11-25 10:00", true),
        (.monthly(day: 0), "2026-12-1 0:30", "2026-11-30 23:59", true),
        (.monthly(day: 15), "2026-10-31 11:00", "2026-11-14 10:00", false),
        (.monthly(day: 15), "2026-10-31 11:00", "2026-11-15 10:00", true),
        (.monthly(day: 15), "2026-10-31 11:00", "2026-11-16 10:00", true),
        (.monthly(day: 15), "2026-11-15 9:00", "2026-11-15 10:00", false),
        (.monthly(day: 15), "2026-11-14 9:00", "2026-11-20 10:00", true),
        (.monthly(day: 15), "2026-10-14 9:00", "2026-11-2 10:00", true),
        (.monthly(day: 15), "2025-12-15 9:00", "2026-1-2 10:00", false),
        (.monthly(day: 15), "2025-12-14 9:00", "2026-1-2 10:00", true),
        (.monthly(day: 31), "2026-11-2 9:00", "2026-11-29 10:00", false),
        (.monthly(day: 31), "2026-11-2 9:00", "2026-11-30 10:00", true),
        (.monthly(day: 31), "2027-2-28 9:00", "2027-3-1 10:00", false),
        (.monthly(day: 30), "2027-2-2 9:00", "2027-2-28 10:00", true),
        (.monthly(day: 29), "2028-2-2 9:00", "2028-2-28 10:00", false),
        (.monthly(day: 29), "2028-2-2 9:00", "2028-2-29 10:00", true),
        (.monthly(day: 15), "2026-11-16 1:00", "2026-11-15 10:00", false),
        (.monthly(day: .max), "2026-11-2 1:00", "2026-11-30 10:00", true),
        (.yearly, "2025-12-31 23:00", "2026-1-1 00:00", true), (.yearly, "2026-1-1 23:00", "2026-12-31 00:00", false),
        (.yearly, "2027-1-1 0:30", "2026-12-31 23:59", true),
        // The clock was set back by more than a day and an hour.
        (.yearly, "2026-11-26 1:00:01", "2026-11-25 00:00:00", true),
        (.yearly, "2026-11-26 1:00:00", "2026-11-25 00:00:00", false),
        (.weekly(day: 7), "2027-11-27 1:00", "2026-11-25 00:00", true),
    ]) func `A log is due by the fields of the calendar`(criterion: Criterion, last: String, now: String, isDue: Bool) {
        let found = decision(RotationSettings { $0.criterion = criterion }, last: last, now: now)
        #expect(found == (isDue ? "due" : "not due"))
    }

    @Test func `A log that was never seen counts as rotated now, unless its size decides`() {
        let now = "2026-11-25 10:00"
        #expect(decision(RotationSettings { $0.criterion = .yearly }, last: nil, now: now) == "first seen")
        #expect(decision(RotationSettings { $0.criterion = .size(10) }, last: nil, now: now) == "due")
        #expect(decision(RotationSettings { $0.criterion = .size(11) }, last: nil, now: now) == "too small")
        let large = RotationSettings {
            $0.criterion = .daily
            $0.maximumSize = 9
        }
        #expect(decision(large, last: nil, now: now) == "due")
        #expect(decision(RotationSettings { $0.criterion = .daily }, last: nil, now: now, isForced: true) == "due")
    }

    @Test(arguments: [
        // Minimum, maximum, days of minage, size, last, forced; then what is said.
        (10, 0, 0, 10, "2026-11-24 1:00", false, "due"), (11, 0, 0, 10, "2026-11-24 1:00", false, "too small"),
        (11, 0, 0, 10, "2026-11-25 1:00", false, "not due"), (11, 5, 0, 10, "2026-11-24 1:00", false, "due"),
        (11, 5, 0, 10, "2026-11-25 1:00", false, "due"), (0, 10, 0, 10, "2026-11-25 1:00", false, "not due"),
        (0, 9, 0, 10, "2026-11-25 1:00", false, "due"), (0, 0, 2, 10, "2026-11-10 1:00", false, "too young"),
        (20, 0, 2, 10, "2026-11-10 1:00", false, "too small"), (0, 5, 2, 10, "2026-11-10 1:00", false, "due"),
        (11, 0, 2, 10, "2026-11-25 1:00", true, "due"), (20, 0, 2, 10, "2026-12-24 1:00", false, "due"),
    ]) func `Sizes and ages are looked at beside the time`(
        minimum: Int, maximum: Int, days: Int, size: Int, last: String, isForced: Bool, answer: String
    ) {
        let settings = RotationSettings {
            $0.criterion = .daily
            $0.minimumSize = minimum == 0 ? nil : Int64(minimum)
            $0.maximumSize = Int64(maximum)
            $0.minimumAge = days
        }
        let found = decision(settings, last: last, now: "2026-11-25 10:00", size: Int64(size), isForced: isForced)
        #expect(found == answer)
    }

    @Test(arguments: [
        ("2026-11-23 09:59:59", "due"), ("2026-11-23 10:00:00", "too young"), ("2026-12-01 10:00:00", "too young"),
    ]) func `An age has to be beyond minage by a second`(modified: String, answer: String) {
        let settings = RotationSettings {
            $0.criterion = .daily
            $0.minimumAge = 2
        }
        #expect(decision(settings, last: "2026-11-10", now: "2026-11-25 10:00", modified: modified) == answer)
        let never = RotationSettings {
            $0.criterion = .daily
            $0.minimumAge = .max
        }
        #expect(decision(never, last: "2026-11-10", now: "2026-11-25 10:00", modified: modified) == "too young")
    }

    @Test func `A size overrides minsize and minage`() {
        let settings = RotationSettings {
            $0.criterion = .size(5)
            $0.minimumSize = 11
            $0.minimumAge = 2
        }
        #expect(decision(settings, last: "2026-12-25", now: "2026-11-25 10:00") == "due")
        #expect(decision(settings, last: "2026-12-25", now: "2026-11-25 10:00", size: 4) == "too small")
    }

    @Test func `An empty log is rotated unless notifempty stands, which nothing overrides`() {
        var settings = RotationSettings { $0.criterion = .daily }
        #expect(decision(settings, last: "2026-11-24", now: "2026-11-25", size: 0) == "due")
        settings.rotatesEmpty = false
        #expect(decision(settings, last: "2026-11-24", now: "2026-11-25", size: 0) == "empty")
        #expect(decision(settings, last: "2026-11-25", now: "2026-11-25", size: 0) == "not due")
        #expect(decision(settings, last: "2026-11-25", now: "2026-11-25", size: 0, isForced: true) == "empty")
        #expect(decision(settings, last: "2027-11-25", now: "2026-11-25", size: 0) == "empty")
        settings.criterion = .size(0)
        #expect(decision(settings, last: nil, now: "2026-11-25", size: 0) == "empty")
    }
}
