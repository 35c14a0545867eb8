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
            configuration.faults.contains { $0.hint.hasPrefix("stanzas of this file are left out from here on") })
    }

    @Test("What stands before the fault is not concerned by it, unless a brace is wrong")
    func before() {
        let bad = TextSource(["/c": "/a {}\nrotate 4x\n/b {}\n"]).read()
        #expect(bad.patterns == [["/a"]])
        #expect(bad.brief == ["bad_value /c:2", "left_out /c:3"])
        // The first } came too early: "rotate 52" was meant for /a.
        let brace = TextSource(["/c": "/a {\ncreate\n}\nrotate 52\n}\n/b {}\n"]).read()
        #expect(brace.patterns == [])
        #expect(brace.brief == ["malformed /c:5", "left_out /c:6"])
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
                "unknown_directive /c:1", "bad_value /c:2", "left_out /d/a:1", "left_out /d/b:1",
                "unknown_directive /c:5", "left_out /other:1",
            ])
        #expect(configuration.faults.last?.hint.contains("/c:1") == true)
    }

    /// Reads a folder of three files from a configuration with stanzas before and behind it.
    private func folder(_ text: String, next: String = "/f {}") -> RotationConfiguration {
        TextSource(["/c": "rotate 4\ninclude /d\n/e {}", "/d/a": "/a {}", "/d/b": text, "/d/c": next]).read()
    }

    @Test(
        "A file of a folder is left out alone, where nothing in it can make a difference for others",
        arguments: [
            "/b {\nfoo\n}", "/b {\ncreate\n", "/b {\ncreate\n}\n}", "\u{7f}ELF\n/b {}", "qqqqqqqqqq\n/b {}",
            "/b {\nrotate 4x\n}", "/b {\npostrotate\nx\n}", "/b", "include /no\n/b {}", "/x {\n/b {\ncreate\n}",
            "rotate 9x\nrotate 4\n/b {}", "rotate 4\n<<<<<<< HEAD\n/b {}", "/b {\ntabooext + .c\n}",
            "tabooext a/b\n/b {}",
        ])
    func member(text: String) {
        let configuration = folder(text)
        #expect(configuration.patterns == [["/a"], ["/f"], ["/e"]])
        #expect(configuration.stanzas.allSatisfy { $0.settings.count == 4 })
        #expect(!configuration.faults.isEmpty)
    }

    @Test(
        "Of files behind it, what would be another stanza if the fault were corrected is left out, and no other",
        arguments: [
            ("rotate 4x", "rotate 7"), ("rotat 4", "rotate 7"), ("rotate: 4", "rotate 7"), ("size 4q", "size 4k"),
            ("size 4q", "daily"), ("daily 5", "hourly"), ("monthly 99", "weekly"), ("create 77777", "nocreate"),
            ("su root", "su root adm"), ("compresscmd", "compresscmd xz"), ("dateformat", "dateformat -%s"),
            ("compressoptions \"", "compressoptions -1"), ("olddir", "noolddir"), ("missinok", "nomissingok"),
            ("postrotat\nx\nendscript", "postrotate\ny\nendscript"), ("copytruncat", "copytruncate"),
            ("rotate 9\n/b {\n}\n}", "rotate 7"), ("rotate 9\n;", "rotate 7"), ("rotate 9\ninclude /no", "rotate 7"),
            // The first } came too early.
            ("/b {\ncreate\n}\nrotate 1\n}", "rotate 7"),
        ])
    func difference(text: String, own: String) {
        let without = folder("\(text)\n/b {}\n")
        #expect(without.patterns == [["/a"]])
        #expect(without.brief.contains("left_out /d/c:1") && without.brief.contains("left_out /c:3"))
        let with = folder("\(text)\n/b {}\n", next: "/f {\n\(own)\n}\n/g {}")
        #expect(with.patterns == [["/a"], ["/f"]])
        // A global behind the folder, or in a file of it, settles it as well.
        let global = folder("\(text)\n/b {}\n", next: "\(own)\n/f {}")
        #expect(global.patterns == [["/a"], ["/f"], ["/e"]])
    }

    @Test("Where the fault may be about names, folders that are listed later are left out")
    func taboo() {
        var texts = ["/c": "include /d\n/e {}", "/d/a": "/b {\ntabooext + .c\n}", "/d/c": "/f {}", "/x/a": "/x {}"]
        #expect(TextSource(texts).read(["/c", "/x"]).patterns == [["/f"], ["/e"]])
        texts["/d/a"] = "tabooext a/b"
        #expect(TextSource(texts).read(["/d", "/x"]).patterns == [["/f"]])
    }

    @Test("A file that was included by its name stands for all that comes after it, in its own folder only")
    func named() {
        let texts = ["/d/a": "include /n\n/a {\nrotate 3\n}", "/n": "rotate 4x", "/d/b": "/b {\nrotate 7\n}"]
        #expect(TextSource(texts).read(["/d"]).patterns == [["/b"]])
        #expect(TextSource(texts).read(["/d/a", "/d/b"]).patterns == [])
    }

    @Test("What cannot be read is left out alone in a folder; where it was named, so is what comes after it")
    func unreadable() {
        var source = TextSource(["/d/a": "/a {}", "/d/b": "/b {}", "/d/c": "/f {}", "/c": "/x {}\ninclude /d/b\n/y {}"])
        source.failures = ["/d/b": 13]
        #expect(source.read(["/d"]).patterns == [["/a"], ["/f"]])
        #expect(source.read(["/c"]).patterns == [["/x"]])
        source.failures = [:]
        source.modes = ["/d/b": 0o666]
        #expect(source.read(["/d"]).patterns == [["/a"], ["/f"]])
        #expect(source.read(["/c"]).patterns == [["/x"]])
        // One that was named may hold what all others build upon.
        #expect(source.read(["/no", "/d"]).patterns == [])
    }

    @Test("A folder of nothing but faults leaves all out, and is read in time")
    func manyFaults() {
        var texts = ["/c": "include /d\n/z {}"]
        for number in 0..<400 { texts["/d/\(1000 + number)"] = "start \(number)\n;\n/x {}" }
        #expect(TextSource(texts).read().patterns == [])
    }
}
