package import MusterCore
import MusterText

/// One JSON object: `muster`, `run`, `targets`, `summary`, in this order, so that targets can be written as they end and
/// nothing is kept.
package struct JSONReport: ReportWriter {
    private var record: TargetRecord?
    private var isFirst = true

    package init() {}

    package mutating func begin(_ header: RunHeader, into output: inout [UInt8]) {
        record = TargetRecord(header)
        var json = JSONWriter(taking: &output)
        json.beginObject()
        json.member("muster", header.version)
        json.key("run")
        json.beginObject()
        RunRecord.write(header, to: &json)
        json.endObject()
        json.key("targets")
        json.beginArray()
        json.give(to: &output)
    }

    package mutating func add(_ observation: Observation, into output: inout [UInt8]) {
        output.append(contentsOf: (isFirst ? "\n" : ",\n").utf8)
        isFirst = false
        var json = JSONWriter(taking: &output)
        record?.write(observation, typed: false, to: &json)
        json.give(to: &output)
    }

    package mutating func end(_ footer: RunFooter, _ summary: Summary, into output: inout [UInt8]) {
        output.append(contentsOf: "\n],\"summary\":".utf8)
        var json = JSONWriter(taking: &output)
        json.beginObject()
        RunRecord.write(footer, summary, to: &json)
        json.endObject()
        json.endObject()
        json.newline()
        json.give(to: &output)
    }
}

/// One JSON object a line: the run, then each target as it ends, then the summary; `type` says which.
package struct NDJSONReport: ReportWriter {
    private var record: TargetRecord?

    package init() {}

    package mutating func begin(_ header: RunHeader, into output: inout [UInt8]) {
        record = TargetRecord(header)
        JSONWriter.line("run", into: &output) { json in
            json.member("muster", header.version)
            RunRecord.write(header, to: &json)
        }
    }

    package mutating func add(_ observation: Observation, into output: inout [UInt8]) {
        var json = JSONWriter(taking: &output)
        record?.write(observation, typed: true, to: &json)
        json.newline()
        json.give(to: &output)
    }

    package mutating func end(_ footer: RunFooter, _ summary: Summary, into output: inout [UInt8]) {
        JSONWriter.line("summary", into: &output) { RunRecord.write(footer, summary, to: &$0) }
    }
}
