package import MusterCore

/// The times that lines are asked for: `--since` and `--until`.
package struct TimeRange: Hashable, Sendable {
    /// The first microsecond since 1970 UTC that is in it; nil where it is open.
    package var since: Int64?
    /// The first that is behind it.
    package var until: Int64?

    package init(since: Int64? = nil, until: Int64? = nil) {
        self.since = since
        self.until = until
    }

    /// Reads what was given for `--since` and `--until` (docs/logs.md, "Times"); `now` is in microseconds since 1970 UTC,
    /// `zone` that of times that name none.
    package init(
        since: String?, until: String?, now: Int64, zone: TimeZoneRules = .utc
    ) throws(QuestionFault) {
        self.since = try Self.moment(since, "--since", now, zone)
        self.until = try Self.moment(until, "--until", now, zone)
        if let start = self.since, let end = self.until, start >= end {
            throw QuestionFault("--since \(since ?? "") is not before --until \(until ?? ""); no line can match")
        }
    }

    private static func moment(
        _ text: String?, _ flag: String, _ now: Int64, _ zone: TimeZoneRules
    ) throws(QuestionFault) -> Int64? {
        guard let text else { return nil }
        guard let moment = MomentText.parse(text, now: now, zone: zone) else {
            throw QuestionFault(
                "\(flag): \"\(text)\" is no time; write 1h, 30m, today, yesterday, \(MomentText.hint)", at: 0)
        }
        return moment
    }

    package var isOpen: Bool { since == nil && until == nil }

    package func contains(_ time: Int64) -> Bool {
        time != RowBatch.noTime && time >= since ?? .min && (until.map { time < $0 } ?? true)
    }

    /// Keeps the rows whose time is in it; one that has no time is in an open range only.
    package func select(_ batch: borrowing RowBatch, _ selection: inout Selection) {
        if isOpen { return }
        var rest = selection.bits
        while rest != 0 {
            let row = rest.trailingZeroBitCount
            if !contains(batch.time(row)) { selection.bits &= ~(1 &<< UInt64(truncatingIfNeeded: row)) }
            rest &= rest &- 1
        }
    }
}
