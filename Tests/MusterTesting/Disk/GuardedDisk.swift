internal import Glibc
package import MusterSystem

/// Any disk with its calls counted, which can fail, or end this process by SIGKILL before any of them.
package final class GuardedDisk: Disk {
    private let base: any Disk
    private let gate: DiskGate

    /// Asks before every call. `.stop` kills this process.
    package init(_ base: any Disk, onCall: @escaping @Sendable (DiskCall) -> DiskAction = { _ in .go }) {
        self.base = base
        gate = DiskGate(onCall) { _ = kill(getpid(), SIGKILL) }
    }

    /// Kills this process before call `number`, from 1.
    package convenience init(_ base: any Disk, killingAt number: Int) {
        self.init(base) { $0.number == number ? .stop : .go }
    }

    /// Fails call `number`, from 1, with an errno.
    package convenience init(_ base: any Disk, failingAt number: Int, with code: Int32) {
        self.init(base) { $0.number == number ? .fail(code) : .go }
    }

    /// Calls that were made.
    package var callCount: Int { gate.count }

    package func openDirectory(_ path: String) throws(DiskFault) -> any DiskDirectory {
        try gate.pass("openDirectory", path)
        return GuardedDirectory(base: try base.openDirectory(path), gate: gate)
    }

    package func makeDirectory(_ path: String, mode: UInt32) throws(DiskFault) {
        try gate.pass("makeDirectory", path)
        try base.makeDirectory(path, mode: mode)
    }

    package func entry(at path: String) throws(DiskFault) -> DiskEntry? {
        try gate.pass("entry", path)
        return try base.entry(at: path)
    }
}

private final class GuardedDirectory: DiskDirectory {
    private let base: any DiskDirectory
    private let gate: DiskGate

    init(base: any DiskDirectory, gate: DiskGate) {
        self.base = base
        self.gate = gate
    }

    var path: String { base.path }

    private func pass(_ call: String, _ name: String) throws(DiskFault) { try gate.pass(call, "\(path)/\(name)") }

    func facts() throws(DiskFault) -> EntryFacts {
        try gate.pass("facts", path)
        return try base.facts()
    }

    func isShared() throws(DiskFault) -> Bool { try base.isShared() }

    func hasAccessList() throws(DiskFault) -> Bool { try base.hasAccessList() }

    func listing() throws(DiskFault) -> DirectoryListing {
        try gate.pass("listing", path)
        return try base.listing()
    }

    func facts(_ name: String) throws(DiskFault) -> EntryFacts? {
        try pass("facts", name)
        return try base.facts(name)
    }

    func rename(_ name: String, to directory: any DiskDirectory, as other: String) throws(DiskFault) {
        try pass("rename", name)
        try base.rename(name, to: (directory as? GuardedDirectory)?.base ?? directory, as: other)
    }

    func replace(_ name: String, with other: String) throws(DiskFault) {
        try pass("replace", name)
        try base.replace(name, with: other)
    }

    func remove(_ name: String) throws(DiskFault) {
        try pass("remove", name)
        try base.remove(name)
    }

    func create(_ name: String, mode: UInt32) throws(DiskFault) -> any DiskFile {
        try pass("create", name)
        return GuardedFile(base: try base.create(name, mode: mode), gate: gate, path: "\(path)/\(name)")
    }

    func open(_ name: String, forWriting: Bool) throws(DiskFault) -> any DiskFile {
        try pass("open", name)
        return GuardedFile(base: try base.open(name, forWriting: forWriting), gate: gate, path: "\(path)/\(name)")
    }

    func setMode(_ mode: UInt32) throws(DiskFault) {
        try gate.pass("setMode", path)
        try base.setMode(mode)
    }

    func setOwner(user: UInt32, group: UInt32) throws(DiskFault) {
        try gate.pass("setOwner", path)
        try base.setOwner(user: user, group: group)
    }

    func synchronize() throws(DiskFault) {
        try gate.pass("synchronize", path)
        try base.synchronize()
    }
}

private final class GuardedFile: DiskFile {
    private let base: any DiskFile
    private let gate: DiskGate
    private let path: String

    init(base: any DiskFile, gate: DiskGate, path: String) {
        self.base = base
        self.gate = gate
        self.path = path
    }

    func facts() throws(DiskFault) -> EntryFacts {
        try gate.pass("facts", path)
        return try base.facts()
    }

    func read(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws(DiskFault) -> Int {
        try gate.pass("read", path)
        return try unsafe base.read(at: offset, into: buffer)
    }

    // It is asked for where there are long holes only, and counts as a part of the read before it.
    func nextData(from offset: Int64) throws(DiskFault) -> Int64? { try base.nextData(from: offset) }

    func holes(before size: Int64, beyond least: Int64) throws(DiskFault) -> Int64 {
        try base.holes(before: size, beyond: least)
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(DiskFault) {
        try gate.pass("write", path)
        try unsafe base.write(bytes, at: offset)
    }

    func truncate(_ size: Int64) throws(DiskFault) {
        try gate.pass("truncate", path)
        try base.truncate(size)
    }

    func setMode(_ mode: UInt32) throws(DiskFault) {
        try gate.pass("setMode", path)
        try base.setMode(mode)
    }

    func setOwner(user: UInt32, group: UInt32) throws(DiskFault) {
        try gate.pass("setOwner", path)
        try base.setOwner(user: user, group: group)
    }

    func setTimes(access: DiskTime, modification: DiskTime) throws(DiskFault) {
        try gate.pass("setTimes", path)
        try base.setTimes(access: access, modification: modification)
    }

    func takeAccessList(of other: any DiskFile) throws(DiskFault) -> Bool {
        try gate.pass("takeAccessList", path)
        return try base.takeAccessList(of: (other as? GuardedFile)?.base ?? other)
    }

    func dropAccessList() throws(DiskFault) {
        try gate.pass("dropAccessList", path)
        try base.dropAccessList()
    }

    func lock() throws(DiskFault) -> Bool {
        try gate.pass("lock", path)
        return try base.lock()
    }

    func synchronize() throws(DiskFault) {
        try gate.pass("synchronize", path)
        try base.synchronize()
    }

    func beginSynchronizing() {
        // It cannot fail, and changes nothing; it is a place to end at all the same.
        if (try? gate.pass("beginSynchronizing", path)) != nil { base.beginSynchronizing() }
    }
}
