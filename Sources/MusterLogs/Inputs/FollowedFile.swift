internal import MusterSystem

/// One file that grows, read as far as it goes whenever it is looked at. It stays the same file whatever becomes of its
/// name.
final class FollowedFile {
    /// What one look at it gave.
    struct Growth {
        var pieces: [Follower.Piece] = []
        var notes: [String] = []
        /// Whether there is more to read at once.
        var isBehind = false
        var isEmpty: Bool { pieces.isEmpty && !hasRead }
        fileprivate(set) var hasRead = false
    }

    /// A line longer than this is cut, in bytes; the end of what was read at once may make it a bit longer.
    static let lineLimit = 1 << 20
    /// Bytes read at one look, about.
    static let lookLimit = 4 << 20
    private static let readCount = 256 << 10
    /// Bytes before the next that are compared, so that a file which was truncated and has grown again is noticed.
    private static let guardCount = 64

    let file: InputFile
    /// Looks in a row that found nothing.
    var quietLooks = 0
    private let source: Int
    /// Of the next byte to read.
    private var offset: Int64
    /// The last bytes before `offset`.
    private var before: [UInt8] = []
    /// The beginning of a line whose end has not come.
    private var partial: [UInt8] = []
    /// Whether the rest of a line that was cut is passed over.
    private var isCutting = false

    init(_ file: InputFile, source: Int, offset: Int64 = 0) {
        self.file = file
        self.source = source
        self.offset = offset
    }

    /// Of the first byte of the next line that was not given.
    var position: Int64 { offset - Int64(partial.count) }

    /// Reads on, up to ``lookLimit``. Errors: the file system fails.
    func look() throws(FileFault) -> Growth {
        var growth = Growth()
        var read = 0
        while true {
            let bytes = try file.bytes(
                at: offset - Int64(before.count), count: before.count + Self.readCount)
            guard bytes.starts(with: before), try isStillLong(bytes) else {
                restart(&growth)
                continue
            }
            let new = bytes[before.count...]
            if new.isEmpty { break }
            read += new.count
            take(new, &growth)
            if read >= Self.lookLimit {
                growth.isBehind = true
                break
            }
        }
        growth.hasRead = read > 0
        quietLooks = growth.isEmpty ? quietLooks + 1 : 0
        return growth
    }

    /// What is left when nothing more will come: an unended line, ended.
    func finish() -> [Follower.Piece] {
        defer { partial = [] }
        return partial.isEmpty ? [] : [Follower.Piece(source: source, position: position, bytes: partial + [10])]
    }

    /// Whether the file reaches to `offset`, where nothing of it is known yet to compare.
    private func isStillLong(_ bytes: [UInt8]) throws(FileFault) -> Bool {
        if offset == 0 || !bytes.isEmpty { return true }
        return try file.currentFacts().size >= offset
    }

    /// Begins anew: the file was truncated. Ends an unended line, whose rest comes as a line of its own.
    private func restart(_ growth: inout Growth) {
        growth.pieces += finish()
        growth.notes.append("it was truncated, read again from its beginning")
        growth.hasRead = true
        offset = 0
        before = []
        isCutting = false
    }

    /// Takes new bytes: whole lines are given, the rest is kept.
    private func take(_ new: ArraySlice<UInt8>, _ growth: inout Growth) {
        var rest = new
        if isCutting, let end = new.firstIndex(of: 10) {
            rest = new[(end + 1)...]
            isCutting = false
        } else if isCutting {
            rest = []
        }
        // Zeros before a line are a hole.
        if partial.isEmpty { rest = rest.drop { $0 == 0 } }
        let start = offset + Int64(rest.startIndex - new.startIndex) - Int64(partial.count)
        offset += Int64(new.count)
        before = Array((before + new.suffix(Self.guardCount)).suffix(Self.guardCount))
        if let end = rest.lastIndex(of: 10) {
            growth.pieces.append(Follower.Piece(source: source, position: start, bytes: partial + rest[...end]))
            partial = Array(rest[(end + 1)...].drop { $0 == 0 })
        } else {
            partial += rest
        }
        if partial.count >= Self.lineLimit {
            growth.pieces += finish()
            growth.notes.append("a line of more than \(Self.lineLimit) bytes was cut")
            isCutting = true
        }
    }
}
