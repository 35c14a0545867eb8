internal import MusterSystem

/// A log's name taken apart: which log it is of, and which of its rotated copies.
///
/// Marks are `access.log.2`, `access.2.log` (the greater the older), `access.log-20260131`, `access-2026-01-31.log`,
/// `access.log-1769817600` (the smaller the older), each also with the end of a compression; what has none is live.
package struct RotationName: Hashable, Sendable {
    /// Which copy, from the oldest to the newest.
    package enum Mark: Hashable, Sendable {
        /// Digits of the time, the most significant first.
        case dated(String)
        /// How many rotations ago.
        case numbered(Int)
        case live
    }

    /// The path without mark and compression.
    package var stem: String
    package var mark: Mark
    /// The path itself.
    package var path: String

    private static let extensions = [".log", ".txt", ".json", ".jsonl", ".ndjson", ".out", ".err"]

    package init(_ path: String) {
        self.path = path
        stem = path
        mark = .live
        let suffixes = Compression.all.flatMap(\.suffixes)
        if let suffix = suffixes.first(where: { path.hasSuffix($0) }) {
            stem = String(path.dropLast(suffix.utf8.count))
        }
        if let found = Self.mark(of: stem) {
            (stem, mark) = found
        } else if let end = Self.extensions.first(where: { stem.hasSuffix($0) }),
            let found = Self.mark(of: String(stem.dropLast(end.utf8.count)))
        {
            (stem, mark) = (found.stem + end, found.mark)
        }
    }

    /// The mark at the end of a path, and what is before it; nil where there is none.
    private static func mark(of path: String) -> (stem: String, mark: Mark)? {
        let bytes = Array(path.utf8)
        var start = bytes.count
        while start > 0, isDigit(bytes[start - 1]) || [0x2d, 0x2e, 0x5f].contains(bytes[start - 1]) { start -= 1 }
        let stem = String(decoding: bytes[..<start], as: UTF8.self)
        // `10.0.0.1` is a name, no mark.
        guard start > 0, bytes[start - 1] != 0x2f else { return nil }
        let digits = bytes[start...].filter(isDigit)
        if isTime(digits) { return (stem, .dated(String(decoding: digits, as: UTF8.self))) }
        guard let dot = bytes[start...].lastIndex(of: 0x2e), (1...5).contains(bytes.count - dot - 1),
            let number = Int(String(decoding: bytes[(dot + 1)...], as: UTF8.self))
        else { return nil }
        return (String(decoding: bytes[..<dot], as: UTF8.self), .numbered(number))
    }

    /// Whether digits are a date with or without a time, or seconds since 1970 of this age.
    private static func isTime(_ digits: [UInt8]) -> Bool {
        guard (8...14).contains(digits.count) else { return false }
        func number(_ range: Range<Int>) -> Int { digits[range].reduce(0) { $0 * 10 + Int($1 & 0xf) } }
        if digits.count == 10, digits[0] == 0x31, number(0..<4) < 1_900 { return true }
        return (1_900...2_199).contains(number(0..<4)) && (1...12).contains(number(4..<6))
            && (1...31).contains(number(6..<8))
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

    /// Paths in the folder of a log that are of the same log, oldest first, itself included where it is there.
    package static func siblings(of path: String) -> [String] {
        let stem = RotationName(path).stem
        let slash = path.utf8.lastIndex(of: 0x2f)
        let folder = slash.map { String(path[...$0]) } ?? ""
        guard let names = try? FileNames.inFolder(folder.isEmpty ? "." : folder) else { return [] }
        let found = names.map { RotationName(folder + $0) }.filter { $0.stem == stem }
        return found.sorted().map(\.path)
    }
}

extension RotationName: Comparable {
    /// By the log's name in natural order, then the oldest copy first.
    package static func < (left: RotationName, right: RotationName) -> Bool {
        if left.stem != right.stem { return isNaturallyBefore(left.stem, right.stem) }
        switch (left.mark, right.mark) {
        case (.dated(let one), .dated(let other)) where one != other: return one < other
        case (.numbered(let one), .numbered(let other)) where one != other: return one > other
        default:
            let ranks = (left.mark.rank, right.mark.rank)
            return ranks.0 == ranks.1 ? isNaturallyBefore(left.path, right.path) : ranks.0 < ranks.1
        }
    }

    /// Bytes in their order, except that runs of digits are numbers: `web2` is before `web10`.
    static func isNaturallyBefore(_ left: String, _ right: String) -> Bool {
        let one = Array(left.utf8)
        let other = Array(right.utf8)
        var (i, j) = (0, 0)
        while i < one.count, j < other.count {
            if isDigit(one[i]), isDigit(other[j]) {
                let first = one[i...].prefix(while: isDigit)
                let second = other[j...].prefix(while: isDigit)
                let a = first.drop { $0 == 0x30 }
                let b = second.drop { $0 == 0x30 }
                if a.count != b.count { return a.count < b.count }
                if !a.elementsEqual(b) { return a.lexicographicallyPrecedes(b) }
                (i, j) = (first.endIndex, second.endIndex)
            } else {
                if one[i] != other[j] { return one[i] < other[j] }
                (i, j) = (i + 1, j + 1)
            }
        }
        // What is left decides, then leading zeros.
        if one.count - i != other.count - j { return one.count - i < other.count - j }
        return one.lexicographicallyPrecedes(other)
    }
}

extension RotationName.Mark {
    fileprivate var rank: Int {
        switch self {
        case .dated: 0
        case .numbered: 1
        case .live: 2
        }
    }
}
