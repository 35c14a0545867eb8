/// Reads the head of a request and skips its body: what a server needs that answers by method and target alone.
package struct HTTPRequestParser: Sendable {
    /// Where the request stands.
    package enum Step: Hashable, Sendable {
        /// More bytes are needed.
        case needMore
        /// The whole request is there.
        case complete
        /// It cannot be read any further; every later call says the same.
        case failed(HTTPFault)
    }

    private enum Phase {
        case head, body(Int), over(Step)
    }

    /// How many of the bytes given to the last `receive` belong to this request; after `complete` the rest belongs
    /// to the next one.
    package private(set) var consumed = 0
    private let bodyLimit: Int
    private var phase = Phase.head
    private var head: HTTPHead

    /// A parser for one request whose head takes at most `headLimit` bytes and whose body at most `bodyLimit`.
    package init(headLimit: Int = 16_384, bodyLimit: Int = 1 << 20) {
        self.bodyLimit = bodyLimit
        head = HTTPHead(.request, limit: headLimit)
    }

    /// The version's second number: 1 for HTTP/1.1, 0 until it is known.
    package var versionMinor: Int { head.summary.requestLine?.versionMinor ?? 0 }

    /// The method as it was sent; empty until the first line is there.
    package var method: String { head.summary.requestLine.map { Bytes.text(head.bytes.span, $0.method) } ?? "" }

    /// The target as it was sent; empty until the first line is there.
    package var target: String { head.summary.requestLine.map { Bytes.text(head.bytes.span, $0.target) } ?? "" }

    /// The value of Host; nil without one or until the head is complete.
    package var host: String? { header("Host") }

    /// The fields in their order; empty until the head is complete.
    package var headers: [(name: String, value: String)] { head.fields }

    /// The values of all fields of this name, whatever its case, joined with `, `; nil without one.
    package func header(_ name: String) -> String? { head.field(name) }

    /// Whether the client would send another request on this connection (RFC 9112 §9.3).
    package var keepsAlive: Bool { head.summary.framing.keepAlive ?? (versionMinor >= 1) }

    /// Makes ready for the next request on the same connection.
    package mutating func reset() {
        phase = .head
        head.reset()
        consumed = 0
    }

    /// Takes the next bytes of the connection.
    package mutating func receive(_ bytes: Span<UInt8>) -> Step {
        var offset = 0
        defer { consumed = offset }
        while true {
            switch phase {
            case .over(let step): return step
            case .head:
                if let fault = readHead(bytes, &offset) {
                    phase = .over(.failed(fault))
                } else if !head.isComplete {
                    return .needMore
                }
            case .body(let remaining):
                guard offset < bytes.count else { return .needMore }
                let taken = min(remaining, bytes.count &- offset)
                phase = taken == remaining ? .over(.complete) : .body(remaining &- taken)
                offset &+= taken
            }
        }
    }

    private mutating func readHead(_ bytes: Span<UInt8>, _ offset: inout Int) -> HTTPFault? {
        switch head.read(bytes, &offset) {
        case .needMore: return nil
        case .failed(let fault): return fault
        case .end: break
        }
        if head.summary.framing.isChunked || head.summary.framing.isIdentity { return .unsupportedTransferCoding }
        let length = head.summary.framing.contentLength ?? 0
        guard length <= bodyLimit else { return .bodyTooLarge }
        phase = length == 0 ? .over(.complete) : .body(length)
        return nil
    }
}
