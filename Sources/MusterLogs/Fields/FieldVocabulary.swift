/// The names that fields go by in questions, whatever a format calls them. One vocabulary, so that a question asked of an
/// nginx log can be asked of an HAProxy log too.
package enum FieldVocabulary {
    /// A name with its meaning, and the names under which other formats and people know it.
    package struct Entry: Sendable {
        package var name: String
        package var summary: String
        package var aliases: [String]
    }

    package static let entries: [Entry] = [
        Entry(
            name: "ip", summary: "address of the client",
            aliases: [
                "remote_addr", "remote_ip", "client_ip", "clientip", "client", "request.client_ip", "request.remote_ip",
                "request.remote_addr", "ClientHost",
            ]),
        Entry(
            name: "user", summary: "user as the server authenticated it",
            aliases: ["remote_user", "user_id", "ClientUsername"]),
        Entry(
            name: "method", summary: "request method",
            aliases: ["request_method", "verb", "http_method", "request.method", "RequestMethod"]),
        Entry(
            name: "url", summary: "request target as it was sent, with its query",
            aliases: ["uri", "request_uri", "request.uri", "path", "target", "RequestPath"]),
        Entry(
            name: "protocol", summary: "protocol of the request: HTTP/1.1",
            aliases: ["server_protocol", "proto", "http_version", "request.proto", "RequestProtocol"]),
        Entry(
            name: "status", summary: "status code of the answer",
            aliases: ["status_code", "code", "response", "http_status", "DownstreamStatus"]),
        Entry(
            name: "bytes", summary: "bytes of the answer's body",
            aliases: ["body_bytes_sent", "bytes_sent", "size", "response_size", "DownstreamContentSize"]),
        Entry(
            name: "referrer", summary: "where the request came from",
            aliases: ["referer", "http_referer", "http_referrer", "request.headers.Referer", "request_Referer"]),
        Entry(
            name: "agent", summary: "user agent",
            aliases: ["user_agent", "http_user_agent", "useragent", "request.headers.User-Agent", "request_User-Agent"]),
        Entry(
            name: "request_time", summary: "time the server took for the request, in seconds",
            aliases: ["duration", "response_time", "elapsed", "latency", "Duration"]),
        Entry(
            name: "upstream_time", summary: "time the server behind took, in seconds",
            aliases: ["upstream_response_time", "OriginDuration"]),
        Entry(
            name: "host", summary: "host that was asked for, or that wrote the line",
            aliases: ["http_host", "server_name", "vhost", "hostname", "request.host", "RequestHost"]),
        Entry(name: "bytes_in", summary: "bytes of the request", aliases: ["request_length", "bytes_received"]),
        Entry(name: "level", summary: "severity of the message", aliases: ["severity", "lvl", "loglevel"]),
        Entry(name: "message", summary: "text of the message", aliases: ["msg", "text"]),
        Entry(name: "app", summary: "program that wrote the line", aliases: ["appname", "program", "tag", "logger"]),
        Entry(name: "pid", summary: "process that wrote the line", aliases: ["procid"]),
    ]

    /// The vocabulary's name for a name that an operator or a format uses; the same where it is not known.
    package static func canonical(_ name: String) -> String {
        entries.first { $0.name == name || $0.aliases.contains(name) }?.name ?? name
    }

    /// All names under which a field may stand, its own first.
    package static func names(_ name: String) -> [String] {
        guard let entry = entries.first(where: { $0.name == name }) else { return [name] }
        return [entry.name] + entry.aliases
    }
}
