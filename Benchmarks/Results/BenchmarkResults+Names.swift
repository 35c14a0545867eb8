extension BenchmarkResults {
    /// The workloads that have cells: those that the file describes in its order, then the others as they come.
    package var shownWorkloads: [ModelWorkload] {
        let used = Set(cells.map(\.workload))
        var shown = BenchmarkResults.distinct(workloads, by: \.name).filter { used.contains($0.name) }
        var known = Set(shown.map(\.name))
        for cell in cells where known.insert(cell.workload).inserted {
            shown.append(ModelWorkload(name: cell.workload, title: ""))
        }
        return shown
    }

    /// The contenders that have cells, likewise. What the file does not describe is told by its name and its cells.
    package var shownContenders: [ModelContender] {
        let used = Set(cells.map(\.contender))
        var shown = BenchmarkResults.distinct(contenders, by: \.name).filter { used.contains($0.name) }
        var known = Set(shown.map(\.name))
        for cell in cells where known.insert(cell.contender).inserted {
            let kind: ModelContender.Kind =
                switch cell.contender {
                case ModelContender.ours: .ours
                case ModelContender.limit: .limit
                default: cell.isExternal ? .external : .model
                }
            shown.append(ModelContender(name: cell.contender, title: "", kind: kind))
        }
        return shown
    }

    /// The first of each name.
    private static func distinct<Element>(_ elements: [Element], by name: (Element) -> String) -> [Element] {
        var known: Set<String> = []
        return elements.filter { known.insert(name($0)).inserted }
    }
}

extension ModelContender {
    /// Whether it can be the best model: another program and the limit are shown beside them only.
    package var isCandidate: Bool { kind == .model || kind == .ours }
}
