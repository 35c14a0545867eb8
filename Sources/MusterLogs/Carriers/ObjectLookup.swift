/// Looks wanted names up in a text that may be a JSON object: `columns` of a row, absent where it is none. Where the
/// object has a message, it takes the place of the text.
final class ObjectLookup {
    private let scanner: JSONScanner
    private let wantsMessage: Bool
    private let count: Int
    /// Whether it looks for anything.
    let isNeeded: Bool

    /// `wantsMessage`: the message is asked for. A text without one is then asked for as it stands, so that no escapes are
    /// undone in it.
    init(_ columns: [LogField], wantsMessage: Bool) {
        let names = columns.map(\.name) + (wantsMessage ? ["message"] : [])
        scanner = JSONScanner(JSONKeys(columns: names.map { JSONLine.candidates($0) }, times: []))
        self.wantsMessage = wantsMessage
        count = columns.count
        isNeeded = !names.isEmpty
    }

    /// Fills the columns, and the one before them, which is the message's.
    /// Invariant for the caller: a line feed lies at or behind `end`, and `row` has a column for each of the wanted, and one
    /// before.
    @inline(__always)
    func fill(
        _ row: UnsafeMutablePointer<FieldSpan>, _ text: ByteScan.Bytes, _ end: ByteScan.Bytes, _ base: ByteScan.Bytes
    ) {
        if isNeeded { unsafe look(row, text, end, base) }
    }

    private func look(
        _ row: UnsafeMutablePointer<FieldSpan>, _ text: ByteScan.Bytes, _ end: ByteScan.Bytes, _ base: ByteScan.Bytes
    ) {
        for slot in 0..<count { unsafe row[slot] = .absent }
        var values = unsafe JSONValues(text)
        guard unsafe text < end, let behind = unsafe scanner.read(text, &values), unsafe JSONValues.space(behind) >= end
        else {
            return
        }
        let isText = unsafe wantsMessage && scanner.slots[count].start == nil
        if !isText { scanner.unescape() }
        if wantsMessage, let message = unsafe scanner.slots[count].start {
            unsafe row[-1] = FieldSpan(start: message - base, count: scanner.slots[count].count)
        }
        for slot in 0..<count {
            let found = unsafe scanner.slots[slot]
            if let start = unsafe found.start {
                unsafe row[slot] = FieldSpan(start: start - base, count: found.count)
            }
        }
    }
}
