internal import MusterCore
package import MusterSystem

/// Says when a log is due: from its size, its age and the last time, as logrotate does, which compares fields of the
/// calendar and not the time in between.
package struct RotationSchedule: Sendable {
    package enum Decision: Sendable, Hashable {
        case due
        /// Fixed words: `not due`, `first seen`, `too small`, `too young`, `empty`.
        case skip(reason: String)
    }

    private let settings: RotationSettings
    private let isForced: Bool

    package init(_ settings: RotationSettings, isForced: Bool = false) {
        self.settings = settings
        self.isForced = isForced
    }

    /// Decides about a log that was rotated last in local time; nil where it was never seen, which counts as rotated now.
    package func decision(for facts: EntryFacts, last: CalendarTime?, now: RotationTime) -> Decision {
        var hindrance = isForced ? nil : hindrance(facts, last, now)
        if let maximum = settings.maximumSize, maximum > 0, facts.size > maximum { hindrance = nil }
        if facts.size == 0, !settings.rotatesEmpty { hindrance = hindrance ?? "empty" }
        return hindrance.map { .skip(reason: $0) } ?? .due
    }

    private func hindrance(_ facts: EntryFacts, _ last: CalendarTime?, _ now: RotationTime) -> String? {
        if case .size(let size) = settings.criterion { return facts.size >= size ? nil : "too small" }
        guard let last else { return "first seen" }
        // The clock was set back. An hour more than a day leaves room for summer time and for journeys.
        if last.wallSeconds - now.calendar.wallSeconds > 25 * 3600 { return nil }
        guard isTime(last, now.calendar) else { return "not due" }
        if let minimum = settings.minimumSize, facts.size < minimum { return "too small" }
        return isYoung(facts, now) ? "too young" : nil
    }

    private func isTime(_ last: CalendarTime, _ now: CalendarTime) -> Bool {
        if now.isInHour(of: last) { return false }
        switch settings.criterion {
        case .hourly: return true
        case .daily: return now.dayNumber != last.dayNumber
        case .weekly(let day):
            let days = now.dayNumber - last.dayNumber
            return days >= 7 || days > 0 && now.weekday == day
        case .monthly(let day) where day > 0: return Self.passed(day, from: last, to: now)
        case .monthly: return (now.year, now.month) != (last.year, last.month)
        case .yearly: return now.year != last.year
        case .size: return false
        }
    }

    /// Whether a day of the month came after one day and not after another. A month that is too short has it last.
    private static func passed(_ day: Int, from last: CalendarTime, to now: CalendarTime) -> Bool {
        guard now.dayNumber > last.dayNumber else { return false }
        let days = CivilDate.length(year: now.year, month: now.month)
        if now.day >= min(day, days) {
            return (last.year, last.month) != (now.year, now.month) || last.day < min(day, days)
        }
        // The one before was a month ago.
        let month = now.month == 1 ? 12 : now.month - 1
        let year = now.month == 1 ? now.year - 1 : now.year
        let dayBefore = min(day, CivilDate.length(year: year, month: month))
        return (last.year, last.month, last.day) < (year, month, dayBefore)
    }

    /// Whether it was written to in the last days of `minage`.
    private func isYoung(_ facts: EntryFacts, _ now: RotationTime) -> Bool {
        settings.minimumAge > 0 && !now.isBeyond(days: settings.minimumAge, since: facts.modification)
    }
}

extension RotationTime {
    /// Whether more than so many days have gone by, to the second.
    func isBeyond(days: Int, since time: DiskTime) -> Bool {
        let limit = Int64(days).multipliedReportingOverflow(by: 86_400)
        let age = seconds.subtractingReportingOverflow(time.seconds)
        return !limit.overflow && !age.overflow && age.partialValue > limit.partialValue
    }
}
