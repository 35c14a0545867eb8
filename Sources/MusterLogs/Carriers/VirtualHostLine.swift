/// Debian's `vhost_combined`: the combined format with the virtual host and its port before it (`%v:%p`). It is read like a
/// carrier whose fields need no name of their own.
package enum VirtualHostLine {
    package static let format = LogFormat(
        name: "vhost_combined", summary: "Debian's combined log of all virtual hosts, host:port before it"
    ) { wanted throws(LogFormatFault) in
        var reading = carrier.reading(around: try CombinedLine.combined.reading(wanted), [])
        reading.title = "vhost_combined"
        return reading
    }

    private static let carrier = Carrier(format(named: "vhost"), hasTime: false, prefix: "") { _ in
        (fields, { VirtualHostParser() })
    }

    private static func format(named name: String) -> LogFormat {
        LogFormat(name: name, summary: "host:port before a line") { _ in
            LineReading(title: name, fields: fields, hasTime: false) { VirtualHostParser() }
        }
    }

    private static let fields = [LogField("host", origin: "%v"), LogField("port", .number, origin: "%p")]
}

private final class VirtualHostParser: LineCarrier {
    func open(
        _ line: ByteScan.Bytes, _ end: ByteScan.Bytes, _ base: ByteScan.Bytes, _ row: UnsafeMutablePointer<FieldSpan>,
        _ text: inout CarriedText
    ) -> LineWalk.Stop? {
        let word = unsafe ByteScan.first(of: 0x20, or: 0x0a, from: line, to: end)
        var port = unsafe word
        while unsafe port > line && LineWalk.isDigit(port[-1]) { unsafe port -= 1 }
        guard unsafe word < end && word.pointee == 0x20 && port < word && port > line + 1 && port[-1] == 0x3a else {
            return unsafe LineWalk.Stop(min(word, end), "a virtual host, its port and a blank")
        }
        unsafe row[0] = FieldSpan(start: line - base, count: port - 1 - line)
        unsafe row[1] = FieldSpan(start: port - base, count: word - port)
        unsafe text.start = word + 1
        unsafe text.end = end
        return nil
    }
}
