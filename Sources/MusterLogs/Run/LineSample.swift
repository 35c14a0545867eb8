internal import MusterSystem

/// Lines of a log to recognise its format by: from its beginning, and where it is a plain file from its middle and its end
/// too. Lines that go on a line before, which are indented, are left out.
package struct LineSample {
    /// Lines that are taken of each part, and bytes that are read of it.
    private static let linesOfPart = 40
    private static let bytesOfPart = 16_384

    /// Whole lines, each with its line end; the last may have none.
    package private(set) var lines: [UInt8] = []

    /// Of a beginning alone, or of all that is there.
    package init(_ head: [UInt8]) {
        take([whole(head[...], begins: true)])
    }

    /// Of a source whose beginning is known: a plain file is looked at in its middle and at its end as well, a compressed
    /// one is not, for that would decompress all of it.
    init(_ source: LogSource, head: [UInt8]) {
        var parts = [whole(head[...], begins: true)]
        if source.isPlainFile, let size = source.size, size > Int64(head.count) {
            // What cannot be read now is told by whoever reads it all.
            if let file = try? InputFile.open(source.path) {
                let length = Int64(Self.bytesOfPart)
                let end = max(Int64(head.count), size - length)
                let middle = max(Int64(head.count), (size - length) / 2)
                for (place, limit) in [(middle, end), (end, size)] where limit > place {
                    let bytes = try? file.bytes(at: place, count: Int(min(length, limit - place)))
                    parts.append(whole((bytes ?? [])[...], begins: false))
                }
            }
        } else if source.size == nil, head.count > 2 * Self.bytesOfPart {
            let middle = head.count / 2
            parts.append(whole(head[middle..<middle + Self.bytesOfPart / 2], begins: false))
            parts.append(whole(head.suffix(Self.bytesOfPart), begins: false))
        }
        take(parts)
    }

    /// The whole lines of a part; a part that does not begin the log may begin inside of a line.
    private func whole(_ part: ArraySlice<UInt8>, begins: Bool) -> ArraySlice<UInt8> {
        var part = part
        if !begins { part = part.firstIndex(of: 10).map { part[($0 + 1)...] } ?? [] }
        guard part.last != 10, let end = part.lastIndex(of: 10) else { return begins || part.last == 10 ? part : [] }
        return part[...end]
    }

    private mutating func take(_ parts: [ArraySlice<UInt8>]) {
        var indented: [UInt8] = []
        for part in parts {
            var rest = part
            var count = 0
            while count < Self.linesOfPart, !rest.isEmpty {
                let end = rest.firstIndex(of: 10).map { $0 + 1 } ?? rest.endIndex
                let line = rest[..<end]
                rest = rest[end...]
                count += 1
                if line.first == 0x20 || line.first == 0x09 { indented += line } else { lines += line }
                if line.last != 10 { lines.append(10) }
            }
        }
        let isBlank = lines.allSatisfy { $0 == 10 || $0 == 13 }
        if isBlank { lines = indented }
    }
}
