internal import Glibc
internal import Synchronization

/// How many bytes of a file may still be read.
///
/// Whoever owns a log can make it grow, or fill its holes, faster than it is read: root would read for ever, and fill the disk
/// with what it copies.
package final class ReadAllowance: Sendable {
    /// Bytes that any file may grow by while it is read.
    private static let growth: Int64 = 256 << 20
    /// Bytes of each hole that may be read as what lies around it, before the rest is passed over.
    private static let shortHole: Int64 = 1 << 20

    private let total: Int64
    private let left: Atomic<Int64>
    /// What the file is read for, as faults have it.
    fileprivate let purpose: String

    package init(_ bytes: Int64, to purpose: String = "read") {
        total = bytes
        left = Atomic(bytes)
        self.purpose = purpose
    }

    /// For a file that may grow while it is read: what is there, long holes not counted, and as much again or 256 MB.
    package convenience init(growing file: any DiskFile, _ facts: EntryFacts) throws(DiskFault) {
        // Of a smaller file the holes change little.
        let holes = facts.size > Self.growth ? try file.holes(before: facts.size, beyond: Self.shortHole) : 0
        self.init(Self.withGrowth(facts.size - holes))
    }

    /// So many bytes with what they may grow by.
    package static func withGrowth(_ bytes: Int64) -> Int64 {
        let (sum, isOver) = bytes.addingReportingOverflow(max(bytes, growth))
        return isOver ? .max : sum
    }

    /// Allows as much as at first: for another pass over the same file.
    package func renew() { left.store(total, ordering: .relaxed) }

    /// False where more was read than is allowed.
    fileprivate func take(_ count: Int) -> Bool {
        left.wrappingSubtract(Int64(count), ordering: .relaxed).newValue >= 0
    }
}

/// An open file of which no more is read than is allowed: EBUSY then.
package final class BoundedFile: DiskFile {
    fileprivate let base: any DiskFile
    package let allowance: ReadAllowance
    private let name: String
    private let directory: any DiskDirectory

    /// `name` and `directory` say which file it is.
    package init(
        _ base: any DiskFile, _ name: String, in directory: any DiskDirectory, _ allowance: ReadAllowance
    ) {
        self.base = base
        self.allowance = allowance
        self.name = name
        self.directory = directory
    }

    package func read(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws(DiskFault) -> Int {
        let count = try unsafe base.read(at: offset, into: buffer)
        guard allowance.take(count) else {
            throw DiskFault(code: EBUSY, call: allowance.purpose, path: directory.place(name))
        }
        return count
    }

    package func facts() throws(DiskFault) -> EntryFacts { try base.facts() }
    package func nextData(from offset: Int64) throws(DiskFault) -> Int64? { try base.nextData(from: offset) }
    package func holes(before size: Int64, beyond least: Int64) throws(DiskFault) -> Int64 {
        try base.holes(before: size, beyond: least)
    }
    package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(DiskFault) {
        try unsafe base.write(bytes, at: offset)
    }
    package func truncate(_ size: Int64) throws(DiskFault) { try base.truncate(size) }
    package func setMode(_ mode: UInt32) throws(DiskFault) { try base.setMode(mode) }
    package func setOwner(user: UInt32, group: UInt32) throws(DiskFault) {
        try base.setOwner(user: user, group: group)
    }
    package func setTimes(access: DiskTime, modification: DiskTime) throws(DiskFault) {
        try base.setTimes(access: access, modification: modification)
    }
    package func takeAccessList(of other: any DiskFile) throws(DiskFault) -> Bool {
        try base.takeAccessList(of: other.itself)
    }
    package func dropAccessList() throws(DiskFault) { try base.dropAccessList() }
    package func lock() throws(DiskFault) -> Bool { try base.lock() }
    package func synchronize() throws(DiskFault) { try base.synchronize() }
    package func beginSynchronizing() { base.beginSynchronizing() }
}

extension DiskFile {
    /// The file as its disk gave it.
    package var itself: any DiskFile { (self as? BoundedFile)?.base ?? self }
}
