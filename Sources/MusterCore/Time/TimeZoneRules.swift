/// Why a time zone cannot be had.
package struct TimeZoneFault: Error, Hashable, Sendable {
    /// What is wrong and what to write instead.
    package var hint: String

    package init(_ hint: String) { self.hint = hint }
}

/// What the clocks of a zone show over time: offsets from UTC, as a TZif file (RFC 9636) or a POSIX TZ string has them.
package struct TimeZoneRules: Sendable, Hashable {
    /// Seconds since 1970 UTC with one offset.
    package struct Span: Sendable, Hashable {
        /// `Int64.min` where it has no beginning.
        package var from: Int64
        /// The first second behind it; `Int64.max` where it has no end.
        package var until: Int64
        /// Seconds east of UTC.
        package var offset: Int64
    }

    /// As `--zone` names it: `Europe/Berlin`, `UTC`, `local`.
    package let name: String
    /// What it was read from: the bytes of a TZif file, or a POSIX TZ string; empty for UTC.
    package let source: [UInt8]
    /// Ascending, in seconds since 1970 UTC.
    private let transitions: [Int64]
    /// The offset from each transition on.
    private let offsets: [Int64]
    /// The offset before the first transition.
    private let firstOffset: Int64
    /// What holds from the last transition on.
    private let footer: TimeZoneFooter?

    package static let utc = TimeZoneRules(name: "UTC", source: [], TimeZoneFile())

    /// Reads a TZif file of any version, or a POSIX TZ string; nothing at all is UTC. Errors: it is neither.
    package init(name: String, source: [UInt8]) throws(TimeZoneFault) {
        if source.isEmpty {
            self.init(name: name, source: source, TimeZoneFile())
        } else if source.starts(with: TimeZoneFile.magic) {
            self.init(name: name, source: source, try TimeZoneFile(source))
        } else {
            guard let footer = TimeZoneFooter(source) else {
                throw TimeZoneFault("\"\(name)\" is no time zone; write one like Europe/Berlin, local or utc")
            }
            var file = TimeZoneFile()
            file.footer = footer
            self.init(name: name, source: source, file)
        }
    }

    /// A zone of the same name whose clocks never change.
    package func fixed(at offset: Int64) -> TimeZoneRules {
        var file = TimeZoneFile()
        file.firstOffset = offset
        return TimeZoneRules(name: name, source: [], file)
    }

    private init(name: String, source: [UInt8], _ file: TimeZoneFile) {
        self.name = name
        self.source = source
        transitions = file.transitions
        offsets = file.offsets
        firstOffset = file.firstOffset
        footer = file.footer
    }

    /// Whether its clocks always show UTC.
    package var isUTC: Bool {
        transitions.isEmpty && (footer.map { $0.fixedOffset == 0 } ?? (firstOffset == 0))
    }

    /// The offset in winter by the rules in force: always the same, so that what is counted by it can be joined.
    package var winterOffset: Int64 { footer?.leastOffset ?? offsets.last ?? firstOffset }

    /// The span that holds a time, in seconds since 1970 UTC.
    package func span(at time: Int64) -> Span {
        guard let last = transitions.last else {
            return footer?.span(at: time) ?? Span(from: .min, until: .max, offset: firstOffset)
        }
        if time >= last {
            guard let footer else { return Span(from: last, until: .max, offset: offsets.last ?? firstOffset) }
            var span = footer.span(at: time)
            span.from = max(span.from, last)
            return span
        }
        // The first transition behind the time.
        var (low, high) = (0, transitions.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle] > time { high = middle } else { low = middle + 1 }
        }
        return Span(
            from: low == 0 ? .min : transitions[low - 1], until: transitions[low],
            offset: low == 0 ? firstOffset : offsets[low - 1])
    }

    /// Local times in seconds, as if they were UTC, that have one offset: `from` included, `until` not.
    ///
    /// A local time that is passed over when clocks go forward has the offset of before; one that comes twice is the first
    /// (RFC 5545 §3.3.5).
    package func localSpan(at local: Int64) -> Span {
        var current = span(at: Self.add(local, -Self.widest))
        // The first span that ends behind this local time holds it, or lies behind the gap that does.
        while current.until != .max, Self.add(current.until, current.offset) <= local {
            current = span(at: current.until)
        }
        let until = Self.add(current.until, current.offset)
        if current.from == .min { return Span(from: .min, until: until, offset: current.offset) }
        let before = span(at: current.from - 1).offset
        let (end, beginning) = (Self.add(current.from, before), Self.add(current.from, current.offset))
        if local < beginning { return Span(from: end, until: beginning, offset: before) }
        return Span(from: max(beginning, end), until: until, offset: current.offset)
    }

    /// Seconds since 1970 UTC of a local time, see ``localSpan(at:)``.
    package func instant(ofLocal local: Int64) -> Int64 { Self.add(local, -localSpan(at: local).offset) }

    /// As clocks show it beside a time: `UTC+01:00`, `UTC`.
    package static func text(offset: Int64) -> String {
        if offset == 0 { return "UTC" }
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let size = abs(offset)
        let seconds = size % 60 == 0 ? "" : ":" + two(size % 60)
        return "UTC\(offset < 0 ? "-" : "+")\(two(size / 3600)):\(two(size / 60 % 60))\(seconds)"
    }

    /// No offset is wider (RFC 9636 §3.2), with an hour to spare.
    private static let widest: Int64 = 27 * 3600

    /// A sum that stays at the ends of what a number can tell.
    private static func add(_ time: Int64, _ offset: Int64) -> Int64 {
        if time == .min || time == .max { return time }
        let (sum, overflow) = time.addingReportingOverflow(offset)
        return overflow ? (offset < 0 ? .min : .max) : sum
    }
}
