package import MusterSystem
internal import Synchronization

/// A call of a disk that is about to be made.
package struct DiskCall: Sendable, Hashable {
    /// From 1, over all calls of one process.
    package var number: Int
    /// The protocol's name for it: `rename`.
    package var name: String
    package var path: String
}

/// What becomes of it.
package enum DiskAction: Sendable, Hashable {
    case go
    /// It fails with an errno and does nothing.
    case fail(Int32)
    /// The process ends before it.
    case stop
}

extension DiskFault {
    /// The code of calls that are made after the process has ended; no system has it.
    package static let processEnded: Int32 = .max
}

/// Counts the calls of one process and asks what becomes of each.
final class DiskGate: Sendable {
    private struct Passed {
        var count = 0
        var hasStopped = false
    }

    private let passed = Mutex(Passed())
    private let onCall: @Sendable (DiskCall) -> DiskAction
    /// Called where the process is to end; where it comes back, this and all later calls fail.
    private let end: @Sendable () -> Void

    init(_ onCall: @escaping @Sendable (DiskCall) -> DiskAction, end: @escaping @Sendable () -> Void = {}) {
        self.onCall = onCall
        self.end = end
    }

    var count: Int { passed.withLock { $0.count } }
    var hasStopped: Bool { passed.withLock { $0.hasStopped } }

    func stop() { passed.withLock { $0.hasStopped = true } }

    /// Passes, or throws what comes of the call instead.
    func pass(_ name: String, _ path: String) throws(DiskFault) {
        let number: Int? = passed.withLock { passed in
            if passed.hasStopped { return nil }
            passed.count += 1
            return passed.count
        }
        guard let number else { throw DiskFault(code: DiskFault.processEnded, call: name, path: path) }
        switch onCall(DiskCall(number: number, name: name, path: path)) {
        case .go: return
        case .fail(let code): throw DiskFault(code: code, call: name, path: path)
        case .stop:
            stop()
            end()
            throw DiskFault(code: DiskFault.processEnded, call: name, path: path)
        }
    }
}
