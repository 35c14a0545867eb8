/// What the formats with a quoted request share: its split, and what becomes of a line that does not fit.
enum RequestLine {
    /// Splits `method target protocol` into three spans that follow each other at `spans`. A request that is not such is a
    /// target as a whole: `-`, or what was no HTTP at all. With one blank it is a method and a target (HTTP/0.9).
    ///
    /// Invariant for the caller: `start` to `end` lie in one line of the chunk at `base`, and three spans may be written.
    @inline(never)
    static func split(
        _ start: ByteScan.Bytes, _ end: ByteScan.Bytes, _ base: ByteScan.Bytes, _ spans: UnsafeMutablePointer<FieldSpan>
    ) {
        let first = unsafe ByteScan.first(of: 0x20, or: 0x20, from: start, to: end)
        // The target may hold blanks, the protocol does not.
        var last = unsafe end
        while unsafe last > start && last[-1] != 0x20 { unsafe last -= 1 }
        let isWhole = unsafe first < end && last > first + 1 && isProtocol(last, end)
        let isOld = unsafe first < end && first > start && !isWhole && last == first + 1 && last < end
        unsafe spans[0] = isWhole || isOld ? FieldSpan(start: start - base, count: first - start) : .absent
        let target = unsafe isWhole || isOld ? first + 1 : start
        let targetEnd = unsafe isWhole ? last - 1 : end
        unsafe spans[1] = FieldSpan(start: target - base, count: targetEnd - target)
        unsafe spans[2] = isWhole ? FieldSpan(start: last - base, count: end - last) : .absent
    }

    /// The same for the usual request, quickly; false, and nothing written, where it is another.
    /// Invariant for the caller: as for ``split(_:_:_:_:)``.
    @inline(__always)
    static func splitUsual(
        _ start: ByteScan.Bytes, _ end: ByteScan.Bytes, _ base: ByteScan.Bytes, _ spans: UnsafeMutablePointer<FieldSpan>
    ) -> Bool {
        // `G / HTTP/1.1` is the shortest.
        guard unsafe end - start >= 12 && end[-9] == 0x20 && isUsual(end - 8) else { return false }
        let method = unsafe ByteScan.first(of: 0x20, or: 0x20, from: start, to: end)
        guard unsafe method < end - 10 else { return false }
        unsafe spans[0] = FieldSpan(start: start - base, count: method - start)
        unsafe spans[1] = FieldSpan(start: method + 1 - base, count: end - 10 - method)
        unsafe spans[2] = FieldSpan(start: end - 8 - base, count: 8)
        return true
    }

    /// Whether eight bytes are `HTTP/1.1` or its like: all but the digits are compared.
    @inline(__always)
    private static func isUsual(_ version: ByteScan.Bytes) -> Bool {
        unsafe ByteScan.load64(version) & 0x00ff_00ff_ffff_ffff == 0x002e_002f_5054_5448
    }

    private static func isProtocol(_ start: ByteScan.Bytes, _ end: ByteScan.Bytes) -> Bool {
        unsafe end - start >= 5 && ByteScan.load32(start) == 0x5054_5448 && start[4] == 0x2f
    }

    /// Notes a bad line, or passes over a blank one; returns where the next begins.
    /// Invariant for the caller: `line` and `stop` lie in the chunk at `base`, which ends at `end`.
    @inline(never)
    static func reject(
        _ line: ByteScan.Bytes, _ stop: ByteScan.Bytes, _ end: ByteScan.Bytes, _ base: ByteScan.Bytes,
        _ expected: String, _ batch: inout RowBatch
    ) -> ByteScan.Bytes {
        let next = unsafe ByteScan.lineEnd(from: line, to: end)
        if unsafe !isBlank(line, next) {
            unsafe batch.reject(line: line - base..<next - base, fault: min(stop, next) - base, expected: expected)
        }
        return unsafe min(next + 1, end)
    }

    static func isBlank(_ line: ByteScan.Bytes, _ end: ByteScan.Bytes) -> Bool {
        var last = unsafe end
        while unsafe last > line && (last[-1] == 0x20 || last[-1] == 0x0d || last[-1] == 0x09) { unsafe last -= 1 }
        return unsafe last == line
    }
}
