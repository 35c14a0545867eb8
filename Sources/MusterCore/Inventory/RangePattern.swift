/// A text with ranges in it, standing for many: `web[0001:6000].fleet.test`, `127.10.[0:23].[1:250]`, `rack[a:f]`.
///
/// A range is `[first:last]` or `[first:last:step]`, inclusive, of numbers or of single letters; a leading zero in `first`
/// fixes the width. Several ranges in one text count like an odometer, the last one fastest. (Ansible's ranges.)
package struct RangePattern: Sendable, Hashable {
    /// Why a text is no range pattern.
    package struct Fault: Error, Sendable { package var hint: String }

    private struct Range: Sendable, Hashable {
        var first: Int
        var step: Int
        var count: Int
        /// Digits at least; 0 for letters.
        var width: Int
        /// The text after this range, up to the next.
        var tail: [UInt8]
    }

    /// The text as it was written.
    package let source: String
    /// How many texts it stands for, at least 1.
    package let count: Int
    private let head: [UInt8]
    private let ranges: [Range]

    /// The most texts one pattern may stand for.
    package static let limit = 100_000_000

    package init(_ source: String) throws(Fault) {
        self.source = source
        guard source.utf8.contains(where: { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "]") }) else {
            (head, ranges, count) = (Array(source.utf8), [], 1)
            return
        }
        let parts = source.split(separator: "[", omittingEmptySubsequences: false)
        head = Array(parts[0].utf8)
        guard !head.contains(UInt8(ascii: "]")) else {
            throw Fault(hint: "\"]\" without \"[\"; write a range as [1:20]")
        }
        var ranges: [Range] = []
        var count = 1
        for part in parts.dropFirst() {
            guard let close = part.firstIndex(of: "]") else {
                throw Fault(hint: "\"[\" is never closed; write a range as [1:20]")
            }
            let tail = part[part.index(after: close)...]
            guard !tail.contains("]") else { throw Fault(hint: "\"]\" without \"[\"; write a range as [1:20]") }
            let range = try RangePattern.parse(part[..<close], tail: Array(tail.utf8))
            let (product, overflow) = count.multipliedReportingOverflow(by: range.count)
            guard !overflow, product <= RangePattern.limit else {
                throw Fault(hint: "stands for more than \(RangePattern.limit) hosts; make the range smaller")
            }
            count = product
            ranges.append(range)
        }
        self.ranges = ranges
        self.count = count
    }

    /// The text at a position from 0 up to `count`.
    package func text(at index: Int) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(source.utf8.count + 8)
        append(at: index, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the text at a position.
    package func append(at index: Int, to bytes: inout [UInt8]) {
        precondition(index >= 0 && index < count, "position out of the range pattern")
        bytes.append(contentsOf: head)
        var rest = index
        var block = count
        for range in ranges {
            block /= range.count
            let number = range.first + rest / block * range.step
            rest %= block
            if range.width == 0 {
                bytes.append(UInt8(number))
            } else {
                RangePattern.append(number, width: range.width, to: &bytes)
            }
            bytes.append(contentsOf: range.tail)
        }
    }

    private static func append(_ number: Int, width: Int, to bytes: inout [UInt8]) {
        var digits = 1
        var scale = 1
        while number / scale >= 10 {
            scale *= 10
            digits += 1
        }
        for _ in 0..<max(0, width - digits) { bytes.append(48) }
        while scale > 0 {
            bytes.append(UInt8(48 + number / scale % 10))
            scale /= 10
        }
    }

    private static func parse(_ text: Substring, tail: [UInt8]) throws(Fault) -> Range {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2 || parts.count == 3 else {
            throw Fault(hint: "[\(text)] is no range; write [1:20], [01:20], [a:f] or [0:100:10]")
        }
        let step = parts.count == 3 ? Int(parts[2]) : 1
        guard let step, step > 0 else {
            throw Fault(hint: "[\(text)] has no step above 0; write for example [0:100:10]")
        }
        if let first = letter(parts[0]), let last = letter(parts[1]) {
            guard first <= last, (first < 97) == (last < 97) else {
                throw Fault(hint: "[\(text)] is empty; write the lower letter first")
            }
            return Range(first: first, step: step, count: (last - first) / step + 1, width: 0, tail: tail)
        }
        let begin = parts[0].isEmpty ? "0" : parts[0]
        guard let first = number(begin), let last = number(parts[1]) else {
            throw Fault(hint: "[\(text)] is no range; write [1:20], [01:20], [a:f] or [0:100:10]")
        }
        guard first <= last else { throw Fault(hint: "[\(text)] is empty; write the lower number first") }
        let fixed = begin.hasPrefix("0") && begin.count > 1
        guard !fixed || parts[1].count == begin.count else {
            throw Fault(hint: "[\(text)] has a leading zero, so both ends need the same number of digits")
        }
        return Range(
            first: first, step: step, count: (last - first) / step + 1, width: fixed ? begin.count : 1, tail: tail)
    }

    private static func number(_ text: Substring) -> Int? {
        text.utf8.count <= 12 && text.utf8.allSatisfy { $0 &- 48 < 10 } ? Int(text) : nil
    }

    private static func letter(_ text: Substring) -> Int? {
        guard text.utf8.count == 1, let byte = text.utf8.first, (byte | 32) &- 97 < 26 else { return nil }
        return Int(byte)
    }
}
