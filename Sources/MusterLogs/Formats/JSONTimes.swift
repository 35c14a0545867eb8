/// Looks for the time of a JSON line anew, name by name, where the best name's value is no plausible time (a duration that is
/// called `time`) or has escapes.
final class OtherTimes {
    private let scanner: JSONScanner

    /// `names` are the best first.
    init(_ names: [String]) {
        scanner = JSONScanner(JSONKeys(columns: names.map { [$0] }, times: []))
    }

    /// A number of ``LineTime``; ``RowBatch/noTime`` where no name has a plausible one.
    /// Invariant for the caller: as for ``JSONScanner/read(_:_:)``.
    func read(_ object: ByteScan.Bytes, _ time: inout LooseTime) -> Int64 {
        var values = unsafe JSONValues(object)
        guard unsafe scanner.read(object, &values) != nil else { return RowBatch.noTime }
        for slot in 0..<scanner.slotCount {
            let found = unsafe scanner.slots[slot]
            guard let start = unsafe found.start else { continue }
            let value =
                unsafe found.isEscaped ? unescaped(start, found.count, &time) : time.read(start, found.count)
            if value != RowBatch.noTime { return value }
        }
        return RowBatch.noTime
    }

    /// Reads a copy, so that the line stays as it is: PHP writes `2026\/11\/29 23:50:01`.
    private func unescaped(_ start: ByteScan.Bytes, _ count: Int, _ time: inout LooseTime) -> Int64 {
        guard count <= 200 else { return RowBatch.noTime }
        let bytes = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
        // Invariant: a chunk's bytes are a copy of these, with room behind.
        return Chunk.with(bytes) { chunk in
            unsafe time.read(UnsafePointer(chunk.base), JSONText.unescape(chunk.base, count))
        }
    }
}
