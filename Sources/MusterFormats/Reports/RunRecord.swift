import MusterCore
import MusterText

/// Writes what is said of a run as a whole as members of a JSON object; the fields are in `docs/reports.md`.
enum RunRecord {
    static func write(_ header: RunHeader, to json: inout JSONWriter) {
        var time = UTCTime(header.started, wallSeconds: header.startedAt)
        json.member("inventory", header.inventory)
        write(["hosts": header.hosts, "checks": header.checks, "targets": header.targets], to: &json)
        json.member("concurrency", header.concurrency)
        json.member("concurrency_reason", header.concurrencyReason)
        json.member("loops", header.loops)
        if let deadline = header.deadline { write(["deadline_us": TargetRecord.microseconds(deadline)], to: &json) }
        json.key("started")
        json.string { time.append(header.started, to: &$0) }
    }

    static func write(_ footer: RunFooter, _ summary: Summary, to json: inout JSONWriter) {
        json.member("ending", footer.ending.rawValue)
        json.member("exit_status", Int(summary.exitStatus(footer)))
        write(
            [
                "elapsed_us": TargetRecord.microseconds(footer.elapsed), "not_started": footer.notStarted,
                "worst_lag_us": TargetRecord.microseconds(footer.worstLag),
            ], to: &json)
        if let reduced = footer.reducedConcurrency { write(["reduced_concurrency": reduced], to: &json) }
        if let outage = footer.networkOutage { write(outage, to: &json) }
        if let resolver = footer.resolver { write(resolver, summary, to: &json) }
        write(summary.counts, to: &json)
        write(["flaky": summary.flaky], to: &json)
        json.list("reasons", summary.failures([.degraded, .down, .unknown])) {
            write($0, summary.inventory, to: &$1)
        }
        json.list("checks", summary.byCheck) { check, json in
            json.member("check", check.name)
            write(check.counts, to: &json)
        }
        json.list("groups", summary.byGroup) { group, json in
            json.member("group", group.path)
            write(group.counts, to: &json)
        }
        json.list("flaky_examples", summary.flakyExamples) { example, json in
            write(example.target, to: &json)
            json.member("reason", example.code)
        }
        json.list("slowest", summary.slowest) { slow, json in
            write(slow.target, to: &json)
            TargetRecord.write(slow.verdict, detail: "", to: &json)
            write(["duration_us": TargetRecord.microseconds(slow.duration)], to: &json)
            TargetRecord.write(slow.phases, roundTrip: slow.roundTrip, to: &json)
        }
    }

    private static func write(_ outage: NetworkOutage, to json: inout JSONWriter) {
        json.key("network_outage")
        json.beginObject()
        write(
            [
                "episodes": outage.episodes, "waited_us": TargetRecord.microseconds(outage.waited),
                "repeated": outage.repeated,
            ], to: &json)
        json.member("cause", outage.cause)
        json.endObject()
    }

    private static func write(_ resolver: ResolverAccount, _ summary: Summary, to json: inout JSONWriter) {
        json.key("resolver")
        json.beginObject()
        write(["not_judged": summary.count(of: .unknown(.resolver))], to: &json)
        json.list("servers", resolver.servers) { server, json in
            json.member("address", server.address)
            write(
                [
                    "queries": server.queries, "unanswered": server.unanswered, "servfail": server.servFail,
                    "refused": server.refused,
                ], to: &json)
        }
        json.endObject()
    }

    private static func write(_ failure: Summary.Failure, _ inventory: Inventory?, to json: inout JSONWriter) {
        TargetRecord.write(failure.verdict, detail: "", to: &json)
        json.member("count", failure.count)
        json.list("where", failure.places) { place, json in
            json.member("group", inventory?.groups[place.group].path ?? "")
            json.member("check", inventory?.checks[place.check].name ?? "")
            json.member("count", place.count)
            write(["planned": place.planned], to: &json)
            json.list("examples", place.examples) { example, json in
                json.member("index", example.target.index)
                json.member("host", example.target.host.name)
                if !example.detail.isEmpty {
                    json.member("detail", example.detail)
                }
            }
        }
    }

    private static func write(_ target: Target, to json: inout JSONWriter) {
        json.member("index", target.index)
        json.member("host", target.host.name)
        json.member("check", target.check.name)
    }

    private static func write(_ counts: Summary.Counts, to json: inout JSONWriter) {
        write(
            [
                "total": counts.total, "up": counts.up, "degraded": counts.degraded, "down": counts.down,
                "unknown": counts.unknown,
            ], to: &json)
    }

    private static func write(_ integers: KeyValuePairs<String, Int>, to json: inout JSONWriter) {
        for (name, value) in integers {
            json.key(name)
            json.integer(value)
        }
    }
}
