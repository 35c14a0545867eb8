internal import Glibc
package import MusterSystem
internal import Synchronization

/// A file system in memory, as one process sees it. Names and contents that were not synchronized may be lost in a
/// ``crash(keeping:)``, as on a device: contents with their file, names (new, changed or gone) with their directory. Who
/// may do what is not looked at.
///
/// Names are listed backwards, so that nobody comes to rely on their order.
package final class ModelDisk: Disk {
    let system: ModelSystem
    let gate: DiskGate

    private init(_ system: ModelSystem, _ gate: DiskGate) {
        self.system = system
        self.gate = gate
    }

    /// Empty but for its root. Every call of this process asks `onCall` before it does anything; after `.stop` all fail with
    /// ``DiskFault/processEnded``, and its locks are free.
    package convenience init(onCall: @escaping @Sendable (DiskCall) -> DiskAction = { _ in .go }) {
        self.init(ModelSystem(ModelState()), DiskGate(onCall))
    }

    /// The same file system for another process.
    package func process(onCall: @escaping @Sendable (DiskCall) -> DiskAction = { _ in .go }) -> ModelDisk {
        ModelDisk(system, DiskGate(onCall))
    }

    /// The file system after the power went and came back: what is durable, and of the rest what the dice keep. This one
    /// stays as it is.
    package func crash(
        keeping dice: inout Dice, onCall: @escaping @Sendable (DiskCall) -> DiskAction = { _ in .go }
    ) -> ModelDisk {
        var optional: Dice? = dice
        let after = system.look { $0.crashed(&optional) }
        dice = optional ?? dice
        return ModelDisk(ModelSystem(after), DiskGate(onCall))
    }

    /// The same with nothing kept but what is durable.
    package func crash() -> ModelDisk {
        var none: Dice?
        return ModelDisk(ModelSystem(system.look { $0.crashed(&none) }), DiskGate { _ in .go })
    }

    /// Calls of this process.
    package var callCount: Int { gate.count }

    package func openDirectory(_ path: String) throws(DiskFault) -> any DiskDirectory {
        let number = try system.call(gate, "openDirectory", path) { state throws(ModelError) in
            guard !path.utf8.contains(0) else { throw ModelError(code: EINVAL) }
            return try state.directory(path)
        }
        return ModelDirectory(self, path: path, number: number)
    }

    package func entry(at path: String) throws(DiskFault) -> DiskEntry? {
        try system.call(gate, "entry", path) { state throws(ModelError) in
            let parts = path.split(separator: "/")
            guard let name = parts.last.map(String.init) else {
                return DiskEntry(facts: state.entryFacts(ModelState.root))
            }
            let parent: UInt64
            do throws(ModelError) {
                parent = try state.directory("/" + parts.dropLast().joined(separator: "/"))
            } catch {
                if error.code == ENOENT || error.code == ENOTDIR { return nil }
                throw error
            }
            guard let found = try state.find(parent, name) else { return nil }
            let target = state[found].kind == .link ? state[found].target : nil
            return DiskEntry(facts: state.entryFacts(found), target: target)
        }
    }

    package func makeDirectory(_ path: String, mode: UInt32) throws(DiskFault) {
        try system.call(gate, "makeDirectory", path) { state throws(ModelError) in
            guard !path.utf8.contains(0) else { throw ModelError(code: EINVAL) }
            let parts = path.split(separator: "/")
            guard let name = parts.last.map(String.init) else {
                throw ModelError(code: path.isEmpty ? ENOENT : EEXIST)
            }
            let parent = try state.directory("/" + parts.dropLast().joined(separator: "/"))
            guard try state.find(parent, name) == nil else { throw ModelError(code: EEXIST) }
            var inode = ModelInode(.directory, ModelFacts(mode: mode), device: state[parent].device)
            inode.facts.modification = state.time
            let number = state.add(inode)
            state.rename([(.init(directory: parent, name: name), number)])
        }
    }
}

/// The state that all processes share.
final class ModelSystem: Sendable {
    private let state: Mutex<ModelState>

    init(_ state: sending ModelState) { self.state = Mutex(state) }

    func look<Value>(_ body: (inout ModelState) -> sending Value) -> sending Value { state.withLock { body(&$0) } }

    /// One system call: passes the gate, and is done as a whole.
    @discardableResult
    func call<Value: Sendable>(
        _ gate: DiskGate, _ name: String, _ path: String, _ body: (inout ModelState) throws(ModelError) -> Value
    ) throws(DiskFault) -> Value {
        try gate.pass(name, path)
        let outcome: Result<Value, ModelError> = state.withLock { state in
            do throws(ModelError) { return .success(try body(&state)) } catch { return .failure(error) }
        }
        switch outcome {
        case .success(let value): return value
        case .failure(let error): throw DiskFault(code: error.code, call: name, path: path)
        }
    }
}
