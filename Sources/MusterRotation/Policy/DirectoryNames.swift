/// The names of a directory, sorted once: with thousands of logs side by side, each finds its own without a look at those of
/// the others. Names are compared byte by byte, as the system does.
package struct DirectoryNames: Sendable {
    private let sorted: [String]

    package init(_ names: [String]) { sorted = names.sorted { $0.isBefore($1) } }

    package var count: Int { sorted.count }

    package func contains(_ name: String) -> Bool {
        let index = firstIndex { !$0.lexicographicallyPrecedes(name.utf8) }
        return index < sorted.count && sorted[index].utf8.elementsEqual(name.utf8)
    }

    /// All names that begin so, in the order of their bytes.
    package func names(withPrefix prefix: String) -> ArraySlice<String> {
        let start = firstIndex { !$0.lexicographicallyPrecedes(prefix.utf8) }
        let end = firstIndex { !$0.lexicographicallyPrecedes(prefix.utf8) && !$0.starts(with: prefix.utf8) }
        return sorted[start..<end]
    }

    /// The first place from which on something holds for all names.
    private func firstIndex(where holds: (String.UTF8View) -> Bool) -> Int {
        var low = 0
        var high = sorted.count
        while low < high {
            let middle = low + (high - low) / 2
            if holds(sorted[middle].utf8) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
