/// HAProxy's HTTP log, with a syslog header before it or without (HAProxy configuration manual, §8.2.3 "HTTP log format"):
/// `ip:port [accept_date] frontend backend/server TR/Tw/Tc/Tr/Ta status bytes cookie cookie state
/// actconn/feconn/beconn/srvconn/retries srv_queue/backend_queue {headers} {headers} "request"`.
///
/// Times that did not come about are -1; `+` before the last time and the bytes says that the line was written before the
/// end (`option logasap`). HAProxy knows no backslash; it writes odd bytes of the request as `#22`, which stays.
package enum HAProxyLine {
    package static let format = LogFormat(name: "haproxy", summary: "HAProxy's HTTP log") { _ throws(LogFormatFault) in
        var builder = PatternBuilder()
        func add(
            _ name: String, _ kind: FieldKind, _ content: PatternField.Content, _ origin: String, _ behind: String
        ) {
            builder.field(PatternField(name, kind, content, origin: origin, mayBeEmpty: false), at: 0)
            builder.literal(behind)
        }
        builder.step(.prefix)
        add("ip", .address, .hostPort, "%ci:%cp", " [")
        let accepted = try TimePattern("%d/%b/%Y:%H:%M:%S.%f")
        builder.field(PatternField("time", .text, .time(.pattern(accepted)), origin: "%tr"), at: 0)
        builder.literal("] ")
        add("frontend", .text, .word, "%ft", " ")
        add("backend", .text, .word, "%b", "/")
        add("server", .text, .word, "%s", " ")
        let milliseconds = FieldKind.duration(perSecond: 1000)
        add("time_request", milliseconds, .decimal, "%TR", "/")
        add("time_queue", milliseconds, .decimal, "%Tw", "/")
        add("time_connect", milliseconds, .decimal, "%Tc", "/")
        add("upstream_time", milliseconds, .decimal, "%Tr", "/")
        add("request_time", milliseconds, .decimal, "%Ta", " ")
        // -1 where no answer was sent.
        add("status", .number, .decimal, "%ST", " ")
        add("bytes", .bytes, .decimal, "%B", " ")
        add("request_cookie", .text, .word, "%CC", " ")
        add("response_cookie", .text, .word, "%CS", " ")
        add("state", .text, .word, "%tsc", " ")
        add("active", .number, .decimal, "%ac", "/")
        add("frontend_active", .number, .decimal, "%fc", "/")
        add("backend_active", .number, .decimal, "%bc", "/")
        add("server_active", .number, .decimal, "%sc", "/")
        add("retries", .number, .decimal, "%rc", " ")
        add("server_queue", .number, .decimal, "%sq", "/")
        add("backend_queue", .number, .decimal, "%bq", " ")
        builder.step(.braces)
        builder.literal("\"")
        add("request", .text, .request, "%r", "\"")
        return try builder.line(hasEscapes: false).reading(title: "haproxy")
    }
}
