/// Fields one after the other, as the journal and the messages between processes keep them: numbers in LEB128, texts led
/// by their length.
package struct FieldWriter {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    package mutating func number(_ value: UInt64) {
        var rest = value
        while rest > 0x7f {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    package mutating func number(_ value: Int) { number(UInt64(bitPattern: Int64(value))) }
    package mutating func number(_ value: Int64) { number(UInt64(bitPattern: value)) }
    package mutating func flag(_ value: Bool) { bytes.append(value ? 1 : 0) }

    package mutating func text(_ value: String) {
        number(value.utf8.count)
        bytes.append(contentsOf: value.utf8)
    }

    package mutating func identity(_ value: FileIdentity) {
        number(value.device)
        number(value.inode)
    }

    package mutating func optional<T>(_ value: T?, _ write: (inout FieldWriter, T) -> Void) {
        flag(value != nil)
        if let value { write(&self, value) }
    }

    package mutating func list<T>(_ values: [T], _ write: (inout FieldWriter, T) -> Void) {
        number(values.count)
        for value in values { write(&self, value) }
    }
}

/// The counterpart. What it reads may be anything: it never traps, and throws where the bytes are no fields.
package struct FieldReader {
    package struct Malformed: Error {
        package init() {}
    }

    private let bytes: [UInt8]
    private var at = 0

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    package var isAtEnd: Bool { at == bytes.count }

    package mutating func byte() throws(Malformed) -> UInt8 {
        guard at < bytes.count else { throw Malformed() }
        defer { at += 1 }
        return bytes[at]
    }

    /// Bits beyond the 64th are lost.
    package mutating func number() throws(Malformed) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            let next = try byte()
            value |= UInt64(next & 0x7f) << shift
            if next & 0x80 == 0 { return value }
        }
        throw Malformed()
    }

    package mutating func integer() throws(Malformed) -> Int { Int(Int64(bitPattern: try number())) }
    /// The low 32 bits of a number.
    package mutating func small() throws(Malformed) -> UInt32 { UInt32(truncatingIfNeeded: try number()) }
    package mutating func flag() throws(Malformed) -> Bool { try byte() != 0 }

    /// What is no UTF-8 is repaired.
    package mutating func text() throws(Malformed) -> String {
        let count = try integer()
        guard count >= 0, count <= bytes.count - at else { throw Malformed() }
        defer { at += count }
        return String(decoding: bytes[at..<at + count], as: UTF8.self)
    }

    package mutating func identity() throws(Malformed) -> FileIdentity {
        FileIdentity(device: try number(), inode: try number())
    }

    package mutating func optional<T>(
        _ read: (inout FieldReader) throws(Malformed) -> T
    ) throws(Malformed) -> T? {
        try flag() ? try read(&self) : nil
    }

    package mutating func list<T>(
        _ read: (inout FieldReader) throws(Malformed) -> T
    ) throws(Malformed) -> [T] {
        let count = try integer()
        // Every value takes a byte at least.
        guard count >= 0, count <= bytes.count - at else { throw Malformed() }
        var values: [T] = []
        for _ in 0..<count { values.append(try read(&self)) }
        return values
    }
}
