extension DNSMessage {
    /// The message on the wire, its names compressed.
    ///
    /// Records that do not fit into `limit` bytes (at most 65535) are left out with all after them. TC says so for
    /// answers and authority, not for additional records (RFC 2181 §9). Header, question and OPT are always written:
    /// 282 bytes at most. Without EDNS only the lower four bits of the response code fit.
    package func encoded(limit: Int = 65_535) -> [UInt8] {
        var writer = DNSMessageWriter(limit: min(limit, 65_535) - (ednsPayloadSize == nil ? 0 : 11))
        writer.bytes.append(word: id)
        writer.bytes.append(flags)
        writer.bytes.append((recursionAvailable ? 0x80 : 0) | UInt8(truncatingIfNeeded: responseCode.rawValue & 0xF))
        writer.bytes.append(word: question == nil ? 0 : 1)
        writer.bytes.append(contentsOf: [0, 0, 0, 0, 0, 0])
        if let question {
            writer.write(question.name)
            writer.bytes.append(word: question.rawType)
            writer.bytes.append(word: DNSWire.internet)
        }
        writer.write(answers, countAt: 6, isRequired: true)
        writer.write(authority, countAt: 8, isRequired: true)
        writer.write(additional, countAt: 10, isRequired: false)
        if let ednsPayloadSize { writer.writeOptions(ednsPayloadSize, responseCode) }
        return writer.bytes
    }

    private var flags: UInt8 {
        (isResponse ? 0x80 : 0) | (opcode & 0xF) << 3 | (isAuthoritative ? 0x04 : 0) | (isTruncated ? 0x02 : 0)
            | (recursionDesired ? 0x01 : 0)
    }
}

/// Writes records one after the other until one does not fit.
struct DNSMessageWriter {
    var bytes: [UInt8] = []
    private let limit: Int
    private var isFull = false
    /// Where labels stand that later names can point to: the first 64, which bounds the search.
    private var targets: [Int] = []

    init(limit: Int) {
        self.limit = limit
        bytes.reserveCapacity(min(max(limit, 0), 512))
    }

    mutating func write(_ records: [DNSRecord], countAt offset: Int, isRequired: Bool) {
        var count: UInt16 = 0
        for record in records where !isFull {
            let before = bytes.count
            write(record)
            if bytes.count > limit || count == .max {
                bytes.removeLast(bytes.count - before)
                isFull = true
                if isRequired { bytes[2] |= 0x02 }
            } else {
                count += 1
            }
        }
        setWord(count, at: offset)
    }

    mutating func writeOptions(_ payloadSize: UInt16, _ code: DNSResponseCode) {
        bytes.append(0)
        bytes.append(word: DNSRecordType.opt.rawValue)
        bytes.append(word: payloadSize)
        bytes.append(doubleWord: UInt32(code.rawValue >> 4) << 24)
        bytes.append(word: 0)
        setWord(Bytes.word(bytes.span, 10) &+ 1, at: 10)
    }

    /// Writes a name; what follows its unknown labels is a pointer to where the rest already stands.
    mutating func write(_ name: DNSName, compressed: Bool = true) {
        var position = 0
        while name.wire[position] != 0 {
            if compressed, let target = targets.first(where: { isSuffix($0, of: name, from: position) }) {
                bytes.append(word: 0xC000 | UInt16(truncatingIfNeeded: target))
                return
            }
            if compressed, bytes.count < 0x4000, targets.count < 64 { targets.append(bytes.count) }
            let next = position + 1 + Int(name.wire[position])
            bytes.append(contentsOf: name.wire[position..<next])
            position = next
        }
        bytes.append(0)
    }

    private func isSuffix(_ target: Int, of name: DNSName, from position: Int) -> Bool {
        DNSWire.isName(bytes.span, at: target, name.wire.span, from: position)
    }

    private mutating func write(_ record: DNSRecord) {
        write(record.name)
        bytes.append(word: record.type)
        bytes.append(word: record.recordClass)
        bytes.append(doubleWord: record.ttl)
        let length = bytes.count
        bytes.append(word: 0)
        write(record.data)
        // Data beyond 65535 bytes is beyond every limit too: the record goes.
        setWord(UInt16(truncatingIfNeeded: bytes.count - length - 2), at: length)
    }

    private mutating func write(_ data: DNSRecordData) {
        switch data {
        case .a(let address): bytes.append(doubleWord: address)
        case .aaaa(let high, let low):
            for half in [high, low] {
                bytes.append(doubleWord: UInt32(truncatingIfNeeded: half >> 32))
                bytes.append(doubleWord: UInt32(truncatingIfNeeded: half))
            }
        case .cname(let name), .ns(let name), .ptr(let name): write(name)
        // RFC 6672 §2.5: not compressed.
        case .dname(let name): write(name, compressed: false)
        case .mx(let preference, let exchange):
            bytes.append(word: preference)
            write(exchange)
        case .txt(let texts): write(texts)
        case .soa(let authority):
            write(authority.primary)
            write(authority.mailbox)
            for number in [
                authority.serial, authority.refresh, authority.retry, authority.expire, authority.minimum,
            ] { bytes.append(doubleWord: number) }
        case .srv(let priority, let weight, let port, let target):
            for number in [priority, weight, port] { bytes.append(word: number) }
            // RFC 2782: the target is not compressed.
            write(target, compressed: false)
        case .other(_, let data): bytes.append(contentsOf: data)
        }
    }

    private mutating func write(_ texts: [[UInt8]]) {
        for text in texts.isEmpty ? [[]] : texts {
            var rest = text[...]
            repeat {
                let part = rest.prefix(255)
                bytes.append(UInt8(truncatingIfNeeded: part.count))
                bytes.append(contentsOf: part)
                rest = rest.dropFirst(255)
            } while !rest.isEmpty
        }
    }

    private mutating func setWord(_ word: UInt16, at offset: Int) {
        bytes[offset] = UInt8(truncatingIfNeeded: word >> 8)
        bytes[offset + 1] = UInt8(truncatingIfNeeded: word)
    }
}
