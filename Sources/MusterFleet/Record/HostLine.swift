internal import MusterCore
internal import MusterText

extension HostEnding {
    /// One object: a line of a record and of the NDJSON report, an element of the JSON report.
    func write(to json: inout JSONWriter, typed: Bool) {
        json.beginObject()
        if typed {
            json.key("type")
            json.string("host")
        }
        json.key("host")
        json.string(host.name)
        json.key("address")
        json.string(host.address)
        json.key("outcome")
        json.string(outcome.kind.rawValue)
        if let code = outcome.code {
            json.key("reason")
            json.string(code)
        }
        if let status = outcome.status {
            json.key("status")
            json.integer(Int(status))
        }
        if !detail.isEmpty {
            json.key("detail")
            json.string(detail)
        }
        json.key("seconds")
        json.number((Double(elapsed.nanoseconds) / 1e6).rounded() / 1e3)
        for (name, kept) in [("stdout", output), ("stderr", error)] {
            json.key(name)
            json.string(kept.text)
            json.key(name + "_bytes")
            json.integer(kept.count)
        }
        json.endObject()
    }
}
