internal import MusterText

extension BenchmarkResults {
    /// The file: JSON with a cell or a section a line.
    package var json: [UInt8] {
        var bytes: [UInt8] = []
        var writer = JSONWriter(taking: &bytes)
        writer.beginObject()
        writer.member("version", version)
        writer.member("date", date)
        writer.key("machine")
        writer.machine(machine)
        writer.member("quick", isQuick)
        writer.member("conditions", conditions)
        writer.list("workloads", workloads, isLined: true) { $1.workload($0) }
        writer.list("contenders", contenders, isLined: true) { $1.contender($0) }
        writer.list("cells", cells, isLined: true) { $1.cell($0) }
        writer.list("sections", sections, isLined: true) { $1.section($0) }
        writer.endObject()
        writer.newline()
        writer.give(to: &bytes)
        return bytes
    }
}

extension JSONWriter {
    private mutating func numbers(_ name: String, _ numbers: [Double]) {
        key(name)
        beginArray()
        for each in numbers { number(each) }
        endArray()
    }

    fileprivate mutating func machine(_ machine: BenchmarkMachine) {
        beginObject()
        member("cpu", machine.cpu)
        member("cores", machine.cores)
        member("kernel", machine.kernel)
        member("swift", machine.swift)
        member("build", machine.build)
        member("load_before", machine.loadBefore)
        if let load = machine.loadAfter { member("load_after", load) }
        endObject()
    }

    fileprivate mutating func workload(_ workload: ModelWorkload) {
        member("name", workload.name)
        member("title", workload.title)
        member("criterion", workload.criterion.rawValue)
        if let window = workload.window { member("window", window) }
        member("computes", workload.computes)
    }

    fileprivate mutating func contender(_ contender: ModelContender) {
        member("name", contender.name)
        member("title", contender.title)
        member("kind", contender.kind.rawValue)
    }

    fileprivate mutating func cell(_ cell: ModelCell) {
        member("workload", cell.workload)
        member("contender", cell.contender)
        member("items", cell.items)
        member("window", cell.window)
        if cell.isExternal {
            member("external", true)
        }
        if let reason = cell.notApplicable { member("not_applicable", reason) }
        if let error = cell.error { member("error", error) }
        key("samples")
        beginArray()
        for sample in cell.samples { self.sample(sample) }
        endArray()
    }

    private mutating func sample(_ sample: ModelSample) {
        beginObject()
        member("wall", sample.wall)
        member("user", sample.user)
        member("system", sample.system)
        member("done", sample.done)
        member("failed", sample.failed)
        member("lost", sample.lost)
        member("memory", sample.peakMemory)
        member("threads", sample.threads)
        member("descriptors", sample.descriptors)
        member("voluntary_switches", sample.voluntarySwitches)
        member("involuntary_switches", sample.involuntarySwitches)
        if let heartbeat = sample.heartbeatP99 { member("heartbeat_p99", heartbeat) }
        if let latency = sample.latency {
            key("latency")
            self.latency(latency)
        }
        endObject()
    }

    private mutating func latency(_ latency: ModelLatency) {
        beginObject()
        member("p50", latency.p50)
        member("p90", latency.p90)
        member("p99", latency.p99)
        member("p999", latency.p999)
        key("curve")
        beginArray()
        for point in latency.curve {
            beginArray()
            number(point.seconds)
            number(point.fraction)
            endArray()
        }
        endArray()
        endObject()
    }
}

extension JSONWriter {
    fileprivate mutating func section(_ section: Section) {
        member("name", section.name)
        member("title", section.title)
        member("notes", section.notes)
        member("baselines", section.baselines)
        key("rows")
        beginArray()
        for row in section.rows { self.row(row) }
        endArray()
        if let error = section.error { member("error", error) }
    }

    private mutating func row(_ row: SectionRow) {
        beginObject()
        member("contender", row.contender)
        if let items = row.items { member("items", items) }
        member("unit", row.unit)
        numbers("samples", row.samples)
        if !row.ratios.isEmpty {
            key("ratios")
            beginArray()
            for (baseline, samples) in row.ratios.sorted(by: { $0.key < $1.key }) {
                beginObject()
                member("to", baseline)
                numbers("samples", samples)
                endObject()
            }
            endArray()
        }
        if !row.goals.isEmpty {
            key("goals")
            beginArray()
            for goal in row.goals { self.goal(goal) }
            endArray()
        }
        endObject()
    }

    private mutating func goal(_ goal: Goal) {
        beginObject()
        switch goal {
        case .value(let most): member("at_most", most)
        case .ratio(let baseline, let most):
            member("ratio_to", baseline)
            member("at_most", most)
        case .ratioAtLeast(let baseline, let least):
            member("ratio_to", baseline)
            member("at_least", least)
        }
        endObject()
    }
}
