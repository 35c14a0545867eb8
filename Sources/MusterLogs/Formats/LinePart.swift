/// What is left of a line, for parsers that go through it piece by piece.
///
/// Invariant: `at` is never behind `end`, which lies in the chunk at `base`.
@safe
struct LinePart {
    typealias Bytes = ByteScan.Bytes
    private(set) var at: Bytes
    let end: Bytes
    let base: Bytes

    init(_ start: Bytes, _ end: Bytes, _ base: Bytes) {
        unsafe at = start
        unsafe self.end = end
        unsafe self.base = base
    }

    /// Bytes that are left.
    var count: Int { unsafe end - at }

    subscript(index: Int) -> UInt8 {
        precondition(index >= 0 && index < count)
        return unsafe at[index]
    }

    mutating func skip(_ count: Int) {
        precondition(count >= 0 && count <= self.count)
        unsafe at += count
    }

    func begins(_ text: StaticString, from offset: Int = 0) -> Bool {
        guard count - offset >= text.utf8CodeUnitCount else { return false }
        for index in 0..<text.utf8CodeUnitCount where unsafe at[offset + index] != text.utf8Start[index] {
            return false
        }
        return true
    }

    /// Passes over a text; false where it does not stand here.
    mutating func take(_ text: StaticString) -> Bool {
        guard begins(text) else { return false }
        unsafe at += text.utf8CodeUnitCount
        return true
    }

    /// Offset of a text at or behind another offset.
    func find(_ text: StaticString, from offset: Int = 0) -> Int? {
        let first = unsafe text.utf8Start.pointee
        var from = unsafe at + min(offset, count)
        while true {
            unsafe from = ByteScan.first(of: first, or: first, from: from, to: end)
            if unsafe from >= end { return nil }
            if begins(text, from: unsafe from - at) { return unsafe from - at }
            unsafe from += 1
        }
    }

    /// The next bytes, which stay.
    func span(upTo offset: Int) -> FieldSpan { unsafe FieldSpan(start: at - base, count: offset) }

    /// The next bytes, which are passed over.
    mutating func span(taking count: Int) -> FieldSpan {
        defer { skip(count) }
        return span(upTo: count)
    }

    /// Decimal digits, at most 18.
    mutating func digits() -> FieldSpan? {
        var length = 0
        while length < count, LineWalk.isDigit(self[length]) { length += 1 }
        return 1...18 ~= length ? span(taking: length) : nil
    }

    /// What stands before a text, without blanks in it and not nothing.
    mutating func word(upTo text: StaticString) -> FieldSpan? {
        guard let length = find(text), length > 0 else { return nil }
        for index in 0..<length where self[index] == 0x20 { return nil }
        return span(taking: length)
    }

    /// What stands before the next `, `, or all that is left.
    mutating func list() -> FieldSpan { span(taking: find(", ") ?? count) }

    /// What stands before the next quote that a line's end or a comma follows, which is passed over; all that is left
    /// where the line was cut short.
    mutating func quoted() -> FieldSpan? {
        var length = find("\"")
        while let found = length, found + 1 < count, self[found + 1] != 0x2c { length = find("\"", from: found + 1) }
        guard let length else { return span(taking: count) }
        defer { skip(1) }
        return span(taking: length)
    }
}
