/// Traefik's access log in its common log format (Traefik documentation, "Access Logs", `format: common`):
/// `ip - user [time] "request" status bytes "referrer" "agent" count "router" "server" 12ms`; a server that was not come to
/// is `-`, with quotes or without.
package enum TraefikLine {
    package static let format = LogFormat(
        name: "traefik", summary: "Traefik's access log in the common format"
    ) { _ throws(LogFormatFault) in
        var builder = PatternBuilder()
        func add(_ field: PatternField, _ behind: String) {
            builder.field(field, at: 0)
            builder.literal(behind)
        }
        add(PatternField("ip", .address, .word, origin: "ClientHost", mayBeEmpty: false), " - ")
        add(PatternField("user", origin: "ClientUsername"), " [")
        add(PatternField("time", .text, .time(.clf), origin: "StartUTC"), "] \"")
        add(PatternField("request", .text, .request, origin: "RequestLine"), "\" ")
        add(PatternField("status", .number, .digits, origin: "DownstreamStatus"), " ")
        add(PatternField("bytes", .bytes, .digits, origin: "DownstreamContentSize"), " \"")
        add(PatternField("referrer", origin: "request_Referer"), "\" \"")
        add(PatternField("agent", origin: "request_User-Agent"), "\" ")
        add(PatternField("request_count", .number, .digits, origin: "RequestCount"), " ")
        add(PatternField("router", .text, .perhapsQuoted, origin: "RouterName"), " ")
        add(PatternField("server", .text, .perhapsQuoted, origin: "ServiceURL"), " ")
        add(PatternField("request_time", .duration(perSecond: 1000), .decimal, origin: "Duration"), "ms")
        return try builder.line().reading(title: "traefik")
    }
}
