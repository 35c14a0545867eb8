internal import MusterText

/// One JSON object: `muster`, `run`, `summary`, `stanzas` with their `logs` and `faults`, `faults`, `warnings`; the members
/// are in `docs/rotation.md`.
enum RotationJSONReport {
    static func bytes(_ report: RotationReport) -> [UInt8] {
        var bytes: [UInt8] = []
        var json = JSONWriter(taking: &bytes)
        json.beginObject()
        json.member("muster", report.version)
        json.key("run")
        json.object { RotationRecord.write(run: report, to: &$0) }
        json.key("summary")
        json.object { RotationRecord.write(RotationTotals(report), to: &$0) }
        json.list("stanzas", report.stanzas, isLined: true) { stanza, json in
            RotationRecord.write(stanza, to: &json)
            RotationRecord.write(stanza.steps, to: &json)
            json.list("logs", stanza.logs, isLined: true) { RotationRecord.write($0, isDry: report.isDry, to: &$1) }
            json.list("faults", stanza.faults, isLined: true) { RotationRecord.write($0, to: &$1) }
        }
        json.list("faults", report.faults, isLined: true) { RotationRecord.write($0, to: &$1) }
        json.list("warnings", report.warnings, isLined: true) { RotationRecord.write($0, to: &$1) }
        json.endObject()
        json.newline()
        json.give(to: &bytes)
        return bytes
    }
}

/// One JSON object a line, `type` says of what: each `stanza` with what is done once for its logs, each
/// `log` with its stanza, `fault`s (those of a stanza name it) and
/// `warning`s, and the `summary` as the last.
enum RotationNDJSONReport {
    static func bytes(_ report: RotationReport) -> [UInt8] {
        var bytes: [UInt8] = []
        for stanza in report.stanzas {
            if !stanza.steps.isEmpty {
                JSONWriter.line("stanza", into: &bytes) { json in
                    RotationRecord.write(stanza, to: &json)
                    RotationRecord.write(stanza.steps, to: &json)
                }
            }
            for log in stanza.logs {
                JSONWriter.line("log", into: &bytes) { json in
                    RotationRecord.write(stanza, to: &json)
                    RotationRecord.write(log, isDry: report.isDry, to: &json)
                }
            }
            for fault in stanza.faults {
                JSONWriter.line("fault", into: &bytes) { json in
                    RotationRecord.write(stanza, to: &json)
                    RotationRecord.write(fault, to: &json)
                }
            }
        }
        for fault in report.faults { JSONWriter.line("fault", into: &bytes) { RotationRecord.write(fault, to: &$0) } }
        for warning in report.warnings {
            JSONWriter.line("warning", into: &bytes) { RotationRecord.write(warning, to: &$0) }
        }
        JSONWriter.line("summary", into: &bytes) { json in
            json.member("muster", report.version)
            RotationRecord.write(run: report, to: &json)
            RotationRecord.write(RotationTotals(report), to: &json)
        }
        return bytes
    }
}
