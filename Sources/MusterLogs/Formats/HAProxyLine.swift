/// HAProxy's logs, with a syslog header before them or without (HAProxy configuration manual, §8.2). The HTTP log, and
/// behind it what `option httpslog` adds (§8.2.5):
/// `ip:port [accept_date] frontend backend/server TR/Tw/Tc/Tr/Ta status bytes cookie cookie state
/// actconn/feconn/beconn/srvconn/retries srv_queue/backend_queue {headers} {headers} "request" errors tls`;
/// the TCP log, which has `Tw/Tc/Tt bytes state` instead; and the line of a connection that came to nothing (§8.2.6),
/// `ip:port [accept_date] frontend/listener: SSL handshake failure`.
///
/// Times that did not come about are -1; `+` before the last time and the bytes says that the line was written before the
/// end (`option logasap`). HAProxy knows no backslash; it writes odd bytes of the request as `#22`, which stays.
package enum HAProxyLine {
    package static let format: LogFormat = {
        var format = LogFormat(
            name: "haproxy", summary: "HAProxy's HTTP, HTTPS and TCP logs"
        ) { _ throws(LogFormatFault) in
            try http().or([try tcp(), try error()]).reading(title: "haproxy")
        }
        format.passesHeaders = true
        return format
    }()

    private static let milliseconds = FieldKind.duration(perSecond: 1000)

    /// A builder with what all lines begin with, and what adds a field to it.
    private struct Pieces {
        var builder = PatternBuilder()

        init() throws(LogFormatFault) {
            builder.step(.prefix)
            add("ip", .address, .hostPort, "%ci:%cp", " [")
            let accepted = try TimePattern("%d/%b/%Y:%H:%M:%S.%f")
            builder.field(PatternField("time", .text, .time(.pattern(accepted)), origin: "%tr"), at: 0)
            builder.literal("] ")
        }

        mutating func add(
            _ name: String, _ kind: FieldKind, _ content: PatternField.Content, _ origin: String, _ behind: String
        ) {
            builder.field(PatternField(name, kind, content, origin: origin, mayBeEmpty: false), at: 0)
            builder.literal(behind)
        }

        mutating func addServer() {
            add("frontend", .text, .word, "%ft", " ")
            add("backend", .text, .word, "%b", "/")
            add("server", .text, .word, "%s", " ")
        }

        /// Connections, and their queues.
        mutating func addLoad(_ behind: String) {
            add("active", .number, .decimal, "%ac", "/")
            add("frontend_active", .number, .decimal, "%fc", "/")
            add("backend_active", .number, .decimal, "%bc", "/")
            add("server_active", .number, .decimal, "%sc", "/")
            add("retries", .number, .decimal, "%rc", " ")
            add("server_queue", .number, .decimal, "%sq", "/")
            builder.field(
                PatternField("backend_queue", .number, .decimal, origin: "%bq", mayBeEmpty: false), at: 0)
            if !behind.isEmpty { builder.literal(behind) }
        }

        func line() throws(LogFormatFault) -> PatternLine { try builder.line(hasEscapes: false) }
    }

    private static func http() throws(LogFormatFault) -> PatternLine {
        var pieces = try Pieces()
        pieces.addServer()
        pieces.add("time_request", milliseconds, .decimal, "%TR", "/")
        pieces.add("time_queue", milliseconds, .decimal, "%Tw", "/")
        pieces.add("time_connect", milliseconds, .decimal, "%Tc", "/")
        pieces.add("upstream_time", milliseconds, .decimal, "%Tr", "/")
        pieces.add("request_time", milliseconds, .decimal, "%Ta", " ")
        // -1 where no answer was sent.
        pieces.add("status", .number, .decimal, "%ST", " ")
        pieces.add("bytes", .bytes, .decimal, "%B", " ")
        pieces.add("request_cookie", .text, .word, "%CC", " ")
        pieces.add("response_cookie", .text, .word, "%CS", " ")
        pieces.add("state", .text, .word, "%tsc", " ")
        pieces.addLoad(" ")
        pieces.builder.step(.braces)
        pieces.builder.literal("\"")
        pieces.add("request", .text, .request, "%r", "\"")
        addTLS(&pieces)
        return try pieces.line()
    }

    private static func addTLS(_ pieces: inout Pieces) {
        pieces.builder.step(.optional)
        pieces.builder.literal(" ")
        pieces.add("connection_error", .text, .name, "%[fc_err]", "/")
        pieces.add("tls_error", .text, .name, "%[ssl_fc_err,hex]", "/")
        pieces.add("client_certificate_error", .text, .name, "%[ssl_c_err]", "/")
        pieces.add("client_authority_error", .text, .name, "%[ssl_c_ca_err]", "/")
        pieces.add("tls_resumed", .text, .word, "%[ssl_fc_is_resumed]", " ")
        pieces.add("tls_name", .text, .name, "%[ssl_fc_sni]", "/")
        pieces.add("tls_protocol", .text, .name, "%sslv", "/")
        pieces.builder.field(PatternField("tls_cipher", .text, .word, origin: "%sslc", mayBeEmpty: false), at: 0)
    }

    private static func tcp() throws(LogFormatFault) -> PatternLine {
        var pieces = try Pieces()
        pieces.addServer()
        pieces.add("time_queue", milliseconds, .decimal, "%Tw", "/")
        pieces.add("time_connect", milliseconds, .decimal, "%Tc", "/")
        pieces.add("session_time", milliseconds, .decimal, "%Tt", " ")
        pieces.add("bytes", .bytes, .decimal, "%B", " ")
        pieces.add("state", .text, .word, "%ts", " ")
        pieces.addLoad("")
        return try pieces.line()
    }

    private static func error() throws(LogFormatFault) -> PatternLine {
        var pieces = try Pieces()
        pieces.add("frontend", .text, .name, "%ft", "/")
        pieces.add("listener", .text, .name, "%bi", ": ")
        pieces.builder.field(PatternField("message", origin: "%[fc_err_str]", mayBeEmpty: false), at: 0)
        return try pieces.line()
    }
}
