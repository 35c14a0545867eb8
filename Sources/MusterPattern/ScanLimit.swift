/// Lets whatever looks at lines notice that its task is cancelled, however long a line keeps it busy. One a worker: all that a
/// worker does counts together.
package final class ScanLimit {
    /// Whether the work in hand is to be dropped: what comes of it then means nothing.
    package var isOver: Bool { looksLeft < 0 }
    @usableFromInline var spent = 0
    /// Looks after the first that found the task cancelled, before the work is dropped: ordinary pieces are finished.
    private var looksLeft: Int
    private let isCancelled: () -> Bool

    /// Steps between two looks: a fraction of a millisecond.
    @usableFromInline static let stepsPerLook = 1 << 16

    /// `patience` is how many more looks the work has once the task is cancelled: some tens of milliseconds.
    package init(patience: Int = 80, isCancelled: @escaping () -> Bool = { Task.isCancelled }) {
        looksLeft = patience
        self.isCancelled = isCancelled
    }

    /// Notes steps of work, each as long as the look at a few bytes.
    @inlinable @inline(__always)
    package func spend(_ steps: Int) {
        spent &+= steps
        if spent >= Self.stepsPerLook { look() }
    }

    @usableFromInline @inline(never)
    func look() {
        let looks = spent / Self.stepsPerLook
        spent = 0
        guard !isOver, isCancelled() else { return }
        looksLeft -= looks
    }
}
