/// What the fields of a head say about where the message ends (RFC 9112 §6).
struct HTTPFraming: Sendable {
    /// The value of Content-Length in bytes.
    private(set) var contentLength: Int?
    /// Whether the body comes in chunks.
    private(set) var isChunked = false
    /// Whether Transfer-Encoding says `identity`, a coding that changes nothing and is no longer known (RFC 9112 §7): the body
    /// ends with the connection (RFC 9112 §6.3).
    private(set) var isIdentity = false
    /// Whether Connection asks to close (`close`) or to stay (`keep-alive`); nil when it does neither.
    private(set) var keepAlive: Bool?

    /// Takes note of a field. Only three names matter, told apart by their lengths first.
    @inline(__always)
    mutating func note(_ bytes: Span<UInt8>, name: Range<Int>, value: Range<Int>) -> HTTPFault? {
        switch name.count {
        case 10 where HTTPSyntax.isText(bytes, name, "connection"):
            noteConnection(bytes, value)
        case 14 where HTTPSyntax.isText(bytes, name, "content-length"):
            return noteLength(bytes, value)
        case 17 where HTTPSyntax.isText(bytes, name, "transfer-encoding"):
            // Codings that compress need `chunked` behind them; muster takes no compressed transfers at all.
            guard !isChunked, !isIdentity else { return .unsupportedTransferCoding }
            isChunked = HTTPSyntax.isText(bytes, value, "chunked")
            isIdentity = HTTPSyntax.isText(bytes, value, "identity")
            guard isChunked || isIdentity else { return .unsupportedTransferCoding }
        default:
            break
        }
        return conflict
    }

    /// Two ways to tell the end of a message invite request smuggling (RFC 9112 §11.2).
    private var conflict: HTTPFault? {
        (isChunked || isIdentity) && contentLength != nil ? .conflictingFraming : nil
    }

    /// Several values are fine when they are equal (RFC 9112 §6.3), in one field or in many.
    private mutating func noteLength(_ bytes: Span<UInt8>, _ value: Range<Int>) -> HTTPFault? {
        var fault: HTTPFault?
        Self.forEachElement(bytes, value) { element in
            guard let length = Self.number(bytes, element), contentLength == nil || contentLength == length else {
                fault = .badContentLength
                return
            }
            contentLength = length
        }
        return fault ?? conflict
    }

    private mutating func noteConnection(_ bytes: Span<UInt8>, _ value: Range<Int>) {
        Self.forEachElement(bytes, value) { element in
            if HTTPSyntax.isText(bytes, element, "close") {
                keepAlive = false
            } else if keepAlive == nil, HTTPSyntax.isText(bytes, element, "keep-alive") {
                keepAlive = true
            }
        }
    }

    /// Calls `body` with each element of a comma-separated list, empty ones included.
    @inline(__always)
    private static func forEachElement(_ bytes: Span<UInt8>, _ value: Range<Int>, _ body: (Range<Int>) -> Void) {
        var start = value.lowerBound
        var index = start
        while index <= value.upperBound {
            if index == value.upperBound || bytes[index] == UInt8(ascii: ",") {
                body(HTTPSyntax.trimmed(bytes, start..<index))
                start = index &+ 1
            }
            index &+= 1
        }
    }

    /// A decimal number of digits only that an Int holds.
    private static func number(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        guard !range.isEmpty else { return nil }
        var number = 0
        for index in range {
            guard let digit = Bytes.digit(bytes[index]) else { return nil }
            let (product, tooLarge) = number.multipliedReportingOverflow(by: 10)
            let (sum, overflow) = product.addingReportingOverflow(Int(digit))
            guard !tooLarge, !overflow else { return nil }
            number = sum
        }
        return number
    }
}
