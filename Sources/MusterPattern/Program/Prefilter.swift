/// What is quickly known about a text: whether fixed bytes of every match are in it, so that most texts need no automaton.
final class Prefilter: Sendable {
    /// What every match begins with, and what it ends with.
    let prefix: [UInt8]
    let suffix: [UInt8]
    /// Something that stands in every match; nil where the prefix is as good.
    let inner: Literal?
    /// The bytes that the pattern is, but for the text's beginning and end.
    let whole: Literal?
    let isAtStart: Bool
    let isAtEnd: Bool

    init(_ root: PatternNode, isAnchored: Bool) {
        let facts = Facts(root)
        (prefix, suffix) = (facts.prefix, facts.suffix)
        isAtStart = isAnchored
        isAtEnd = Self.endsText(root)
        // A byte of its own is looked for quickest, but hardly says anything about what begins with it.
        inner = isAnchored || facts.best.count <= facts.prefix.count ? nil : Literal(facts.best)
        whole = Self.whole(root).flatMap { Literal($0) }
    }

    /// Whether a text has no match for sure.
    func excludes(_ text: PatternText) -> Bool {
        if isAtStart, !prefix.isEmpty, !text.matches(prefix, at: 0) { return true }
        if isAtEnd, !suffix.isEmpty, !text.matches(suffix, at: text.count - suffix.count) { return true }
        if let inner, inner.find(in: text, from: 0) == nil { return true }
        return false
    }

    /// Whether there is a match, where that hangs on fixed bytes alone.
    func verdict(_ text: PatternText) -> Bool? {
        guard let whole else { return nil }
        switch (isAtStart, isAtEnd) {
        case (true, true): return text.count == whole.bytes.count && text.matches(whole.bytes, at: 0)
        case (true, false): return text.matches(whole.bytes, at: 0)
        case (false, true): return text.matches(whole.bytes, at: text.count - whole.bytes.count)
        case (false, false): return whole.find(in: text, from: 0) != nil
        }
    }

    /// Whether whatever matches ends at the text's end.
    private static func endsText(_ node: PatternNode) -> Bool {
        switch node {
        case .assertion(.textEnd): true
        case .capture(_, let inner): endsText(inner)
        case .sequence(let nodes): nodes.last.map { endsText($0) } ?? false
        case .either(let branches): branches.allSatisfy { endsText($0) }
        case .set, .repeated, .assertion: false
        }
    }

    /// The bytes that a pattern is, between the text's beginning and end where it names them.
    private static func whole(_ root: PatternNode) -> [UInt8]? {
        guard case .sequence(var nodes) = root else { return nil }
        if case .assertion(.textStart)? = nodes.first { nodes.removeFirst() }
        if case .assertion(.textEnd)? = nodes.last { nodes.removeLast() }
        var bytes: [UInt8] = []
        for node in nodes {
            guard case .set(let set) = node, let more = Facts.bytes(set) else { return nil }
            bytes += more
        }
        return bytes
    }

    /// What is fixed in every match of a node.
    private struct Facts {
        var prefix: [UInt8] = []
        var suffix: [UInt8] = []
        /// The longest of all.
        var best: [UInt8] = []
        /// Whether the prefix is all of it.
        var isFixed = false

        init(_ node: PatternNode) {
            switch node {
            case .set(let set):
                guard let bytes = Self.bytes(set) else { return }
                (prefix, suffix, best, isFixed) = (bytes, bytes, bytes, true)
            case .assertion: isFixed = true
            case .capture(_, let inner): self = Facts(inner)
            case .sequence(let nodes):
                isFixed = true
                for node in nodes { append(Facts(node)) }
            case .either(let branches):
                let facts = branches.map { Facts($0) }
                guard var prefix = facts.first?.prefix, var suffix = facts.first?.suffix else { return }
                for other in facts.dropFirst() {
                    prefix = Self.common(prefix, other.prefix)
                    suffix = Array(Self.common(suffix.reversed(), other.suffix.reversed()).reversed())
                }
                self.prefix = prefix
                self.suffix = suffix
                best = prefix.count < suffix.count ? suffix : prefix
            case .repeated(let inner, let least, let most, _, _):
                guard least > 0 else { return }
                self = Facts(inner)
                isFixed = isFixed && most == 1
            }
        }

        /// The bytes of a set's only member; U+FFFD may be others.
        static func bytes(_ set: ScalarSet) -> [UInt8]? {
            guard let scalar = set.single, scalar != ScalarSet.replacement else { return nil }
            return Unicode.Scalar(scalar).map { Array(String(Character($0)).utf8) }
        }

        private static func common(_ one: [UInt8], _ other: [UInt8]) -> [UInt8] {
            zip(one, other).prefix { $0 == $1 }.map(\.0)
        }

        private mutating func append(_ next: Facts) {
            let joint = suffix + next.prefix
            for candidate in [joint, next.best] where candidate.count > best.count {
                best = Array(candidate.prefix(Literal.longest))
            }
            if isFixed { prefix = Array((prefix + next.prefix).prefix(Literal.longest)) }
            suffix = Array((next.isFixed ? suffix + next.suffix : next.suffix).suffix(Literal.longest))
            isFixed = isFixed && next.isFixed && prefix.count < Literal.longest
        }
    }
}
