/// A way to write times, by specifiers like those of strptime(3): `%d/%b/%Y:%H:%M:%S %z`.
///
/// Known are `%Y %y %m %d %e %b %B %h %a %A %H %I %p %M %S %f %z %Z %s %T %R %D %F %n %t %%`. `%f` is the digits of a
/// fraction, `%z` also takes `Z`, `%Z` is a name of UTC or is passed over. Blanks stand for any number of blanks.
package struct TimePattern: Sendable, Hashable {
    /// What of a time it holds.
    package struct Parts: OptionSet, Sendable, Hashable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        package static let date = Parts(rawValue: 1)
        package static let clock = Parts(rawValue: 2)
        package static let fraction = Parts(rawValue: 4)
        package static let zone = Parts(rawValue: 8)
        package static let year = Parts(rawValue: 16)
        package static let month = Parts(rawValue: 32)
        package static let day = Parts(rawValue: 64)
    }

    enum Step: Sendable, Hashable {
        case literal(UInt8)
        case blanks
        case year, yearOfCentury, month, day, monthName, weekday
        case hour, hour12, half, minute, second
        case fraction, zone, zoneName, epoch
    }

    private(set) var steps: [Step] = []
    package private(set) var parts: Parts = []

    /// Errors: a specifier that is not known, with its place.
    package init(_ text: String) throws(LogFormatFault) {
        let bytes = Array(text.utf8)
        var at = 0
        while at < bytes.count {
            if bytes[at] == 0x20 || bytes[at] == 0x09 {
                if steps.last != .blanks { steps.append(.blanks) }
            } else if bytes[at] == UInt8(ascii: "%"), at + 1 < bytes.count {
                guard let found = Self.steps(bytes[at + 1]) else {
                    throw LogFormatFault(
                        "%\(Character(UnicodeScalar(bytes[at + 1]))) is no part of a time; known are \(Self.known)",
                        at: at)
                }
                steps += found
                at += 1
            } else {
                steps.append(.literal(bytes[at]))
            }
            at += 1
        }
        guard !steps.isEmpty else { throw LogFormatFault("a time's format is empty; write one like %d/%b/%Y") }
        for step in steps { parts.formUnion(Self.parts(step)) }
    }

    private static let known = "%Y %y %m %d %e %b %a %H %I %p %M %S %f %z %Z %s %T %R %D %F"

    private static func steps(_ letter: UInt8) -> [Step]? {
        let colon = Step.literal(0x3a)
        let slash = Step.literal(0x2f)
        let dash = Step.literal(0x2d)
        return switch Character(UnicodeScalar(letter)) {
        case "Y": [.year]
        case "y": [.yearOfCentury]
        case "m": [.month]
        case "d", "e": [.day]
        case "b", "B", "h": [.monthName]
        case "a", "A": [.weekday]
        case "H": [.hour]
        case "I": [.hour12]
        case "p": [.half]
        case "M": [.minute]
        case "S": [.second]
        case "f": [.fraction]
        case "z": [.zone]
        case "Z": [.zoneName]
        case "s": [.epoch]
        case "T": [.hour, colon, .minute, colon, .second]
        case "R": [.hour, colon, .minute]
        case "D": [.month, slash, .day, slash, .yearOfCentury]
        case "F": [.year, dash, .month, dash, .day]
        case "n", "t": [.blanks]
        case "%": [.literal(0x25)]
        default: nil
        }
    }

    private static func parts(_ step: Step) -> Parts {
        switch step {
        case .year, .yearOfCentury: [.date, .year]
        case .month, .monthName: [.date, .month]
        case .day: [.date, .day]
        case .hour, .hour12, .minute, .second: .clock
        case .fraction: .fraction
        case .zone: .zone
        case .epoch: [.date, .clock, .fraction, .zone, .year]
        default: []
        }
    }
}
