internal import MusterCore

/// Spreads hosts over a span of time, each at the same place of it in every run.
package struct Splay: Sendable, Hashable {
    /// Zero for none.
    package var span: Duration

    package init(_ span: Duration) { self.span = span }

    /// When a host begins, from the run's beginning: a hash of its name (FNV-1a, its bits mixed as SplitMix64's) as a part
    /// of the span, so that it depends neither on the other hosts nor on the process.
    package func offset(of name: String) -> Duration {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        hash = (hash ^ hash >> 30) &* 0xbf58_476d_1ce4_e5b9
        hash = (hash ^ hash >> 27) &* 0x94d0_49bb_1331_11eb
        hash ^= hash >> 31
        let part = UInt64(max(0, span.nanoseconds)).multipliedFullWidth(by: hash).high
        return .nanoseconds(Int64(part))
    }
}
