/// Keys that have an order of their own and are shown whole, those without lines too: days, days of the week, hours of the
/// day.
enum OrderedKeys {
    /// Keys that a table holds at most in this way.
    static let limit = 4_096
    /// Days without lines that are filled in one after the other at most.
    private static let longestGap: Int64 = 366

    /// Keys in their order.
    struct Keys {
        var all: [[UInt8]]
        /// Of how many days each gap is that is not filled in, with the first and the last of them.
        var gaps: [(days: Int64, first: [UInt8], last: [UInt8])] = []

        /// What there is to know of rows that are not there; empty where they all are.
        var remark: String {
            guard let longest = gaps.max(by: { $0.days < $1.days }) else { return "" }
            let (first, last) = (String(decoding: longest.first, as: UTF8.self), longest.last)
            let days = "\(longest.days) day" + (longest.days == 1 ? "" : "s")
            let place = "from \(first) to \(String(decoding: last, as: UTF8.self))"
            if gaps.count == 1 { return "No rows for \(days) without lines, \(place)." }
            return "No rows for the days without lines in \(gaps.count) gaps; the longest is \(days), \(place)."
        }
    }

    /// All keys of a field in their order, with those that stand between them; `-` last. Nil where the field has no order,
    /// a key is none of it, or there are too many.
    static func all(_ name: String, among keys: Set<[UInt8]>) -> Keys? {
        let absent: [UInt8] = [0x2d]
        let there = keys.subtracting([absent])
        guard !there.isEmpty else { return nil }
        let ordered: Keys? =
            switch name {
            case "hour_of_day": Keys(all: (0..<24).map { [UInt8(48 + $0 / 10), UInt8(48 + $0 % 10)] })
            case "weekday": Keys(all: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].map { Array($0.utf8) })
            // Too many days to fill in are told by the gaps between them.
            case "day": days(there, filling: longestGap) ?? days(there, filling: 0)
            default: nil
            }
        guard var ordered, there.isSubset(of: ordered.all) else { return nil }
        if keys.contains(absent) { ordered.all.append(absent) }
        return ordered
    }

    private static func days(_ keys: Set<[UInt8]>, filling most: Int64) -> Keys? {
        guard keys.count <= limit else { return nil }
        var numbers: [Int64] = []
        for key in keys {
            guard let number = day(key) else { return nil }
            numbers.append(number)
        }
        numbers.sort()
        var days = Keys(all: [])
        var last = (numbers.first ?? 0) - 1
        for number in numbers {
            let gap = number - last - 1
            if gap > most {
                days.gaps.append((gap, text(last + 1), text(number - 1)))
            } else {
                for day in last + 1..<number { days.all.append(text(day)) }
            }
            days.all.append(text(number))
            last = number
            if days.all.count > limit { return nil }
        }
        return days
    }

    private static func text(_ day: Int64) -> [UInt8] {
        var scratch = Scratch()
        return unsafe scratch.make(CivilMoment.longest) {
            unsafe CivilMoment(day * CivilTime.day).write(to: $0, .day)
        }.bytes
    }

    /// Days since 1970 of `2026-01-31`; nil where it is no such day.
    private static func day(_ key: [UInt8]) -> Int64? {
        guard key.count == 10 else { return nil }
        let parts = key.split(separator: 0x2d).map { Int(String(decoding: $0, as: UTF8.self)) }
        guard parts.count == 3, let year = parts[0], let month = parts[1], let day = parts[2] else { return nil }
        return CivilTime.days(year: year, month: month, day: day)
    }
}
