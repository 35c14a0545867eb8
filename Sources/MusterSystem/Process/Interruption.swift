internal import CMusterLinux
internal import Glibc
internal import MusterCore

/// The first SIGINT, SIGTERM or SIGHUP as something to wait for; the second ends the process as it would by default. SIGHUP
/// stays ignored where it was at the start (nohup).
package struct Interruption: Sendable {
    private let descriptor: Int32

    /// Catches them from now on. Once a process.
    package static func install() throws(SocketFault) -> Interruption {
        cml_ignore_broken_pipes()
        let descriptor = cml_catch_interrupts()
        guard descriptor >= 0 else { throw SocketFault(errno: -descriptor, local: true) }
        return Interruption(descriptor: descriptor)
    }

    /// Leaves them to whoever started us: a second process of ours ends when the first tells it to.
    package static func leaveToParent() {
        cml_ignore_broken_pipes()
        cml_ignore_interrupts()
    }

    /// Waits on the current loop; false where the task was cancelled first.
    package func wait() async -> Bool {
        guard let loop = Reactor.current else { return false }
        var slot = adopted(by: loop)
        // Where descriptors are short just now, one is free again soon; nobody has interrupted anything by that.
        while slot == nil {
            guard await Reactor.sleep(until: SystemClock.now.advanced(by: .milliseconds(20))) else { return false }
            slot = adopted(by: loop)
        }
        guard let slot else { return false }
        let generation = loop.generation(slot)
        let wake = await withTaskCancellationHandler {
            await loop.wait(slot, for: .readable, until: .distantFuture)
        } onCancel: {
            loop.cancel(slot, generation: generation)
        }
        loop.emptySharedSlot(slot)
        return wake == .ready
    }

    /// A copy, because the slot closes its descriptor, and the signal handler writes into the original.
    private func adopted(by loop: Reactor) -> Int32? {
        let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        return copy >= 0 ? try? loop.adopt(copy) : nil
    }
}
