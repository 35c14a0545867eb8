/// Reads one response of HTTP/1.x, whatever the fragments it comes in (RFC 9112).
///
/// Interim responses (1xx) are skipped, 16 at most; 101 is final. The head is kept as bytes and its fields are read
/// out when asked for; the body is handed out piece by piece and not kept. Bytes behind the end of the response are ignored,
/// since every request asks to close.
package struct HTTPResponseParser: Sendable {
    /// Where the response stands.
    package enum Step: Hashable, Sendable {
        /// More bytes are needed.
        case needMore
        /// The whole response is there.
        case complete
        /// More than the limit of the body has come: what is beyond is not handed out, and reading is over.
        case overLimit
        /// It cannot be read any further; every later call says the same.
        case failed(HTTPFault)
    }

    private enum Phase {
        case head, counted(Int), chunked, untilClose, over(Step)
    }

    /// How many bytes of the body were handed out.
    package private(set) var bodyBytes = 0
    /// How many bytes of any kind have come; 0 tells a connection closed without a word.
    package private(set) var totalBytes = 0
    private let isHead: Bool
    private let bodyLimit: Int
    private let headLimit: Int
    private var phase = Phase.head
    private var head: HTTPHead
    private var chunks: HTTPChunkDecoder
    private var interimResponses = 0

    /// A parser for the response to a request of this method; the answer to `HEAD` has no body.
    ///
    /// A body of more than `bodyLimit` bytes ends in `overLimit`; a head of more than `headLimit` bytes, or chunk extensions
    /// with a trailer of more, in `headTooLarge`.
    package init(method: String = "GET", bodyLimit: Int, headLimit: Int = 65_536) {
        isHead = method == "HEAD"
        self.bodyLimit = max(bodyLimit, 0)
        self.headLimit = headLimit
        head = HTTPHead(.response, limit: headLimit)
        chunks = HTTPChunkDecoder(overheadLimit: headLimit)
    }

    /// Whether the head of the final response is there.
    package private(set) var isHeadComplete = false

    /// The status of the final response, 101 or 200...999; 0 until its first line is there. While an interim
    /// response is read, its status.
    package var status: Int { head.summary.statusLine?.status ?? 0 }

    /// The version's second number: 1 for HTTP/1.1, 0 until it is known.
    package var versionMinor: Int { head.summary.statusLine?.versionMinor ?? 0 }

    /// The reason phrase; nil until it is there, and when it is empty.
    package var reason: String? {
        guard let range = head.summary.statusLine?.reason, !range.isEmpty else { return nil }
        return Bytes.text(head.bytes.span, range)
    }

    /// The fields of the final response in their order; empty until its head is complete. Read out at each call.
    package var headers: [(name: String, value: String)] { head.fields }

    /// The values of all fields of this name, whatever its case, joined with `, ` (RFC 9110 §5.3); nil without one.
    package func header(_ name: String) -> String? { head.field(name) }

    /// The values of all fields of this name, one each, in their order.
    package func headerValues(_ name: String) -> [String] { head.values(name) }

    /// What Content-Length says, in bytes.
    package var contentLength: Int? { head.summary.framing.contentLength }

    /// Whether the server would keep the connection open (RFC 9112 §9.3).
    package var keepsAlive: Bool { head.summary.framing.keepAlive ?? (versionMinor >= 1) }

    /// Takes the next bytes of the connection and hands what belongs to the body to `take`, without the chunked coding.
    @inline(never)
    package mutating func receive(_ bytes: Span<UInt8>, body take: (Span<UInt8>) -> Void) -> Step {
        totalBytes &+= bytes.count
        var offset = 0
        while true {
            switch phase {
            case .over(let step): return step
            case .head:
                guard readHead(bytes, &offset) else { return .needMore }
            case .counted(let remaining):
                guard offset < bytes.count else { return .needMore }
                let taken = min(remaining, bytes.count &- offset)
                phase = taken == remaining ? .over(.complete) : .counted(remaining &- taken)
                handOut(bytes, offset..<(offset &+ taken), take)
                offset &+= taken
            case .chunked:
                guard readChunk(bytes, &offset, take) else { return .needMore }
            case .untilClose:
                guard offset < bytes.count else { return .needMore }
                handOut(bytes, offset..<bytes.count, take)
                offset = bytes.count
            }
        }
    }

    /// The peer has closed its side: the end of a body without a length, otherwise too early.
    @inline(never)
    package mutating func receiveEnd() -> Step {
        switch phase {
        case .over(let step): return step
        case .untilClose: phase = .over(.complete)
        case .head, .counted, .chunked: fail(.truncated)
        }
        return receiveEnd()
    }

    private mutating func fail(_ fault: HTTPFault) { phase = .over(.failed(fault)) }

    /// Reads on in the head; false when more bytes are needed.
    private mutating func readHead(_ bytes: Span<UInt8>, _ offset: inout Int) -> Bool {
        switch head.read(bytes, &offset) {
        case .needMore: return false
        case .failed(let fault): fail(fault)
        case .end: endHead()
        }
        return true
    }

    /// Decides where the body ends (RFC 9112 §6.3).
    private mutating func endHead() {
        if status < 200, status != 101 {
            interimResponses += 1
            guard interimResponses <= 16 else { return fail(.tooManyInterimResponses) }
            head.reset()
            return
        }
        isHeadComplete = true
        if isHead || status == 101 || status == 204 || status == 304 {
            phase = .over(.complete)
        } else if head.summary.framing.isChunked {
            phase = .chunked
        } else if let length = head.summary.framing.contentLength {
            phase = length == 0 ? .over(.complete) : .counted(length)
        } else {
            phase = .untilClose
        }
    }

    /// Reads on in a chunked body; false when more bytes are needed.
    private mutating func readChunk(
        _ bytes: Span<UInt8>, _ offset: inout Int, _ take: (Span<UInt8>) -> Void
    ) -> Bool {
        switch chunks.next(bytes, &offset) {
        case .needMore: return false
        case .data(let range): handOut(bytes, range, take)
        case .end: phase = .over(.complete)
        case .failed(let fault): fail(fault)
        }
        return true
    }

    /// Hands out bytes of the body as far as the limit allows.
    private mutating func handOut(_ bytes: Span<UInt8>, _ range: Range<Int>, _ take: (Span<UInt8>) -> Void) {
        let count = min(range.count, bodyLimit &- bodyBytes)
        bodyBytes &+= count
        if count > 0 { take(bytes.extracting(range.lowerBound..<(range.lowerBound &+ count))) }
        if count < range.count { phase = .over(.overLimit) }
    }
}
