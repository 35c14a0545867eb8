import Testing

@testable import MusterLogs

@Suite("Combined logs and others that look like them")
struct ReferrerEvidenceTests {
    /// Lines of the common format with two quoted fields behind them.
    private static func log(_ pairs: [(String, String)]) -> String {
        pairs.map { referrer, agent in
            "192.0.2.1 - - [29/Nov/2026:23:50:01 +0000] \"GET /a HTTP/1.1\" 200 5 \"\(referrer)\" \"\(agent)\"\n"
        }.joined()
    }

    @Test(
        "are told apart by their values",
        arguments: [
            // As servers write it.
            ([("-", "curl/8")], "combined"), ([("https://a.test/", "Mozilla/5.0")], "combined"),
            ([("-", "-")], "combined"),
            ([("", "")], "combined"), ([("android-app://a.b", "x")], "combined"), ([("about:blank", "x")], "combined"),
            (Array(repeating: ("-", "-"), count: 40), "combined"), ([("/relative", "-"), ("/b", "-")], "combined"),
            // Odd clients.
            ([("evil", "-")], "combined"), ([("evil", "x"), ("bad", "x"), ("-", "x")], "combined"),
            ([("-", "http://bot.test")], "combined"),
            (Array(repeating: ("spam.test", "Mozilla"), count: 30) + [("https://a.test/", "x")], "combined"),
            (Array(repeating: ("spam.test", "x"), count: 6) + Array(repeating: ("-", "x"), count: 30), "combined"),
            // "$host" "$http_referer"
            ([("shop.test", "https://a.test/")], "common"), ([("shop.test", "-"), ("shop.test:8080", "-")], "common"),
            (Array(repeating: ("-", "https://a.test/"), count: 4), "common"),
            // "$host" "$http_user_agent", "$http_x_forwarded_for" "$http_user_agent"
            (Array(repeating: ("shop.test", "Mozilla/5.0"), count: 5), "common"),
            (Array(repeating: ("192.0.2.7, 10.0.0.1", "curl/8"), count: 30) + [("-", "curl/8")], "common"),
            ([("192.0.2.7", "curl/8")], "common"), ([("2001:db8::1", "x"), ("-", "x")], "common"),
            ([("unknown, 192.0.2.7:5566", "x")] + Array(repeating: ("-", "x"), count: 30), "common"),
            ([("unknown", "x")], "combined"), ([("192.0.2.7, evil", "x")], "combined"),
            // "$request_time" "$http_user_agent"
            ([("0.012", "x"), ("0.020", "x")], "common"), ([("0.1, 0.2 : -", "x")], "common"),
            ([("0.012", "x"), ("evil", "x")], "combined"), ([("1", "x"), ("https://a.test/", "x")], "combined"),
            // "$http_referer" "$host" "$http_user_agent", and with other fields in the middle.
            (Array(repeating: ("https://a.test/", "shop.test"), count: 3), "common"),
            ([("-", "a.test"), ("https://a.test/", "b.test:8080"), ("-", "localhost")], "common"),
            ([("https://a.test/", "192.0.2.7")] + Array(repeating: ("-", "-"), count: 30), "common"),
            (Array(repeating: ("https://a.test/", "0.001"), count: 3), "common"),
            // Odd agents among others.
            (Array(repeating: ("https://a.test/", "shop.test"), count: 30) + [("-", "curl/8")], "combined"),
            (Array(repeating: ("https://a.test/", "x"), count: 30) + [("-", "192.0.2.7")], "combined"),
            (Array(repeating: ("https://a.test/", "shop.test"), count: 2), "combined"),
            (Array(repeating: ("-", "Mozilla/5.0"), count: 9), "combined"),
            (Array(repeating: ("-", "health"), count: 9), "combined"),
        ] as [([(String, String)], String)])
    func values(_ pairs: [(String, String)], _ name: String) {
        let text = Self.log(pairs)
        #expect(RecognisedLog(text).name == name)
        let carried = text.split(separator: "\n").map { "Nov 29 23:49:58 web1 nginx: \($0)\n" }.joined()
        #expect(RecognisedLog(carried).name == "syslog-bsd+" + name)
    }

    @Test("What is no referrer is a further field")
    func extra() {
        let text = Self.log(Array(repeating: ("shop.test", "https://a.test/"), count: 3))
        let found = RecognisedLog(text, wanted: ["extra1", "extra2"])
        #expect(found.read.rows.allSatisfy { $0["extra1"] == "shop.test" && $0["extra2"] == "https://a.test/" })
        #expect(found.read.rows.allSatisfy { $0["referrer"] == nil })
    }
}
