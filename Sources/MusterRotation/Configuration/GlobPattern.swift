/// A pattern of paths (glob(7)) with alternatives in braces, as in `/srv/{www,ftp}/*.log`.
package struct GlobPattern: Sendable, Hashable {
    /// Bytes of a pattern.
    package static let lengthLimit = 4_096
    /// Alternatives of a pattern.
    package static let alternativeLimit = 1_024

    /// One path without braces, by its names.
    package struct Alternative: Sendable, Hashable {
        package var isAbsolute: Bool
        /// Empty names and `.` left out.
        package var components: [ComponentPattern]
    }

    /// As it was written.
    package let text: String
    package let alternatives: [Alternative]

    /// Nil where the pattern is longer than the limit or has more alternatives.
    package init?(_ text: String) {
        guard let expansions = BraceExpansion(text)?.texts else { return nil }
        self.text = text
        alternatives = expansions.map { expansion in
            Alternative(
                isAbsolute: expansion.hasPrefix("/"),
                components: Self.names(in: expansion).filter { $0 != "." }.map { ComponentPattern($0) })
        }
    }

    /// Whether it names paths and has nothing to match.
    package var isLiteral: Bool { alternatives.allSatisfy { $0.components.allSatisfy { $0.literal != nil } } }

    /// How many alternatives a text has, without writing them down; nil as above.
    package static func alternatives(of text: String) -> Int? { BraceExpansion(text)?.count }

    /// A text in which nothing is special any more.
    package static func escaped(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.flatMap { scalar -> [Unicode.Scalar] in
                    "\\*?[]{},".unicodeScalars.contains(scalar) ? ["\\", scalar] : [scalar]
                }))
    }

    /// A slash parts names wherever it stands, as in glob(3).
    private static func names(in text: String) -> [String] {
        text.utf8.split(separator: UInt8(ascii: "/")).map { String($0) ?? "" }
    }
}

/// The alternatives that braces stand for. Braces without a comma, and those without their counterpart, stand for themselves.
private struct BraceExpansion {
    private indirect enum Piece {
        case text(Range<Int>)
        case choice([[Piece]])
    }

    private static let depthLimit = 16
    private let bytes: [UInt8]
    /// For an opening brace with alternatives, the index of its counterpart.
    private var ends: [Int: Int] = [:]
    private var pieces: [Piece] = []
    let count: Int

    init?(_ text: String) {
        bytes = Array(text.utf8)
        guard bytes.count <= GlobPattern.lengthLimit else { return nil }
        ends = Self.pairs(bytes)
        guard let pieces = Self.pieces(bytes, 0..<bytes.count, ends, depth: 0), let count = Self.count(pieces) else {
            return nil
        }
        self.pieces = pieces
        self.count = count
    }

    var texts: [String] { expanded(pieces).map { String(decoding: $0, as: UTF8.self) } }

    private static func pairs(_ bytes: [UInt8]) -> [Int: Int] {
        var ends: [Int: Int] = [:]
        var open: [(start: Int, hasComma: Bool)] = []
        var at = 0
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "\\"): at += 1
            case UInt8(ascii: "{"): open.append((at, false))
            case UInt8(ascii: ","): if !open.isEmpty { open[open.count - 1].hasComma = true }
            case UInt8(ascii: "}"): if let last = open.popLast(), last.hasComma { ends[last.start] = at }
            default: break
            }
            at += 1
        }
        return ends
    }

    private static func pieces(_ bytes: [UInt8], _ range: Range<Int>, _ ends: [Int: Int], depth: Int) -> [Piece]? {
        guard depth <= depthLimit else { return nil }
        var pieces: [Piece] = []
        var start = range.lowerBound
        var at = start
        while at < range.upperBound {
            if bytes[at] == UInt8(ascii: "\\") {
                at += 2
            } else if let end = ends[at] {
                if start < at { pieces.append(.text(start..<at)) }
                var choices: [[Piece]] = []
                for part in parts(bytes, at + 1..<end, ends) {
                    guard let choice = Self.pieces(bytes, part, ends, depth: depth + 1) else { return nil }
                    choices.append(choice)
                }
                pieces.append(.choice(choices))
                at = end + 1
                start = at
            } else {
                at += 1
            }
        }
        if start < range.upperBound { pieces.append(.text(start..<range.upperBound)) }
        return pieces
    }

    /// What commas part on the level of a brace itself.
    private static func parts(_ bytes: [UInt8], _ range: Range<Int>, _ ends: [Int: Int]) -> [Range<Int>] {
        var parts: [Range<Int>] = []
        var start = range.lowerBound
        var at = start
        while at < range.upperBound {
            if bytes[at] == UInt8(ascii: "\\") {
                at += 2
            } else if let end = ends[at] {
                at = end + 1
            } else {
                if bytes[at] == UInt8(ascii: ",") {
                    parts.append(start..<at)
                    start = at + 1
                }
                at += 1
            }
        }
        return parts + [start..<range.upperBound]
    }

    private static func count(_ pieces: [Piece]) -> Int? {
        var product = 1
        for case .choice(let choices) in pieces {
            var sum = 0
            for choice in choices {
                guard let count = count(choice) else { return nil }
                sum += count
            }
            product *= sum
            guard product <= GlobPattern.alternativeLimit else { return nil }
        }
        return product
    }

    private func expanded(_ pieces: [Piece]) -> [[UInt8]] {
        var texts: [[UInt8]] = [[]]
        for piece in pieces {
            switch piece {
            case .text(let range):
                for index in texts.indices { texts[index] += bytes[range] }
            case .choice(let choices):
                let endings = choices.flatMap { expanded($0) }
                texts = texts.flatMap { text in endings.map { text + $0 } }
            }
        }
        return texts
    }
}
