import MusterCore
import MusterText

/// Writes observations as JSON objects; the fields are in `docs/reports.md`.
///
/// What many targets share (group and labels, name and kind of the check) is made once and kept.
struct TargetRecord {
    private var time: UTCTime
    /// `"check":"ssh","kind":"tcp"` by check; empty where not yet made.
    private var checks: [[UInt8]] = []
    /// `"group":"web","labels":{…}` by group; empty where not yet made.
    private var groups: [[UInt8]] = []

    private enum Name {
        static let index = JSONWriter.Name("index")
        static let host = JSONWriter.Name("host")
        static let address = JSONWriter.Name("address")
        static let reason = JSONWriter.Name("reason")
        static let detail = JSONWriter.Name("detail")
        static let flaky = JSONWriter.Name("flaky")
        static let attempts = JSONWriter.Name("attempts")
        static let started = JSONWriter.Name("started")
        static let duration = JSONWriter.Name("duration_us")
        static let phases = JSONWriter.Name("phases")
        static let roundTrip = JSONWriter.Name("rtt_us")
        static let facts = JSONWriter.Name("facts")
        static let earlier = JSONWriter.Name("earlier")
        static let ofPhase = Phase.allCases.map { ($0, JSONWriter.Name($0.name + "_us")) }
    }

    /// Members that are the same in many lines.
    private enum Ready {
        static let type = TargetRecord.members { $0.member("type", "target") }
        static let up = verdict(.up)
        static let degraded = verdict(.degraded)
        static let down = verdict(.down)
        static let unknown = verdict(.unknown)

        private static func verdict(_ kind: Verdict.Kind) -> [UInt8] {
            TargetRecord.members { $0.member("verdict", kind.rawValue) }
        }
    }

    init(_ header: RunHeader) { time = UTCTime(header.started, wallSeconds: header.startedAt) }

    /// Writes one object; with `"type":"target"` in front where `typed`.
    mutating func write(_ observation: Observation, typed: Bool, to json: inout JSONWriter) {
        let host = observation.target.host
        json.beginObject()
        if typed { json.raw(Ready.type) }
        json.key(Name.index)
        json.integer(observation.target.index)
        json.key(Name.host)
        json.string { host.appendName(to: &$0) }
        json.key(Name.address)
        json.string { host.appendAddress(to: &$0) }
        writeGroup(of: host, to: &json)
        writeCheck(of: observation.target, to: &json)
        TargetRecord.write(observation.verdict, detail: observation.last.detail, to: &json)
        json.key(Name.flaky)
        json.bool(observation.isFlaky)
        json.key(Name.attempts)
        json.integer(observation.earlier.count + 1)
        json.key(Name.started)
        json.string { time.append(observation.started, to: &$0) }
        json.key(Name.duration)
        json.integer(TargetRecord.microseconds(observation.started.duration(to: observation.ended)))
        TargetRecord.write(observation.last.phases, roundTrip: observation.last.roundTrip, to: &json)
        if !observation.last.facts.isEmpty { TargetRecord.write(observation.last.facts, to: &json) }
        if !observation.earlier.isEmpty {
            json.key(Name.earlier)
            json.beginArray()
            for attempt in observation.earlier {
                json.beginObject()
                TargetRecord.write(attempt.verdict, detail: attempt.detail, to: &json)
                json.endObject()
            }
            json.endArray()
        }
        json.endObject()
    }

    static func microseconds(_ duration: Duration) -> Int { Int(duration.nanoseconds / 1000) }

    static func write(_ verdict: Verdict, detail: String, to json: inout JSONWriter) {
        switch verdict {
        case .up: json.raw(Ready.up)
        case .degraded: json.raw(Ready.degraded)
        case .down: json.raw(Ready.down)
        case .unknown: json.raw(Ready.unknown)
        }
        if let code = verdict.code {
            json.key(Name.reason)
            json.string(code)
        }
        if !detail.isEmpty {
            json.key(Name.detail)
            json.string(detail)
        }
    }

    static func write(_ phases: PhaseTimes, roundTrip: UInt32, to json: inout JSONWriter) {
        json.key(Name.phases)
        json.beginObject()
        for (phase, key) in Name.ofPhase {
            guard let time = phases[phase] else { continue }
            json.key(key)
            json.integer(Int(time))
        }
        json.endObject()
        if roundTrip > 0 {
            json.key(Name.roundTrip)
            json.integer(Int(roundTrip))
        }
    }

    private static func write(_ facts: [Fact], to json: inout JSONWriter) {
        json.key(Name.facts)
        json.beginObject()
        for fact in facts {
            json.key(fact.name)
            json.setting(fact.value)
        }
        json.endObject()
    }

    private mutating func writeGroup(of host: Host, to json: inout JSONWriter) {
        guard host.inventory.entries[host.entry].labels.isEmpty else {
            return json.raw(TargetRecord.members { TargetRecord.writeGroup(host.group.path, host.labels, to: &$0) })
        }
        let group = host.inventory.entries[host.entry].group
        while groups.count <= group { groups.append([]) }
        if groups[group].isEmpty {
            groups[group] = TargetRecord.members {
                TargetRecord.writeGroup(host.group.path, host.group.labels, to: &$0)
            }
        }
        json.raw(groups[group])
    }

    private static func writeGroup(_ path: String, _ labels: [String: String], to json: inout JSONWriter) {
        json.key("group")
        json.string(path)
        json.key("labels")
        json.beginObject()
        for (name, value) in labels.sorted(by: { $0.key < $1.key }) {
            json.key(name)
            json.string(value)
        }
        json.endObject()
    }

    private mutating func writeCheck(of target: Target, to json: inout JSONWriter) {
        while checks.count <= target.checkIndex { checks.append([]) }
        if checks[target.checkIndex].isEmpty {
            checks[target.checkIndex] = TargetRecord.members { json in
                json.key("check")
                json.string(target.check.name)
                json.key("kind")
                json.string(target.check.kind)
            }
        }
        json.raw(checks[target.checkIndex])
    }

    private static func members(_ write: (inout JSONWriter) -> Void) -> [UInt8] {
        var bytes: [UInt8] = []
        var json = JSONWriter(taking: &bytes)
        write(&json)
        json.give(to: &bytes)
        return bytes
    }
}
