/// Traefik's access log as JSON (Traefik, "Access Logs", format json; durations in nanoseconds).
package enum TraefikJSON {
    package static let format = LogFormat(
        name: "traefik-json", summary: "Traefik's access log as JSON", leastShare: 0.95
    ) { wanted in
        ServerJSON.reading(
            title: "traefik-json",
            [
                .init("ip", .address, "ClientHost"), .init("user", .text, "ClientUsername"),
                .init("method", .text, "RequestMethod"), .init("url", .text, "RequestPath"),
                .init("protocol", .text, "RequestProtocol"), .init("status", .number, "DownstreamStatus"),
                .init("bytes", .bytes, "DownstreamContentSize"), .init("referrer", .text, "request_Referer"),
                .init("agent", .text, "request_User-Agent"),
                .init("request_time", .duration(perSecond: 1_000_000_000), "Duration"),
                .init("upstream_time", .duration(perSecond: 1_000_000_000), "OriginDuration"),
                .init("host", .text, "RequestHost"), .init("bytes_in", .bytes, "RequestContentSize"),
                .init("router", .text, "RouterName"), .init("service", .text, "ServiceName"),
                .init("level", .text, "level"),
            ], times: ["StartUTC", "StartLocal", "time"], required: ["url", "status"],
            expected: "RequestPath and DownstreamStatus, as Traefik writes them", wanted: wanted)
    }
}
