/// Round values for an axis that begins at zero.
package struct ValueAxis: Sendable {
    /// Where the axis ends: the last tick.
    package let end: Double
    /// Ascending from 0.
    package let ticks: [Double]

    /// Steps of 1, 2 or 5 times a power of ten, so that about `count` of them reach over `greatest`; not below `least`.
    package init(reaching greatest: Double, count: Int = 5, least: Double = 1e-12) {
        let greatest = greatest.isFinite && greatest > 0 ? greatest : 1
        let rough = max(greatest / Double(max(1, count)), least)
        var power = 1.0
        while power * 10 <= rough { power *= 10 }
        while power > rough { power /= 10 }
        let step = power * ([1, 2, 5, 10].first { power * $0 >= rough * 0.999_999 } ?? 10)
        let steps = max(1, (greatest / step - 1e-9).rounded(.up))
        end = step * steps
        ticks = (0...Int(min(steps, 20))).map { Double($0) * step }
    }
}

/// Round times for an axis.
package struct TimeAxis: Sendable {
    package struct Tick: Sendable, Hashable {
        /// Microseconds since 1970.
        package var time: Int64
        package var label: String
    }

    package let ticks: [Tick]

    /// Lengths of time that people know, in microseconds.
    package static let lengths: [Int64] =
        [1000, 10_000, 100_000].map { Int64($0) }
        + [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200].map { $0 * 1_000_000 }
        + [1, 2, 7, 14].map { $0 * UTCMoment.dayLength }

    /// At most about `count` ticks within a span of time, `to` included.
    package init(from: Int64, to: Int64, count: Int = 8) {
        let (span, overflow) = to.subtractingReportingOverflow(from)
        // 300 years; what is longer has no labels that say something.
        guard !overflow, span >= 0, span <= 110_000 * UTCMoment.dayLength, abs(from / 2) < 1 << 60 else {
            ticks = []
            return
        }
        if let length = TimeAxis.lengths.first(where: { span / $0 < Int64(count) }) {
            ticks = TimeAxis.even(from, to, length)
        } else {
            ticks = TimeAxis.months(from, to, count)
        }
    }

    private static func even(_ from: Int64, _ to: Int64, _ length: Int64) -> [Tick] {
        // Weeks begin on Mondays; 1970 began on a Thursday.
        let origin = length.isMultiple(of: 7 * UTCMoment.dayLength) ? 4 * UTCMoment.dayLength : 0
        let (index, rest) = UTCMoment.floorDivide(from - origin, length)
        var time = (index + (rest > 0 ? 1 : 0)) * length + origin
        var ticks: [Tick] = []
        // The year stands at the first date, and where another begins; not where there is only one.
        var year = UTCMoment(from).year == UTCMoment(to).year ? UTCMoment(from).year : nil
        while time <= to {
            var label = Self.label(time, length)
            let date = UTCMoment(time)
            if date.year != year, label == date.shortDate {
                label += " " + String(date.year)
                year = date.year
            }
            ticks.append(Tick(time: time, label: label))
            time += length
        }
        return ticks
    }

    private static func label(_ time: Int64, _ length: Int64) -> String {
        let moment = UTCMoment(time)
        let isMidnight = time.isMultiple(of: UTCMoment.dayLength)
        if length >= UTCMoment.dayLength || isMidnight { return moment.shortDate }
        if length >= 60_000_000 { return moment.hourMinute }
        if length >= 1_000_000 { return moment.clock }
        return moment.clock + "." + String(1_000 + moment.microsecond / 1000).dropFirst()
    }

    private static func months(_ from: Int64, _ to: Int64, _ count: Int) -> [Tick] {
        let first = UTCMoment(from)
        let last = UTCMoment(to)
        let months = (last.year - first.year) * 12 + last.month - first.month
        let step = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600].first { months / $0 < count } ?? 1200
        var month = (first.month - 1) / step * step + 1
        var year = first.year
        if step >= 12 {
            let years = step / 12
            year -= ((year % years) + years) % years
            month = 1
        }
        var ticks: [Tick] = []
        while true {
            let time = UTCMoment.beginning(year: year, month: month)
            if time > to { return ticks }
            let moment = UTCMoment(time)
            let label =
                step >= 12 ? String(moment.year) : UTCMoment.months[moment.month - 1] + " " + String(moment.year)
            if time >= from { ticks.append(Tick(time: time, label: label)) }
            month += step
        }
    }
}
