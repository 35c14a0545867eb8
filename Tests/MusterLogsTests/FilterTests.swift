import MusterTesting
import Testing

@testable import MusterLogs

/// The lines that filters are tried on, with their letters.
private enum Sample {
    static let reading = TabularLine.reading([
        LogField("ip", .address), LogField("method"), LogField("url"), LogField("status", .number),
        LogField("bytes", .bytes), LogField("request_time", .duration(perSecond: 1000)), LogField("user"),
        LogField("note"),
    ])

    // 2026-01-02T00:00:00Z and on.
    static let lines = [
        // a
        ["1767312000000000", "10.1.2.3", "GET", "/api/v1?x=1", "200", "1048577", "250", "-", "and"],
        // b
        ["1767312060000000", "192.0.2.1", "POST", "/api/v2", "500", "512", "251", "007", "a\"b\\c'd"],
        // c
        ["1767315600000000", "2001:db8::1", "HEAD", "/index.html", "404", "-", "0.5", "7", "Bot"],
        // d
        ["none", "::ffff:10.0.0.9", "GET", "/", "099", "∅", "1.5s", "∅", ""],
        // e
        ["1767398400000000", "db1.example.com", "DELETE", "/api", "-", "0", "-", "seven", "a, b"],
    ]

    /// The letters of the lines that match.
    static func select(_ text: String) throws -> String { try TabularLine.select(text, reading, lines) }
}

@Suite("Filters")
struct FilterTests {
    @Test(
        "compare numbers as numbers, and what is none as texts",
        arguments: [
            ("status=200", "a"), ("status == 200.0", "a"), ("status != 200", "bcde"), ("not status=200", "bcde"),
            ("status>=500", "b"), ("status > 404", "b"), ("status >= 404", "bc"), ("status<404", "ad"),
            ("status<=404", "acd"),
            ("status = 99", "d"), ("status = -", "e"), ("status != -", "abcd"), ("not status > 0", "e"),
            ("code=200", "a"), ("bytes > 1MB", "a"), ("bytes >= 0.5KB", "ab"), ("bytes = 512B", "b"),
            ("bytes < 2000TB", "abe"), ("bytes < 999999999999TB", "abe"),
            ("bytes < 1", "e"),
            ("bytes = -", "cd"), ("bytes != 0", "abcd"), ("request_time > 250ms", "bd"),
            ("request_time >= 0.25", "abd"),
            ("request_time <= 1ms", "c"), ("request_time = 1.5", "d"), ("request_time > 1m", ""), ("user = 7", "bc"),
            ("user = '7'", "c"), ("user = '007'", "b"), ("user > 6", "bc"), ("user != 7", "ade"),
            ("hour_of_day >= 1", "c"),
            ("hour_of_day < 1", "abe"), ("user > -1", "bc"), ("status < 1e3", "abcd"), ("status_class = 5xx", "b"),
        ])
    func numbers(filter: String, lines: String) throws {
        #expect(try Sample.select(filter) == lines)
    }

    @Test(
        "compare texts byte by byte",
        arguments: [
            ("method = GET", "ad"), ("method = get", ""), ("method != GET", "bce"), ("method = 'GET'", "ad"),
            ("note = 'a\"b\\\\c\\'d'", "b"), ("note = \"a\\\"b\\\\c'd\"", "b"), ("note = 'and'", "a"),
            ("note = \"\"", "d"),
            ("note = 'a, b'", "e"), ("path = /api/v1", "a"), ("url = /api/v1?x\\=1", nil), ("url = '/api/v1?x=1'", "a"),
            ("path = /", "d"), ("query = 'x=1'", "a"), ("query = -", "bcde"), ("extension = html", "c"),
            ("path contains api", "abe"), ("path not contains api", "cd"), ("note contains '\"b'", "b"),
            ("note contains ''", "abcde"),
            ("path ~ '^/api/v\\d$'", "ab"), ("path !~ ^/api", "cd"), ("not path !~ ^/api", "abe"),
            ("note ~ '(?i)bot'", "c"),
            ("note contains bot", ""), ("method in (GET, HEAD)", "acd"), ("method not in (GET, HEAD)", "be"),
            ("method in GET", "ad"), ("status in (200, 99, -)", "ade"), ("status not in (200)", "bcde"),
            ("user in (7)", "bc"), ("user in ('7')", "c"), ("bytes in (1KB, 512B)", "b"), ("'user' = 7", "bc"),
            ("exists(user)", "bce"), ("not exists(user)", "ad"), ("exists(note)", "abce"), ("EXISTS(bytes)", "abe"),
            ("exists(time)", "abce"), ("method = in", ""), ("weekday = Fri", "abc"), ("day = 2026-01-03", "e"),
        ] as [(String, String?)])
    func texts(filter: String, lines: String?) throws {
        if let lines {
            #expect(try Sample.select(filter) == lines)
        } else {
            #expect(throws: QuestionFault.self) { try Sample.select(filter) }
        }
    }

    @Test(
        "know addresses and networks",
        arguments: [
            ("ip in 10.0.0.0/8", "ad"), ("ip in (10.1.2.3, 2001:db8::/32)", "ac"), ("ip not in 10.0.0.0/8", "bce"),
            ("ip = 2001:0db8:0:0:0:0:0:1", "c"), ("ip != 2001:db8:0::1", "abde"), ("ip = 10.0.0.9", "d"),
            ("ip in 0.0.0.0/0", "abd"), ("ip in ::/0", "c"), ("ip in 10.1.2.99/24", "a"), ("ip in '10.0.0.0/8'", "ad"),
            ("ip in db1.example.com", "e"), ("network = 192.0.2.0/24", "b"), ("network in (192.0.2.0/24, x)", "b"),
            ("network/8 = 10.0.0.0/8", "ad"), ("ip ~ '^10\\.'", "a"), ("ip = db1.example.com", "e"),
        ])
    func addresses(filter: String, lines: String) throws {
        #expect(try Sample.select(filter) == lines)
    }

    @Test(
        "compare the time of the line",
        arguments: [
            ("time > '2026-01-02T00:00:00Z'", "bce"), ("time >= 2026-01-02", "abce"),
            ("time < 2026-01-02T01:00:00+01:00", ""),
            ("time <= 2026-01-02T01:00:00+01:00", "a"), ("time = 1767312060", "b"), ("time != 1767312060", "acde"),
            ("time < \"2026-01-02 01:00\"", "ab"), ("not time < 2027-01-01", "d"), ("time ~ T01", "c"),
        ])
    func times(filter: String, lines: String) throws {
        #expect(try Sample.select(filter) == lines)
    }

    @Test(
        "bind not closer than and, and closer than or",
        arguments: [
            ("method=GET or method=HEAD and status=500", "ad"), ("(method=GET or method=HEAD) and status=404", "c"),
            ("not method=GET and status=500", "b"), ("not (method=GET and status=200)", "bcde"),
            ("!method=GET&&status=500||status=200", "ab"), ("NOT method=GET AND status=500 OR status=200", "ab"),
            ("not not method=GET", "ad"), ("!!(status=200)", "a"), ("status=200 or status=500 or status=404", "abc"),
            ("status>0 and bytes>0 and user=7", "b"),
            (
                #"status>=500 and path ~ "^/api/" and not (ip in 10.0.0.0/8 or method in (GET, HEAD))"#, "b"
            ),
        ])
    func precedence(filter: String, lines: String) throws {
        #expect(try Sample.select(filter) == lines)
    }

    @Test(
        "select lines of the combined format",
        arguments: [
            ("status>=500 and path ~ ^/api/", 0b01), ("agent_family = Googlebot", 0b10),
            ("referrer = - and bytes < 1KB", 0b11),
            ("ip in 2001:db8::/32 or hour = 2000-10-10T20", 0b11), ("exists(referrer)", 0), ("method = GET", 0b01),
            ("http_user_agent contains curl and remote_addr = 192.0.2.1", 0b01), ("not exists(method)", 0b10),
        ] as [(String, UInt64)])
    func combined(filter: String, expected: UInt64) throws {
        let lines = #"""
            192.0.2.1 - - [10/Oct/2000:13:55:36 -0700] "GET /api/x?y HTTP/1.1" 503 12 "-" "curl/8.5.0"
            2001:db8::1 - - [10/Oct/2000:13:55:36 -0800] "-" 400 0 "-" "Mozilla/5.0 (compatible; Googlebot/2.1)"

            """#
        let reading = try CombinedLine.combined.reading([])
        let bound = try LogFilter(filter).bound(to: reading)
        Chunk.with(Array(lines.utf8)) { chunk in
            var batch = RowBatch(width: reading.fields.count)
            batch.begin(chunk)
            var cursor = 0
            reading.makeParser().parse(chunk, &cursor, into: &batch)
            #expect(batch.count == 2)
            var selection = Selection(all: batch)
            bound.select(batch, &selection)
            #expect(selection.bits == expected)
        }
    }

    @Test("keep only rows that were selected")
    func narrowing() throws {
        let filter = try LogFilter("not status=200 or status=200").bound(to: Sample.reading)
        TabularLine.with(Sample.reading, Sample.lines) { batch in
            var selection = Selection(bits: 0b1010)
            filter.select(batch, &selection)
            #expect(selection.bits == 0b1010)
            selection = Selection(bits: 0)
            filter.select(batch, &selection)
            #expect(selection.isEmpty)
        }
    }

    @Test("name the fields that a format has to provide, each once")
    func fields() throws {
        let filter = try LogFilter("path ~ x and (url = y or hour = z) and not exists(network/16) and a.b in (1)")
        #expect(filter.fields == ["url", "ip", "a.b"])
    }

    @Test(
        "that are none are told with the place, and what to write",
        arguments: [
            ("", 0, "empty"), ("  ", 0, "empty"), ("status", 6, "exists(status)"), ("status 500", 7, "not \"500\""),
            ("status>=", 8, "not the end"), ("status>= and x=1", 9, "in quotes"), ("=1", 0, "a field is expected"),
            ("status=200 path=/", 11, "and, or or the end"), ("(status=200", 11, "( at 1"),
            ("status=200)", 10, "leave the )"),
            ("()", 1, "a field is expected"), ("status=200 and", 14, "a field is expected, not the end"),
            ("or status=200", 0, "not \"or\""), ("in = 3", 0, "quotes"), ("x = 'abc", 4, "not closed"),
            ("x = \"a\\\"", 4, "with \""),
            ("x =~ y", 2, "written ~"), ("x <> y", 2, "!="), ("a=1 & b=2", 4, "&&"), ("a=1 | b=2", 4, "||"),
            ("a=1\u{1}", 3, "control"), ("x in (1", 7, "( at 6"), ("x in (1 2)", 8, "comma"), ("x in ()", 6, "a value"),
            ("x in", 4, "a value"), ("x not 5", 6, "in or contains after not"), ("exists x", 7, "exists(referrer)"),
            ("exists(x", 8, "( at 7"), ("exists()", 7, "a field is expected"), ("'' = x", 0, "a field is expected"),
            ("x = = y", 4, "a value"), ("ip in 10.0.0.0/33", 6, "no network"),
            ("ip in (::1, ::1/129)", 12, "no network"),
            ("path ~ '('", 7, "regular expression"), ("status=200 or path ~ 'a**'", 21, "regular expression"),
            ("statsu=200", 0, "did you mean \"status\"?"), ("not (a=1 or status=200)", 5, "no field"),
            ("method < GET", 9, "number"), ("status > '500'", 9, "without quotes"),
            ("bytes > 250ms", 8, "number of bytes"),
            ("request_time > 1MB", 15, "length of time"), ("bytes in (1, 2s)", 13, "number of bytes"),
            ("time > 1h", 7, "--since"), ("time = soon", 7, "no time"), ("day > 2026-01-01", 6, "number"),
            ("é é", 3, "not \"é\""),
        ])
    func faults(filter: String, offset: Int, hint: String) throws {
        let fault = try #require(throws: QuestionFault.self) { try Sample.select(filter) }
        #expect(fault.offset == offset)
        #expect(fault.hint.contains(hint), "\(fault.hint)")
        #expect(fault.text.hasPrefix("at \(offset + 1): "))
    }

    @Test("are bounded in depth and length")
    func bounds() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "(", count: depth) + "status=200" + String(repeating: ")", count: depth)
        }
        #expect(try Sample.select(nested(63)) == "a")
        #expect(throws: QuestionFault("more than 64 brackets and nots inside each other", at: 64)) {
            try LogFilter(nested(64))
        }
        #expect(throws: QuestionFault.self) { try LogFilter(String(repeating: "!", count: 10_000) + "a=1") }
        let long = Array(repeating: "status=200", count: 1_000).joined(separator: " or ")
        #expect(try Sample.select(long) == "a")
        let fault = try #require(throws: QuestionFault.self) { try LogFilter(long + " or " + long) }
        #expect(fault.offset == 16_384)
    }

    @Test("of a full batch select among all 64 rows")
    func full() throws {
        let reading = TabularLine.reading([LogField("n", .number)], hasTime: false)
        let filter = try LogFilter("n >= 32").bound(to: reading)
        TabularLine.with(reading, (0..<64).map { ["\($0)"] }) { batch in
            var selection = Selection(all: batch)
            #expect(selection.count == 64)
            filter.select(batch, &selection)
            #expect(selection.bits == 0xffff_ffff_0000_0000)
            #expect(selection.contains(63) && !selection.contains(31) && !selection.contains(-1))
        }
    }

    @Test("read a few digits as numbers, and nothing that only looks so", arguments: 1...4)
    func digits(length: Int) throws {
        let reading = TabularLine.reading([LogField("n", .number)], hasTime: false)
        let alphabet = ["/", "0", "7", "9", ":", "@", "p", "-"]
        var dice = Dice(length)
        let texts = (0..<64).map { _ in
            (0..<length).map { _ in alphabet.randomElement(using: &dice)! }.joined()
        }
        let filter = try LogFilter("n >= 77").bound(to: reading)
        TabularLine.with(reading, texts.map { [$0] }) { batch in
            var selection = Selection(all: batch)
            filter.select(batch, &selection)
            for (row, text) in texts.enumerated() {
                #expect(selection.contains(row) == (Int(text).map { $0 >= 77 } ?? false), "\(text)")
            }
        }
    }

    @Test(
        "find bytes in texts as a plain search does",
        arguments: [
            ("", "", true), ("a", "", false), ("aab", "aaab", true), ("abab", "abacabab", true),
            ("abac", "abababac", true),
            ("aaaa", "aaabaaab", false), ("ab", "a", false), ("b", "ab", true),
        ])
    func needle(needle: String, text: String, expected: Bool) {
        let bytes = Array(text.utf8)
        let found = Chunk.with(bytes + [10]) { chunk in
            ByteNeedle(Array(needle.utf8)).occurs(in: unsafe Text(start: UnsafePointer(chunk.base), count: bytes.count))
        }
        #expect(found == expected)
    }
}
