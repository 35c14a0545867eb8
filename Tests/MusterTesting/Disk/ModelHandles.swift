internal import Glibc
internal import MusterSystem

/// A directory of a ``ModelDisk``, held open.
final class ModelDirectory: DiskDirectory {
    let path: String
    private let disk: ModelDisk
    private let number: UInt64

    init(_ disk: ModelDisk, path: String, number: UInt64) {
        self.disk = disk
        self.path = path
        self.number = number
    }

    private func call<Value: Sendable>(
        _ name: String, _ entry: String? = nil, _ body: (inout ModelState) throws(ModelError) -> Value
    ) throws(DiskFault) -> Value {
        try disk.system.call(disk.gate, name, entry.map { "\(path)/\($0)" } ?? path, body)
    }

    private func at(_ name: String) -> ModelRenaming.Entry { .init(directory: number, name: name) }

    func facts() throws(DiskFault) -> EntryFacts {
        try call("facts") { state throws(ModelError) in state.entryFacts(number) }
    }

    func listing() throws(DiskFault) -> DirectoryListing {
        try call("listing") { state throws(ModelError) in
            DirectoryListing(names: state[number].entries.keys.sorted(by: >))
        }
    }

    func facts(_ name: String) throws(DiskFault) -> EntryFacts? {
        try call("facts", name) { state throws(ModelError) in
            try state.find(number, name).map { state.entryFacts($0) }
        }
    }

    func rename(_ name: String, to directory: any DiskDirectory, as other: String) throws(DiskFault) {
        try call("rename", name) { state throws(ModelError) in
            guard EntryName.isValid(name), EntryName.isValid(other) else { throw ModelError(code: EINVAL) }
            guard let target = directory as? ModelDirectory, target.disk.system === disk.system,
                state[target.number].device == state[number].device
            else { throw ModelError(code: EXDEV) }
            let source = try state.need(number, name)
            guard try state.find(target.number, other) == nil else { throw ModelError(code: EEXIST) }
            state.rename([(at(name), nil), (target.at(other), source)])
        }
    }

    func replace(_ name: String, with other: String) throws(DiskFault) {
        try call("replace", name) { state throws(ModelError) in
            let old = try state.find(number, name)
            let new = try state.need(number, other)
            guard let old else { return state.rename([(at(other), nil), (at(name), new)]) }
            if old == new { return }
            switch (state[old].kind == .directory, state[new].kind == .directory) {
            case (true, false): throw ModelError(code: EISDIR)
            case (false, true): throw ModelError(code: ENOTDIR)
            case (true, true) where !state[old].entries.isEmpty: throw ModelError(code: ENOTEMPTY)
            default: state.rename([(at(other), nil), (at(name), new)])
            }
        }
    }

    func remove(_ name: String) throws(DiskFault) {
        try call("remove", name) { state throws(ModelError) in
            let found = try state.need(number, name)
            if state[found].kind == .directory { throw ModelError(code: EISDIR) }
            state.rename([(at(name), nil)])
        }
    }

    func create(_ name: String, mode: UInt32) throws(DiskFault) -> any DiskFile {
        let created = try call("create", name) { state throws(ModelError) in
            guard try state.find(number, name) == nil else { throw ModelError(code: EEXIST) }
            let facts = ModelFacts(mode: mode, access: state.time, modification: state.time)
            let file = state.add(ModelInode(.regular, facts, device: state[number].device))
            state.rename([(at(name), file)])
            return file
        }
        return ModelFile(disk, path: "\(path)/\(name)", number: created, mayWrite: true)
    }

    func open(_ name: String, forWriting: Bool) throws(DiskFault) -> any DiskFile {
        let found = try call("open", name) { state throws(ModelError) in
            let found = try state.need(number, name)
            switch state[found].kind {
            case .regular: return found
            case .directory: throw ModelError(code: EISDIR)
            case .link: throw ModelError(code: ELOOP)
            case .other: throw ModelError(code: EINVAL)
            }
        }
        return ModelFile(disk, path: "\(path)/\(name)", number: found, mayWrite: forWriting)
    }

    func setMode(_ mode: UInt32) throws(DiskFault) {
        try call("setMode") { state throws(ModelError) in state[number].facts.mode = mode & 0o7777 }
    }

    func setOwner(user: UInt32, group: UInt32) throws(DiskFault) {
        try call("setOwner") { state throws(ModelError) in state[number].facts.setOwner(user, group) }
    }

    func synchronize() throws(DiskFault) {
        try call("synchronize") { state throws(ModelError) in state.synchronizeDirectory(number) }
    }
}

/// A file of a ``ModelDisk``, held open: it is there as long as it is, whatever becomes of its names.
final class ModelFile: DiskFile {
    private let disk: ModelDisk
    private let path: String
    private let number: UInt64
    private let mayWrite: Bool

    init(_ disk: ModelDisk, path: String, number: UInt64, mayWrite: Bool) {
        self.disk = disk
        self.path = path
        self.number = number
        self.mayWrite = mayWrite
    }

    private func call<Value: Sendable>(
        _ name: String, _ body: (inout ModelState) throws(ModelError) -> Value
    ) throws(DiskFault) -> Value {
        try disk.system.call(disk.gate, name, path, body)
    }

    func facts() throws(DiskFault) -> EntryFacts {
        try call("facts") { state throws(ModelError) in state.entryFacts(number) }
    }

    func read(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws(DiskFault) -> Int {
        // Bytes are copied outside: the buffer is the caller's alone.
        let wanted = buffer.count
        let bytes = try call("read") { state throws(ModelError) in
            guard offset >= 0 else { throw ModelError(code: EINVAL) }
            return state[number].contents.dropFirst(Int(offset)).prefix(wanted)
        }
        // Invariant: there are at most as many bytes as the buffer has.
        unsafe buffer.copyBytes(from: bytes)
        return bytes.count
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(DiskFault) {
        let copy = unsafe Array(bytes)
        try call("write") { state throws(ModelError) in
            guard mayWrite else { throw ModelError(code: EBADF) }
            guard offset >= 0 else { throw ModelError(code: EINVAL) }
            guard offset <= ModelState.greatestFile - copy.count else { throw ModelError(code: EFBIG) }
            state.change(number, .write(copy, at: Int(offset)))
        }
    }

    func truncate(_ size: Int64) throws(DiskFault) {
        try call("truncate") { state throws(ModelError) in
            guard mayWrite, size >= 0 else { throw ModelError(code: EINVAL) }
            guard size <= ModelState.greatestFile else { throw ModelError(code: EFBIG) }
            state.change(number, .truncate(Int(size)))
        }
    }

    func setMode(_ mode: UInt32) throws(DiskFault) {
        try call("setMode") { state throws(ModelError) in state[number].facts.mode = mode & 0o7777 }
    }

    func setOwner(user: UInt32, group: UInt32) throws(DiskFault) {
        try call("setOwner") { state throws(ModelError) in state[number].facts.setOwner(user, group) }
    }

    func setTimes(access: DiskTime, modification: DiskTime) throws(DiskFault) {
        try call("setTimes") { state throws(ModelError) in
            state[number].facts.access = access
            state[number].facts.modification = modification
        }
    }

    /// There are none.
    func takeAccessList(of other: any DiskFile) throws(DiskFault) -> Bool {
        try call("takeAccessList") { state throws(ModelError) in true }
    }

    func lock() throws(DiskFault) -> Bool {
        try call("lock") { state throws(ModelError) in
            if let holder = state[number].holder, holder !== self, !holder.disk.gate.hasStopped { return false }
            state[number].holder = self
            return true
        }
    }

    func synchronize() throws(DiskFault) {
        try call("synchronize") { state throws(ModelError) in state.synchronizeFile(number) }
    }

    func beginSynchronizing() {
        // It cannot fail, and changes nothing; it is a place to end at all the same.
        _ = try? call("beginSynchronizing") { state throws(ModelError) in }
    }
}

extension ModelFacts {
    /// The greatest number leaves an owner as he is, as chown(2) does.
    mutating func setOwner(_ user: UInt32, _ group: UInt32) {
        if user != .max { self.user = user }
        if group != .max { self.group = group }
    }
}
