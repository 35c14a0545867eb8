import MusterCore
import MusterTesting
import Testing

@testable import MusterProbes

/// What a web server says and what the probe makes of it.
struct HTTPCase: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// Beside the URL.
    var settings = ""
    /// After the request's head; the end is a FIN.
    var script: [ScriptStep]
    var verdict: Verdict
    var detail = ""
    /// The fact, nil where there is none.
    var status: Int?

    init(
        _ description: String, _ settings: String, _ script: [ScriptStep], _ verdict: Verdict, _ detail: String = "",
        status: Int? = nil
    ) {
        testDescription = description
        self.settings = settings.isEmpty ? "" : ", " + settings
        self.script = script
        self.verdict = verdict
        self.detail = detail
        self.status = status
    }

    init(
        _ description: String, _ script: [ScriptStep], _ verdict: Verdict, _ detail: String = "", status: Int? = nil
    ) {
        self.init(description, "", script, verdict, detail, status: status)
    }

    /// A complete response of a server that then waits for the other side to end.
    static func answer(_ text: String) -> [ScriptStep] { [.send(text.replacing("\n", with: "\r\n")), .hold] }

    static let plain = "HTTP/1.1 200 OK\nContent-Length: 3\nServer: lab\n\nok\n".replacing("ok\n", with: "ok!")

    static let expectations: [HTTPCase] = [
        .init("a success", answer(plain), .up, status: 200),
        .init("a body that contains the text", "\"expect\": {\"body\": \"k!\"}", answer(plain), .up, status: 200),
        .init(
            "a body that lacks the text", "\"expect\": {\"body\": \"OK\"}", answer(plain), .down(.httpBody),
            "got \"ok!\"", status: 200),
        .init(
            "an empty body", "\"expect\": {\"body\": \"x\"}", answer("HTTP/1.1 204 No Content\n\n"),
            .down(.httpBody), "got \"\"", status: 204),
        .init(
            "an error", answer("HTTP/1.1 500 Oops\nContent-Length: 0\n\n"), .down(.httpStatus), "got 500", status: 500),
        .init(
            "an error that is expected", "\"expect\": {\"status\": [401, \"5xx\"]}",
            answer("HTTP/1.1 503 Busy\nContent-Length: 0\n\n"), .up, status: 503),
        .init(
            "a success that is not expected", "\"expect\": {\"status\": \"300-399\"}", answer(plain),
            .down(.httpStatus), "got 200", status: 200),
        .init(
            "a redirect", answer("HTTP/1.1 302 Found\nLocation: /there\nContent-Length: 0\n\n"), .down(.httpStatus),
            "got 302, Location: /there", status: 302),
        .init(
            "a redirect that is expected", "\"expect\": {\"status\": 301, \"headers\": {\"location\": \"/THERE\"}}",
            answer("HTTP/1.1 301 Moved\nLocation: /there\nContent-Length: 0\n\n"), .up, status: 301),
        .init(
            "a header as expected, in another letter case", "\"expect\": {\"headers\": {\"SERVER\": \"LAB\"}}",
            answer(plain), .up, status: 200),
        .init(
            "a missing header", "\"expect\": {\"headers\": {\"X-Site\": \"a\"}}", answer(plain), .down(.httpHeader),
            "no X-Site", status: 200),
        .init(
            "another header", "\"expect\": {\"headers\": {\"Server\": \"nginx\"}}", answer(plain),
            .down(.httpHeader), "Server: lab", status: 200),
        .init(
            "the status before the header, the header before the body",
            "\"expect\": {\"headers\": {\"Server\": \"x\"}, \"body\": \"x\"}", answer(plain), .down(.httpHeader),
            "Server: lab", status: 200),
    ]

    private static let cookies =
        "HTTP/1.1 200 OK\nContent-Length: 0\nSet-Cookie: a=1, b; Path=/\nSet-Cookie: c=2\nVia: x\nVia: y\n\n"

    /// Fields that repeat, redirects and compressed bodies.
    static let heads: [HTTPCase] = [
        .init(
            "one cookie of several", "\"expect\": {\"headers\": {\"set-cookie\": \"c=2\"}}", answer(cookies), .up,
            status: 200),
        .init(
            "a cookie with a comma", "\"expect\": {\"headers\": {\"Set-Cookie\": \"a=1, b; path=/\"}}", answer(cookies),
            .up, status: 200),
        .init(
            "cookies as a list", "\"expect\": {\"headers\": {\"Set-Cookie\": \"a=1, b; Path=/, c=2\"}}",
            answer(cookies),
            .down(.httpHeader), "Set-Cookie: a=1, b; Path=/, c=2", status: 200),
        .init(
            "another repeated field as a list", "\"expect\": {\"headers\": {\"Via\": \"x, y\"}}", answer(cookies), .up,
            status: 200),
        .init(
            "one of another repeated field", "\"expect\": {\"headers\": {\"Via\": \"x\"}}", answer(cookies),
            .down(.httpHeader), "Via: x, y", status: 200),
        .init(
            "a redirect without a place", answer("HTTP/1.1 302 Found\nContent-Length: 0\n\n"), .down(.httpStatus),
            "got 302", status: 302),
        .init(
            "a redirect to a long place",
            answer("HTTP/1.1 301 Moved\nLocation: /\(String(repeating: "x", count: 300))\n\n"), .down(.httpStatus),
            "got 301, Location: /\(String(repeating: "x", count: 199))…", status: 301),
        .init(
            "a place without a redirect", answer("HTTP/1.1 404 Gone\nLocation: /x\n\n"), .down(.httpStatus), "got 404",
            status: 404),
        .init(
            "a compressed body", "\"expect\": {\"body\": \"hello\"}",
            answer("HTTP/1.1 200 OK\nContent-Encoding: gzip\nContent-Length: 3\n\nxyz"), .down(.httpBody),
            "the body is compressed (Content-Encoding: gzip)", status: 200),
        .init(
            "a compressed body over the limit", "\"limit\": 2, \"expect\": {\"body\": \"hello\"}",
            answer("HTTP/1.1 200 OK\nContent-Encoding: br\nContent-Length: 3\n\nxyz"), .down(.httpBody),
            "not in the first 2 bytes: the body is compressed (Content-Encoding: br)", status: 200),
        .init(
            "a body that is called not compressed", "\"expect\": {\"body\": \"hello\"}",
            answer("HTTP/1.1 200 OK\nContent-Encoding: Identity\nContent-Length: 3\n\nxyz"), .down(.httpBody),
            "got \"xyz\"", status: 200),
        .init(
            "the text before the limit", "\"limit\": 3, \"expect\": {\"body\": \"bc\"}",
            answer("HTTP/1.1 200 OK\nContent-Length: 6\n\nabcdef"), .up, status: 200),
        .init(
            "the text across the limit", "\"limit\": 3, \"expect\": {\"body\": \"cd\"}",
            answer("HTTP/1.1 200 OK\nContent-Length: 6\n\nabcdef"), .down(.httpBody),
            "not in the first 3 bytes: got \"abc\"", status: 200),
        .init(
            "the text in chunks", "\"expect\": {\"body\": \"abab\"}",
            answer("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n3\naba\n1\na\n2\nba\n1\nb\n0\n\n"), .up, status: 200),
        .init(
            "the empty text", "\"expect\": {\"body\": \"\"}", answer("HTTP/1.1 204 None\n\n"), .up, status: 204),
        .init(
            "a broken end behind the text", "\"expect\": {\"body\": \"ok\"}",
            answer("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n2\nok\nx"), .down(.httpMalformed), "bad_chunk",
            status: 200),
    ]

    static let framings: [HTTPCase] = [
        .init(
            "chunks with extensions and a trailer", "\"expect\": {\"body\": \"hello\"}",
            answer("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n2;a=b\nhe\n3\nllo\n0\nX: y\n\n"), .up, status: 200),
        .init(
            "HTTP/1.0 that ends with the connection", "\"expect\": {\"body\": \"ok\"}",
            [.send("HTTP/1.0 200 OK\r\n\r\n"), .gap, .send("ok")], .up, status: 200),
        .init(
            "interim responses first",
            answer("HTTP/1.1 100 Continue\n\nHTTP/1.1 103 Early Hints\nLink: x\n\n" + plain), .up, status: 200),
        .init(
            "no body after HEAD", "\"method\": \"head\"", answer("HTTP/1.1 200 OK\nContent-Length: 1000\n\n"), .up,
            status: 200),
        .init(
            "no body after 304", "\"expect\": {\"status\": 304}",
            answer("HTTP/1.1 304 Not Modified\nContent-Length: 9\n\n"), .up, status: 304),
        .init("lines that end with a line feed alone", [.send(plain), .hold], .up, status: 200),
        .init(
            "a close amid the body", [.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1234")],
            .down(.httpClosed), "after 4 bytes of body", status: 200),
        .init(
            "a close amid a chunk", [.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n12345")],
            .down(.httpClosed), "after 5 bytes of body", status: 200),
        .init(
            "a close amid the head", [.send("HTTP/1.1 200 OK\r\nContent-Le")], .down(.httpClosed),
            "after 0 bytes of body", status: 200),
        .init("a close without a word", [], .down(.httpClosed), "without a word"),
        .init("a reset instead of a response", [.reset], .down(.tcpReset)),
        .init(
            "a reset amid the head", [.send("HTTP/1.1 200 OK\r\n"), .gap, .gap, .reset], .down(.tcpReset), status: 200),
        .init(
            "a reset amid the body", [.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1"), .gap, .gap, .reset],
            .down(.tcpReset), status: 200),
        .init(
            "another protocol", [.send("SSH-2.0-OpenSSH_9.6\r\n"), .hold], .down(.httpMalformed),
            "malformed_status_line"),
        .init(
            "a header that is none", [.send("HTTP/1.1 200 OK\r\nno colon\r\n\r\n"), .hold], .down(.httpMalformed),
            "malformed_header", status: 200),
        .init(
            "two lengths", answer("HTTP/1.1 200 OK\nContent-Length: 1\nContent-Length: 2\n\n"),
            .down(.httpMalformed), "bad_content_length", status: 200),
        .init(
            "a length and chunks", answer("HTTP/1.1 200 OK\nContent-Length: 1\nTransfer-Encoding: chunked\n\n"),
            .down(.httpMalformed), "conflicting_framing", status: 200),
        .init(
            "a chunk that is none", answer("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\nx\n"),
            .down(.httpMalformed), "bad_chunk", status: 200),
        .init(
            "a compressed transfer", answer("HTTP/1.1 200 OK\nTransfer-Encoding: gzip, chunked\n\n"),
            .down(.httpMalformed), "unsupported_transfer_coding", status: 200),
        .init(
            "a body of exactly the limit", "\"limit\": 3", answer(plain), .up, status: 200),
        .init(
            "a body over the limit that lacks the text", "\"limit\": 2, \"expect\": {\"body\": \"ok!\"}", answer(plain),
            .down(.httpBody), "not in the first 2 bytes: got \"ok\"", status: 200),
        .init("a body over the limit where no text is expected", "\"limit\": 2", answer(plain), .up, status: 200),
        .init(
            "an endless head", [.send("HTTP/1.1 200 OK\r\n"), .sendForever(Array("X-Padding: aaaaaaaaaaaa\r\n".utf8))],
            .down(.httpTooLarge), "head_too_large", status: 200),
        .init(
            "an endless line", [.send("HTTP/1.1 200 OK\r\nX: "), .sendForever(Array(repeating: 97, count: 4096))],
            .down(.httpTooLarge), "head_too_large", status: 200),
        .init(
            "an endless body", "\"limit\": \"64KB\"",
            [.send("HTTP/1.0 200 OK\r\n\r\n"), .sendForever(Array(repeating: 97, count: 4096))], .up, status: 200),
        .init(
            "an endless body that lacks the text", "\"limit\": \"64KB\", \"expect\": {\"body\": \"ab\"}",
            [.send("HTTP/1.0 200 OK\r\n\r\n"), .sendForever(Array(repeating: 97, count: 4096))], .down(.httpBody),
            "not in the first 65536 bytes: got \"\(String(repeating: "a", count: 40))\"", status: 200),
        .init(
            "an endless body that has the text", "\"expect\": {\"body\": \"ba\"}",
            [.send("HTTP/1.0 200 OK\r\n\r\n"), .sendForever(Array("aab".utf8))], .up, status: 200),
        .init(
            "an endless body behind an unexpected status",
            [.send("HTTP/1.0 500 Oops\r\n\r\n"), .sendForever(Array(repeating: 97, count: 4096))],
            .down(.httpStatus), "got 500", status: 500),
        .init(
            "endless chunks", "\"limit\": \"64KB\"",
            [
                .send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
                .sendForever(Array("8\r\naaaaaaaa\r\n".utf8)),
            ], .up, status: 200),
        .init(
            "endless interim responses", [.sendForever(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))],
            .down(.httpTooLarge), "too_many_interim_responses", status: 100),
    ]

    static let silences: [HTTPCase] = [
        .init("silence", [.hold], .down(.httpTimeout)),
        .init(
            "silence after the head", [.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"), .hold],
            .down(.httpTimeout), status: 200),
        .init("silence amid the head", [.send("HTTP/1.1 404 OK\r\n"), .hold], .down(.httpTimeout), status: 404),
        .init("silence amid the status line", [.send("HTTP/1.1 404"), .hold], .down(.httpTimeout)),
        .init(
            "silence after an interim response", [.send("HTTP/1.1 100 Continue\r\n\r\n"), .hold], .down(.httpTimeout)),
        .init(
            "silence instead of the last chunk",
            [.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n"), .hold], .down(.httpTimeout),
            status: 200),
        .init(
            "silence after the head of an error", [.send("HTTP/1.1 503 Busy\r\nContent-Length: 9\r\n\r\n"), .hold],
            .down(.httpStatus), status: 503),
        .init(
            "silence after the text", "\"expect\": {\"body\": \"ok\"}",
            [.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok"), .hold], .down(.httpTimeout), status: 200),
    ]
}
