/// gzip members made here, in stored blocks (RFC 1951 §3.2.4), so that tests need no program.
package enum GzipBytes {
    /// One member that holds some bytes.
    package static func member(_ content: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]
        var rest = content[...]
        repeat {
            let block = rest.prefix(65_535)
            rest = rest.dropFirst(block.count)
            bytes.append(rest.isEmpty ? 1 : 0)
            bytes += littleEndian(UInt32(block.count), 2) + littleEndian(~UInt32(block.count), 2) + block
        } while !rest.isEmpty
        return bytes + littleEndian(checksum(content), 4) + littleEndian(UInt32(content.count), 4)
    }

    /// What the one member of a file holds, whatever its blocks; nil where it is damaged or something follows it.
    package static func content(_ bytes: [UInt8]) -> [UInt8]? {
        guard bytes.count >= 18, bytes.starts(with: [0x1f, 0x8b, 8, 0]) else { return nil }
        var inflation = Inflation(bytes, at: 10)
        guard let content = inflation.run(), inflation.end + 8 == bytes.count else { return nil }
        let ending = littleEndian(checksum(content), 4) + littleEndian(UInt32(content.count), 4)
        return bytes.suffix(8).elementsEqual(ending) ? content : nil
    }

    /// `hello hello hello hello\n` as gzip compresses it, with a name in its head.
    package static let hello: [UInt8] = [
        0x1f, 0x8b, 0x08, 0x08, 0x00, 0x00, 0x00, 0x00, 0x02, 0xff, 0x68, 0x00, 0xcb, 0x48, 0xcd, 0xc9,
        0xc9, 0x57, 0xc8, 0x40, 0x27, 0xb9, 0x00, 0x00, 0x88, 0x59, 0x0b, 0x18, 0x00, 0x00, 0x00,
    ]

    private static func littleEndian(_ value: UInt32, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) }
    }

    private static let table = (0..<256).map { first in
        (0..<8).reduce(UInt32(first)) { value, _ in value >> 1 ^ (value & 1 == 1 ? 0xedb8_8320 : 0) }
    }

    /// CRC-32 (RFC 1952 §8).
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var value = ~UInt32(0)
        for byte in bytes { value = value >> 8 ^ table[Int(UInt8(truncatingIfNeeded: value) ^ byte)] }
        return ~value
    }
}
