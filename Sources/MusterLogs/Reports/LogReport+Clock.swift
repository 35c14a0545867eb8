internal import MusterCore

extension LogReport {
    /// Seconds that clocks of the zone are ahead of UTC at the last line: for the whole report, so that steps of time stay
    /// in order when clocks change.
    private var clockOffset: Int64 { last.map { zone.span(at: $0 / 1_000_000).offset } ?? 0 }

    /// The report for people: its times are what clocks of the zone show, see ``zoneText``.
    var shown: LogReport {
        if zone.isUTC { return self }
        let shift = clockOffset * 1_000_000
        func moved(_ time: Int64) -> Int64 {
            let (sum, overflow) = time.addingReportingOverflow(shift)
            return overflow ? time : sum
        }
        var report = self
        if shift != 0 { report.zone = zone.fixed(at: clockOffset) }
        report.first = first.map(moved)
        report.last = last.map(moved)
        if let timeline {
            report.timeline?.shift = shift
            report.timeline?.zone = zone
            report.timeline?.points = timeline.points.map { point in
                var point = point
                point.time = moved(point.time)
                return point
            }
        }
        return report
    }

    /// The zone of times in ``shown``: `UTC`, `UTC+01:00 (Europe/Berlin)`.
    var zoneText: String {
        if zone.isUTC { return "UTC" }
        return TimeZoneRules.text(offset: clockOffset) + " (" + zone.name + ")"
    }
}
