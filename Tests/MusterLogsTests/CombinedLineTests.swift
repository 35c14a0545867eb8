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

    @Test("A request that breaks off at the line end takes nothing from the next line")
    func brokenOff() throws {
        let head = #"1.1.1.1 - - [10/Oct/2000:13:55:36 -0700] "GET"#
        let read = try CombinedLine.combined.reading([]).read(head + "\n" + #"x /y HTTP/1.1" 200 5 "-" "-""#)
        #expect(read.rows.isEmpty)
        #expect(read.badTexts == [head, #"x /y HTTP/1.1" 200 5 "-" "-""#])
    }

    @Test(
        "Escapes are undone in every value",
        arguments: [
            (#"GET /a\x22b HTTP/1.1"#, "GET", #"/a"b"#), (#"G\"T /a\\ HTTP/1.1"#, #"G"T"#, #"/a\"#),
            (#"\"a b HTTP/1.1"#, #""a"#, "b"),
        ])
    func escapes(_ request: String, _ method: String, _ url: String) throws {
        let line = #"1.1.1.1 - a\"b [10/Oct/2000:13:55:36 -0700] ""# + request + #"" 200 5 "\x22" "\t""#
        let row = try #require(try CombinedLine.combined.reading([]).read(line).rows.first)
        #expect(row["method"] == method && row["url"] == url && row["protocol"] == "HTTP/1.1")
        #expect(row["user"] == #"a"b"# && row["referrer"] == "\"" && row["agent"] == "\t")
    }
}
