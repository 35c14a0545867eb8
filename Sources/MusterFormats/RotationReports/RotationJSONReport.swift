import MusterCore

/// One JSON object: `muster`, `run`, `summary`, `stanzas` with their `logs` and `faults`, `faults`, `warnings`; the members
/// are in `docs/rotation.md`.
enum RotationJSONReport {
    static func bytes(_ report: RotationReport) -> [UInt8] {
        var bytes: [UInt8] = []
        var json = JSONWriter(taking: &bytes)
        json.beginObject()
        RotationRecord.member("muster", report.version, &json)
        json.key("run")
        RotationRecord.object(&json) { RotationRecord.write(run: report, to: &$0) }
        json.key("summary")
        RotationRecord.object(&json) { RotationRecord.write(RotationTotals(report), to: &$0) }
        list("stanzas", report.stanzas, &json) { stanza, json in
            RotationRecord.write(stanza, to: &json)
            RotationRecord.write(stanza.steps, to: &json)
            list("logs", stanza.logs, &json) { RotationRecord.write($0, isDry: report.isDry, to: &$1) }
            list("faults", stanza.faults, &json) { RotationRecord.write($0, to: &$1) }
        }
        list("faults", report.faults, &json) { RotationRecord.write($0, to: &$1) }
        list("warnings", report.warnings, &json) { RotationRecord.write($0, to: &$1) }
        json.endObject()
        json.newline()
        json.give(to: &bytes)
        return bytes
    }

    /// An array of objects, one a line.
    private static func list<Element>(
        _ name: String, _ elements: [Element], _ json: inout JSONWriter, _ members: (Element, inout JSONWriter) -> Void
    ) {
        json.key(name)
        json.beginArray()
        for element in elements {
            json.lineBreak()
            RotationRecord.object(&json) { members(element, &$0) }
        }
        json.endArray()
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
                line("stanza", &bytes) { json in
                    RotationRecord.write(stanza, to: &json)
                    RotationRecord.write(stanza.steps, to: &json)
                }
            }
            for log in stanza.logs {
                line("log", &bytes) { json in
                    RotationRecord.write(stanza, to: &json)
                    RotationRecord.write(log, isDry: report.isDry, to: &json)
                }
            }
            for fault in stanza.faults {
                line("fault", &bytes) { json in
                    RotationRecord.write(stanza, to: &json)
                    RotationRecord.write(fault, to: &json)
                }
            }
        }
        for fault in report.faults { line("fault", &bytes) { RotationRecord.write(fault, to: &$0) } }
        for warning in report.warnings { line("warning", &bytes) { RotationRecord.write(warning, to: &$0) } }
        line("summary", &bytes) { json in
            RotationRecord.member("muster", report.version, &json)
            RotationRecord.write(run: report, to: &json)
            RotationRecord.write(RotationTotals(report), to: &json)
        }
        return bytes
    }

    private static func line(_ type: String, _ bytes: inout [UInt8], _ members: (inout JSONWriter) -> Void) {
        var json = JSONWriter(taking: &bytes)
        RotationRecord.object(&json) { json in
            RotationRecord.member("type", type, &json)
            members(&json)
        }
        json.newline()
        json.give(to: &bytes)
    }
}
