/// The ends and the parts of fields that say by themselves where they end. All read bytes of one line only: a line feed
/// stops them.
enum FieldScan {
    /// Digits, at most 18, or `-`.
    @inline(__always)
    static func digits(_ at: inout ByteScan.Bytes) -> Bool {
        let from = unsafe at
        if unsafe at.pointee == 0x2d {
            unsafe at += 1
            return true
        }
        while unsafe at.pointee &- 48 <= 9 { unsafe at += 1 }
        if unsafe at > from && at - from <= 18 { return true }
        unsafe at = from
        return false
    }

    /// A number with a sign and a fraction, or without; or `-`.
    @inline(__always)
    static func decimal(_ at: inout ByteScan.Bytes) -> Bool {
        let from = unsafe at
        if unsafe at.pointee == 0x2d || at.pointee == 0x2b { unsafe at += 1 }
        let whole = unsafe at
        while unsafe at.pointee &- 48 <= 9 { unsafe at += 1 }
        if unsafe at == whole { return unsafe at > from && from.pointee == 0x2d }
        if unsafe at - whole > 18 {
            unsafe at = from
            return false
        }
        if unsafe at.pointee == 0x2e && at[1] &- 48 <= 9 {
            unsafe at += 1
            while unsafe at.pointee &- 48 <= 9 { unsafe at += 1 }
        }
        return true
    }

    /// Whether an address may hold it.
    static func isDigit(_ byte: UInt8) -> Bool {
        Unescaping.hexDigit(byte) != nil || byte == 0x3a || byte == 0x2e
    }

    /// The shapes that are seldom.
    @inline(never)
    static func split(
        _ shape: PatternLine.Step.Shape, _ from: ByteScan.Bytes, _ to: ByteScan.Bytes, _ base: ByteScan.Bytes,
        _ spans: UnsafeMutablePointer<FieldSpan>
    ) {
        switch shape {
        case .plain: break
        case .unquoted:
            let isQuoted = unsafe to - from >= 2 && from.pointee == 0x22 && to[-1] == 0x22
            unsafe spans[0] = FieldSpan(start: from - base + (isQuoted ? 1 : 0), count: to - from - (isQuoted ? 2 : 0))
        case .request: unsafe RequestLine.split(from, to, base, spans)
        case .hostPort:
            var colon = unsafe to
            while unsafe colon > from && colon[-1] != 0x3a { unsafe colon -= 1 }
            if unsafe colon == from { unsafe colon = to + 1 }
            unsafe spans[0] = FieldSpan(start: from - base, count: colon - 1 - from)
            unsafe spans[1] = colon > to ? .absent : FieldSpan(start: colon - base, count: to - colon)
        case .lastItem:
            var item = unsafe to
            while unsafe item > from && item[-1] != 0x20 && item[-1] != 0x2c { unsafe item -= 1 }
            unsafe spans[0] = FieldSpan(start: item - base, count: to - item)
        case .firstItem:
            var itemEnd = unsafe from
            while unsafe itemEnd < to && isDigit(itemEnd.pointee) { unsafe itemEnd += 1 }
            unsafe spans[0] = FieldSpan(start: from - base, count: itemEnd - from)
        }
    }
}
