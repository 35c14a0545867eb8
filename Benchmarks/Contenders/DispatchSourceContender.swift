import CMusterLimits
import Dispatch

/// Events on a serial queue: a source for each socket, no thread that waits. What computes goes to a global queue.
enum DispatchSourceContender {
    static let contender = Contender(
        name: "sources", title: "Dispatch: sources on a serial queue", heart: .dispatch, cost: 3e-6,
        obstacle: { $0.kind == LIM_WORK_READS ? "a read that blocks is no event" : nil }
    ) { ledger in
        let loop = EventLoop(ledger)
        loop.run()
    }

    /// Invariant, which makes it Sendable: whatever changes is touched on its serial queue alone; `run` hands itself over to
    /// that and waits.
    private final class EventLoop: @unchecked Sendable {
        private let ledger: Ledger
        private let queue = DispatchQueue(label: "events")
        private let done = DispatchSemaphore(value: 0)
        private var next = 0
        private var inFlight = 0
        private var isAdmitting = false
        private var dialogues: [Int: Dialogue] = [:]
        private var timer: (any DispatchSourceTimer)?
        /// When the timer comes: no deadline is before it; nil where there is none.
        private var nextLook: DispatchTime?

        init(_ ledger: Ledger) { self.ledger = ledger }

        func run() {
            queue.async { [self] in
                let timer = DispatchSource.makeTimerSource(queue: queue)
                timer.setEventHandler { [self] in expire() }
                timer.activate()
                self.timer = timer
                admit()
            }
            done.wait()
        }

        private func admit() {
            // An item that ends at once does not begin the next one on top of itself.
            guard !isAdmitting else { return }
            isAdmitting = true
            while inFlight < ledger.window, next < ledger.items {
                inFlight += 1
                begin(next)
                next += 1
            }
            isAdmitting = false
            guard inFlight == 0, next == ledger.items else { return }
            timer?.cancel()
            timer = nil
            done.signal()
        }

        private func begin(_ index: Int) {
            guard ledger.item(index) == LIM_ITEM_DIALOGUE else {
                if ledger.item(index) == LIM_ITEM_LOG {
                    DispatchQueue.global().async { [self] in
                        ledger.perform(index)
                        queue.async { [self] in leave() }
                    }
                } else {
                    queue.async { [self] in
                        ledger.perform(index)
                        leave()
                    }
                }
                return
            }
            let dialogue = Dialogue(deadline: .now() + .milliseconds(Int(ledger.work.timeout_ms)))
            dialogues[index] = dialogue
            if nextLook == nil { look(at: dialogue.deadline) }
            ledger.begin(index)
            take(ledger.begin(&dialogue.raw, index), dialogue, index)
        }

        private func take(_ step: lim_step, _ dialogue: Dialogue, _ index: Int) {
            switch step {
            case LIM_STEP_READ, LIM_STEP_WRITE:
                dialogue.watch(step, queue) { [self] in
                    take(ledger.advance(&dialogue.raw), dialogue, index)
                }
            default:
                ledger.end(index, isUp: step == LIM_STEP_UP)
                dialogues[index] = nil
                dialogue.close(ledger)
                leave()
            }
        }

        private func leave() {
            inFlight -= 1
            admit()
        }

        private func look(at time: DispatchTime?) {
            nextLook = time
            if let time { timer?.schedule(deadline: time, leeway: .nanoseconds(0)) }
        }

        private func expire() {
            let now = DispatchTime.now()
            look(at: dialogues.values.map(\.deadline).filter { $0 > now }.min())
            for (index, dialogue) in dialogues where dialogue.deadline <= now {
                take(LIM_STEP_DOWN, dialogue, index)
            }
        }
    }

    /// A socket with the source of what it waits for.
    ///
    /// Invariant, which makes it Sendable: the loop and the handlers of the source use it, all on the loop's serial queue.
    private final class Dialogue: @unchecked Sendable {
        var raw = lim_dialogue()
        let deadline: DispatchTime
        private var source: (any DispatchSourceProtocol)?
        private var awaited: lim_step?

        init(deadline: DispatchTime) { self.deadline = deadline }

        /// A source for reading and one for writing differ: the one is cancelled before the other begins.
        func watch(_ step: lim_step, _ queue: DispatchQueue, _ handler: @escaping @Sendable () -> Void) {
            guard awaited != step else { return }
            source?.cancel()
            awaited = step
            let made: any DispatchSourceProtocol =
                step == LIM_STEP_READ
                ? DispatchSource.makeReadSource(fileDescriptor: raw.fd, queue: queue)
                : DispatchSource.makeWriteSource(fileDescriptor: raw.fd, queue: queue)
            made.setEventHandler(handler: handler)
            made.activate()
            source = made
        }

        /// The socket is closed when the source has let go of it.
        func close(_ ledger: Ledger) {
            guard let source else { return ledger.end(&raw) }
            source.setCancelHandler { [self] in
                ledger.end(&raw)
                self.source?.setEventHandler(handler: nil)
                self.source = nil
            }
            source.cancel()
        }
    }
}
