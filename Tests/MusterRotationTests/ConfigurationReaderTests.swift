import MusterRotation
import MusterSystem
import Testing

@Suite("Configurations")
struct ConfigurationReaderTests {
    @Test(
        "Patterns are read as they are quoted",
        arguments: [
            ("/a {\n}", ["/a"]), ("/a{\n}", ["/a"]), ("/a{}", ["/a"]), ("/a\n/b /c\n{\n}", ["/a", "/b", "/c"]),
            ("\"/a b\" '/c d' {}", ["/a b", "/c d"]), ("/a\\ b {}", ["/a b"]), ("\"/a\\\"b\" {}", ["/a\"b"]),
            ("\"/a\\*b\" {}", ["/a\\*b"]), ("/a\\*b {}", ["/a*b"]), ("/{a,b}.log {}", ["/{a,b}.log"]),
            ("/{a,{b,c}}{\n}", ["/{a,{b,c}}"]), ("/a\\{b {}", ["/a\\{b"]), ("'/a{b' {}", ["/a{b"]),
            ("~/x.log {}", ["/root/x.log"]), ("/a # note {\n/b\n{}", ["/a", "/b"]), ("/a\r\n{\r\n}\r\n", ["/a"]),
            ("/*/[ab]?.log {}", ["/*/[ab]?.log"]), ("/ä {}", ["/ä"]), ("/a\"b c\"d {}", ["/ab cd"]),
        ])
    func patterns(text: String, expected: [String]) {
        let configuration = TextSource(["/c": text]).read()
        #expect(configuration.faults == [])
        #expect(configuration.patterns == [expected])
        #expect(configuration.stanzas.first?.place == ConfigurationPlace(file: "/c", line: 1))
    }

    @Test("Several stanzas, globals and comments in one file are read in their order")
    func whole() throws {
        let text = """
            # Defaults
            weekly
            rotate 4

            /var/log/a /var/log/b {
                # inside }
                daily
                postrotate
                    kill -HUP $(cat /run/a.pid)
                    # a note {

                    if x; then { y; }; fi
                endscript
            }
            compress
            /var/log/c { rotate 9 }
            /var/log/d { daily } # tail
            """
        let configuration = TextSource(["/c": text]).read()
        #expect(configuration.faults == [])
        try #require(configuration.patterns == [["/var/log/a", "/var/log/b"], ["/var/log/c"], ["/var/log/d"]])
        #expect(configuration.stanzas.map(\.place.line) == [5, 16, 17])
        #expect(configuration.stanzas.map(\.settings.count) == [4, 9, 4])
        #expect(configuration.stanzas.map(\.settings.criterion) == [.daily, .weekly(day: 0), .daily])
        #expect(configuration.stanzas.map(\.settings.isCompressed) == [false, true, true])
        let script = try #require(configuration.stanzas[0].settings.afterRotation)
        #expect(script.place == ConfigurationPlace(file: "/c", line: 8))
        #expect(
            script.text == """
                        kill -HUP $(cat /run/a.pid)
                        # a note {

                        if x; then { y; }; fi

                """)
    }

    @Test("Every kind of script is kept for its time", arguments: ScriptKind.allCases)
    func scripts(kind: ScriptKind) throws {
        let text = "/a {\n\(kind.rawValue)\nendscripts\n endscript # end\n}\n/b {}\n"
        let configuration = TextSource(["/c": text]).read()
        #expect(configuration.faults == [])
        let settings = try #require(configuration.stanzas.first).settings
        var expected = RotationSettings()
        let script = RotationSettings.Script(text: "endscripts\n", place: ConfigurationPlace(file: "/c", line: 2))
        switch kind {
        case .firstAction: expected.firstAction = script
        case .beforeRotation: expected.beforeRotation = script
        case .afterRotation: expected.afterRotation = script
        case .lastAction: expected.lastAction = script
        case .beforeRemoval: expected.beforeRemoval = script
        }
        #expect(settings == expected)
    }

    @Test("Scripts outside of stanzas hold for all behind them, and the last of a kind counts")
    func globalScripts() {
        let text = "prerotate\none\nendscript\n/a {}\n/b {\nprerotate\ntwo\nendscript\nprerotate\nthree\nendscript\n}\n"
        let configuration = TextSource(["/c": text]).read()
        #expect(configuration.faults == [])
        #expect(configuration.stanzas.map(\.settings.beforeRotation?.text) == ["one\n", "three\n"])
    }

    @Test(
        "A fault in a stanza tells its line, the stanza is left out, and all others stand",
        arguments: [
            ("/a {\nfoo\n}\n/z {}", ["unknown_directive /c:2"]),
            ("{\n daily\n}\n/z {}", ["malformed /c:1"]), ("/z {}\n/a {\ndaily\n", ["malformed /c:2"]),
            ("/z {}\n/a\n/b\n", ["malformed /c:2"]), ("/a\ndaily\n}\n/z {}", ["malformed /c:2"]),
            ("/z {}\n/a {\npostrotate\nx\n", ["malformed /c:3"].sorted() + ["malformed /c:2"]),
            ("/a {\npostrotate\nx\n}\n/z {\n}", ["malformed /c:2"]),
            ("/a {\npostrotate\nx\n}\n/z {\nprerotate\ny\nendscript\n}", ["malformed /c:2"]),
            ("/a {\npostrotat\nx\nendscript\n}\n/z {}", ["unknown_directive /c:2"]),
            ("relative.log {\ndaily\n}\n/z {}", ["unknown_directive /c:1"]),
            ("rotate.log {\ndaily\n}\n/z {}", ["malformed /c:1"]),
            ("/a b.log {\ndaily\n}\n/z {}", ["bad_value /c:1"]), ("/a {\nfoo }\n/z {}", ["unknown_directive /c:2"]),
            ("/a { foo }\n/z {}", ["unknown_directive /c:1"]), ("foo /a {\n}\n/z {}", ["unknown_directive /c:1"]),
            ("/a {\n;\n*\n}\n/z {}", ["malformed /c:2", "malformed /c:3"]),
            ("~user/a {\n}\n/z {}", ["bad_value /c:1"]),
            ("\"\" {\n}\n/z {}", ["bad_value /c:1"]), ("/a\0b {\n}\n/z {}", ["bad_value /c:1"]),
            ("/a {\nprerotate\n\0\nendscript\n}\n/z {}", ["bad_value /c:2"]),
            (
                "/a {\nrotate x\nsize y\nfoo\n}\n/b {\nbar\n}\n/z {}",
                ["bad_value /c:2", "bad_value /c:3", "unknown_directive /c:4", "unknown_directive /c:7"]
            ),
        ])
    func faults(text: String, expected: [String]) {
        let configuration = TextSource(["/c": text]).read()
        #expect(configuration.brief == expected)
        #expect(configuration.patterns == [["/z"]])
        #expect(
            configuration.faults.allSatisfy { !$0.hint.isEmpty && !$0.hint.contains("\n") && !$0.hint.contains("\0") })
    }

    @Test("Bytes that are no UTF-8 are a fault where they matter, and none in comments")
    func notUnicode() {
        let lines: [[UInt8]] = [
            Array("# ".utf8) + [0xff], Array("/a".utf8) + [0xff] + Array(" {}".utf8),
            Array("/b {\nextension ".utf8) + [0xff] + Array("\n}".utf8), Array("/z {}".utf8),
        ]
        let configuration = TextSource(bytes: ["/c": Array(lines.joined(separator: [10]))]).read()
        #expect(configuration.brief == ["bad_value /c:2", "bad_value /c:4"])
        #expect(configuration.patterns == [["/z"]])
    }
}
