/// logfmt, as Go and Heroku programs write it: `k=v k="q\"v" flag`. A wanted name is a key, or another of the vocabulary's
/// names for it. A flag stands for itself; of equal keys the last counts; bytes beyond ASCII are taken as they are.
package enum LogfmtLine {
    package static let format: LogFormat = {
        var format = LogFormat(
            name: "logfmt", summary: #"logfmt: key=value key="a value", any key as a field"#
        ) { wanted in reading(wanted, isStrict: false) }
        // A pair somewhere in a line makes no logfmt: prose has such too.
        format.strictReading = { wanted in reading(wanted, isStrict: true) }
        // One pair a line is any file of settings.
        format.isLikely = { lines in hasPairs(lines) && !JournalExport.isLikely(lines) }
        format.doubt = "most have only one pair, too few to be sure"
        return format
    }()

    /// Whether at least one of five lines has two pairs.
    private static func hasPairs(_ lines: [UInt8]) -> Bool {
        let lines = lines.split { $0 == 0x0a || $0 == 0x0d }
        return lines.count { pairs($0) >= 2 } * 5 >= lines.count
    }

    /// How many words have a letter, a mark or a digit first and a `=` behind their key; what is in quotes is none.
    private static func pairs(_ line: ArraySlice<UInt8>) -> Int {
        var (count, index) = (0, line.startIndex)
        while index < line.endIndex {
            let start = index
            while index < line.endIndex, line[index] > 0x20, line[index] != 0x3d, line[index] != 0x22 { index += 1 }
            if index > start, index < line.endIndex, line[index] == 0x3d, line[start] != 0x2d { count += 1 }
            var isQuoted = false
            while index < line.endIndex, isQuoted || line[index] > 0x20 {
                if line[index] == 0x5c { index += 1 } else if line[index] == 0x22 { isQuoted.toggle() }
                index += 1
            }
            while index < line.endIndex, line[index] <= 0x20 { index += 1 }
        }
        return count
    }

    private static func reading(_ wanted: [String], isStrict: Bool) -> LineReading {
        let fields = JSONLine.columns(wanted)
        let keys = JSONKeys(flat: fields.map { JSONLine.candidates($0.name) }, times: TimeNames.all)
        return LineReading(title: "logfmt", fields: fields, hasTime: true) { LogfmtParser(keys, isStrict: isStrict) }
    }
}

private final class LogfmtParser: LineParser {
    private typealias Bytes = ByteScan.Bytes
    private struct Slot {
        var span = FieldSpan.absent
        var rank = Int.max
        var isEscaped = false
    }

    private let keys: JSONKeys
    private var slots: [Slot]
    private var time = LooseTime()
    /// The line's time so far, and how welcome its name is.
    private var instant = (time: RowBatch.noTime, rank: Int.max)
    /// Whether a line has to begin with a pair whose key is a word.
    private let isStrict: Bool

    init(_ keys: JSONKeys, isStrict: Bool) {
        self.keys = keys
        self.isStrict = isStrict
        slots = Array(repeating: Slot(), count: keys.slotCount)
    }

    func parse(_ chunk: Chunk, _ cursor: inout Int, into batch: inout RowBatch) {
        let base = unsafe UnsafePointer(chunk.base)
        unsafe LineWalk.lines(of: chunk, &cursor, into: &batch) { line, end, row, instant in
            for slot in slots.indices { slots[slot] = Slot() }
            self.instant = (RowBatch.noTime, Int.max)
            if let stop = unsafe pairs(line, end, base) { return stop }
            for slot in slots.indices where slots[slot].isEscaped { unescape(slot, chunk) }
            let last = slots.count - 1
            for slot in 0..<last { unsafe row[slot] = slots[slot].span }
            instant = self.instant.time
            return nil
        }
    }

    /// Reads a line's pairs. A line without a single `=` is none of this format.
    private func pairs(_ line: Bytes, _ end: Bytes, _ base: Bytes) -> LineWalk.Stop? {
        if isStrict, unsafe !Self.beginsWithPair(line, end) {
            return unsafe LineWalk.Stop(line, "a pair, key=value")
        }
        var at = unsafe line
        var isPair = false
        while true {
            while unsafe at < end && LineWalk.isBlank(at.pointee) { unsafe at += 1 }
            if unsafe at >= end { break }
            let key = unsafe at
            while unsafe at < end && at.pointee > 0x20 && at.pointee != 0x3d && at.pointee != 0x22 { unsafe at += 1 }
            guard unsafe at > key && (at >= end || at.pointee == 0x3d || LineWalk.isBlank(at.pointee)) else {
                return unsafe LineWalk.Stop(at, "a key, then = and its value")
            }
            let name = unsafe Text(start: key, count: at - key)
            guard unsafe at < end && at.pointee == 0x3d else {
                unsafe keep(name, key, at, base, false)
                continue
            }
            isPair = true
            unsafe at += 1
            let value = unsafe at
            if unsafe at < end && at.pointee == 0x22 {
                var isEscaped = false
                let quote = unsafe ByteScan.closingQuote(from: at + 1, to: end, escaped: &isEscaped)
                guard unsafe quote < end && quote.pointee == 0x22 else {
                    return unsafe LineWalk.Stop(min(quote, end), "the quote that ends the value")
                }
                unsafe keep(name, value + 1, quote, base, isEscaped)
                unsafe at = quote + 1
                guard unsafe at >= end || LineWalk.isBlank(at.pointee) else {
                    return unsafe LineWalk.Stop(at, "a blank behind the quote")
                }
            } else {
                while unsafe at < end && at.pointee > 0x20 { unsafe at += 1 }
                guard unsafe at >= end || LineWalk.isBlank(at.pointee) else {
                    return unsafe LineWalk.Stop(at, "no control character in a value")
                }
                unsafe keep(name, value, at, base, false)
            }
        }
        return unsafe isPair ? nil : LineWalk.Stop(line, "key=value")
    }

    /// Whether it begins with letters, digits and `_ . - @ /`, a letter or mark first, and `=` behind them.
    private static func beginsWithPair(_ line: Bytes, _ end: Bytes) -> Bool {
        var at = unsafe line
        while unsafe at < end && at.pointee != 0x3d {
            let byte = unsafe at.pointee
            let isLetter = (byte | 0x20) &- 97 < 26 || byte == 0x5f || byte == 0x40
            let isInner = LineWalk.isDigit(byte) || byte &- 0x2d <= 2
            guard unsafe isLetter || (isInner && at > line) else { return false }
            unsafe at += 1
        }
        return unsafe at > line && at < end
    }

    private func keep(_ name: Text, _ start: Bytes, _ end: Bytes, _ base: Bytes, _ isEscaped: Bool) {
        let index = keys.find(name, 0)
        if index < 0 { return }
        let span = unsafe FieldSpan(start: start - base, count: end - start)
        for target in keys.nodes[0][index].targets {
            if target.slot == slots.count - 1 {
                // A value that is no plausible time leaves the place to another name.
                if target.rank > instant.rank { continue }
                let value = unsafe time.read(start, end - start)
                if value != RowBatch.noTime { instant = (value, target.rank) }
            } else if target.rank <= slots[target.slot].rank {
                slots[target.slot] = Slot(span: span, rank: target.rank, isEscaped: isEscaped)
            }
        }
    }

    /// Undoes escapes where they stand, once for all columns that share a value.
    private func unescape(_ slot: Int, _ chunk: Chunk) {
        let span = slots[slot].span
        // Invariant: spans lie in the chunk, which a parser may write.
        let count = unsafe Self.unescape(chunk.base + Int(span.start), Int(span.count))
        for other in slots.indices where slots[other].isEscaped && slots[other].span == span {
            slots[other].span = FieldSpan(start: Int(span.start), count: count)
            slots[other].isEscaped = false
        }
    }

    /// Escapes as Go's `strconv.Quote` writes them: those of access logs, else, where there is a `\u`, those of JSON.
    private static func unescape(_ start: UnsafeMutablePointer<UInt8>, _ count: Int) -> Int {
        var index = 0
        // Invariant: `index` is below `count` where a byte is read, or the byte is the closing quote.
        while index < count {
            guard unsafe start[index] == 0x5c else {
                index += 1
                continue
            }
            if unsafe start[index + 1] == UInt8(ascii: "u") {
                let isWhole =
                    index + 6 <= count && (2..<6).allSatisfy { unsafe Unescaping.hexDigit(start[index + $0]) != nil }
                if isWhole { return unsafe JSONText.unescape(start, count) }
            }
            index += 2
        }
        return unsafe Unescaping.accessLog(start, count)
    }
}
