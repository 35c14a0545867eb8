/// What is wrong with an HTTP message.
package enum HTTPFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// The first line is not a status line of HTTP/1.x (RFC 9112 §4).
    case malformedStatusLine
    /// The first line is not a request line of HTTP/1.x (RFC 9112 §3).
    case malformedRequestLine
    /// A field line has no colon, a name that is no token, a blank before the colon, or a control character in its
    /// value (RFC 9112 §5, RFC 9110 §5.5).
    case malformedHeader
    /// A head, or what chunk extensions and trailers take together, is longer than allowed.
    case headTooLarge
    /// More than 16 interim responses (1xx) came before the final one.
    case tooManyInterimResponses
    /// Content-Length is not a number, or several values differ (RFC 9112 §6.3).
    case badContentLength
    /// Transfer-Encoding and Content-Length stand together (RFC 9112 §6.3).
    case conflictingFraming
    /// A transfer coding other than `chunked` or `identity` alone (RFC 9112 §7).
    case unsupportedTransferCoding
    /// A chunk's size or the end of its line or of its data is wrong (RFC 9112 §7.1).
    case badChunk
    /// The body of a request is longer than the limit.
    case bodyTooLarge
    /// The connection was closed before the end of the message (RFC 9112 §8).
    case truncated
    /// A request that cannot be sent; the text says which part is wrong and why.
    case invalidRequest(String)

    /// The fixed name of the fault, fit for metric labels.
    package var code: String {
        switch self {
        case .malformedStatusLine: "malformed_status_line"
        case .malformedRequestLine: "malformed_request_line"
        case .malformedHeader: "malformed_header"
        case .headTooLarge: "head_too_large"
        case .tooManyInterimResponses: "too_many_interim_responses"
        case .badContentLength: "bad_content_length"
        case .conflictingFraming: "conflicting_framing"
        case .unsupportedTransferCoding: "unsupported_transfer_coding"
        case .badChunk: "bad_chunk"
        case .bodyTooLarge: "body_too_large"
        case .truncated: "truncated"
        case .invalidRequest: "invalid_request"
        }
    }

    /// The code, and for a request that cannot be sent the reason.
    package var description: String {
        if case .invalidRequest(let hint) = self { "\(code): \(hint)" } else { code }
    }
}
