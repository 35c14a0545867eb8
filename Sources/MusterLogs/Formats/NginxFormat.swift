/// Any `log_format` of nginx (ngx_http_log_module; variables of the core, upstream, proxy and other modules):
/// `nginx:$remote_addr - $remote_user …`, or the directive as a whole, `log_format main escape=json '…' '…';`.
package enum NginxFormat {
    package static let notation = LogFormatNotation(
        name: "nginx", summary: "an nginx log_format: nginx:$remote_addr - $remote_user [$time_local] …",
        isLikely: { text in
            text.contains("log_format ") || text.contains("$remote_addr") || text.contains("$time_local")
                || text.contains("$time_iso8601") || text.contains("$msec")
        }
    ) { text, _ throws(LogFormatFault) in try read(text) }

    private static func read(_ text: String) throws(LogFormatFault) -> LineReading {
        let pasted = try PastedFormat.nginx(text)
        let bytes = pasted.bytes
        if let first = bytes.first(where: { $0.value != 0x20 }), first.value == 0x7b, pasted.escape == "json" {
            throw LogFormatFault("this log_format writes JSON objects; use --format json", at: first.offset)
        }
        var builder = PatternBuilder()
        var at = 0
        while at < bytes.count {
            guard bytes[at].value == UInt8(ascii: "$") else {
                builder.literal(bytes[at].value)
                at += 1
                continue
            }
            let start = at
            let name = try variable(bytes, &at)
            // Together they are the target as it was sent.
            if name == "uri", let end = follow("$is_args$args", bytes, at) { at = end }
            builder.field(field(name), at: bytes[start].offset)
        }
        let line = try builder.line(hasEscapes: pasted.escape != "none")
        return line.reading(title: "nginx: \(String(decoding: bytes.map(\.value), as: UTF8.self))")
    }

    /// The variable that begins at `at`, `$name` or `${name}`, moving `at` behind it.
    private static func variable(_ bytes: [PastedFormat.Byte], _ at: inout Int) throws(LogFormatFault) -> String {
        let start = at
        at += 1
        let isBraced = at < bytes.count && bytes[at].value == 0x7b
        if isBraced { at += 1 }
        let name = at
        while at < bytes.count, isName(bytes[at].value) { at += 1 }
        let text = String(decoding: bytes[name..<at].map(\.value), as: UTF8.self)
        guard !text.isEmpty else {
            throw LogFormatFault("a $ without a variable's name", at: bytes[start].offset)
        }
        if isBraced {
            guard at < bytes.count, bytes[at].value == 0x7d else {
                throw LogFormatFault("${\(text) has no closing brace", at: bytes[start].offset)
            }
            at += 1
        }
        return text
    }

    private static func follow(_ text: String, _ bytes: [PastedFormat.Byte], _ at: Int) -> Int? {
        let end = at + text.utf8.count
        return end <= bytes.count && bytes[at..<end].map(\.value).elementsEqual(text.utf8) ? end : nil
    }

    private static func isName(_ byte: UInt8) -> Bool {
        byte == 0x5f || byte &- 48 <= 9 || (byte | 0x20) &- 97 < 26
    }

    private static func field(_ variable: String) -> PatternField {
        let origin = "$" + variable
        func field(_ name: String, _ kind: FieldKind, _ content: PatternField.Content) -> PatternField {
            PatternField(name, kind, content, origin: origin, own: variable)
        }
        func field(_ name: String, _ content: PatternField.Content) -> PatternField { field(name, .text, content) }
        switch variable {
        case "remote_addr":
            return PatternField("ip", .address, .word, origin: origin, own: variable, mayBeEmpty: false)
        case "realip_remote_addr", "proxy_protocol_addr", "server_addr":
            return field(variable, .address, .word)
        case "remote_user": return field("user", .text)
        case "time_local": return field("time", .time(.clf))
        case "time_iso8601": return field("time", .time(.iso))
        case "msec": return field("time", .time(.epoch(perSecond: 1)))
        case "request": return field("request", .request)
        case "request_method": return field("method", .word)
        case "request_uri", "uri", "document_uri": return field("url", .text)
        case "server_protocol": return field("protocol", .text)
        case "status": return field("status", .number, .status)
        case "body_bytes_sent", "bytes_sent": return field("bytes", .bytes, .digits)
        case "request_length": return field("bytes_in", .bytes, .digits)
        case "http_referer": return field("referrer", .text)
        case "http_user_agent": return field("agent", .text)
        case "request_time": return field("request_time", .duration(perSecond: 1), .decimal)
        // A time for each server that was tried: they count as their sum (``LogDuration``).
        case "upstream_response_time": return field("upstream_time", .duration(perSecond: 1), .list)
        case "upstream_connect_time", "upstream_header_time", "upstream_queue_time", "upstream_first_byte_time",
            "upstream_session_time":
            return field(variable, .duration(perSecond: 1), .list)
        case "upstream_response_length", "upstream_bytes_received", "upstream_bytes_sent":
            return field(variable, .bytes, .lastItem)
        case "upstream_status": return field(variable, .number, .lastItem)
        case "upstream_addr", "http_x_forwarded_for", "proxy_add_x_forwarded_for": return field(variable, .list)
        case "host", "http_host", "server_name": return field("host", .text)
        case "remote_port", "server_port", "connection", "connection_requests", "content_length", "http_content_length",
            "sent_http_content_length":
            return field(variable, .number, .digits)
        case "pid": return field("pid", .number, .digits)
        case "connection_time", "gzip_ratio", "limit_rate": return field(variable, .number, .decimal)
        default: return field(variable, .text)
        }
    }
}
