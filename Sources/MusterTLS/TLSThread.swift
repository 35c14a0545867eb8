import NIOEmbedded

/// What the TLS connections of one thread share: make it on that thread, use and release it on no other, keep it as
/// long as they live. It starts nothing and waits for nothing.
package final class TLSThread {
    /// Runs what NIOSSL puts off by one turn, such as going on after a verdict; no timer is ever armed on it.
    let loop: EmbeddedEventLoop

    package init() {
        loop = EmbeddedEventLoop()
    }
}
