import MusterRotation
import MusterSystem
import Testing

@Suite("Configurations that are not understood touch nothing")
struct ConfigurationDoubtTests {
    @Test(
        "After a fault outside of stanzas no stanza of the file stands",
        arguments: [
            ("rotate 4x", "bad_value /c:1"), ("rotate 52 # one year", "bad_value /c:1"),
            ("rotate  = ", "bad_value /c:1"),
            ("\u{7f}ELF", "malformed /c:1"), ("rotat 52", "unknown_directive /c:1"),
            ("qqqqqqqqqq 52", "unknown_directive /c:1"), ("rotate: 52", "malformed /c:1"),
            ("daily 5", "malformed /c:1"),
            (";", "malformed /c:1"), ("}", "malformed /c:1"), ("= 3", "malformed /c:1"),
            ("include", "bad_value /c:1"), ("include /no", "missing /c:1"), ("tabooext a/b", "bad_value /c:1"),
            ("create 77777", "bad_value /c:1"), ("size 4q", "bad_value /c:1"), ("su root", "bad_value /c:1"),
            ("postrotate\nreload\n", "malformed /c:1"), ("<<<<<<< HEAD", "malformed /c:1"),
            ("/a {\ncreate\nrotate 4", "malformed /c:4"), ("/a\n}", "malformed /c:2"),
        ])
    func everyFault(line: String, fault: String) {
        let configuration = TextSource(["/c": "\(line)\n/z {\ncreate\n}\n/y {}\n"]).read()
        #expect(configuration.patterns == [])
        #expect(configuration.brief.first == fault)
        #expect(
            configuration.faults.contains { $0.hint.hasPrefix("from here on the stanzas of this file are left out") })
    }

    @Test("What stands before the fault is not concerned by it, unless a brace is wrong")
    func before() {
        let bad = TextSource(["/c": "/a {}\nrotate 4x\n/b {}\n"]).read()
        #expect(bad.patterns == [["/a"]])
        #expect(bad.brief == ["bad_value /c:2", "malformed /c:3"])
        // The first } came too early: "rotate 52" was meant for /a.
        let brace = TextSource(["/c": "/a {\ncreate\n}\nrotate 52\n}\n/b {}\n"]).read()
        #expect(brace.patterns == [])
        #expect(brace.brief == ["malformed /c:5", "malformed /c:6"])
        // "rotate 52" was meant for all, and stands in a stanza without an end.
        let open = TextSource(["/c": "/o {}\n/a {\ncreate\n\nrotate 52\n/b {\ncreate\n}\n"]).read()
        #expect(open.patterns == [["/o"]])
    }

    @Test(
        "The doubt holds for what is included and for later files, each of which is told once, and all faults are told")
    func later() {
        let source = TextSource([
            "/c": "rotat 4\nrotate 4y\ninclude /d\n/x {\nfoo\n}\n", "/d/a": "/a {}\n/b {}\n", "/d/b": "/e {}\n",
            "/other": "/z {}\n",
        ])
        let configuration = source.read(["/c", "/other"])
        #expect(configuration.patterns == [])
        #expect(
            configuration.brief == [
                "unknown_directive /c:1", "bad_value /c:2", "malformed /d/a:1", "malformed /d/b:1",
                "unknown_directive /c:5", "malformed /other:1",
            ])
        #expect(configuration.faults.last?.hint.contains("/c:1") == true)
    }

    @Test(
        "A file of a folder that says nothing of others is left out alone, as with logrotate",
        arguments: [
            "/b {\nfoo\n}", "/b {\ncreate\n", "/b {\ncreate\n}\n}", "\u{7f}ELF\n/b {}", "qqqqqqqqqq\n/b {}",
            "/b {\nrotate 4x\n}", "/b {\npostrotate\nx\n}", "/b",
        ])
    func folder(text: String) {
        let configuration = TextSource([
            "/c": "rotate 4\ninclude /d\n/e {}", "/d/a": "/a {}", "/d/b": text, "/d/c": "/f {}",
        ])
        .read()
        #expect(configuration.patterns == [["/a"], ["/f"], ["/e"]])
        #expect(configuration.stanzas.allSatisfy { $0.settings.count == 4 })
        #expect(!configuration.faults.isEmpty)
    }

    @Test(
        "A file of a folder with a directive for others is not",
        arguments: ["rotate 4x", "rotat 4", "rotate 9\n/b {\ncreate\n", "include /no", "/b {\ntabooext + .c\n}"])
    func folderWithGlobals(text: String) {
        let configuration = TextSource(["/c": "include /d\n/e {}", "/d/a": "/a {}", "/d/b": text, "/d/c": "/f {}"])
            .read()
        #expect(configuration.patterns == [["/a"]])
        #expect(configuration.brief.contains("malformed /d/c:1"))
        #expect(configuration.brief.contains("malformed /c:2"))
    }

    @Test("A file of a folder that cannot be read is left out alone")
    func unreadable() {
        var source = TextSource(["/d/a": "/a {}", "/d/b": "/b {}", "/d/c": "/f {}"])
        source.failures = ["/d/b": 13]
        #expect(source.read(["/d"]).patterns == [["/a"], ["/f"]])
        source.failures = [:]
        source.modes = ["/d/b": 0o666]
        #expect(source.read(["/d"]).patterns == [["/a"], ["/f"]])
        // One that was named may hold what all others build upon.
        #expect(source.read(["/no", "/d"]).patterns == [])
    }
}
