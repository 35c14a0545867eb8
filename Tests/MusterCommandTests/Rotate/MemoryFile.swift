import MusterSystem
import Synchronization

/// A file that is nowhere but in memory, and fails where it is told to.
final class MemoryFile: DiskFile {
    private struct State {
        var bytes: [UInt8]
        var greatestChunk = 0
    }

    private let state: Mutex<State>
    /// The offset from which on reading and writing fail with EIO.
    private let failure: Int64

    init(_ bytes: [UInt8] = [], failsAt failure: Int64 = .max) {
        state = Mutex(State(bytes: bytes))
        self.failure = failure
    }

    var bytes: [UInt8] { state.withLock { $0.bytes } }
    /// The most bytes that were asked for or given at a time.
    var greatestChunk: Int { state.withLock { $0.greatestChunk } }

    func read(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws(DiskFault) -> Int {
        guard offset < failure else { throw DiskFault(code: 5, call: "read", path: "memory") }
        let part = state.withLock { state -> [UInt8] in
            state.greatestChunk = max(state.greatestChunk, buffer.count)
            return Array(state.bytes.dropFirst(Int(offset)).prefix(buffer.count))
        }
        unsafe buffer.copyBytes(from: part)
        return part.count
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(DiskFault) {
        guard offset < failure else { throw DiskFault(code: 28, call: "write", path: "memory") }
        let part = unsafe Array(bytes)
        state.withLock { state in
            state.greatestChunk = max(state.greatestChunk, part.count)
            let end = Int(offset) + part.count
            if state.bytes.count < end { state.bytes += [UInt8](repeating: 0, count: end - state.bytes.count) }
            state.bytes.replaceSubrange(Int(offset)..<end, with: part)
        }
    }

    func facts() throws(DiskFault) -> EntryFacts { throw unasked("facts") }
    func truncate(_ size: Int64) throws(DiskFault) { throw unasked("truncate") }
    func setMode(_ mode: UInt32) throws(DiskFault) { throw unasked("setMode") }
    func setOwner(user: UInt32, group: UInt32) throws(DiskFault) { throw unasked("setOwner") }
    func setTimes(access: DiskTime, modification: DiskTime) throws(DiskFault) { throw unasked("setTimes") }
    func lock() throws(DiskFault) -> Bool { throw unasked("lock") }
    func synchronize() throws(DiskFault) { throw unasked("synchronize") }
    func beginSynchronizing() {}
    func takeAccessList(of other: any DiskFile) throws(DiskFault) -> Bool { true }

    /// A program between two files needs nothing else of them.
    private func unasked(_ call: String) -> DiskFault { DiskFault(code: 38, call: call, path: "memory") }
}
