/// What is the same in parsers that go line by line.
enum LineWalk {
    typealias Bytes = ByteScan.Bytes

    /// Where a line stopped to fit, and what should have stood there.
    @safe
    struct Stop {
        let place: Bytes
        let expected: StaticString

        init(_ place: Bytes, _ expected: StaticString) {
            unsafe self.place = place
            self.expected = expected
        }
    }

    /// Reads lines until the batch is full or the chunk ends. `read` gets a line's first byte, its end (before the line
    /// end, which may be CR LF) and the row to fill, and returns the line's time or where it stopped.
    @inline(__always)
    static func lines(
        of chunk: Chunk, _ cursor: inout Int, into batch: inout RowBatch,
        _ read: (_ line: Bytes, _ end: Bytes, _ row: UnsafeMutablePointer<FieldSpan>, _ time: inout Int64) -> Stop?
    ) {
        // Invariant: `line` stays inside the chunk, whose last byte is a line feed.
        let base = unsafe UnsafePointer(chunk.base)
        let end = unsafe base + chunk.end
        var line = unsafe base + cursor
        while unsafe line < end && !batch.isFull {
            if unsafe line.pointee == 0 { unsafe line = behindZeros(line, end) }
            let feed = unsafe ByteScan.lineEnd(from: line, to: end)
            let stop = unsafe feed > line && feed[-1] == 0x0d ? feed - 1 : feed
            if unsafe stop > line {
                var time = RowBatch.noTime
                if let fault = unsafe read(line, stop, batch.row(), &time) {
                    unsafe refuse(line, fault.place, end, base, fault.expected, &batch)
                } else {
                    unsafe batch.commit(line: FieldSpan(start: line - base, count: stop - line), time: time)
                }
            }
            unsafe line = min(feed + 1, end)
        }
        cursor = unsafe line - base
    }

    /// Notes a bad line, or passes over a blank one; returns where the next begins.
    @inline(never) @discardableResult
    static func refuse(
        _ line: Bytes, _ stop: Bytes, _ end: Bytes, _ base: Bytes, _ expected: StaticString, _ batch: inout RowBatch
    ) -> Bytes {
        let feed = unsafe ByteScan.lineEnd(from: line, to: end)
        var first = unsafe line
        while unsafe first < feed && isBlank(first.pointee) { unsafe first += 1 }
        if unsafe first < feed {
            let last = unsafe feed[-1] == 0x0d ? feed - 1 : feed
            unsafe batch.reject(
                line: line - base..<last - base, fault: min(max(stop, line), last) - base,
                expected: expected.description)
        }
        return unsafe min(feed + 1, end)
    }

    /// Behind the zeros that a line begins with: where a log is truncated under its writer, a hole is left before the next
    /// line. Invariant for the caller: the byte before `end` is a line feed.
    @inline(never)
    static func behindZeros(_ line: Bytes, _ end: Bytes) -> Bytes {
        var at = unsafe line
        while unsafe end - at >= 8 && ByteScan.load64(at) == 0 { unsafe at += 8 }
        while unsafe at < end && at.pointee == 0 { unsafe at += 1 }
        return unsafe at
    }

    @inline(__always)
    static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0d }

    @inline(__always)
    static func isDigit(_ byte: UInt8) -> Bool { byte &- 48 <= 9 }
}
