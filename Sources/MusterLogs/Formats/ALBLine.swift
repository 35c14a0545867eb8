/// The access log of AWS Application Load Balancers (Elastic Load Balancing, "Access logs for your Application Load
/// Balancer", access log entries). Times are in seconds, -1 where there was no target. What stands behind the trace was
/// added over the years and may be missing; what AWS adds to its end is passed over.
package enum ALBLine {
    package static let format = LogFormat(
        name: "alb", summary: "the access log of AWS Application Load Balancers"
    ) { _ throws(LogFormatFault) in
        var builder = PatternBuilder()
        func add(_ field: PatternField, _ behind: String = " ") {
            builder.field(field, at: 0)
            builder.literal(behind)
        }
        func word(_ name: String, _ origin: String) -> PatternField {
            PatternField(name, .text, .word, origin: origin, mayBeEmpty: false)
        }
        func seconds(_ name: String, _ origin: String) -> PatternField {
            PatternField(name, .duration(perSecond: 1), .decimal, origin: origin)
        }
        add(word("type", "type"))
        add(PatternField("time", .text, .time(.iso), origin: "time"))
        add(word("elb", "elb"))
        add(PatternField("ip", .address, .hostPort, origin: "client:port", mayBeEmpty: false))
        add(PatternField("upstream_addr", .address, .hostPort, origin: "target:port", mayBeEmpty: false))
        add(seconds("request_processing_time", "request_processing_time"))
        add(seconds("upstream_time", "target_processing_time"))
        add(seconds("response_processing_time", "response_processing_time"))
        add(PatternField("status", .number, .digits, origin: "elb_status_code"))
        add(PatternField("upstream_status", .number, .digits, origin: "target_status_code"))
        add(PatternField("bytes_in", .bytes, .digits, origin: "received_bytes"))
        add(PatternField("bytes", .bytes, .digits, origin: "sent_bytes"), " \"")
        var request = PatternField("request", .text, .request, origin: "request")
        request.hasRawQuotes = true
        add(request, "\" \"")
        add(PatternField("agent", origin: "user_agent"), "\" ")
        add(word("tls_cipher", "ssl_cipher"))
        add(word("tls_protocol", "ssl_protocol"))
        add(word("target_group", "target_group_arn"), " \"")
        add(PatternField("trace_id", origin: "trace_id"), "\"")
        addLater(to: &builder)
        return try builder.line().reading(title: "alb")
    }

    private static func addLater(to builder: inout PatternBuilder) {
        func quoted(_ name: String, _ origin: String) {
            builder.step(.optional)
            builder.literal(" \"")
            builder.field(PatternField(name, origin: origin), at: 0)
            builder.literal("\"")
        }
        quoted("host", "domain_name")
        quoted("certificate", "chosen_cert_arn")
        builder.step(.optional)
        builder.literal(" ")
        builder.field(PatternField("rule", .number, .decimal, origin: "matched_rule_priority"), at: 0)
        builder.literal(" ")
        builder.field(PatternField("created", .text, .word, origin: "request_creation_time"), at: 0)
        builder.literal(" \"")
        builder.field(PatternField("actions", origin: "actions_executed"), at: 0)
        builder.literal("\"")
        quoted("redirect", "redirect_url")
        quoted("error", "error_reason")
        builder.step(.optional)
        builder.literal(" ")
        builder.field(.skipped("…"), at: 0)
    }
}
