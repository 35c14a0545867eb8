/// The first bytes of a log, decompressed, as a number: the same for a log and its compressed copy, and in every run.
package struct Fingerprint: Hashable, Sendable {
    /// Bytes it covers at most.
    package static let limit = 4_096

    /// FNV-1a of the bytes, 64 bits (Fowler, Noll, Vo).
    package var hash: UInt64
    /// How many bytes it covers: ``limit``, or all that the log had.
    package var count: Int

    package init(hash: UInt64, count: Int) {
        self.hash = hash
        self.count = count
    }

    /// Of the first bytes of a log.
    package init(_ head: some Collection<UInt8>) {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        var count = 0
        for byte in head.prefix(Self.limit) {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
            count += 1
        }
        self.init(hash: hash, count: count)
    }

    /// Whether a log that begins with `head` began like this when it had ``count`` bytes. Nothing fits a log that had none.
    package func fits(_ head: [UInt8]) -> Bool {
        count > 0 && head.count >= count && Fingerprint(head.prefix(count)) == self
    }
}
