internal import Glibc
internal import Synchronization

/// Passes over long holes of a file that is read from its beginning to its end: whoever owns a log can make one of eight
/// exabytes in no time, and reading that would hold up the rotation of all others for ever.
package struct HoleWalk: Sendable {
    /// Bytes of zeros of a file that are read before its holes are looked for: what file systems say of holes in files that are
    /// just being written is not relied on for the logs that most people have.
    private static let patience: Int64 = 64 << 20

    private var zeros: Int64 = 0

    package init() {}

    /// Where to go on behind so many bytes that were read at an offset.
    package mutating func end(
        _ file: any DiskFile, at offset: Int64, _ count: Int, isZero: Bool
    ) throws(DiskFault) -> Int64 {
        let end = offset + Int64(count)
        guard isZero else { return end }
        zeros += Int64(count)
        guard zeros >= Self.patience else { return end }
        return max(end, try file.endOfHole(at: end))
    }
}

extension DiskFile {
    /// Where a hole ends that a place may lie in: at what stands behind it, or with the file.
    fileprivate func endOfHole(at offset: Int64) throws(DiskFault) -> Int64 {
        if let data = try nextData(from: offset) { data } else { try facts().size }
    }
}

extension UnsafeMutableRawBufferPointer {
    /// The next bytes of pages that have anything but zeros in them, from a page on; nil where the rest of `count` bytes has
    /// none.
    package func nonzeroPages(from start: Int, _ count: Int) -> Range<Int>? {
        let page = 4_096
        var start = start
        while start < count, unsafe isZero(start, Swift.min(start + page, count)) { start += page }
        if start >= count { return nil }
        var end = Swift.min(start + page, count)
        while end < count, unsafe !isZero(end, Swift.min(end + page, count)) {
            end = Swift.min(end + page, count)
        }
        return start..<end
    }

    private func isZero(_ start: Int, _ end: Int) -> Bool {
        // Invariant: the buffer has so many bytes, and each is compared with the one before it.
        unsafe self[start] == 0 && memcmp(baseAddress! + start, baseAddress! + start + 1, end - start - 1) == 0
    }
}

/// What of holes is compressed: their zeros cannot be passed over then, and take time though they took no room.
package enum HoleAllowance {
    /// Bytes of one file: about a minute of work.
    package static let limit: Int64 = 64 << 30
    /// Bytes of all files of the process, beyond which only files with less than ``slack`` are let pass.
    private static let limitOfAll: Int64 = 256 << 30
    /// Bytes of one file that are not counted.
    private static let slack: Int64 = 1 << 20
    private static let all = Atomic<Int64>(0)

    /// Counts the holes of a file of which so many bytes are to be compressed. Errors: EFBIG where there is too much of them.
    package static func take(_ file: any DiskFile, size: Int64, limit: Int64 = limit) throws(DiskFault) {
        guard size > slack else { return }
        let holes = try file.holes(before: size, beyond: 0)
        guard holes > slack else { return }
        // What is refused does not count.
        guard holes <= limit, holes <= limitOfAll - all.load(ordering: .relaxed) else {
            throw DiskFault(code: EFBIG, call: "compress its holes", path: "")
        }
        all.add(holes, ordering: .relaxed)
    }
}
