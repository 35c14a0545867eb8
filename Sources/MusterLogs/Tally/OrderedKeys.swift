/// Keys that have an order of their own and are shown whole, those without lines too: days, days of the week, hours of the
/// day.
enum OrderedKeys {
    /// Keys that a table holds at most in this way.
    static let limit = 4_096
    /// Days without lines that are filled in one after the other at most; a longer gap is a gap.
    private static let longestGap: Int64 = 366

    /// All keys of a field in their order, with those that stand between them; `-` last. Nil where the field has no order,
    /// a key is none of it, or there are too many.
    static func all(_ name: String, among keys: Set<[UInt8]>) -> [[UInt8]]? {
        let absent: [UInt8] = [0x2d]
        let there = keys.subtracting([absent])
        guard !there.isEmpty else { return nil }
        let ordered: [[UInt8]]? =
            switch name {
            case "hour_of_day": (0..<24).map { [UInt8(48 + $0 / 10), UInt8(48 + $0 % 10)] }
            case "weekday": ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].map { Array($0.utf8) }
            case "day": days(there)
            default: nil
            }
        guard let ordered, there.isSubset(of: ordered) else { return nil }
        return ordered + (keys.contains(absent) ? [absent] : [])
    }

    private static func days(_ keys: Set<[UInt8]>) -> [[UInt8]]? {
        guard keys.count <= limit else { return nil }
        var numbers: [Int64] = []
        for key in keys {
            guard let number = day(key) else { return nil }
            numbers.append(number)
        }
        numbers.sort()
        var days: [[UInt8]] = []
        var scratch = Scratch()
        var last = numbers.first ?? 0
        for number in numbers {
            let from = number - last <= longestGap ? last + (days.isEmpty ? 0 : 1) : number
            guard from <= number else { continue }
            for day in from...number {
                scratch.reset()
                let text = unsafe scratch.make(CivilMoment.longest) {
                    unsafe CivilMoment(day * CivilTime.day).write(to: $0, .day)
                }
                days.append(text.bytes)
            }
            last = number
            if days.count > limit { return nil }
        }
        return days
    }

    /// Days since 1970 of `2026-01-31`; nil where it is no such day.
    private static func day(_ key: [UInt8]) -> Int64? {
        guard key.count == 10 else { return nil }
        let parts = key.split(separator: 0x2d).map { Int(String(decoding: $0, as: UTF8.self)) }
        guard parts.count == 3, let year = parts[0], let month = parts[1], let day = parts[2] else { return nil }
        return CivilTime.days(year: year, month: month, day: day)
    }
}
