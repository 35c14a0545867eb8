/// The access log of ingress-nginx as it is shipped (ingress-nginx, "Log format", `upstreaminfo`).
package enum IngressLine {
    package static let format = LogFormat(
        name: "ingress-nginx", summary: "the access log of Kubernetes' ingress-nginx"
    ) { wanted throws(LogFormatFault) in
        var reading = try NginxFormat.notation.read(text, wanted)
        reading.title = "ingress-nginx"
        return reading
    }

    private static let text =
        #"$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" "#
        + "$request_length $request_time [$proxy_upstream_name] [$proxy_alternative_upstream_name] $upstream_addr "
        + "$upstream_response_length $upstream_response_time $upstream_status $req_id"
}
