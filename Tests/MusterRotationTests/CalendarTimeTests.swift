import MusterRotation
import Testing

@Suite("Calendar time")
struct CalendarTimeTests {
    @Test(
        "Days are numbered from 1970 and have their weekday",
        arguments: [
            // By `date -u -d DATE +%s` and `%w`.
            (1970, 1, 1, 0, 4), (1969, 12, 31, -1, 3), (2000, 2, 29, 11016, 2), (2000, 3, 1, 11017, 3),
            (1900, 2, 28, -25509, 3), (1900, 3, 1, -25508, 4), (2026, 11, 25, 20782, 3), (1, 1, 1, -719_162, 1),
            (9999, 12, 31, 2_932_896, 5),
        ])
    func numbers(year: Int, month: Int, day: Int, number: Int, weekday: Int) throws {
        let time = try #require(CalendarTime(year: year, month: month, day: day))
        #expect(time.dayNumber == number)
        #expect(time.weekday == weekday)
        #expect(CalendarTime(dayNumber: number) == time)
    }

    @Test("Every day of 800 years follows the one before, and comes back from its number")
    func everyDay() throws {
        var last = try #require(CalendarTime(dayNumber: -146_097))
        for number in -146_096...146_097 {
            let time = try #require(CalendarTime(dayNumber: number))
            #expect(time.dayNumber == number)
            #expect(last < time)
            #expect(time.weekday == (last.weekday + 1) % 7)
            #expect(time.day == last.day + 1 || time.day == 1)
            last = time
        }
    }

    @Test(
        "A field out of its range is no time",
        arguments: [
            [0, 1, 1, 0, 0, 0], [10000, 1, 1, 0, 0, 0], [2026, 0, 1, 0, 0, 0], [2026, 13, 1, 0, 0, 0],
            [2026, 1, 0, 0, 0, 0], [2026, 1, 32, 0, 0, 0], [2026, 2, 29, 0, 0, 0], [2100, 2, 29, 0, 0, 0],
            [2026, 4, 31, 0, 0, 0], [2026, 1, 1, 24, 0, 0], [2026, 1, 1, 0, 60, 0], [2026, 1, 1, 0, 0, 61],
            [2026, 1, 1, -1, 0, 0], [Int.max, 1, 1, 0, 0, 0], [Int.min, Int.min, Int.min, 0, 0, 0],
        ])
    func ranges(fields: [Int]) {
        let time = CalendarTime(
            year: fields[0], month: fields[1], day: fields[2], hour: fields[3], minute: fields[4], second: fields[5])
        #expect(time == nil)
    }

    @Test("Numbers beyond the calendar are no days", arguments: [Int.min, -719_163, 2_932_897, Int.max])
    func beyond(number: Int) {
        #expect(CalendarTime(dayNumber: number) == nil)
    }

    @Test("Times are ordered by their fields, the greatest first")
    func order() throws {
        let times = [
            CalendarTime(year: 2025, month: 12, day: 31, hour: 23, minute: 59, second: 59),
            CalendarTime(year: 2026, month: 1, day: 1), CalendarTime(year: 2026, month: 1, day: 1, second: 1),
            CalendarTime(year: 2026, month: 1, day: 1, minute: 1), CalendarTime(year: 2026, month: 1, day: 1, hour: 1),
            CalendarTime(year: 2026, month: 1, day: 2), CalendarTime(year: 2026, month: 2, day: 1),
        ].compactMap { $0 }
        #expect(times.count == 7)
        #expect(times.reversed().sorted() == times)
    }
}
