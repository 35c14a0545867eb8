import MusterWire

// The codecs take spans, which test macros cannot hold; these take arrays.

extension DNSMessage {
    init(parsing bytes: [UInt8]) throws(DNSFault) { try self.init(parsing: bytes.span) }
}

extension DNSQuery {
    func check(_ bytes: [UInt8], id: UInt16) -> DNSAnswerCheck { check(bytes.span, id: id) }

    func answersContain(ipv4: UInt32, in bytes: [UInt8]) -> Bool { answersContain(ipv4: ipv4, in: bytes.span) }

    func answersContain(ipv6High high: UInt64, low: UInt64, in bytes: [UInt8]) -> Bool {
        answersContain(ipv6High: high, low: low, in: bytes.span)
    }
}

extension DNSStreamDecoder {
    mutating func receive(_ bytes: [UInt8]) { receive(bytes.span) }
}

extension HTTPResponseParser {
    mutating func receive(_ bytes: [UInt8]) -> Step { receive(bytes.span) }
}

extension HTTPRequestParser {
    mutating func receive(_ bytes: [UInt8]) -> Step { receive(bytes.span) }
}
