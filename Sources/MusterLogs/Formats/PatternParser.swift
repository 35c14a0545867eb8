/// Reads the lines of any ``PatternLine``: one loop over its steps.
final class PatternParser: LineParser {
    private let line: PatternLine
    private let machine: Machine
    /// What is tried where a line does not fit.
    private let others: [Machine]
    private var clf = CLFTime()

    init(_ line: PatternLine) {
        self.line = line
        machine = Machine(line)
        others = line.others.map { Machine($0) }
    }

    deinit {
        unsafe machine.deallocate()
        for other in others { unsafe other.deallocate() }
    }

    func parse(_ chunk: Chunk, _ cursor: inout Int, into batch: inout RowBatch) {
        precondition(batch.width >= line.fields.count)
        var clf = self.clf
        let machine = machine
        // Invariant: `at` stays inside the chunk, whose last byte is a line feed; every step stops there.
        let base = unsafe UnsafePointer(chunk.base)
        let end = unsafe base + chunk.end
        var at = unsafe base + cursor
        while unsafe at < end && !batch.isFull {
            var escaped = false
            let (stop, failed) = unsafe machine.row(at, end, base, &clf, &escaped, &batch)
            if failed < 0 {
                unsafe at = stop
            } else if unsafe at.pointee == 0 {
                unsafe at = LineWalk.behindZeros(at, end)
            } else if let next = unsafe other(at, end, base, &clf, &batch) {
                unsafe at = next
            } else {
                unsafe at = RequestLine.reject(at, stop, end, base, line.expectations[failed], &batch)
            }
        }
        cursor = unsafe at - base
        self.clf = clf
    }

    /// Reads a line as one of the other kinds; nil where it is none of them.
    @inline(never)
    private func other(
        _ at: ByteScan.Bytes, _ end: ByteScan.Bytes, _ base: ByteScan.Bytes, _ clf: inout CLFTime,
        _ batch: inout RowBatch
    ) -> ByteScan.Bytes? {
        for machine in others {
            var escaped = false
            let (next, failed) = unsafe machine.row(at, end, base, &clf, &escaped, &batch)
            if failed < 0 { return unsafe next }
        }
        return nil
    }

    /// The pattern in plain memory. Invariant: every step's column, with those behind it that its shape takes, is below
    /// the width, and its index is below the number of readers or sets.
    @safe
    private struct Machine {
        private let steps: UnsafeMutablePointer<PatternLine.Step>
        private let count: Int
        private let readers: UnsafeMutablePointer<TimeReader>
        private let timeCount: Int
        /// Whether one of several times has the zone of all.
        private let hasZone: Bool
        private let escapable: UnsafeMutablePointer<Int>
        private let escapableCount: Int
        private let sets: UnsafeMutablePointer<ByteSet>
        private let setCount: Int
        private let absent: UnsafeMutablePointer<Int>
        private let absentCount: Int
        /// Columns of its own, the first of a row.
        private let width: Int

        init(_ line: PatternLine) {
            unsafe steps = Self.copy(line.steps)
            count = line.steps.count
            unsafe readers = Self.copy(line.times.map { TimeReader($0) })
            timeCount = line.times.count
            hasZone = line.times.count > 1 && line.times.contains { $0.hasZone }
            unsafe escapable = Self.copy(line.escapable)
            escapableCount = line.escapable.count
            unsafe sets = Self.copy(line.sets)
            setCount = line.sets.count
            unsafe absent = Self.copy(line.absent)
            absentCount = line.absent.count
            width = line.ownCount ?? line.fields.count
        }

        private static func copy<T>(_ values: [T]) -> UnsafeMutablePointer<T> {
            let memory = UnsafeMutablePointer<T>.allocate(capacity: max(1, values.count))
            for index in values.indices { unsafe (memory + index).initialize(to: values[index]) }
            return unsafe memory
        }

        @unsafe
        func deallocate() {
            unsafe steps.deallocate()
            unsafe escapable.deallocate()
            unsafe sets.deallocate()
            unsafe absent.deallocate()
            unsafe readers.deinitialize(count: timeCount)
            unsafe readers.deallocate()
        }

        /// Reads a line into a row. Returns where the next line begins and -1, or where it stopped and the expectation
        /// that failed.
        @inline(__always)
        func row(
            _ line: ByteScan.Bytes, _ end: ByteScan.Bytes, _ base: ByteScan.Bytes, _ clf: inout CLFTime,
            _ escaped: inout Bool, _ batch: inout RowBatch
        ) -> (ByteScan.Bytes, Int) {
            // A pattern of texts alone would take a blank line.
            if unsafe line.pointee <= 0x20 {
                // Nor is there a field in zeros.
                let feed = unsafe ByteScan.lineEnd(from: line, to: end)
                if unsafe line.pointee == 0 || RequestLine.isBlank(line, feed) { return unsafe (line, 0) }
            }
            let row = unsafe batch.row()
            var time: Int64 = timeCount == 0 ? RowBatch.noTime : 0
            var at = unsafe line
            var index = 0
            while index < count {
                let step = unsafe steps + index
                var from = unsafe at
                switch unsafe step.pointee.kind {
                case .literal: break
                case .word:
                    unsafe at = ByteScan.first(of: step.pointee.stop, or: 0x0a, from: at, to: end)
                    unsafe Self.dropReturn(&at, from, step)
                    guard unsafe at > from || step.pointee.mayBeEmpty else { return unsafe (at, 2 &* index) }
                case .text:
                    unsafe at = Self.textEnd(at, end, step, &escaped)
                    unsafe Self.dropReturn(&at, from, step)
                    guard unsafe at > from || step.pointee.mayBeEmpty else { return unsafe (at, 2 &* index) }
                case .quoted:
                    unsafe at = ByteScan.closingQuote(from: at, to: end, escaped: &escaped)
                    if unsafe step.pointee.hasRawQuotes {
                        unsafe at = Self.laterQuote(at, end, step, &escaped)
                    }
                case .clf:
                    // 26 bytes; the padding makes them readable.
                    guard let instant = unsafe clf.read(at) else { return unsafe (at, 2 &* index) }
                    time = timeCount == 1 ? instant : LineTime.sum(time, instant)
                    unsafe at += CLFTime.length
                case .digits:
                    guard unsafe FieldScan.digits(&at) else { return unsafe (at, 2 &* index) }
                case .status:
                    let hundreds = unsafe at[0] &- 48
                    guard unsafe hundreds <= 9 && at[1] &- 48 <= 9 && at[2] &- 48 <= 9 else {
                        return unsafe (at, 2 &* index)
                    }
                    unsafe at += 3
                case .decimal:
                    guard unsafe FieldScan.decimal(&at) else { return unsafe (at, 2 &* index) }
                case .time:
                    let reader = unsafe readers + step.pointee.index
                    guard let (value, length) = unsafe reader.pointee.take(at, end - at) else {
                        return unsafe (at, 2 &* index)
                    }
                    time = timeCount == 1 ? value : LineTime.sum(time, value)
                    unsafe at += length
                case .optional:
                    if unsafe at.pointee == 0x0a || (at.pointee == 0x0d && at[1] == 0x0a) {
                        for column in unsafe step.pointee.column..<width { unsafe row[column] = .absent }
                        index = count
                        continue
                    }
                default:
                    guard unsafe rare(step, line, &from, &at, end, &escaped) else { return unsafe (at, 2 &* index) }
                }
                guard unsafe at < end && ByteScan.load64(at) & step.pointee.mask == step.pointee.needle else {
                    return unsafe (at, 2 &* index &+ 1)
                }
                let column = unsafe step.pointee.column
                if column >= 0, unsafe step.pointee.kind != .optional {
                    if unsafe step.pointee.shape == .plain {
                        unsafe row[column] = FieldSpan(start: from - base, count: at - from)
                    } else if unsafe step.pointee.shape != .request
                        || !RequestLine.splitUsual(from, at, base, row + column)
                    {
                        unsafe FieldScan.split(step.pointee.shape, from, at, base, row + column)
                    }
                }
                unsafe at += step.pointee.length
                index &+= 1
            }
            if unsafe at.pointee == 0x0d { unsafe at += 1 }
            guard unsafe at < end && at.pointee == 0x0a else { return unsafe (at, 2 &* count) }
            if escaped { unsafe unescape(row, base) }
            if hasZone { time = LineTime.zoned(time) }
            for index in 0..<absentCount { unsafe row[absent[index]] = .absent }
            unsafe batch.commit(line: FieldSpan(start: line - base, count: at - line), time: time)
            return unsafe (at + 1, -1)
        }

        /// A last field that ran to the line end leaves a carriage return out.
        @inline(__always)
        private static func dropReturn(
            _ at: inout ByteScan.Bytes, _ from: ByteScan.Bytes, _ step: UnsafeMutablePointer<PatternLine.Step>
        ) {
            if unsafe step.pointee.length == 0 && at > from && at.pointee == 0x0a && at[-1] == 0x0d { unsafe at -= 1 }
        }

        /// Where the text behind a field begins; the line feed where it does not.
        @inline(__always)
        private static func textEnd(
            _ start: ByteScan.Bytes, _ end: ByteScan.Bytes, _ step: UnsafeMutablePointer<PatternLine.Step>,
            _ escaped: inout Bool
        ) -> ByteScan.Bytes {
            let stop = unsafe step.pointee.stop
            var at = unsafe start
            while true {
                unsafe at = ByteScan.first(of: stop, or: 0x5c, or: 0x0a, from: at, to: end)
                if unsafe at >= end || at.pointee == 0x0a { return unsafe at }
                if unsafe at.pointee == stop && ByteScan.load64(at) & step.pointee.mask == step.pointee.needle {
                    return unsafe at
                }
                if unsafe at.pointee == 0x5c { escaped = true }
                unsafe at += 1
            }
        }

        /// The quote, or the next one of the line, that the text behind the field begins at; the same place where there is
        /// none.
        @inline(never)
        private static func laterQuote(
            _ quote: ByteScan.Bytes, _ end: ByteScan.Bytes, _ step: UnsafeMutablePointer<PatternLine.Step>,
            _ escaped: inout Bool
        ) -> ByteScan.Bytes {
            var at = unsafe quote
            while unsafe at < end && at.pointee == 0x22 {
                if unsafe ByteScan.load64(at) & step.pointee.mask == step.pointee.needle { return unsafe at }
                unsafe at = ByteScan.closingQuote(from: at + 1, to: end, escaped: &escaped)
            }
            return unsafe quote
        }

        /// The kinds that are seldom; each leaves `at` in the line.
        @inline(never)
        private func rare(
            _ step: UnsafeMutablePointer<PatternLine.Step>, _ line: ByteScan.Bytes, _ from: inout ByteScan.Bytes,
            _ at: inout ByteScan.Bytes, _ end: ByteScan.Bytes, _ escaped: inout Bool
        ) -> Bool {
            switch unsafe step.pointee.kind {
            case .blanks: while unsafe at.pointee == 0x20 || at.pointee == 0x09 { unsafe at += 1 }
            case .list:
                while true {
                    unsafe at = ByteScan.first(of: step.pointee.stop, or: 0x0a, from: at, to: end)
                    if unsafe at.pointee == 0x0a { break }
                    if unsafe at > from && at[-1] == 0x2c && at.pointee == 0x20 {
                        unsafe at += 1
                    } else if unsafe at.pointee == 0x2c && at[1] == 0x20 {
                        unsafe at += 2
                    } else if unsafe at.pointee == 0x20 && at[1] == 0x3a && at[2] == 0x20 {
                        unsafe at += 3
                    } else {
                        break
                    }
                }
                unsafe Self.dropReturn(&at, from, step)
                return unsafe at > from || step.pointee.mayBeEmpty
            case .name:
                unsafe at = ByteScan.first(of: step.pointee.stop, or: 0x20, or: 0x0a, from: at, to: end)
                return unsafe at > from && at < end && at.pointee == step.pointee.stop
            case .addresses: return unsafe addresses(step, &from, &at)
            case .prefix:
                while true {
                    unsafe at = ByteScan.first(of: 0x5b, or: 0x0a, from: at, to: end)
                    if unsafe at.pointee == 0x0a { return false }
                    // `at` and what follows up to the slash lie in the line, or one of the comparisons fails before.
                    if unsafe at > line + 1 && at[-1] == 0x20 && at[1] &- 48 <= 9 && at[2] &- 48 <= 9 && at[3] == 0x2f {
                        break
                    }
                    unsafe at += 1
                }
                unsafe at -= 1
                while unsafe at > line && at[-1] != 0x20 { unsafe at -= 1 }
            case .braces:
                while unsafe at.pointee == 0x7b {
                    unsafe at = ByteScan.first(of: 0x7d, or: 0x0a, from: at, to: end)
                    guard unsafe at.pointee == 0x7d && at[1] == 0x20 else { return false }
                    unsafe at += 2
                }
            default: return false
            }
            return true
        }

        /// Bytes of the set, then addresses with such between them; bytes of the set behind the last up to the text that
        /// follows.
        private func addresses(
            _ step: UnsafeMutablePointer<PatternLine.Step>, _ from: inout ByteScan.Bytes, _ at: inout ByteScan.Bytes
        ) -> Bool {
            let set = unsafe sets[step.pointee.index]
            var first: (start: ByteScan.Bytes, end: ByteScan.Bytes)?
            while true {
                var item = unsafe at
                while unsafe set.contains(item.pointee) && item.pointee != 0x0a { unsafe item += 1 }
                var itemEnd = unsafe item
                var points = 0
                while unsafe FieldScan.isDigit(itemEnd.pointee) && !set.contains(itemEnd.pointee) {
                    points += unsafe itemEnd.pointee == 0x3a || itemEnd.pointee == 0x2e ? 1 : 0
                    unsafe itemEnd += 1
                }
                guard unsafe points >= 2 && itemEnd - item <= 45 else { break }
                if unsafe first == nil { unsafe first = (item, itemEnd) }
                unsafe at = itemEnd
            }
            guard let found = unsafe first else { return false }
            while unsafe set.contains(at.pointee) && at.pointee != 0x0a
                && ByteScan.load64(at) & step.pointee.mask != step.pointee.needle
            {
                unsafe at += 1
            }
            // What lies behind the first address is no part of the field, only of what is passed over.
            unsafe from = found.start
            return true
        }

        @inline(never)
        private func unescape(_ row: UnsafeMutablePointer<FieldSpan>, _ base: ByteScan.Bytes) {
            for index in 0..<escapableCount {
                let column = unsafe escapable[index]
                let span = unsafe row[column]
                if span.isAbsent { continue }
                // Invariant: the span lies in the chunk, which a parser may write.
                let count = unsafe Unescaping.accessLog(
                    UnsafeMutablePointer(mutating: base + Int(span.start)), Int(span.count))
                unsafe row[column] = FieldSpan(start: Int(span.start), count: count)
            }
        }
    }
}
