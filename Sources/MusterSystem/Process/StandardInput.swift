internal import CMusterLinux
internal import Glibc
internal import MusterCore

/// Standard input as a lifeline to whoever started us.
package enum StandardInput {
    /// Returns on the current loop when the other end of the pipe is closed, or the task is cancelled; at once where
    /// standard input is a file.
    package static func waitForEnd() async {
        let descriptor = dup(0)
        guard descriptor >= 0, let loop = Reactor.current, let slot = try? loop.adopt(descriptor) else { return }
        let generation = loop.generation(slot)
        _ = await withTaskCancellationHandler {
            await loop.wait(slot, for: .peerClosed, until: .distantFuture)
        } onCancel: {
            loop.cancel(slot, generation: generation)
        }
        loop.emptySharedSlot(slot)
    }
}
