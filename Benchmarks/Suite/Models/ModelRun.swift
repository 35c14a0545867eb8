import CMusterLimits
import MusterBenchmarkResults

/// A run of all workloads with all contenders, one workload after the other, its contenders interleaved: a round takes each
/// of them once, in an order that turns from round to round.
struct ModelRun {
    let settings: ModelSettings
    let place: ModelPlace

    /// All cells of a workload. Where its servers or its logs are not to be had, each says so.
    func cells(_ assignment: Assignment) async -> [ModelCell] {
        do {
            return try await measuredCells(assignment)
        } catch {
            return settings.contenders.map { contender in
                ModelCell(
                    workload: assignment.name, contender: contender.name, items: settings.items(assignment),
                    window: contender.isUnbounded ? 0 : assignment.windows[0], isExternal: contender.isExternal,
                    error: "\(error)")
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
                work.window = UInt32(assignment.computes ? min(window, settings.cores) : window)
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

    private func measure(_ assignment: Assignment, _ work: lim_work, _ lines: [Int]) -> [ModelCell] {
        let meanWait = work.meanWait
        var cells = settings.contenders.map { cell(assignment, $0, work, meanWait) }
        let first = assignment.isLong ? 1 : 0
        for round in first...settings.samples {
            for step in cells.indices {
                let index = (step + round) % cells.count
                guard cells[index].notApplicable == nil, cells[index].error == nil else { continue }
                Progress.show(
                    "\(assignment.name), round \(round) of \(settings.samples), \(cells[index].contender)"
                        + (round == 0 ? " (warm-up)" : ""))
                var work = work
                work.items = UInt32(cells[index].items)
                do throws(BenchmarkFault) {
                    let child = ModelChild(
                        contender: settings.contenders[index],
                        ledger: try Ledger(creating: place.record, for: work), lines: lines)
                    let sample = try child.measure(hasLatency: assignment.hasLatency)
                    if round > 0 { cells[index].samples.append(sample) }
                } catch {
                    cells[index].error = error.description
                }
            }
        }
        return cells
    }

    private func cell(
        _ assignment: Assignment, _ contender: Contender, _ work: lim_work, _ meanWait: Double
    ) -> ModelCell {
        let window = Int(work.window)
        let items = settings.items(assignment, contender, window: window, meanWait: meanWait)
        return ModelCell(
            workload: assignment.name, contender: contender.name, items: items,
            window: contender.isUnbounded ? 0 : window, isExternal: contender.isExternal,
            notApplicable: obstacle(assignment, contender, work))
    }

    /// An unbounded group has one window, whatever the others have.
    private func obstacle(_ assignment: Assignment, _ contender: Contender, _ work: lim_work) -> String? {
        if let obstacle = contender.obstacle(assignment) { return obstacle }
        let usual = assignment.computes ? min(assignment.windows[0], settings.cores) : assignment.windows[0]
        let isUsual = Int(work.window) == usual
        if contender.isUnbounded, !isUsual { return "it has no window" }
        if contender.isExternal, !settings.areNamed, !assignment.isForPrograms || !isUsual {
            return "left out to keep the run short; --contender \(contender.name) measures it"
        }
        return nil
    }
}
