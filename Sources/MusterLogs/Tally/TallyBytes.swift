/// Writes the values of a tally file: whole numbers in base 128, lowest group first, as Protocol Buffers do.
struct TallyWriter {
    private(set) var bytes: [UInt8] = []

    mutating func raw(_ bytes: some Sequence<UInt8>) { self.bytes.append(contentsOf: bytes) }

    mutating func unsigned(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    mutating func count(_ value: Int) { unsigned(UInt64(value)) }

    /// Small magnitudes of either sign become short.
    mutating func signed(_ value: Int64) { unsigned(UInt64(bitPattern: value << 1 ^ value >> 63)) }

    mutating func wide(_ value: Int128) {
        signed(Int64(truncatingIfNeeded: value >> 64))
        unsigned(UInt64(truncatingIfNeeded: value))
    }

    mutating func flag(_ value: Bool) { unsigned(value ? 1 : 0) }

    mutating func data(_ value: [UInt8]) {
        count(value.count)
        raw(value)
    }

    mutating func text(_ value: String) { data(Array(value.utf8)) }

    mutating func list<T>(_ values: [T], _ write: (inout TallyWriter, T) -> Void) {
        count(values.count)
        for value in values { write(&self, value) }
    }
}

/// Why the bytes are no tally.
package struct TallyFault: Error, Hashable, Sendable {
    package var hint: String

    package init(_ hint: String) { self.hint = hint }
}

/// Reads the values of a tally file. The bytes may be anything: every length is held against what is left.
struct TallyReader {
    private let bytes: [UInt8]
    private(set) var offset: Int
    private let end: Int
    /// Of the file.
    let version: Int

    init(_ bytes: [UInt8], from offset: Int, to end: Int, version: Int = TallyFile.version) {
        self.bytes = bytes
        self.version = version
        self.offset = offset
        self.end = end
    }

    var isAtEnd: Bool { offset == end }

    var damage: TallyFault { TallyFault("the tally is damaged at byte \(offset)") }

    mutating func unsigned() throws(TallyFault) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            guard offset < end, shift < 64 else { throw damage }
            let byte = bytes[offset]
            offset += 1
            if shift == 63, byte > 1 { throw damage }
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
    }

    /// A number of things of which each takes at least `size` bytes.
    mutating func count(of size: Int = 1) throws(TallyFault) -> Int {
        let value = try unsigned()
        guard value <= UInt64((end - offset) / size) else { throw damage }
        return Int(value)
    }

    /// A number up to a limit.
    mutating func number(_ limit: Int) throws(TallyFault) -> Int {
        let value = try unsigned()
        guard limit >= 0, value <= UInt64(limit) else { throw damage }
        return Int(value)
    }

    mutating func signed() throws(TallyFault) -> Int64 {
        let value = try unsigned()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    mutating func wide() throws(TallyFault) -> Int128 {
        let high = try signed()
        return Int128(high) << 64 | Int128(try unsigned())
    }

    mutating func flag() throws(TallyFault) -> Bool { try number(1) == 1 }

    mutating func data() throws(TallyFault) -> [UInt8] {
        let length = try count()
        defer { offset += length }
        return Array(bytes[offset..<offset + length])
    }

    mutating func text() throws(TallyFault) -> String { String(decoding: try data(), as: UTF8.self) }

    mutating func list<T>(
        of size: Int = 1, _ read: (inout TallyReader) throws(TallyFault) -> T
    ) throws(TallyFault) -> [T] {
        var values: [T] = []
        for _ in 0..<(try count(of: size)) { values.append(try read(&self)) }
        return values
    }
}
