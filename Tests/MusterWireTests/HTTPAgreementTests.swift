import MusterWire
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

/// What became of a response once the connection was closed behind it.
enum HTTPOutcome: Equatable, CustomStringConvertible {
    case complete(Int, String)
    case fault

    var description: String {
        switch self {
        case .complete(let status, let body): ".complete(\(status), \(body.debugDescription))"
        case .fault: ".fault"
        }
    }
}

/// One odd response, how it is read, and where SwiftNIO reads it otherwise the reason why.
struct OddResponse: CustomTestStringConvertible, Sendable {
    let method: String
    let text: String
    let outcome: HTTPOutcome
    let fault: HTTPFault?
    let niosOutcome: HTTPOutcome
    let reason: String?

    var testDescription: String { text.debugDescription }

    static func read(_ text: String, _ status: Int, _ body: String = "", to method: String = "GET") -> OddResponse {
        let outcome = HTTPOutcome.complete(status, body)
        return OddResponse(
            method: method, text: text, outcome: outcome, fault: nil, niosOutcome: outcome, reason: nil)
    }

    static func refused(_ text: String, _ fault: HTTPFault) -> OddResponse {
        OddResponse(method: "GET", text: text, outcome: .fault, fault: fault, niosOutcome: .fault, reason: nil)
    }

    func butNIO(_ outcome: HTTPOutcome, because reason: String) -> OddResponse {
        OddResponse(
            method: method, text: text, outcome: self.outcome, fault: fault, niosOutcome: outcome, reason: reason)
    }
}

@Suite struct HTTPAgreementTests {
    @Test("Odd responses are read as SwiftNIO reads them, or otherwise for a reason", arguments: OddResponse.all)
    func agreement(odd: OddResponse) {
        var parser = CollectingParser(method: odd.method, bodyLimit: 1 << 20)
        var step = parser.receive([UInt8](text: odd.text))
        if step == .needMore { step = parser.receiveEnd() }
        if let fault = odd.fault {
            #expect(step == .failed(fault))
        } else {
            #expect(step == .complete)
            #expect(HTTPOutcome.complete(parser.status, String(decoding: parser.body, as: UTF8.self)) == odd.outcome)
            #expect(parser.bodyBytes == parser.body.count)
        }
        #expect(Self.nio(odd) == odd.niosOutcome)
        #expect((odd.outcome == odd.niosOutcome) == (odd.reason == nil))
    }

    @Test("The table is long enough to mean something")
    func size() {
        #expect(OddResponse.all.count >= 40)
        #expect(OddResponse.all.filter { $0.reason == nil }.count >= 30)
    }

    /// What SwiftNIO's decoder makes of the response.
    private static func nio(_ odd: OddResponse) -> HTTPOutcome {
        let channel = EmbeddedChannel()
        var status: Int?
        var body = ""
        do {
            try channel.pipeline.syncOperations.addHandler(
                ByteToMessageHandler(HTTPResponseDecoder(leftOverBytesStrategy: .dropBytes)))
            let head = HTTPRequestHead(version: .http1_1, method: HTTPMethod(rawValue: odd.method), uri: "/")
            try channel.writeOutbound(HTTPClientRequestPart.head(head))
            try channel.writeOutbound(HTTPClientRequestPart.end(nil))
            // What was read before a fault still counts, as do faults behind the end of the response.
            let fed = Result { try channel.writeInbound(ByteBuffer(string: odd.text)) }
            let ended = Result { try channel.finish(acceptAlreadyClosed: true) }
            while let part = try channel.readInbound(as: HTTPClientResponsePart.self) {
                switch part {
                case .head(let head): status = Int(head.status.code)
                case .body(let buffer): body += String(buffer: buffer)
                case .end: return .complete(status ?? 0, body)
                }
            }
            _ = (try fed.get(), try ended.get())
        } catch {
            return .fault
        }
        return .fault
    }
}
