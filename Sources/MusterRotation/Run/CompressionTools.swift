internal import Glibc
internal import MusterSystem

/// Memory and states that one thread uses for file after file.
///
/// Invariant for sharing: one thread uses it at a time.
@safe
final class CompressionTools: @unchecked Sendable {
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)
    private let other = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)
    private var writers: [Int: GzipWriter] = [:]
    private var verifier: GzipVerifier?

    private let progress: RotationProgress

    private static let size = 1 << 18

    init(_ progress: RotationProgress) { self.progress = progress }

    deinit {
        unsafe buffer.deallocate()
        unsafe other.deallocate()
    }

    /// Copies what stands behind an offset to the same place of another file, and returns where it ends. Pages of zeros are left
    /// out of the copy, which reads the same there: a writer that does not append leaves such holes.
    func copy(_ file: any DiskFile, to copy: any DiskFile, from offset: Int64) throws(DiskFault) -> Int64 {
        var holes = HoleWalk()
        var end = offset
        var written = offset
        while true {
            try Self.checkCancellation("copy")
            let count = try unsafe file.read(at: end, into: buffer)
            if count == 0 {
                if written < end { try copy.truncate(end) }
                return end
            }
            var at = 0
            while let run = unsafe buffer.nonzeroPages(from: at, count) {
                // Invariant: a run lies within the bytes that were read.
                try unsafe copy.write(UnsafeRawBufferPointer(rebasing: buffer[run]), at: end + Int64(run.lowerBound))
                written = end + Int64(run.upperBound)
                at = run.upperBound
            }
            end = try holes.end(file, at: end, count, isZero: at == 0)
        }
    }

    /// The byte at an offset; nil where the file ends before.
    func byte(of file: any DiskFile, at offset: Int64) throws(DiskFault) -> UInt8? {
        let count = try unsafe file.read(at: offset, into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<1]))
        return unsafe count == 1 ? buffer[0] : nil
    }

    /// Whether two files begin with the same bytes.
    func areEqual(_ left: any DiskFile, _ right: any DiskFile, count: Int64) throws(DiskFault) -> Bool {
        var (leftHoles, rightHoles) = (HoleWalk(), HoleWalk())
        var at: Int64 = 0
        while at < count {
            try Self.checkCancellation("compare")
            let wanted = Int(min(Int64(Self.size), count - at))
            let a = try unsafe left.read(at: at, into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted]))
            let b = try unsafe right.read(at: at, into: UnsafeMutableRawBufferPointer(rebasing: other[..<wanted]))
            // Invariant: both buffers have at least `wanted` bytes, and no more were read.
            guard a == wanted, b == wanted, unsafe memcmp(buffer.baseAddress!, other.baseAddress!, wanted) == 0 else {
                return false
            }
            let isZero = unsafe buffer.nonzeroPages(from: 0, wanted) == nil
            at = min(
                try leftHoles.end(left, at: at, wanted, isZero: isZero),
                try rightHoles.end(right, at: at, wanted, isZero: isZero))
        }
        return true
    }

    /// Compresses a file into another one, which is empty. Returns what was read.
    func compress(_ file: any DiskFile, to output: any DiskFile, level: Int) throws(DiskFault) -> ByteSum {
        let writer = if let known = writers[level] { known } else { try GzipWriter(level: level) }
        writers[level] = writer
        writer.begin()
        var holes = HoleCount()
        var read: Int64 = 0
        var written: Int64 = 0
        while true {
            try Self.checkCancellation("compress")
            let count = try unsafe file.read(at: read, into: buffer)
            if unsafe buffer.nonzeroPages(from: 0, count) == nil { try holes.add(file, at: read) }
            read += Int64(count)
            progress.compressed(count)
            let piece = unsafe UnsafeRawBufferPointer(rebasing: buffer[..<count])
            // Invariant: bytes are written before the closure ends.
            let put = { (bytes: UnsafeRawBufferPointer) throws(DiskFault) in
                try unsafe output.write(bytes, at: written)
                written += Int64(bytes.count)
            }
            if count > 0 { try unsafe writer.write(piece, into: put) }
            // Fewer bytes than asked for are the last.
            if count < Self.size { return try unsafe writer.finish(into: put) }
        }
    }

    /// What a compressed file holds. Nil where it is no whole gzip file.
    func content(ofCompressed file: any DiskFile) throws(DiskFault) -> ByteSum? {
        try madeVerifier().sum(of: file)
    }

    /// Whether a file has gzip's two first bytes (RFC 1952 §2.3.1).
    func beginsAsGzip(_ file: any DiskFile) throws(DiskFault) -> Bool {
        let count = try unsafe file.read(at: 0, into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<2]))
        return unsafe count == 2 && buffer[0] == 0x1f && buffer[1] == 0x8b
    }

    /// What a compressed file is to a plain one.
    enum Comparison {
        /// It holds every byte of it at its place, but for zeros, which stand where a power cut took bytes away.
        case holds
        /// The plain one begins with all that it holds, and goes on.
        case isBeginning
        case differs
    }

    /// Nil where the compressed file is no whole gzip file.
    func comparison(of compressed: any DiskFile, with file: any DiskFile) throws(DiskFault) -> Comparison? {
        let one = try madeVerifier()
        var isHeld = true
        var isSame = true
        var at: Int64 = 0
        func compare(_ text: UnsafeRawBufferPointer) throws(DiskFault) {
            var start = 0
            while isHeld || isSame, start < text.count {
                let wanted = min(Self.size, text.count - start)
                let count = try unsafe file.read(
                    at: at, into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted]))
                // Invariant: the buffer was filled so far, and the text has so many bytes from there on.
                for index in 0..<count where unsafe buffer[index] != text[start + index] {
                    isSame = false
                    if unsafe buffer[index] != 0 { isHeld = false }
                }
                at += Int64(count)
                start += count
                if count < wanted { return }
            }
            try Self.checkCancellation("compare")
            // What follows may be of any length.
            if !isHeld, !isSame { throw Self.isDifferent }
        }
        let sum: ByteSum?
        do throws(DiskFault) {
            sum = try unsafe one.sum(of: compressed, look: compare)
        } catch {
            if error == Self.isDifferent { return .differs }
            throw error
        }
        guard let sum else { return nil }
        let size = try file.facts().size
        return isHeld && size <= sum.length ? .holds : isSame && size > sum.length ? .isBeginning : .differs
    }

    /// Errors: EINTR where the run is to end.
    private static func checkCancellation(_ call: String) throws(DiskFault) {
        if Task.isCancelled { throw DiskFault(code: EINTR, call: call, path: "") }
    }

    /// Ends a comparison whose outcome is known.
    private static let isDifferent = DiskFault(code: 0, call: "compare", path: "")

    private func madeVerifier() throws(DiskFault) -> GzipVerifier {
        let one = if let verifier { verifier } else { try GzipVerifier() }
        verifier = one
        return one
    }

    /// Overwrites a file's bytes so many times. Pages of zeros have nothing to hide, and are left out: where they are holes,
    /// to write them would fill the disk.
    func overwrite(_ file: any DiskFile, passes: Int) throws(DiskFault) {
        let size = try file.facts().size
        for pass in 0..<passes {
            var holes = HoleWalk()
            var at: Int64 = 0
            while at < size {
                try Self.checkCancellation("overwrite")
                let wanted = Int(min(Int64(Self.size), size - at))
                let piece = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted])
                let count = try unsafe file.read(at: at, into: piece)
                if count == 0 { break }
                var from = 0
                while let run = unsafe buffer.nonzeroPages(from: from, count) {
                    // Invariant: a run lies within the bytes that were read.
                    let bytes = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[run])
                    unsafe Self.fill(bytes, pass == passes - 1 ? nil : UInt64(pass))
                    try unsafe file.write(UnsafeRawBufferPointer(bytes), at: at + Int64(run.lowerBound))
                    from = run.upperBound
                }
                at = try holes.end(file, at: at, count, isZero: from == 0)
            }
            try file.synchronize()
        }
    }

    /// Bytes that look like nothing, or zeros at last.
    private static func fill(_ piece: UnsafeMutableRawBufferPointer, _ seed: UInt64?) {
        var state = (seed ?? 0) &+ UInt64(getpid()) &* 0x9e37_79b9_7f4a_7c15
        for index in piece.indices {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            unsafe piece[index] = seed == nil ? 0 : UInt8(truncatingIfNeeded: state >> 56)
        }
    }
}
