/// What a command wrote, as far as it is kept: the first bytes and the last.
package struct KeptOutput: Sendable, Hashable {
    /// Bytes of the beginning that are kept, and as many of the end.
    private let limit: Int
    private var first: [UInt8] = []
    /// A ring of the last bytes behind the first ones; `next` is the place of the oldest once it is full.
    private var last: [UInt8] = []
    private var next = 0
    /// All that was written, in bytes.
    package private(set) var count = 0

    /// Keeps up to `limit` bytes, at least 2, half of them of the end.
    package init(limit: Int) { self.limit = max(1, limit / 2) }

    package mutating func append(_ bytes: Span<UInt8>) {
        count += bytes.count
        var index = 0
        while index < bytes.count, first.count < limit {
            first.append(bytes[index])
            index += 1
        }
        // What would be written over at once is not written.
        index = max(index, bytes.count - limit)
        while index < bytes.count {
            if last.count < limit {
                last.append(bytes[index])
            } else {
                last[next] = bytes[index]
                next = next + 1 == limit ? 0 : next + 1
            }
            index += 1
        }
    }

    /// Bytes that were left out between the first and the last.
    package var omitted: Int { count - first.count - last.count }

    /// What is kept; where something is left out, a line in its place says how much.
    package var bytes: [UInt8] {
        let tail = last[next...] + last[..<next]
        guard omitted > 0 else { return first + tail }
        return first + Array("\n… \(omitted) bytes left out …\n".utf8) + tail
    }

    /// The same as text; bytes that are no UTF-8 are replaced.
    package var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The last lines that are not empty, at most so many, in order, each cut behind 500 characters.
    package func lastLines(_ limit: Int) -> [String] {
        let lines = bytes.split(whereSeparator: { $0 == 10 || $0 == 13 }).suffix(limit + 64)
        let texts = lines.map { String(decoding: $0.prefix(2_000), as: UTF8.self) }
        let spoken = texts.filter { text in text.unicodeScalars.contains { $0.value > 32 } }
        return spoken.suffix(limit).map { String($0.prefix(500)) }
    }
}
