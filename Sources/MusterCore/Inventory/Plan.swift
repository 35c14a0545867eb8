/// All targets of a run, hosts × checks, in the inventory's order; each is made when asked for.
package final class Plan: Sendable {
    /// The targets of one line of hosts.
    private struct Span: Sendable {
        var first: Int
        var entry: Int
    }

    package let inventory: Inventory
    package let count: Int
    private let spans: [Span]

    package init(_ inventory: Inventory) {
        self.inventory = inventory
        var spans: [Span] = []
        var first = 0
        for (index, entry) in inventory.entries.enumerated() where !entry.checks.isEmpty {
            spans.append(Span(first: first, entry: index))
            first += entry.names.count * entry.checks.count
        }
        self.spans = spans
        count = first
    }

    package var checks: [Check] { inventory.checks }

    /// The target at a position from 0 up to `count`.
    package func target(at index: Int) -> Target {
        precondition(index >= 0 && index < count, "position out of the plan")
        var low = 0
        var high = spans.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if spans[middle].first <= index { low = middle } else { high = middle }
        }
        let span = spans[low]
        let checks = inventory.entries[span.entry].checks
        let (offset, check) = (index - span.first).quotientAndRemainder(dividingBy: checks.count)
        return Target(
            index: index, host: Host(inventory: inventory, entry: span.entry, offset: offset), checkIndex: checks[check]
        )
    }
}

/// A host and a check that should hold for it.
package struct Target: Sendable {
    /// Position in the plan: the order of reports, whatever order the checks end in.
    package let index: Int
    package let host: Host
    /// Index into the plan's checks.
    package let checkIndex: Int

    package init(index: Int, host: Host, checkIndex: Int) {
        self.index = index
        self.host = host
        self.checkIndex = checkIndex
    }

    package var check: Check { host.inventory.checks[checkIndex] }
}
