import Synchronization

/// What was seen of memory and descriptors while a survey ran.
final class Seen: Sendable {
    private let values = Mutex((memory: [Double](), descriptors: [Double]()))

    func note(_ memory: Double, _ descriptors: Double) {
        values.withLock { values in
            values.memory.append(memory)
            values.descriptors.append(descriptors)
        }
    }

    var all: (memory: [Double], descriptors: [Double]) { values.withLock { $0 } }
}
