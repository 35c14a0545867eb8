import MusterWire

extension OddResponse {
    /// The table. Every response is followed by the end of the connection.
    static let all: [OddResponse] = statusLines + fields + lengths + chunks

    static let statusLines: [OddResponse] = [
        .read("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 200, "ok"),
        .read("HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nok", 200, "ok"),
        .read("HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok", 200, "ok"),
        .read("HTTP/1.0 200 OK\r\n\r\nuntil close", 200, "until close"),
        .read("HTTP/1.1 200 Very  long\treason\r\nContent-Length: 0\r\n\r\n", 200),
        .read("HTTP/1.1 200 OK\nContent-Length: 2\n\nok", 200, "ok")
            .butNIO(.fault, because: "RFC 9112 §2.2 lets LF alone end a line, and small devices do so"),
        .read("HTTP/1.1 599 Odd\r\nContent-Length: 0\r\n\r\n", 599),
        .read("HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n", 999),
        .read("HTTP/1.1 204 None\r\n\r\n", 204),
        .read("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", 304),
        .read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", 200, to: "HEAD"),
        .read("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", 200, "x"),
        .refused("HTTP/1.1 20 OK\r\n\r\n", .malformedStatusLine),
        .refused("HTTP/1.1 2000 OK\r\n\r\n", .malformedStatusLine),
        .refused("HTTP/1.1 2x0 OK\r\n\r\n", .malformedStatusLine),
        .read("HTTP/1.1  200 OK\r\nContent-Length: 0\r\n\r\n", 200)
            .butNIO(.fault, because: "RFC 9112 §4 lets any blanks stand before the status"),
        .read("HTTP/1.1\t \t200\tOK\r\nContent-Length: 0\r\n\r\n", 200)
            .butNIO(.fault, because: "RFC 9112 §4 lets any blanks stand before the status"),
        .refused("HTTP/1.1 \r\n\r\n", .malformedStatusLine),
        .refused("HTTP/1.1     20\r\n\r\n", .malformedStatusLine),
        .refused("HTTP/1.1      2000\r\n\r\n", .malformedStatusLine),
        .refused("HTTP/1.1x 200 OK\r\n\r\n", .malformedStatusLine),
        .refused("HTTP/1.1 -20 OK\r\n\r\n", .malformedStatusLine),
        .refused("HTTP/11 200 OK\r\n\r\n", .malformedStatusLine),
        .refused("HTP/1.1 200 OK\r\n\r\n", .malformedStatusLine),
        .refused("http/1.1 200 OK\r\n\r\n", .malformedStatusLine),
        .refused("220 smtp ready\r\n", .malformedStatusLine),
        .refused("HTTP/1.1 200 O\u{1}K\r\n\r\n", .malformedStatusLine)
            .butNIO(.complete(200, ""), because: "RFC 9112 §4 has no control characters in a reason"),
        .refused("HTTP/1.1 200 OK\rX\r\n\r\n", .malformedStatusLine),
        .refused("\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", .malformedStatusLine)
            .butNIO(.complete(200, ""), because: "RFC 9112 §2.2 forgives empty lines before requests only"),
        .refused("HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n", .malformedStatusLine)
            .butNIO(.complete(99, ""), because: "RFC 9110 §15 begins at 100"),
        .refused("HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n", .malformedStatusLine),
        .read("HTTP/1.2 200 OK\r\nContent-Length: 0\r\n\r\n", 200)
            .butNIO(.fault, because: "RFC 9110 §2.5 has a higher minor version read as the highest known"),
        .read("HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n", 101),
        .refused("", .truncated),
        .refused("HTTP/1.1 200 OK\r\n", .truncated),
    ]

    static let fields: [OddResponse] = [
        .read("HTTP/1.1 200 OK\r\nA:\r\nContent-Length:2\r\n\r\nok", 200, "ok"),
        .read("HTTP/1.1 200 OK\r\nContent-Length: \t 2 \t \r\n\r\nok", 200, "ok")
            .butNIO(.fault, because: "RFC 9110 §5.6.3 counts the tab as blank"),
        .read("HTTP/1.1 200 OK\r\nA: \u{E9}\r\nContent-Length: 1\r\n\r\nx", 200, "x"),
        .read("HTTP/1.1 200 OK\r\n!#$%&'*+-.^_`|~: x\r\nContent-Length: 1\r\n\r\nx", 200, "x"),
        .read("HTTP/1.1 200 OK\r\nA: b\r\n c\r\nContent-Length: 1\r\n\r\nx", 200, "x")
            .butNIO(.fault, because: "RFC 9112 §5.2 has a user agent unfold values"),
        .read("HTTP/1.1 200 OK\r\nContent-Length:\r\n 1\r\n\r\nx", 200, "x")
            .butNIO(.fault, because: "RFC 9112 §5.2 has a user agent unfold values"),
        .refused("HTTP/1.1 200 OK\r\n A: b\r\n\r\n", .malformedHeader),
        .refused("HTTP/1.1 200 OK\r\nA : b\r\n\r\n", .malformedHeader),
        .refused("HTTP/1.1 200 OK\r\nA\r\n\r\n", .malformedHeader),
        .refused("HTTP/1.1 200 OK\r\n: b\r\n\r\n", .malformedHeader),
        .refused("HTTP/1.1 200 OK\r\nA(: b\r\n\r\n", .malformedHeader),
        .refused("HTTP/1.1 200 OK\r\nA b: c\r\n\r\n", .malformedHeader),
        .refused("HTTP/1.1 200 OK\r\n\u{E9}: c\r\n\r\n", .malformedHeader),
        .refused("HTTP/1.1 200 OK\r\nA: b\0c\r\n\r\n", .malformedHeader),
        .refused("HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n", .malformedHeader),
        .refused("HTTP/1.1 200 OK\r\nA: b\u{1}c\r\n\r\n", .malformedHeader),
        .refused("HTTP/1.1 200 OK\r\nA: b\u{7F}c\r\n\r\n", .malformedHeader),
    ]

    static let lengths: [OddResponse] = [
        .read("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nsurplus", 200),
        .read("HTTP/1.1 200 OK\r\ncontent-LENGTH: 002\r\n\r\nok", 200, "ok"),
        .read("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil close", 200, "until close"),
        .read("HTTP/1.1 200 OK\r\n\r\n", 200),
        .read("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok", 200, "ok")
            .butNIO(.fault, because: "RFC 9110 §8.6 lets equal lengths count as one"),
        .read("HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nok", 200, "ok")
            .butNIO(.fault, because: "RFC 9110 §8.6 lets equal lengths count as one"),
        .refused("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nokk", .badContentLength),
        .refused("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", .badContentLength),
        .refused("HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\nx", .badContentLength),
        .refused("HTTP/1.1 200 OK\r\nContent-Length: 0x1\r\n\r\nx", .badContentLength),
        .refused("HTTP/1.1 200 OK\r\nContent-Length: 1 1\r\n\r\nx", .badContentLength),
        .refused("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nx", .badContentLength),
        .refused("HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\nx", .badContentLength),
        .refused("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfour", .truncated),
    ]

    private static let chunkedHead = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"

    static let chunks: [OddResponse] = [
        .read(chunkedHead + "\r\n2\r\nok\r\n0\r\n\r\n", 200, "ok"),
        .read("HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", 200, "ok"),
        .read(chunkedHead + "\r\n0\r\n\r\n", 200),
        .read(chunkedHead + "\r\n002\r\nok\r\n000\r\n\r\n", 200, "ok"),
        .read(chunkedHead + "\r\nA\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n", 200, "01234567890123456789"),
        .read(chunkedHead + "\r\n2;a=b;c=\"d\"\r\nok\r\n0;e\r\n\r\n", 200, "ok"),
        .read(chunkedHead + "\r\n2\r\nok\r\n0\r\nX: y\r\nZ: w\r\n\r\n", 200, "ok"),
        .read(chunkedHead + "\r\n2 \r\nok\r\n0\r\n\r\n", 200, "ok")
            .butNIO(.fault, because: "servers pad sizes with blanks, and nothing else can be meant"),
        .refused(chunkedHead + "\r\n2\r\nok0\r\n\r\n", .badChunk),
        .refused(chunkedHead + "\r\n2\r\nok\r\r\n0\r\n\r\n", .badChunk),
        .refused(chunkedHead + "\r\nx\r\n", .badChunk),
        .refused(chunkedHead + "\r\n\r\n2\r\nok\r\n0\r\n\r\n", .badChunk),
        .refused(chunkedHead + "\r\n-2\r\nok\r\n0\r\n\r\n", .badChunk),
        .refused(chunkedHead + "\r\n0x2\r\nok\r\n0\r\n\r\n", .badChunk),
        .refused(chunkedHead + "\r\n2\nok\r\n0\r\n\r\n", .badChunk),
        .refused(chunkedHead + "\r\n2\r\nok\n0\r\n\r\n", .badChunk),
        .refused(chunkedHead + "\r\n2;a\u{1}\r\nok\r\n0\r\n\r\n", .badChunk),
        .refused(chunkedHead + "\r\nFFFFFFFFFFFFFFFFF\r\n", .badChunk),
        .refused(chunkedHead + "\r\n00000000000000002\r\nok\r\n0\r\n\r\n", .badChunk)
            .butNIO(
                .complete(200, "ok"), because: "zeros without end would be an endless line; sixteen digits suffice"),
        .refused(chunkedHead + "\r\n2\r\nok\r\n0\r\nX y\r\n\r\n", .malformedHeader),
        .refused(chunkedHead + "\r\n2\r\nok\r\n0\r\n", .truncated),
        .refused(chunkedHead + "\r\n5\r\nfour", .truncated),
        .refused(chunkedHead + "Content-Length: 2\r\n\r\n2\r\nok\r\n0\r\n\r\n", .conflictingFraming),
        .refused("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nok", .conflictingFraming),
        .refused("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nx", .unsupportedTransferCoding)
            .butNIO(.complete(200, "x"), because: "a coding that muster cannot undo would pass for the body"),
        .refused("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", .unsupportedTransferCoding)
            .butNIO(.complete(200, ""), because: "a coding that muster cannot undo would pass for the body"),
        .refused(chunkedHead + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", .unsupportedTransferCoding)
            .butNIO(.complete(200, ""), because: "RFC 9112 §6.1 forbids chunking twice"),
        .read("HTTP/1.1 200 OK\r\nTransfer-Encoding: Identity\r\n\r\nx", 200, "x"),
        .refused("HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\nContent-Length: 1\r\n\r\nx", .conflictingFraming),
        .refused("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: identity\r\n\r\nx", .conflictingFraming),
        .refused(chunkedHead + "Transfer-Encoding: identity\r\n\r\n0\r\n\r\n", .unsupportedTransferCoding)
            .butNIO(.complete(200, "0\r\n\r\n"), because: "where the message ends would be a guess"),
        .refused("HTTP/1.1 200 OK\r\nTransfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n", .unsupportedTransferCoding)
            .butNIO(.complete(200, ""), because: "where the message ends would be a guess"),
        .refused("HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\nx", .unsupportedTransferCoding)
            .butNIO(.complete(200, "x"), because: "no such coding is known"),
    ]
}
