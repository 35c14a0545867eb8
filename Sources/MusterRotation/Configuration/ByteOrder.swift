internal import Glibc

extension String {
    /// Whether it stands before another in the order of their bytes, which is that of names on every system.
    func isBefore(_ other: String) -> Bool { compareBytes(other) < 0 }

    /// Below 0, 0 or above: as the bytes of both compare. Texts that are native to Swift are compared where they lie.
    fileprivate func compareBytes(_ other: String) -> Int {
        let order: Int?? = unsafe utf8.withContiguousStorageIfAvailable { left in
            unsafe other.utf8.withContiguousStorageIfAvailable { right in
                let common = min(left.count, right.count)
                guard let start = left.baseAddress, let otherStart = right.baseAddress, common > 0 else {
                    return left.count - right.count
                }
                // Invariant: both have so many bytes.
                let order = unsafe memcmp(start, otherStart, common)
                return order == 0 ? left.count - right.count : Int(order)
            }
        }
        if let order = order ?? nil { return order }
        return utf8.elementsEqual(other.utf8) ? 0 : utf8.lexicographicallyPrecedes(other.utf8) ? -1 : 1
    }
}

/// A path as a key: two are the same where all their bytes are, as for the system. For Swift two texts are the same already
/// where people read the same in them, whatever the bytes.
struct PathKey: Hashable {
    let text: String

    init(_ text: String) { self.text = text }

    static func == (left: PathKey, right: PathKey) -> Bool { left.text.utf8.hasSameBytes(as: right.text.utf8) }

    func hash(into hasher: inout Hasher) { text.utf8.combine(into: &hasher) }
}

/// Bytes that mostly lie one behind the other in memory.
extension Collection<UInt8> {
    /// Of all of them at once.
    var bytesHash: Int {
        var hasher = Hasher()
        combine(into: &hasher)
        return hasher.finalize()
    }

    fileprivate func combine(into hasher: inout Hasher) {
        let isDone: Void? = withContiguousStorageIfAvailable { bytes in
            // Invariant: the bytes are there as long as the closure runs.
            unsafe hasher.combine(bytes: UnsafeRawBufferPointer(bytes))
        }
        if isDone == nil { Array(self).combine(into: &hasher) }
    }

    func hasSameBytes(as other: some Collection<UInt8>) -> Bool {
        guard count == other.count else { return false }
        let isSame: Bool?? = withContiguousStorageIfAvailable { left in
            other.withContiguousStorageIfAvailable { right in
                guard let start = left.baseAddress, let otherStart = right.baseAddress else { return true }
                // Invariant: both have so many bytes.
                return unsafe memcmp(start, otherStart, left.count) == 0
            }
        }
        return (isSame ?? nil) ?? elementsEqual(other)
    }
}
