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

/// A parser of responses and the body that it handed out.
@dynamicMemberLookup
struct CollectingParser {
    private(set) var parser: HTTPResponseParser
    private(set) var body: [UInt8] = []

    init(method: String = "GET", bodyLimit: Int, headLimit: Int = 65_536) {
        parser = HTTPResponseParser(method: method, bodyLimit: bodyLimit, headLimit: headLimit)
    }

    subscript<Value>(dynamicMember path: KeyPath<HTTPResponseParser, Value>) -> Value { parser[keyPath: path] }

    func header(_ name: String) -> String? { parser.header(name) }
    var headers: [(name: String, value: String)] { parser.headers }

    mutating func receive(_ bytes: [UInt8]) -> HTTPResponseParser.Step {
        var body = self.body
        defer { self.body = body }
        return parser.receive(bytes.span) { part in for index in part.indices { body.append(part[index]) } }
    }

    mutating func receiveEnd() -> HTTPResponseParser.Step { parser.receiveEnd() }
}

extension HTTPRequestParser {
    mutating func receive(_ bytes: [UInt8]) -> Step { receive(bytes.span) }
}
