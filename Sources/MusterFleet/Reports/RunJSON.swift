internal import MusterCore
internal import MusterText

/// One JSON object with every host of the run.
struct RunJSON: RunReportWriter {
    private var isFirst = true

    mutating func begin(_ head: RunHead, into output: inout [UInt8]) {
        var json = JSONWriter(taking: &output)
        json.beginObject()
        head.writeFields(to: &json)
        json.key("results")
        json.beginArray()
        json.give(to: &output)
    }

    mutating func add(_ ending: HostEnding, into output: inout [UInt8]) {
        output.append(contentsOf: (isFirst ? "\n" : ",\n").utf8)
        isFirst = false
        var json = JSONWriter(taking: &output)
        ending.write(to: &json, typed: false)
        json.give(to: &output)
    }

    mutating func end(_ foot: RunFoot, _ tally: RunTally, into output: inout [UInt8]) {
        output.append(contentsOf: "\n],\"summary\":{".utf8)
        var json = JSONWriter(taking: &output)
        foot.writeFields(to: &json, tally)
        json.endObject()
        json.endObject()
        json.newline()
        json.give(to: &output)
    }
}

/// One JSON object a line: the run, each host as it ends, the summary. All but the last line are the record's.
struct RunLines: RunReportWriter {
    func begin(_ head: RunHead, into output: inout [UInt8]) {
        JSONWriter.line(into: &output) { head.write(to: &$0) }
    }

    func add(_ ending: HostEnding, into output: inout [UInt8]) {
        JSONWriter.line(into: &output) { ending.write(to: &$0, typed: true) }
    }

    func end(_ foot: RunFoot, _ tally: RunTally, into output: inout [UInt8]) {
        JSONWriter.line("summary", into: &output) { foot.writeFields(to: &$0, tally) }
    }
}

extension RunFoot {
    func writeFields(to json: inout JSONWriter, _ tally: RunTally) {
        json.key("ending")
        json.string(ending.rawValue)
        for kind in HostOutcome.Kind.allCases {
            json.key(kind.rawValue)
            json.integer(tally[kind])
        }
        json.key("done_before")
        json.integer(doneBefore)
        json.key("not_begun")
        json.beginArray()
        for name in notBegun { json.string(name) }
        json.endArray()
        json.key("seconds")
        json.number((Double(elapsed.nanoseconds) / 1e6).rounded() / 1e3)
        json.key("record")
        json.string(record)
    }
}
