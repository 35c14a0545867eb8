internal import Glibc

/// The clock and the calendar of the place where the process runs: that of `TZ`, else of the system (tzset(3)).
package enum LocalClock {
    /// What the calendar and the clock on the wall show.
    package struct Fields: Sendable, Hashable {
        package var year: Int
        /// 1 to 12.
        package var month: Int
        /// 1 to 31.
        package var day: Int
        /// 0 to 23.
        package var hour: Int
        /// 0 to 59.
        package var minute: Int
        /// 0 to 60: a leap second.
        package var second: Int
    }

    /// Seconds since 1970 in UTC, now.
    package static var seconds: Int64 {
        var time = timespec()
        // Invariant: the pointer is to a local value and lives as long as the call. This clock is always there.
        _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec)
    }

    /// The local time so many seconds after 1970 in UTC; nil where the year does not fit.
    package static func fields(at seconds: Int64) -> Fields? {
        var time = time_t(seconds)
        // Its pointer to the zone's name is never followed.
        var raw = unsafe tm()
        // localtime_r need not look at the zone by itself.
        tzset()
        // Invariant: both pointers are to local values and live as long as the call.
        guard unsafe localtime_r(&time, &raw) != nil else { return nil }
        return unsafe Fields(
            year: Int(raw.tm_year) + 1900, month: Int(raw.tm_mon) + 1, day: Int(raw.tm_mday), hour: Int(raw.tm_hour),
            minute: Int(raw.tm_min), second: Int(raw.tm_sec))
    }
}
