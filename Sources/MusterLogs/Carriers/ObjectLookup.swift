/// Looks wanted names up in a text that may be a JSON object: `columns` of a row, absent where it is none.
final class ObjectLookup {
    private let scanner: JSONScanner
    private let keepsText: Bool
    /// How many columns it fills.
    let count: Int

    /// `keepsText`: the text is asked for as it stands, so that no escapes are undone in it.
    init(_ columns: [LogField], keepsText: Bool) {
        scanner = JSONScanner(JSONKeys(columns: columns.map { JSONLine.candidates($0.name) }, times: []))
        self.keepsText = keepsText
        count = columns.count
    }

    /// Invariant for the caller: a line feed lies at or behind `end`, and `row` has ``count`` columns.
    @inline(__always)
    func fill(
        _ row: UnsafeMutablePointer<FieldSpan>, _ text: ByteScan.Bytes, _ end: ByteScan.Bytes, _ base: ByteScan.Bytes
    ) {
        if count > 0 { unsafe look(row, text, end, base) }
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
        if !keepsText { scanner.unescape() }
        for slot in 0..<count {
            let found = unsafe scanner.slots[slot]
            if let start = unsafe found.start {
                unsafe row[slot] = FieldSpan(start: start - base, count: found.count)
            }
        }
    }
}
