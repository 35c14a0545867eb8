internal import MusterCore
internal import MusterWire

/// A response that is judged while it is read: reading may stop as soon as the verdict stands. What comes of it does not depend
/// on the pieces in which the response comes.
///
/// Nothing of the body is kept but its beginning, and that only where a text is looked for.
struct HTTPReading {
    /// What a response comes to.
    typealias Outcome = (verdict: Verdict, detail: String)

    /// So much of a body is shown that lacks the text.
    private static let shownBytes = 40

    private let expectation: HTTPExpectation
    private let limit: Int
    private var response: HTTPResponseParser
    private var search: ByteSearch?
    private var beginning: [UInt8] = []
    private var isHeadJudged = false
    /// Whether the body goes on behind what is read of it.
    private var isBodyTruncated = false
    /// The verdict with its detail; nil while more has to be read.
    private(set) var outcome: Outcome?

    /// The response to a request of a method, of whose body `limit` bytes are read at most.
    init(method: String, _ expectation: HTTPExpectation, limit: Int) {
        self.expectation = expectation
        self.limit = limit
        response = HTTPResponseParser(method: method, bodyLimit: limit)
        search = expectation.body.map { ByteSearch($0) }
    }

    /// Takes the next bytes of the connection.
    @inline(never)
    mutating func receive(_ bytes: Span<UInt8>) {
        judge(Self.read(bytes, &response, &search, &beginning))
    }

    /// The peer has ended.
    @inline(never)
    mutating func receiveEnd() { judge(response.receiveEnd()) }

    /// What the response told, whatever became of it.
    @inline(never)
    func addFacts(to facts: inout [Fact]) {
        if response.status != 0 { facts.append(Fact("status", .integer(response.status))) }
        if isBodyTruncated { facts.append(Fact("body_truncated", .bool(true))) }
    }

    private static func read(
        _ bytes: Span<UInt8>, _ response: inout HTTPResponseParser, _ search: inout ByteSearch?,
        _ beginning: inout [UInt8]
    ) -> HTTPResponseParser.Step {
        guard search != nil else { return response.receive(bytes) { _ in } }
        return response.receive(bytes) { body in
            search?.take(body)
            for index in 0..<min(body.count, shownBytes - beginning.count) { beginning.append(body[index]) }
        }
    }

    /// The head is judged before the body; a text that was found does not make up for a body that is cut off behind it.
    private mutating func judge(_ step: HTTPResponseParser.Step) {
        if response.isHeadComplete, !isHeadJudged {
            isHeadJudged = true
            outcome = expectation.judgeHead(response)
        }
        guard outcome == nil else { return }
        let holds = search?.isFound ?? true
        switch step {
        case .needMore: return
        case .complete: outcome = holds ? (.up, "") : (.down(.httpBody), shown)
        case .overLimit:
            isBodyTruncated = true
            outcome = holds ? (.up, "") : (.down(.httpBody), "not in the first \(limit) bytes: \(shown)")
        case .failed(let fault): outcome = (.down(Self.reason(fault)), detail(fault))
        }
    }

    /// What a body without the expected text is.
    private var shown: String {
        if let coding = response.header("Content-Encoding"), coding.lowercased() != "identity", !coding.isEmpty {
            return "the body is compressed (Content-Encoding: \(coding.excerpt(60)))"
        }
        return "got \"\(String(decoding: beginning, as: UTF8.self))\""
    }

    private static func reason(_ fault: HTTPFault) -> Reason {
        switch fault {
        case .truncated: .httpClosed
        case .headTooLarge, .bodyTooLarge, .tooManyInterimResponses: .httpTooLarge
        default: .httpMalformed
        }
    }

    private func detail(_ fault: HTTPFault) -> String {
        guard fault == .truncated else { return fault.description }
        return response.totalBytes == 0 ? "without a word" : "after \(response.bodyBytes) bytes of body"
    }
}
