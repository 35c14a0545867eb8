import Foundation
import MusterTesting
import Testing

@testable import MusterLogs

/// 2026-01-02T03:04:05.000006Z, a Friday.
private let friday = "1767323045000006"

/// The text of a field of one line that has only this value and the time.
private func text(
    _ name: String, _ base: String, _ value: String, time: String = friday, normalize: Bool = false
) throws -> String {
    let reading = TabularLine.reading([LogField(base)])
    let field = try KeyField.require(name, in: reading, normalize: normalize)
    return TabularLine.with(reading, [[time, value]]) { batch in
        var scratch = Scratch()
        return field.text(batch, 0, &scratch).string
    }
}

@Suite("Fields that questions name")
struct KeyFieldTests {
    @Test(
        "of a request target follow from it",
        arguments: [
            ("path", "/a/b?x=1", "/a/b"), ("path", "/a#f?x", "/a"), ("path", "", ""), ("path", "?x", ""),
            ("path", "/" + String(repeating: "x", count: 100) + "?q", "/" + String(repeating: "x", count: 100)),
            ("path", "∅", "-"), ("query", "/a?x=1&y=2#f", "x=1&y=2"), ("query", "/a", "-"), ("query", "/a#b?c", "-"),
            ("query", "/a?", ""), ("query", "/a?b?c", "b?c"), ("query", "∅", "-"),
            ("extension", "/a/b.PNG?x", "png"), ("extension", "/a.b/c", "-"), ("extension", "/.hidden", "-"),
            ("extension", "/a.tar.gz", "gz"), ("extension", "/a.", "-"), ("extension", "/a.toolongforone", "-"),
            ("extension", "http://example.com", "-"), ("extension", "http://example.com/x.js", "js"),
            ("extension", "", "-"), ("extension", ".", "-"), ("extension", "x", "-"),
        ])
    func target(name: String, url: String, expected: String) throws {
        #expect(try text(name, "url", url) == expected)
    }

    @Test(
        "have stars for what identifies one thing among many in normalized paths",
        arguments: [
            ("/users/123/orders/9f86d081884c7d65", "/users/*/orders/*"), ("/users/123?x=1", "/users/*"), ("/", "/"),
            ("/a/3f2504e0-4f89-11d3-9a0c-0305e82c3301/b", "/a/*/b"), ("/deadbeef", "/deadbeef"), ("/dead1eef", "/*"),
            ("/a1b2c3d", "/a1b2c3d"), ("/v1/x", "/v1/x"), ("//7//", "//*//"), ("", ""), ("-", "-"), ("7", "*"),
            ("/img/9f86d081884c.png", "/img/*.png"), ("/report-2024.pdf", "/report-2024.pdf"),
            ("/t/01ARZ3NDEKTSV4RRFFQ69G5FAV", "/t/*"), ("/t/dQw4w9WgXcQ_a1B2c3-Zz", "/t/*"),
            ("/blog/how-to-build-2-houses-in-2024", "/blog/how-to-build-2-houses-in-2024"),
            ("/wiki/Main-Page-Of-Year-2024", "/wiki/Main-Page-Of-Year-2024"),
            ("/internationalization", "/internationalization"),
            ("/1.2.3/x", "/1.2.3/x"), ("/a/1/2/3", "/a/*/*/*"), ("/-/-", "/-/-"),
            ("/product1names2only", "/product1names2only"), ("/titanic1997remastered", "/titanic1997remastered"),
            ("/cjld2cjxh0000qzrmn831i7rn", "/*"), ("/Cjldcjxhqzrmnir7", "/*"),
            ("/a.Cjldcjxhqzrmnir7", "/a.Cjldcjxhqzrmnir7"),
        ])
    func normalized(url: String, expected: String) throws {
        #expect(try text("normalized_path", "url", url) == expected)
        #expect(try text("path", "url", url, normalize: true) == expected)
    }

    @Test(
        "of an address are its network",
        arguments: [
            ("network", "192.0.2.77", "192.0.2.0/24"), ("network/16", "192.0.2.77", "192.0.0.0/16"),
            ("network/32", "192.0.2.77", "192.0.2.77/32"), ("network/64", "192.0.2.77", "192.0.2.0/24"),
            ("network", "2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
            ("network/64", "2001:db8:1:2::1", "2001:db8:1:2::/64"),
            ("network/16", "2001:db8:1:2::1", "2001:db8:1::/48"), ("network", "::ffff:192.0.2.1", "192.0.2.0/24"),
            ("network", "255.255.255.255", "255.255.255.0/24"), ("network/1", "255.255.255.255", "128.0.0.0/1"),
            ("network/128", "::1", "::1/128"), ("network", "db1.example.com", "db1.example.com"), ("network", "-", "-"),
            ("network", "∅", "-"), ("network", "", ""), ("network", "1.2.3", "1.2.3"),
        ])
    func network(name: String, address: String, expected: String) throws {
        #expect(try text(name, "ip", address) == expected)
    }

    @Test(
        "of an agent are its family",
        arguments: [
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36",
                "Chrome"
            ),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0", "Firefox"),
            ("Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Safari/605.1.15", "Safari"),
            ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/120.0.0.0 Safari/537.36 Edg/120.0.0.0", "Edge"),
            ("Mozilla/5.0 AppleWebKit/537.36 Chrome/120.0.0.0 Safari/537.36 OPR/106.0.0.0", "Opera"),
            ("Mozilla/5.0 (iPhone) AppleWebKit/605 CriOS/120.0 Mobile/15E148 Safari/604.1", "Chrome"),
            ("curl/8.5.0", "curl"), ("Wget/1.21.4", "Wget"), ("python-requests/2.31.0", "python-requests"),
            ("Go-http-client/1.1", "Go-http-client"),
            ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "Googlebot"),
            ("Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/103.0", "bingbot"),
            ("Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)", "AhrefsBot"),
            ("Mozilla/5.0 (compatible; Baiduspider/2.0)", "Baiduspider"),
            ("facebookexternalhit/1.1", "facebookexternalhit"),
            ("Mozilla/5.0 (Linux; Android 9; CUBOT_X18) Chrome/70.0 Safari/537.36", "Chrome"),
            ("Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1)", "Internet Explorer"),
            ("Mozilla/4.08 [en] (Win98; I ;Nav)", "Mozilla"), ("-", "-"), ("", ""), ("///", "///"), ("∅", "-"),
            ("my tool", "my"),
        ])
    func agent(agent: String, expected: String) throws {
        #expect(try text("agent_family", "agent", agent) == expected)
    }

    @Test(
        "of a status are its class",
        arguments: [
            ("200", "2xx"), ("599", "5xx"), ("100", "1xx"), ("600", "other"), ("099", "other"), ("-1", "other"),
            ("20", "other"), ("2ab", "other"), ("-", "-"), ("∅", "-"), ("", "other"),
        ])
    func status(status: String, expected: String) throws {
        #expect(try text("status_class", "status", status) == expected)
    }

    @Test(
        "of the time are its parts, UTC",
        arguments: [
            ("time", friday, "2026-01-02T03:04:05.000006Z"), ("time", "0", "1970-01-01T00:00:00Z"),
            ("day", friday, "2026-01-02"), ("hour", friday, "2026-01-02T03"), ("minute", friday, "2026-01-02T03:04"),
            ("hour_of_day", friday, "03"), ("weekday", friday, "Fri"), ("weekday", "0", "Thu"),
            ("weekday", "-1", "Wed"),
            ("day", "-1", "1969-12-31"), ("hour_of_day", "-1", "23"), ("day", "951782400000000", "2000-02-29"),
            ("time", "none", "-"), ("hour_of_day", "none", "-"), ("day", "9223372036854775807", "294247-01-10"),
            ("time", "-9223372036854775807", "-290308-12-21T19:59:05.224193Z"),
        ])
    func time(name: String, time: String, expected: String) throws {
        #expect(try text(name, "ip", "::1", time: time) == expected)
    }

    @Test("taken apart and put together, times are the same")
    func civil() throws {
        var dice = Dice(5)
        for _ in 0..<2_000 {
            let time = Int64.random(in: -4_000_000_000_000_000...4_000_000_000_000_000, using: &dice)
            let moment = CivilMoment(time)
            let days = try #require(CivilTime.days(year: moment.year, month: moment.month, day: moment.day))
            let seconds = Int64(moment.hour * 3600 + moment.minute * 60 + moment.second)
            #expect(days * CivilTime.day + seconds * 1_000_000 + Int64(moment.microsecond) == time)
        }
    }

    @Test(
        "are found by their name, by what the format calls them, or by their meaning",
        arguments: [
            (["status"], "status", "0"), (["code"], "status", "0"), (["status"], "http_status", "0"),
            (["a", "remote_ip"], "client_ip", "1"), (["uri"], "path", "0"), (["path"], "path", "0"),
            (["path", "url"], "path", "1"), (["query"], "query", "0"), (["query", "url"], "query", "-"),
            (["query", "url"], ".query", "0"), (["hour"], ".hour", "0"), (["url"], ".path", "nil"), (["a"], "b", "nil"),
            (["a"], "path", "nil"), (["a"], ".", "nil"), (["a"], "", "nil"), (["a"], "network/0", "nil"),
            (["ip"], "network/129", "nil"), (["ip"], "network/+8", "nil"), (["$x"], "x", "nil"),
        ])
    func names(fields: [String], name: String, expected: String) {
        let reading = TabularLine.reading(fields.map { LogField($0) }, hasTime: false)
        let found = KeyField.resolve(name, in: reading).map { field in
            // Each field's value is its place.
            TabularLine.with(reading, [fields.indices.map { "\($0)" }]) { batch in
                var scratch = Scratch()
                return field.text(batch, 0, &scratch).string
            }
        }
        #expect(found ?? "nil" == expected)
    }

    @Test("are found by what the format itself calls them")
    func origins() {
        let reading = TabularLine.reading([LogField("ip", origin: "%h"), LogField("url", origin: "$request_uri")])
        #expect(KeyField.resolve("%h", in: reading)?.column == 0)
        #expect(KeyField.resolve("$request_uri", in: reading)?.column == 1)
    }

    @Test(
        "tell what a format has to provide",
        arguments: [
            ("path", ["url"]), ("normalized_path", ["url"]), ("network/16", ["ip"]), ("hour", []),
            ("status", ["status"]),
            ("a.b", ["a.b"]), (".path", ["path"]), ("agent_family", ["agent"]),
        ])
    func bases(name: String, expected: [String]) {
        #expect(KeyField.baseNames(name) == expected)
    }

    @Test("that are not there are told with the one that was probably meant")
    func unknown() {
        let reading = TabularLine.reading([LogField("status"), LogField("url")])
        #expect(throws: QuestionFault("no field of tabular is called \"statsu\"; did you mean \"status\"?", at: 4)) {
            try KeyField.require("statsu", in: reading, at: 4)
        }
        #expect(throws: QuestionFault("no field of tabular is called \"pathh\"; did you mean \"path\"?")) {
            try KeyField.require("pathh", in: reading)
        }
    }

    @Test("that follow from the time are not there where lines have none")
    func timeless() {
        let reading = TabularLine.reading([LogField("a")], hasTime: false)
        for name in ["time", "hour", "weekday"] {
            #expect(throws: QuestionFault.self) { try KeyField.require(name, in: reading) }
        }
    }

    @Test("take any bytes")
    func anyBytes() {
        let reading = TabularLine.reading(["url", "ip", "agent", "status"].map { LogField($0) })
        let fields = DerivedFieldCatalog.fields.compactMap { KeyField.resolve($0.name, in: reading) }
        #expect(fields.count == DerivedFieldCatalog.fields.count)
        var dice = Dice(11)
        let alphabet = Array("/?#.:;()-_ botBOT019afAFzZ%é".unicodeScalars)
        for _ in 0..<500 {
            let length = Int.random(in: 0...60, using: &dice)
            var value = ""
            for _ in 0..<length { value.unicodeScalars.append(alphabet.randomElement(using: &dice)!) }
            TabularLine.with(reading, [[friday, value, value, value, value]]) { batch in
                var scratch = Scratch()
                for field in fields { #expect(field.text(batch, 0, &scratch).count <= max(41, value.utf8.count)) }
            }
        }
    }

    @Test("of the vocabulary and the derived ones all stand in docs/logs.md")
    func documented() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
        let text = try String(contentsOf: root.appending(path: "docs/logs.md"), encoding: .utf8)
        let names = FieldVocabulary.entries.map(\.name) + DerivedFieldCatalog.fields.map(\.name)
        #expect(names.count > 25)
        for name in names { #expect(text.contains("| `\(name)` |"), "\(name)") }
        for alias in FieldVocabulary.entries.flatMap(\.aliases) { #expect(text.contains("`\(alias)`"), "\(alias)") }
    }
}
