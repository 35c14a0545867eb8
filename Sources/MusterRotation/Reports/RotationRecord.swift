internal import MusterText

/// Writes the parts of a rotation's report as members of JSON objects; they are in `docs/rotation.md`.
enum RotationRecord {
    static func write(run report: RotationReport, to json: inout JSONWriter) {
        json.member("dry", report.isDry)
        json.member("interrupted", report.isInterrupted)
        json.member("recovered", report.recovered)
        json.member("unfinished", report.unfinished)
        // What no number holds is not told; a run of ages is none of ours.
        let microseconds = (report.seconds * 1e6).rounded()
        json.member("elapsed_us", microseconds.isFinite && abs(microseconds) < 9e15 ? Int(microseconds) : 0)
    }

    static func write(_ totals: RotationTotals, to json: inout JSONWriter) {
        json.member("stanzas", totals.stanzas)
        json.member("logs", totals.logs)
        json.member("rotated", totals.rotated)
        json.member("compressed", totals.compressed)
        json.member("bytes_before", totals.bytesBefore)
        json.member("bytes_after", totals.bytesAfter)
        json.member("removed", totals.removed)
        json.member("skipped", totals.skipped)
        counts("skip_reasons", totals.skipReasons, &json)
        json.member("failed", totals.failed)
        counts("failure_codes", totals.failureCodes, &json)
        counts("fault_codes", totals.faultCodes, &json)
        json.member("truncated", totals.truncated)
        json.member("bytes_at_risk", totals.bytesAtRisk)
    }

    static func write(_ stanza: RotationReport.Stanza, to json: inout JSONWriter) {
        json.member("pattern", stanza.pattern)
        json.member("place", stanza.place)
    }

    static func write(_ log: RotationReport.Log, isDry: Bool, to json: inout JSONWriter) {
        json.member("path", log.path)
        json.member("outcome", log.outcome.rawValue)
        if !log.reason.isEmpty { json.member("reason", log.reason) }
        if let fault = log.fault {
            json.key("fault")
            json.object { write(fault, to: &$0) }
        }
        json.member("bytes", log.bytes)
        json.member("compressed", log.steps(that: "compress", isDry: isDry, done: log.compressed))
        json.member("bytes_before", log.bytesBefore)
        json.member("bytes_after", log.bytesAfter)
        json.member("removed", log.steps(that: "remove", isDry: isDry, done: log.removed))
        if let risk = log.bytesAtRisk { json.member("bytes_at_risk", risk) }
        write(log.steps, to: &json)
    }

    /// What is done, in order.
    static func write(_ steps: [RotationReport.Step], to json: inout JSONWriter) {
        json.list("steps", steps) { write($0, to: &$1) }
    }

    static func write(_ fault: RotationReport.Fault, to json: inout JSONWriter) {
        json.member("code", fault.code)
        json.member("location", fault.location)
        json.member("hint", fault.hint)
    }

    private static func write(_ step: RotationReport.Step, to json: inout JSONWriter) {
        json.member("action", step.action)
        json.member("path", step.path)
        if !step.to.isEmpty { json.member("to", step.to) }
        if !step.detail.isEmpty { json.member("detail", step.detail) }
    }

    /// `{"not due":2}`: the most frequent first.
    private static func counts(_ name: String, _ counts: [RotationTotals.Count], _ json: inout JSONWriter) {
        json.key(name)
        json.object { json in
            for count in counts { json.member(count.word, count.count) }
        }
    }
}
