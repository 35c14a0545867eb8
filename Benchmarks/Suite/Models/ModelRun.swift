import CMusterLimits
import MusterBenchmarkResults
import MusterText

/// A run of all workloads with all contenders, one workload after the other, its contenders interleaved: a round takes each
/// of them once.
struct ModelRun {
    let settings: ModelSettings
    let place: ModelPlace

    /// All cells of a workload. Where its servers or its logs are not to be had, each says so.
    func cells(_ assignment: Assignment) async -> [ModelCell] {
        do {
            let cells = try await measuredCells(assignment)
            // What was measured in part would be judged by fewer samples than the others.
            return lim_is_interrupted() ? [] : cells
        } catch {
            if lim_is_interrupted() { return [] }
            return settings.contenders.map { contender in
                ModelCell(
                    workload: assignment.name, contender: contender.name, items: settings.items(assignment),
                    window: contender.flight(
                        settings.window(assignment, assignment.windows[0]), cores: settings.cores),
                    isExternal: contender.isExternal, error: "\(error)")
            }
        }
    }

    private func measuredCells(_ assignment: Assignment) async throws -> [ModelCell] {
        let items = settings.items(assignment)
        let logs = try place.logs(assignment, items: items)
        return try await withServers(assignment) { port, hole in
            var work = lim_work()
            work.kind = assignment.kind.rawValue
            work.delays = assignment.delays.rawValue
            work.stall_ms = UInt32(settings.stall)
            work.timeout_ms = UInt32(settings.timeout(assignment))
            work.items = UInt32(items)
            work.port = UInt32(port)
            work.hole_port = UInt32(hole)
            work.size = UInt32(logs.size)
            work.beats = assignment.beats ? 1 : 0
            work.logs = logs.path
            let lines = try lines(of: work)
            var cells: [ModelCell] = []
            for window in settings.windows(assignment) {
                work.window = UInt32(settings.window(assignment, window))
                cells += measure(assignment, work, lines)
            }
            return cells
        }
    }

    private func withServers<R>(
        _ assignment: Assignment, _ body: (UInt16, UInt16) async throws -> R
    ) async throws -> R {
        switch assignment.server {
        case .none: try await body(0, 0)
        case .dns: try await Server.with(.dns) { try await body($0.port, 0) }
        case .http: try await Server.with(.http) { try await body($0.port, 0) }
        case .paced(hole: false):
            try await Server.withPaced(assignment.delays, stall: settings.stall) { try await body($0.port, 0) }
        case .paced(hole: true):
            try await Server.withPaced(assignment.delays, stall: settings.stall) { server in
                try await Server.with(.blackHole) { try await body(server.port, $0.port) }
            }
        }
    }

    /// How many lines each item has, read once; this warms the page cache too.
    private func lines(of work: lim_work) throws(BenchmarkFault) -> [Int] {
        guard !work.logs.isEmpty else { return [] }
        let ledger = try Ledger(creating: place.record, for: work)
        return (0..<ledger.items).map { index in
            guard ledger.item(index) == LIM_ITEM_LOG else { return 0 }
            ledger.perform(index)
            return Int(ledger.entry(index).value)
        }
    }

    // MARK: Cells

    /// Contenders whose number in flight is their own, or that could not fill another window, are measured with the first one
    /// only, and so are other programs that nobody asked for.
    private func measure(_ assignment: Assignment, _ work: lim_work, _ lines: [Int]) -> [ModelCell] {
        let meanWait = work.meanWait
        let isFirst = Int(work.window) == settings.window(assignment, assignment.windows[0])
        let contenders = settings.contenders.filter {
            isFirst
                || $0.width == .given && $0.fills(assignment, settings.cores) && (!$0.isExternal || settings.areNamed)
        }
        var cells = contenders.map { cell(assignment, $0, work, meanWait) }
        let names = cells.map { "\(assignment.name), \($0.windowText) in flight, \($0.contender)" }
        for step in Rounds(samples: settings.samples, warmsUp: !assignment.isLong).steps(names) {
            let index = step.index
            guard cells[index].notApplicable == nil, cells[index].error == nil else { continue }
            do throws(Interrupted) { try step.begin() } catch { break }
            do throws(BenchmarkFault) {
                let sample = try sample(assignment, contenders[index], work, items: cells[index].items, lines)
                if step.counts { cells[index].samples.append(sample) }
            } catch {
                // A program that was interrupted as well is not at fault.
                if lim_is_interrupted() { break }
                cells[index].error = error.description
            }
        }
        return cells.map(\.withMiddleCurve)
    }

    private func sample(
        _ assignment: Assignment, _ contender: Contender, _ work: lim_work, items: Int, _ lines: [Int]
    ) throws(BenchmarkFault) -> ModelSample {
        var work = work
        work.items = UInt32(items)
        let child = ModelChild(
            contender: contender, ledger: try Ledger(creating: place.record, for: work), lines: lines)
        return try child.measure(hasLatency: assignment.hasLatency)
    }

    private func cell(
        _ assignment: Assignment, _ contender: Contender, _ work: lim_work, _ meanWait: Double
    ) -> ModelCell {
        let window = Int(work.window)
        var items = settings.items(assignment, contender, window: window, meanWait: meanWait)
        var obstacle = obstacle(assignment, contender)
        // Times of unlike numbers of items say nothing beside each other.
        if assignment.criterion == .latency {
            let wanted = settings.usualItems(assignment, window: window, meanWait: meanWait)
            if items * 20 < wanted * 19 { obstacle = obstacle ?? "\(wanted.grouped) items would take it too long" }
            items = wanted
        }
        return ModelCell(
            workload: assignment.name, contender: contender.name, items: items,
            // Fewer items than its window is wide are all that it can have in flight.
            window: min(contender.flight(window, cores: settings.cores), items), isExternal: contender.isExternal,
            notApplicable: obstacle)
    }

    private func obstacle(_ assignment: Assignment, _ contender: Contender) -> String? {
        if let obstacle = contender.obstacle(assignment) { return obstacle }
        if assignment.criterion == .heartbeat, case .none = contender.heart { return "nothing can beat beside it" }
        if let program = contender.needs, settings.missing.contains(program) { return "\(program) is not installed" }
        guard contender.isExternal, !settings.areNamed, !assignment.isForPrograms else { return nil }
        return "left out to keep the run short; --contender \(contender.name) measures it"
    }
}
