internal import MusterSystem

/// Lines without text, which are no lines to us, and zeros, which read as the hole that is left where a log is truncated and
/// its writer goes on at the old place. A log may begin with any number of them, so that its first bytes do not tell whether
/// it has others.
enum BlankText {
    /// How much of a log is looked at at once.
    private static let piece = 1 << 16

    static func isBlank(_ bytes: [UInt8]) -> Bool { bytes.allSatisfy(isBlank) }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x0a || byte == 0x0d || byte == 0x20 || byte == 0 }

    /// Whether there are zeros elsewhere than before lines, as in no text.
    static func hasZeros(_ bytes: [UInt8]) -> Bool {
        // Hardly a log has any.
        guard bytes.contains(0) else { return false }
        return bytes.split(separator: 0x0a).contains { line in line.drop { $0 == 0 }.contains(0) }
    }

    /// How many zeros a file begins with.
    static func hole(of file: InputFile) throws(FileFault) -> Int64 {
        var position: Int64 = 0
        while true {
            let bytes = try file.bytes(at: position, count: piece)
            if let start = bytes.firstIndex(where: { $0 != 0 }) { return position + Int64(start) }
            if bytes.isEmpty { return position }
            position += Int64(bytes.count)
        }
    }

    /// The first bytes of a stream behind zeros, up to `count`; they are then taken.
    static func beginningBehindZeros(of stream: any ByteStream, _ count: Int) throws(StreamFault) -> [UInt8] {
        while true {
            let bytes = try stream.bytes(count) { false }
            if bytes.isEmpty { return [] }
            guard let start = bytes.firstIndex(where: { $0 != 0 }) else { continue }
            return start == 0 ? bytes : bytes[start...] + (try stream.bytes(start) { false })
        }
    }

    /// The first bytes of a file from the first that is not blank on, up to `count`; empty where there is none.
    static func beginning(
        of file: InputFile, _ count: Int, isCancelled: () -> Bool
    ) throws(StreamFault) -> [UInt8] {
        var position: Int64 = 0
        while true {
            if isCancelled() { throw .cancelled }
            do throws(FileFault) {
                let bytes = try file.bytes(at: position, count: piece)
                if bytes.isEmpty { return [] }
                if let start = bytes.firstIndex(where: { !isBlank($0) }) {
                    return try file.bytes(at: position + Int64(start), count: count)
                }
                position += Int64(bytes.count)
            } catch {
                throw .failed(error)
            }
        }
    }

    /// The same for a stream, whose bytes are then taken.
    static func beginning(
        of stream: any ByteStream, _ count: Int, isCancelled: () -> Bool
    ) throws(StreamFault) -> [UInt8] {
        while true {
            let bytes = try stream.bytes(piece, isCancelled: isCancelled)
            if bytes.isEmpty { return [] }
            if let start = bytes.firstIndex(where: { !isBlank($0) }) {
                let found = Array(bytes[start...].prefix(count))
                return found + (try stream.bytes(count - found.count, isCancelled: isCancelled))
            }
        }
    }
}
