internal import MusterSystem

/// One moment, as the calendar on the wall shows it and as files have it.
package struct RotationTime: Sendable, Hashable {
    /// Since 1970 in UTC.
    package var seconds: Int64
    /// The same in local time.
    package var calendar: CalendarTime

    package init(seconds: Int64, calendar: CalendarTime) {
        self.seconds = seconds
        self.calendar = calendar
    }

    /// The moment that names a rotated log: so many seconds before. Of whole days, the hour is noon, with the minute and second
    /// of now, and what is left of the seconds counts back from there, as logrotate has it. The calendar is counted back
    /// without regard to a change of the clock in between.
    func named(back: Int) -> RotationTime {
        guard back > 0 else { return self }
        let present = calendar.wallSeconds
        let inHour = Int64(calendar.minute * 60 + calendar.second)
        let past =
            back >= 86_400
            ? (Int64(calendar.dayNumber) - Int64(back / 86_400)) * 86_400 + 43_200 + inHour - Int64(back % 86_400)
            : present - Int64(back)
        let day = past >= 0 ? past / 86_400 : (past - 86_399) / 86_400
        let rest = Int(past - day * 86_400)
        guard let date = CalendarTime(dayNumber: Int(day)),
            let time = CalendarTime(
                year: date.year, month: date.month, day: date.day, hour: rest / 3600, minute: rest / 60 % 60,
                second: rest % 60)
        else { return self }
        let plain = seconds.subtractingReportingOverflow(present - past).partialValue
        // Where the clock was changed in between, the same time on the wall is another moment.
        let change = LocalClock.lead(at: plain) - LocalClock.lead(at: seconds)
        return RotationTime(seconds: plain.subtractingReportingOverflow(change).partialValue, calendar: time)
    }
}

extension LocalClock {
    /// Seconds by which the clock on the wall is ahead of UTC; 0 where nobody can say.
    fileprivate static func lead(at seconds: Int64) -> Int64 {
        guard let time = fields(at: seconds),
            let calendar = CalendarTime(
                year: time.year, month: time.month, day: time.day, hour: time.hour, minute: time.minute,
                second: time.second)
        else { return 0 }
        return calendar.wallSeconds - seconds
    }
}

extension CalendarTime {
    /// Seconds since 1970 as if the wall had shown UTC: for differences only.
    var wallSeconds: Int64 { Int64(dayNumber) * 86_400 + Int64(hour * 3600 + minute * 60 + second) }

    /// The week of ISO 8601, 1 to 53: that of the Thursday next to the day.
    var week: Int {
        let thursday = dayNumber + 3 - (weekday + 6) % 7
        // Outside the years that there are, the day itself will do.
        let year = CalendarTime(dayNumber: thursday)?.year ?? year
        let first = CalendarTime(year: year, month: 1, day: 1)?.dayNumber ?? thursday
        return (thursday - first) / 7 + 1
    }

    /// Whether the clock on the wall shows the same hour of the same day.
    func isInHour(of other: CalendarTime) -> Bool {
        (year, month, day, hour) == (other.year, other.month, other.day, other.hour)
    }
}
