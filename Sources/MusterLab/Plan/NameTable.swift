import MusterCore
import MusterWire

/// What a name server says to one question.
struct NameReply: Hashable, Sendable {
    var code: DNSResponseCode
    var answers: [DNSRecordData] = []
    /// Says nothing at all.
    var isDropped = false
    /// Over UDP only says that the answer is too long.
    var isTruncated = false
}

/// Answers by question name, type and server: an open hash table over two flat blocks of bytes, so that 100,000 names
/// cost two allocations and a look-up none.
struct NameTable: Sendable {
    /// A reply as it goes on the wire.
    struct Reply: Hashable, Sendable {
        /// Where its records lie in ``NameTable/records``, encoded to follow the question.
        var start: UInt32
        var length: UInt32
        var count: UInt16
        var code: UInt8
        var isDropped: Bool
        var isTruncated: Bool
    }

    private struct Entry: Sendable {
        var hash: UInt32
        var nameStart: UInt32
        var server: UInt64
        var type: UInt16
        var nameLength: UInt16
        var reply: Reply
    }

    /// Names in lower case, in wire form, one after the other.
    private var names: [UInt8] = []
    private(set) var records: [UInt8] = []
    private var entries: [Entry] = []
    /// Indices into `entries`, -1 where free; as many as a power of two.
    private var slots = [Int32](repeating: -1, count: 64)

    /// How many questions have an answer.
    var count: Int { entries.count }

    /// The key of a server: its IPv4 address or ::1, and its port.
    static func key(_ server: Endpoint) -> UInt64 {
        switch server.address {
        case .v4(let value): UInt64(value) << 16 | UInt64(server.port)
        case .v6: 1 << 48 | UInt64(server.port)
        }
    }

    /// Adds the answer to a question; false where another one is there already.
    mutating func add(_ question: DNSQuestion, at server: Endpoint, _ reply: NameReply) -> Bool {
        let server = NameTable.key(server)
        let name = question.name.wire.map(NameTable.lowercased)
        let encoded = NameTable.encoded(question, reply)
        let hash = NameTable.hash(name.span, 0..<name.count, question.rawType, server)
        if let known = index(hash, name.span, 0..<name.count, question.rawType, server) {
            let old = entries[known].reply
            return old.count == UInt16(reply.answers.count)
                && old.code == UInt8(truncatingIfNeeded: reply.code.rawValue)
                && old.isDropped == reply.isDropped && old.isTruncated == reply.isTruncated
                && records[Int(old.start)..<Int(old.start + old.length)].elementsEqual(encoded)
        }
        if entries.count * 2 >= slots.count { grow() }
        entries.append(
            Entry(
                hash: hash, nameStart: UInt32(names.count), server: server, type: question.rawType,
                nameLength: UInt16(name.count),
                reply: Reply(
                    start: UInt32(records.count), length: UInt32(encoded.count), count: UInt16(reply.answers.count),
                    code: UInt8(truncatingIfNeeded: reply.code.rawValue), isDropped: reply.isDropped,
                    isTruncated: reply.isTruncated)))
        names += name
        records += encoded
        place(Int32(entries.count - 1))
        return true
    }

    /// The answer to the question whose name lies in a part of a message, in wire form.
    func reply(_ message: Span<UInt8>, _ name: Range<Int>, type: UInt16, server: UInt64) -> Reply? {
        let hash = NameTable.hash(message, name, type, server)
        return index(hash, message, name, type, server).map { entries[$0].reply }
    }

    /// The records of an answer as they follow the question: compressed names point into it, wherever it was asked.
    private static func encoded(_ question: DNSQuestion, _ reply: NameReply) -> [UInt8] {
        guard !reply.answers.isEmpty else { return [] }
        var message = DNSMessage()
        message.isResponse = true
        message.question = question
        message.answers = reply.answers.map { DNSRecord(name: question.name, ttl: 60, data: $0) }
        return Array(message.encoded().dropFirst(12 + question.name.wire.count + 4))
    }

    private mutating func grow() {
        slots = [Int32](repeating: -1, count: slots.count * 2)
        for index in entries.indices { place(Int32(index)) }
    }

    private mutating func place(_ index: Int32) {
        var slot = Int(entries[Int(index)].hash) & (slots.count - 1)
        while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
        slots[slot] = index
    }

    private func index(
        _ hash: UInt32, _ message: Span<UInt8>, _ name: Range<Int>, _ type: UInt16, _ server: UInt64
    ) -> Int? {
        var slot = Int(hash) & (slots.count - 1)
        while slots[slot] >= 0 {
            let index = Int(slots[slot])
            let entry = entries[index]
            if entry.hash == hash, entry.server == server, entry.type == type, isName(entry, message, name) {
                return index
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    private func isName(_ entry: Entry, _ message: Span<UInt8>, _ name: Range<Int>) -> Bool {
        guard Int(entry.nameLength) == name.count else { return false }
        let start = Int(entry.nameStart)
        for offset in 0..<name.count
        where names[start + offset] != NameTable.lowercased(message[name.lowerBound + offset]) { return false }
        return true
    }

    /// FNV-1a.
    private static func hash(_ bytes: Span<UInt8>, _ name: Range<Int>, _ type: UInt16, _ server: UInt64) -> UInt32 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325 ^ server ^ UInt64(type) << 50
        for index in name { hash = (hash ^ UInt64(lowercased(bytes[index]))) &* 0x100_0000_01B3 }
        return UInt32(truncatingIfNeeded: hash ^ hash >> 32)
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }
}
