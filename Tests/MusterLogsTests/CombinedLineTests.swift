import Testing

@testable import MusterLogs

@Suite("The common and the combined log format")
struct CombinedLineTests {
    @Test("A line is read field by field")
    func plain() throws {
        let line =
            #"127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif?x=1 HTTP/1.0" 200 2326 "http://www.example.com/start.html" "Mozilla/4.08 [en] (Win98; I ;Nav)""#
        #expect(
            try CombinedLine.combined.reading([]).read(line).rows == [
                [
                    "ip": "127.0.0.1", "ident": "-", "user": "frank", "method": "GET", "url": "/apache_pb.gif?x=1",
                    "protocol": "HTTP/1.0", "status": "200", "bytes": "2326",
                    "referrer": "http://www.example.com/start.html", "agent": "Mozilla/4.08 [en] (Win98; I ;Nav)",
                    "time": "971211336000000",
                ]
            ])
    }
}
