/// Caddy's access log: JSON with the request inside (Caddy, "How Logging Works"; `duration` in seconds). A header is an
/// array of values; its first counts.
package enum CaddyLine {
    package static let format = LogFormat(name: "caddy", summary: "Caddy's access log", leastShare: 0.95) { wanted in
        ServerJSON.reading(
            title: "caddy",
            [
                .init("ip", .address, "request.remote_ip", "request.client_ip"), .init("user", .text, "user_id"),
                .init("method", .text, "request.method"), .init("url", .text, "request.uri"),
                .init("protocol", .text, "request.proto"), .init("status", .number, "status"),
                .init("bytes", .bytes, "size"), .init("referrer", .text, "request.headers.Referer.0"),
                .init("agent", .text, "request.headers.User-Agent.0"),
                .init("request_time", .duration(perSecond: 1), "duration"), .init("host", .text, "request.host"),
                .init("bytes_in", .bytes, "bytes_read"), .init("level", .text, "level"), .init("message", .text, "msg"),
            ], times: ["ts"], required: ["url", "status"], expected: "request.uri and status, as Caddy writes them",
            wanted: wanted)
    }
}
