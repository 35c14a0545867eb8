internal import CMusterLinux

/// CRC-32 as in gzip (RFC 1952 §8): finds damage by accident, not by intent.
package struct CRC32: Sendable, Hashable {
    /// Of the bytes so far; 0 for none.
    package private(set) var value: UInt32 = 0

    package init() {}

    /// Adds bytes behind those that were added before.
    package mutating func add(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        // Invariant: there are as many bytes as the buffer says.
        value = unsafe cml_crc32(value, start, bytes.count)
    }

    package static func of(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        var sum = CRC32()
        unsafe sum.add(bytes)
        return sum.value
    }

    package static func of(_ bytes: [UInt8]) -> UInt32 { unsafe bytes.withUnsafeBytes { unsafe of($0) } }

    package static func of(_ bytes: ArraySlice<UInt8>) -> UInt32 { unsafe bytes.withUnsafeBytes { unsafe of($0) } }
}

/// What bytes are told apart by when they are not at hand: their number and their CRC-32.
package struct ByteSum: Sendable, Hashable {
    package var length: Int64
    package var checksum: UInt32

    package init(length: Int64 = 0, checksum: UInt32 = 0) {
        self.length = length
        self.checksum = checksum
    }

    /// Of these and others that follow them.
    package func followed(by other: ByteSum) -> ByteSum {
        ByteSum(
            length: length &+ other.length,
            checksum: cml_crc32_joined(checksum, other.checksum, other.length))
    }
}
