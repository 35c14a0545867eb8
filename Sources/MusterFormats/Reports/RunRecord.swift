import MusterCore

/// Writes what is said of a run as a whole as members of a JSON object; the fields are in `docs/reports.md`.
enum RunRecord {
    static func write(_ header: RunHeader, to json: inout JSONWriter) {
        var time = UTCTime(header)
        json.key("inventory")
        json.string(header.inventory)
        write(["hosts": header.hosts, "checks": header.checks, "targets": header.targets], to: &json)
        json.key("concurrency")
        json.integer(header.concurrency)
        json.key("concurrency_reason")
        json.string(header.concurrencyReason)
        json.key("loops")
        json.integer(header.loops)
        if let deadline = header.deadline { write(["deadline_us": TargetRecord.microseconds(deadline)], to: &json) }
        json.key("started")
        json.string { time.append(header.started, to: &$0) }
    }

    static func write(_ footer: RunFooter, _ summary: Summary, to json: inout JSONWriter) {
        json.key("ending")
        json.string(footer.ending.rawValue)
        json.key("exit_status")
        json.integer(Int(summary.exitStatus(footer)))
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
        list("reasons", summary.failures([.degraded, .down, .unknown]), to: &json) {
            write($0, summary.inventory, to: &$1)
        }
        list("checks", summary.byCheck, to: &json) { check, json in
            json.key("check")
            json.string(check.name)
            write(check.counts, to: &json)
        }
        list("groups", summary.byGroup, to: &json) { group, json in
            json.key("group")
            json.string(group.path)
            write(group.counts, to: &json)
        }
        list("flaky_examples", summary.flakyExamples, to: &json) { example, json in
            write(example.target, to: &json)
            json.key("reason")
            json.string(example.code)
        }
        list("slowest", summary.slowest, to: &json) { slow, json in
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
        json.key("cause")
        json.string(outage.cause)
        json.endObject()
    }

    private static func write(_ resolver: ResolverAccount, _ summary: Summary, to json: inout JSONWriter) {
        json.key("resolver")
        json.beginObject()
        write(["not_judged": summary.count(of: .unknown(.resolver))], to: &json)
        list("servers", resolver.servers, to: &json) { server, json in
            json.key("address")
            json.string(server.address)
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
        json.key("count")
        json.integer(failure.count)
        list("where", failure.places, to: &json) { place, json in
            json.key("group")
            json.string(inventory?.groups[place.group].path ?? "")
            json.key("check")
            json.string(inventory?.checks[place.check].name ?? "")
            json.key("count")
            json.integer(place.count)
            write(["planned": place.planned], to: &json)
            list("examples", place.examples, to: &json) { example, json in
                json.key("index")
                json.integer(example.target.index)
                json.key("host")
                json.string(example.target.host.name)
                if !example.detail.isEmpty {
                    json.key("detail")
                    json.string(example.detail)
                }
            }
        }
    }

    private static func write(_ target: Target, to json: inout JSONWriter) {
        json.key("index")
        json.integer(target.index)
        json.key("host")
        json.string(target.host.name)
        json.key("check")
        json.string(target.check.name)
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

    /// A list of objects under a key.
    private static func list<Element>(
        _ key: String, _ elements: [Element], to json: inout JSONWriter, _ members: (Element, inout JSONWriter) -> Void
    ) {
        json.key(key)
        json.beginArray()
        for element in elements {
            json.beginObject()
            members(element, &json)
            json.endObject()
        }
        json.endArray()
    }
}
