import Glibc

@testable import MusterLogs

/// Two other ways to match an expression, slow or worse, to compare ``BytePattern`` with.
enum BytePatternOracle {
    /// Where the match lies, and each named group.
    struct Answer: Hashable {
        var match: Range<Int>
        var groups: [Range<Int>?]
    }

    /// By trying every way in order, as Perl does, and taking the longest of the leftmost matches; false beside it where
    /// that takes more than so many steps.
    static func backtracking(_ syntax: BytePatternSyntax, _ text: [UInt8], steps limit: Int = 200_000) -> (
        Answer?, Bool
    ) {
        var search = Backtracking(text: text, stepsLeft: limit)
        for start in 0...text.count {
            var best: Answer?
            let empty = [Range<Int>?](repeating: nil, count: syntax.names.count)
            search.walk(syntax.root, start, empty) { end, groups in
                if best.map({ $0.match.upperBound < end }) ?? true {
                    best = Answer(match: start..<end, groups: groups)
                }
            }
            if search.stepsLeft <= 0 { return (nil, false) }
            if let best { return (best, true) }
        }
        return (nil, true)
    }

    /// By the C library: whether, and where the match lies.
    static func library(_ syntax: BytePatternSyntax, _ text: [UInt8]) -> Range<Int>?? {
        var regex = unsafe regex_t()
        let pattern = (posix(syntax.root) + [0]).map { CChar(bitPattern: $0) }
        let code = unsafe regcomp(&regex, pattern, REG_EXTENDED)
        guard code == 0 else { return nil }
        defer { unsafe regfree(&regex) }
        var place = regmatch_t(rm_so: 0, rm_eo: regoff_t(text.count))
        let found = unsafe regexec(&regex, (text + [0]).map { CChar(bitPattern: $0) }, 1, &place, REG_STARTEND)
        return .some(found == 0 ? Int(place.rm_so)..<Int(place.rm_eo) : nil)
    }

    private struct Backtracking {
        let text: [UInt8]
        var stepsLeft: Int

        typealias Groups = [Range<Int>?]

        mutating func walk(
            _ node: BytePatternNode, _ at: Int, _ groups: Groups, _ next: (Int, Groups) -> Void
        ) {
            stepsLeft -= 1
            if stepsLeft <= 0 { return }
            switch node {
            case .bytes(let members): if at < text.count, members.contains(text[at]) { next(at + 1, groups) }
            case .sequence(let nodes): sequence(nodes[...], at, groups, next)
            case .either(let branches): for branch in branches { walk(branch, at, groups, next) }
            case .capture(let number, let inner):
                walk(inner, at, groups) { end, groups in
                    var groups = groups
                    groups[number] = at..<end
                    next(end, groups)
                }
            case .assertion(let assertion): if holds(assertion, at) { next(at, groups) }
            case .repeated(let inner, let least, let most): repeated(inner, least, most, 0, at, groups, next)
            }
        }

        private mutating func sequence(
            _ nodes: ArraySlice<BytePatternNode>, _ at: Int, _ groups: Groups, _ next: (Int, Groups) -> Void
        ) {
            guard let first = nodes.first else { return next(at, groups) }
            var ends: [(Int, Groups)] = []
            walk(first, at, groups) { ends.append(($0, $1)) }
            for (end, groups) in ends { sequence(nodes.dropFirst(), end, groups, next) }
        }

        private mutating func repeated(
            _ inner: BytePatternNode, _ least: Int, _ most: Int?, _ count: Int, _ at: Int, _ groups: Groups,
            _ next: (Int, Groups) -> Void
        ) {
            if count < most ?? .max {
                var ends: [(Int, Groups)] = []
                walk(inner, at, groups) { ends.append(($0, $1)) }
                for (end, groups) in ends where end > at || count < least || count == 0 || most != nil {
                    if end == at, most == nil, count + 1 >= least {
                        // Once round a body that takes nothing is enough.
                        next(end, groups)
                    } else {
                        repeated(inner, least, most, count + 1, end, groups, next)
                    }
                }
            }
            if count >= least { next(at, groups) }
        }

        private func holds(_ assertion: BytePatternAssertion, _ at: Int) -> Bool {
            var words = ByteMembers()
            _ = words.insert(escape: UInt8(ascii: "w"))
            let before = at > 0 && words.contains(text[at - 1])
            let after = at < text.count && words.contains(text[at])
            return switch assertion {
            case .textStart: at == 0
            case .textEnd: at == text.count
            case .wordBoundary: before != after
            case .noWordBoundary: before == after
            }
        }
    }

    private static func posix(_ node: BytePatternNode) -> [UInt8] {
        switch node {
        case .bytes(let members): return bracket(members)
        case .sequence(let nodes):
            return nodes.isEmpty ? Array("()".utf8) : Array("(".utf8) + nodes.flatMap { posix($0) } + Array(")".utf8)
        case .either(let branches):
            return Array("(".utf8) + branches.map { posix($0) }.joined(separator: "|".utf8) + Array(")".utf8)
        case .capture(_, let inner): return posix(inner)
        case .assertion(let assertion):
            let texts = [#"(^)"#, #"($)"#, #"(\b)"#, #"(\B)"#]
            return Array(texts[Int(assertion.rawValue)].utf8)
        case .repeated(let inner, let least, let most):
            let most = most.map { "\($0)" } ?? ""
            return Array("(".utf8) + posix(inner) + Array("){\(least),\(most)}".utf8)
        }
    }

    /// A set as POSIX writes it; NUL is never asked for.
    private static func bracket(_ members: ByteMembers) -> [UInt8] {
        let bytes = (UInt8(1)...255).filter { members.contains($0) }
        if bytes.count == 1, "^\\.[]()*+?{}|$".utf8.contains(bytes[0]) { return [0x5c, bytes[0]] }
        let special = Array("]^-[".utf8)
        func has(_ index: Int) -> [UInt8] { bytes.contains(special[index]) ? [special[index]] : [] }
        let plain = bytes.filter { !special.contains($0) }
        // ] first, ^ never first, - last, [ where no . : = follows.
        let body = has(0) + plain + has(3) + (has(0).isEmpty && plain.isEmpty && has(3).isEmpty ? [] : has(1))
        if body.isEmpty { return Array((has(1).isEmpty ? "[-]" : "[-^]").utf8) }
        return [0x5b] + body + has(2) + [0x5d]
    }
}
