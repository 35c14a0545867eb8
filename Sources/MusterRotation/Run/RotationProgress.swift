internal import Synchronization

/// How far a rotation is, for a progress line; read from any thread.
package final class RotationProgress: Sendable {
    private let all = Atomic<Int>(0)
    private let doneCount = Atomic<Int>(0)
    private let byteCount = Atomic<Int>(0)

    package init() {}

    /// Logs that are to be rotated, and of those what is done with.
    package var logs: Int { all.load(ordering: .relaxed) }
    package var logsDone: Int { doneCount.load(ordering: .relaxed) }
    /// Of logs that were compressed, before.
    package var bytesCompressed: Int { byteCount.load(ordering: .relaxed) }

    func begin(_ logs: Int) { all.add(logs, ordering: .relaxed) }
    func done(_ logs: Int) { doneCount.add(logs, ordering: .relaxed) }
    func compressed(_ bytes: Int) { byteCount.add(bytes, ordering: .relaxed) }
}

/// Elements that several tasks take one by one.
final class Turns<Element: Sendable>: Sendable {
    private let elements: [Element]
    private let taken = Atomic<Int>(0)

    init(_ elements: [Element]) { self.elements = elements }

    func next() -> Element? {
        let index = taken.wrappingAdd(1, ordering: .relaxed).oldValue
        return index < elements.count ? elements[index] : nil
    }
}

/// Tools that wait for a thread that needs some.
final class ToolShelf: Sendable {
    private let tools = Mutex<[CompressionTools]>([])
    private let progress: RotationProgress

    init(_ progress: RotationProgress) { self.progress = progress }

    func take() -> CompressionTools { tools.withLock { $0.popLast() } ?? CompressionTools(progress) }
    func giveBack(_ one: CompressionTools) { tools.withLock { $0.append(one) } }
}
