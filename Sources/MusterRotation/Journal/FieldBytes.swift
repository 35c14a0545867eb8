internal import MusterSystem

/// Fields one after the other, as the journal keeps them: numbers in LEB128, texts led by their length.
struct FieldWriter {
    private(set) var bytes: [UInt8] = []

    mutating func number(_ value: UInt64) {
        var rest = value
        while rest > 0x7f {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    mutating func number(_ value: Int) { number(UInt64(bitPattern: Int64(value))) }
    mutating func number(_ value: Int64) { number(UInt64(bitPattern: value)) }
    mutating func flag(_ value: Bool) { bytes.append(value ? 1 : 0) }

    mutating func text(_ value: String) {
        number(value.utf8.count)
        bytes.append(contentsOf: value.utf8)
    }

    mutating func identity(_ value: FileIdentity) {
        number(value.device)
        number(value.inode)
    }

    mutating func optional<T>(_ value: T?, _ write: (inout FieldWriter, T) -> Void) {
        flag(value != nil)
        if let value { write(&self, value) }
    }

    mutating func list<T>(_ values: [T], _ write: (inout FieldWriter, T) -> Void) {
        number(values.count)
        for value in values { write(&self, value) }
    }
}

/// The counterpart. What it reads may be anything: it never traps, and throws where the bytes are no fields.
struct FieldReader {
    struct Malformed: Error {}

    private let bytes: [UInt8]
    private var at = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { at == bytes.count }

    mutating func byte() throws(Malformed) -> UInt8 {
        guard at < bytes.count else { throw Malformed() }
        defer { at += 1 }
        return bytes[at]
    }

    mutating func number() throws(Malformed) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            let next = try byte()
            value |= UInt64(next & 0x7f) << shift
            if next & 0x80 == 0 { return value }
        }
        throw Malformed()
    }

    mutating func integer() throws(Malformed) -> Int { Int(Int64(bitPattern: try number())) }
    mutating func small() throws(Malformed) -> UInt32 { UInt32(truncatingIfNeeded: try number()) }
    mutating func flag() throws(Malformed) -> Bool { try byte() != 0 }

    mutating func text() throws(Malformed) -> String {
        let count = try integer()
        guard count >= 0, count <= bytes.count - at else { throw Malformed() }
        defer { at += count }
        return String(decoding: bytes[at..<at + count], as: UTF8.self)
    }

    mutating func identity() throws(Malformed) -> FileIdentity {
        FileIdentity(device: try number(), inode: try number())
    }

    mutating func optional<T>(_ read: (inout FieldReader) throws(Malformed) -> T) throws(Malformed) -> T? {
        try flag() ? try read(&self) : nil
    }

    mutating func list<T>(_ read: (inout FieldReader) throws(Malformed) -> T) throws(Malformed) -> [T] {
        let count = try integer()
        // Every value takes a byte at least.
        guard count >= 0, count <= bytes.count - at else { throw Malformed() }
        var values: [T] = []
        for _ in 0..<count { values.append(try read(&self)) }
        return values
    }
}
