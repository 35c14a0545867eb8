import MusterCore

/// Writes the parts of a rotation's report as members of JSON objects; they are in `docs/rotation.md`.
enum RotationRecord {
    static func write(run report: RotationReport, to json: inout JSONWriter) {
        member("dry", report.isDry, &json)
        member("interrupted", report.isInterrupted, &json)
        member("recovered", report.recovered, &json)
        member("unfinished", report.unfinished, &json)
        // What no number holds is not told; a run of ages is none of ours.
        let microseconds = (report.seconds * 1e6).rounded()
        member("elapsed_us", microseconds.isFinite && abs(microseconds) < 9e15 ? Int(microseconds) : 0, &json)
    }

    static func write(_ totals: RotationTotals, to json: inout JSONWriter) {
        member("stanzas", totals.stanzas, &json)
        member("logs", totals.logs, &json)
        member("rotated", totals.rotated, &json)
        member("compressed", totals.compressed, &json)
        member("bytes_before", totals.bytesBefore, &json)
        member("bytes_after", totals.bytesAfter, &json)
        member("removed", totals.removed, &json)
        member("skipped", totals.skipped, &json)
        counts("skip_reasons", totals.skipReasons, &json)
        member("failed", totals.failed, &json)
        counts("failure_codes", totals.failureCodes, &json)
        counts("fault_codes", totals.faultCodes, &json)
        member("truncated", totals.truncated, &json)
        member("bytes_at_risk", totals.bytesAtRisk, &json)
    }

    static func write(_ stanza: RotationReport.Stanza, to json: inout JSONWriter) {
        member("pattern", stanza.pattern, &json)
        member("place", stanza.place, &json)
    }

    static func write(_ log: RotationReport.Log, isDry: Bool, to json: inout JSONWriter) {
        member("path", log.path, &json)
        member("outcome", log.outcome.rawValue, &json)
        if !log.reason.isEmpty { member("reason", log.reason, &json) }
        if let fault = log.fault {
            json.key("fault")
            object(&json) { write(fault, to: &$0) }
        }
        member("bytes", log.bytes, &json)
        member("compressed", log.steps(that: "compress", isDry: isDry, done: log.compressed), &json)
        member("bytes_before", log.bytesBefore, &json)
        member("bytes_after", log.bytesAfter, &json)
        member("removed", log.steps(that: "remove", isDry: isDry, done: log.removed), &json)
        if let risk = log.bytesAtRisk { member("bytes_at_risk", risk, &json) }
        write(log.steps, to: &json)
    }

    /// What is done, in order.
    static func write(_ steps: [RotationReport.Step], to json: inout JSONWriter) {
        json.key("steps")
        json.beginArray()
        for step in steps { object(&json) { write(step, to: &$0) } }
        json.endArray()
    }

    static func write(_ fault: RotationReport.Fault, to json: inout JSONWriter) {
        member("code", fault.code, &json)
        member("location", fault.location, &json)
        member("hint", fault.hint, &json)
    }

    private static func write(_ step: RotationReport.Step, to json: inout JSONWriter) {
        member("action", step.action, &json)
        member("path", step.path, &json)
        if !step.to.isEmpty { member("to", step.to, &json) }
        if !step.detail.isEmpty { member("detail", step.detail, &json) }
    }

    static func object(_ json: inout JSONWriter, _ members: (inout JSONWriter) -> Void) {
        json.beginObject()
        members(&json)
        json.endObject()
    }

    /// `{"not due":2}`: the most frequent first.
    private static func counts(_ name: String, _ counts: [RotationTotals.Count], _ json: inout JSONWriter) {
        json.key(name)
        object(&json) { json in
            for count in counts { member(count.word, count.count, &json) }
        }
    }

    static func member(_ name: String, _ value: String, _ json: inout JSONWriter) {
        json.key(name)
        json.string(value)
    }

    private static func member(_ name: String, _ value: Int, _ json: inout JSONWriter) {
        json.key(name)
        json.integer(value)
    }

    private static func member(_ name: String, _ value: Bool, _ json: inout JSONWriter) {
        json.key(name)
        json.bool(value)
    }
}
