/// A pattern of one name in a directory (glob(7)): `*`, `?`, `[a-z]`, `[!a-z]`, `[[:digit:]]`, and a backslash before what
/// stands for itself.
package struct ComponentPattern: Sendable, Hashable {
    private enum Part: Sendable, Hashable {
        case scalar(Unicode.Scalar)
        case any
        case several
        case set(ScalarSet)
    }

    private var parts: [Part] = []

    package init(_ text: String) {
        let scalars = Array(text.unicodeScalars)
        var at = 0
        while at < scalars.count {
            let scalar = scalars[at]
            at += 1
            switch scalar {
            case "\\" where at < scalars.count:
                parts.append(.scalar(scalars[at]))
                at += 1
            case "*": if parts.last != .several { parts.append(.several) }
            case "?": parts.append(.any)
            case "[":
                guard let (set, end) = ScalarSet.read(scalars, from: at) else { fallthrough }
                parts.append(.set(set))
                at = end
            default: parts.append(.scalar(scalar))
            }
        }
    }

    /// The name where the pattern is one; nil where it has something to match.
    package var literal: String? {
        var text = String.UnicodeScalarView()
        for part in parts {
            guard case .scalar(let scalar) = part else { return nil }
            text.append(scalar)
        }
        return String(text)
    }

    /// Whether a name is meant. With `hidesDots`, only a dot that is written matches the one that a name begins with. Takes
    /// time in proportion to the pattern times the name, both of which are short.
    package func matches(_ name: String, hidesDots: Bool = true) -> Bool {
        if hidesDots, name.utf8.first == UInt8(ascii: "."), parts.first != .scalar(".") { return false }
        let scalars = name.unicodeScalars
        var (part, at) = (0, scalars.startIndex)
        // Behind the last `*`, and where the name went on after what that took.
        var retry: (part: Int, at: String.Index)?
        while at < scalars.endIndex || part < parts.count {
            if part < parts.count, case .several = parts[part] {
                part += 1
                retry = (part, at)
            } else if part < parts.count, at < scalars.endIndex, accepts(parts[part], scalars[at]) {
                part += 1
                at = scalars.index(after: at)
            } else if let last = retry, last.at < scalars.endIndex {
                at = scalars.index(after: last.at)
                part = last.part
                retry = (part, at)
            } else {
                return false
            }
        }
        return true
    }

    private func accepts(_ part: Part, _ scalar: Unicode.Scalar) -> Bool {
        switch part {
        case .scalar(let wanted): wanted == scalar
        case .any, .several: true
        case .set(let set): set.contains(scalar)
        }
    }
}

/// What stands in brackets.
private struct ScalarSet: Sendable, Hashable {
    private var isInverted = false
    private var ranges: [ClosedRange<Unicode.Scalar>] = []

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < scalar { low = middle + 1 } else { high = middle }
        }
        return (low < ranges.count && ranges[low].contains(scalar)) != isInverted
    }

    /// In order and apart from each other, so that a look takes no longer however many there are.
    private mutating func sort() {
        var apart: [ClosedRange<Unicode.Scalar>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = apart.last, range.lowerBound <= last.upperBound {
                apart[apart.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                apart.append(range)
            }
        }
        ranges = apart
    }

    /// Reads a set behind its `[`, and gives the index behind its `]`; nil where there is none.
    static func read(_ text: [Unicode.Scalar], from start: Int) -> (ScalarSet, Int)? {
        var set = ScalarSet()
        var at = start
        if at < text.count, text[at] == "!" || text[at] == "^" {
            set.isInverted = true
            at += 1
        }
        let first = at
        while at < text.count {
            if text[at] == "]", at > first {
                set.sort()
                return (set, at + 1)
            }
            if let (ranges, end) = namedClass(text, from: at) {
                set.ranges += ranges
                at = end
                continue
            }
            guard let low = scalar(text, &at) else { return nil }
            guard at + 1 < text.count, text[at] == "-", text[at + 1] != "]" else {
                set.ranges.append(low...low)
                continue
            }
            at += 1
            guard let high = scalar(text, &at) else { return nil }
            if low <= high { set.ranges.append(low...high) }
        }
        return nil
    }

    private static func scalar(_ text: [Unicode.Scalar], _ at: inout Int) -> Unicode.Scalar? {
        if text[at] == "\\" { at += 1 }
        guard at < text.count else { return nil }
        defer { at += 1 }
        return text[at]
    }

    /// `[:digit:]`, `[.a.]` or `[=a=]` in a set. A class that there is not, and more than one scalar, stand for none.
    private static func namedClass(_ text: [Unicode.Scalar], from start: Int) -> ([ClosedRange<Unicode.Scalar>], Int)? {
        guard start + 1 < text.count, text[start] == "[" else { return nil }
        let mark = text[start + 1]
        guard [":", ".", "="].contains(mark) else { return nil }
        // Behind the mark, where the same mark and a bracket end it.
        let first = start + 2
        var end = first
        while end + 1 < text.count, text[end] != mark || text[end + 1] != "]" { end += 1 }
        guard end + 1 < text.count else { return nil }
        let name = text[first..<end]
        if mark != ":" { return (name.count == 1 ? name.map { $0...$0 } : [], end + 2) }
        return (classes[String(String.UnicodeScalarView(name))] ?? [], end + 2)
    }

    private static let classes: [String: [ClosedRange<Unicode.Scalar>]] = [
        "alnum": ["0"..."9", "A"..."Z", "a"..."z"], "alpha": ["A"..."Z", "a"..."z"], "digit": ["0"..."9"],
        "lower": ["a"..."z"], "upper": ["A"..."Z"], "xdigit": ["0"..."9", "A"..."F", "a"..."f"],
        "punct": ["!"..."/", ":"..."@", "["..."`", "{"..."~"], "blank": [" "..." ", "\t"..."\t"],
        "space": ["\t"..."\r", " "..." "], "print": [" "..."~"], "graph": ["!"..."~"],
        "cntrl": ["\0"..."\u{1f}", "\u{7f}"..."\u{7f}"],
    ]
}
