internal import Glibc

/// Bytes that are looked for in texts, in time that grows with the text alone (Knuth, Morris and Pratt, 1977).
struct ByteNeedle: Sendable {
    private let bytes: [UInt8]
    /// For each length of a match that breaks off, the length of the longest one that it goes on with.
    private let fallback: [Int]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        var fallback = [Int](repeating: 0, count: bytes.count + 1)
        var length = 0
        for index in bytes.indices.dropFirst() {
            while length > 0, bytes[index] != bytes[length] { length = fallback[length] }
            if bytes[index] == bytes[length] { length += 1 }
            fallback[index + 1] = length
        }
        self.fallback = fallback
    }

    /// Whether they stand somewhere in a text; nothing stands in every text.
    func occurs(in text: Text) -> Bool {
        guard let first = bytes.first else { return true }
        var length = 0
        var index = 0
        while index < text.count {
            if length == 0 {
                // Invariant: as many bytes are searched as the text has from here.
                guard let found = unsafe memchr(text.start + index, Int32(first), text.count - index) else {
                    return false
                }
                index = unsafe UnsafeRawPointer(found) - UnsafeRawPointer(text.start)
            }
            while length > 0, text[index] != bytes[length] { length = fallback[length] }
            if text[index] == bytes[length] { length += 1 }
            if length == bytes.count { return true }
            index += 1
        }
        return false
    }
}
