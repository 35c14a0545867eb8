/// Reads times that stand in text. Each style remembers its last minute, so that a burst of lines costs little.
///
/// Times are numbers of ``LineTime``: microseconds since 1970 UTC, or marked where zone or year are missing. What is finer
/// is dropped.
package struct TimeReader: Sendable {
    /// How a time is written.
    package enum Style: Sendable, Hashable {
        /// `10/Oct/2000:13:55:36 -0700`, as in access logs.
        case clf
        /// ISO 8601 and RFC 3339: `2024-02-29T12:00:00.123456789+01:00`. A blank may stand for the `T`; the fraction may
        /// have any length and begin with a comma; the zone is `Z`, `+hh:mm`, `+hhmm`, `+hh` or missing.
        case iso
        /// A number of seconds, milliseconds, … since 1970, `perSecond` of them a second (1, 1000, 1,000,000 or
        /// 1,000,000,000), with a fraction or without: `1709208000.123`.
        case epoch(perSecond: Int64)
        /// By specifiers like those of strptime.
        case pattern(TimePattern)
    }

    private enum Reader: Sendable {
        case clf(CLFTime)
        case iso(ISOTime)
        case epoch(EpochTime)
        case pattern(TimePatternReader)
    }

    private var reader: Reader

    package init(_ style: Style) {
        reader =
            switch style {
            case .clf: .clf(CLFTime())
            case .iso: .iso(ISOTime())
            case .epoch(let perSecond): .epoch(EpochTime(perSecond: perSecond))
            case .pattern(let pattern): .pattern(TimePatternReader(pattern))
            }
    }

    /// The time that `count` bytes are, all of them; nil where they are none.
    /// Invariant for the caller: the bytes are initialized, and ``Chunk/padding`` more may be read.
    package mutating func read(_ start: UnsafePointer<UInt8>, _ count: Int) -> Int64? {
        guard let found = unsafe take(start, count), found.length == count else { return nil }
        return found.value
    }

    /// The time at the beginning of `limit` bytes, and how many bytes it is long; nil where there is none.
    /// Invariant for the caller: as for ``read(_:_:)``.
    @inline(__always)
    package mutating func take(_ start: UnsafePointer<UInt8>, _ limit: Int) -> (value: Int64, length: Int)? {
        switch reader {
        case .clf(var clf):
            guard limit >= CLFTime.length, let value = unsafe clf.read(start) else { return nil }
            reader = .clf(clf)
            return (value, CLFTime.length)
        case .iso(var iso):
            let found = unsafe iso.take(start, limit)
            reader = .iso(iso)
            return found
        case .epoch(let epoch): return unsafe epoch.take(start, limit)
        case .pattern(var pattern):
            let found = unsafe pattern.take(start, limit)
            reader = .pattern(pattern)
            return found
        }
    }
}

extension TimeReader.Style {
    /// Whether every such time says its zone.
    var hasZone: Bool {
        switch self {
        case .clf, .epoch: true
        case .iso: false
        case .pattern(let pattern): pattern.parts.contains(.zone)
        }
    }
}

/// A number of units since 1970.
struct EpochTime: Sendable {
    /// Units a second: a power of ten from 1 to 1,000,000,000.
    let perSecond: Int64

    /// As many as nanoseconds of our time have; they stay below 2^64.
    private static let mostDigits = 19
    /// The end of the year 9999, in microseconds.
    private static let last: Int64 = 253_402_300_800_000_000

    /// Invariant for the caller: `limit` bytes from `start` may be read.
    func take(_ start: UnsafePointer<UInt8>, _ limit: Int) -> (value: Int64, length: Int)? {
        var at = 0
        var whole: UInt64 = 0
        // Invariant: `at` is below `limit` where a byte is read.
        while at < limit, unsafe start[at] &- 48 <= 9 {
            guard at < Self.mostDigits else { return nil }
            whole = unsafe whole &* 10 &+ UInt64(start[at] &- 48)
            at += 1
        }
        guard at > 0 else { return nil }
        let scale = 1_000_000 / max(1, min(perSecond, 1_000_000))
        let shrink = UInt64(max(1, perSecond / 1_000_000))
        guard whole / shrink < UInt64(Self.last / scale) else { return nil }
        let micros = Int64(whole / shrink) &* scale
        guard at + 1 < limit, unsafe start[at] == 0x2e && start[at + 1] &- 48 <= 9 else { return (micros, at) }
        at += 1
        var fraction: Int64 = 0
        var unit = scale / 10
        while at < limit, unsafe start[at] &- 48 <= 9 {
            fraction = unsafe fraction &+ Int64(start[at] &- 48) &* unit
            unit /= 10
            at += 1
        }
        return (micros &+ fraction, at)
    }
}
