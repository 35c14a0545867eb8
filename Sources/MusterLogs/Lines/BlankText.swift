internal import MusterSystem

/// Lines without text, which are no lines to us. A log may begin with any number of them, so that its first bytes do not tell
/// whether it has others.
enum BlankText {
    /// How much of a log is looked at at once.
    private static let piece = 1 << 16

    static func isBlank(_ bytes: [UInt8]) -> Bool { bytes.allSatisfy(isBlank) }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x0a || byte == 0x0d || byte == 0x20 }

    /// How many zeros a file begins with: the hole that is left where a log is truncated and its writer goes on at the old
    /// place.
    static func hole(of file: InputFile, isCancelled: () -> Bool) throws(StreamFault) -> Int64 {
        var position: Int64 = 0
        while true {
            if isCancelled() { throw .cancelled }
            do throws(FileFault) {
                let bytes = try file.bytes(at: position, count: piece)
                if let start = bytes.firstIndex(where: { $0 != 0 }) { return position + Int64(start) }
                if bytes.isEmpty { return position }
                position += Int64(bytes.count)
            } catch {
                throw .failed(error)
            }
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
