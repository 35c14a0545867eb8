import MusterRotation
import MusterSystem
import Testing

@Suite("Includes")
struct IncludeTests {
    @Test("A file is read in the place of its include, and its globals stay")
    func file() {
        let source = TextSource(["/c": "rotate 1\n/a {}\ninclude /i\n/b {}\n", "/i": "/d {}\nrotate 2\n/e {}\n"])
        let configuration = source.read()
        #expect(configuration.faults == [])
        #expect(configuration.patterns == [["/a"], ["/d"], ["/e"], ["/b"]])
        #expect(configuration.stanzas.map(\.settings.count) == [1, 1, 2, 2])
        #expect(configuration.stanzas[1].place == ConfigurationPlace(file: "/i", line: 1))
    }

    @Test("In a stanza the directives of a file are the stanza's, and paths are a fault")
    func inStanza() {
        let source = TextSource([
            "/c": "/a {\ninclude /i\n}\n/b {\ninclude /j\n}\n/d {\ninclude /k\n}\n/e {}", "/i": "rotate 3\n",
            "/j": "/x {\n}\n",
            "/k": "}\n",
        ])
        let configuration = source.read()
        #expect(configuration.patterns == [["/a"], ["/e"]])
        #expect(configuration.stanzas.map(\.settings.count) == [3, 0])
        #expect(configuration.brief == ["malformed /j:1", "malformed /j:2", "malformed /k:1"])
    }

    @Test("A stanza ends with its file at the latest")
    func acrossFiles() {
        let source = TextSource(["/c": "include /i\n}\n/b {}\n", "/i": "/a {\n"])
        let configuration = source.read()
        #expect(configuration.brief == ["malformed /i:1", "malformed /c:2", "left_out /c:3"])
        #expect(configuration.patterns == [])
    }

    @Test(
        "A directory is read in the order of names, but for the taboo ones",
        arguments: [
            ("", ["/.h", "/a", "/b", "/x.foo", "/y.bar"]),
            ("tabooext .foo", ["/.h", "/a", "/b", "/k.rpmnew", "/l~", "/m.dpkg-old", "/y.bar"]),
            ("tabooext = .foo", ["/.h", "/a", "/b", "/k.rpmnew", "/l~", "/m.dpkg-old", "/y.bar"]),
            ("tabooext + .foo", ["/.h", "/a", "/b", "/y.bar"]), ("tabooext + .foo , .bar", ["/.h", "/a", "/b"]),
            ("tabooext +.foo,.bar", ["/.h", "/a", "/b"]), ("taboopat + ?.foo *.b[a-z]r .*", ["/a", "/b"]),
            ("taboopat *", []), ("tabooext a", ["/.h", "/b", "/k.rpmnew", "/l~", "/m.dpkg-old", "/x.foo", "/y.bar"]),
        ])
    func directory(taboo: String, expected: [String]) {
        var files = ["/c": "\(taboo)\ninclude /d\n"]
        for name in ["a", "b", ".h", "k.rpmnew", "l~", "m.dpkg-old", "x.foo", "y.bar"] {
            files["/d/\(name)"] = "/\(name) {}\n"
        }
        files["/d/sub/s"] = "/s {}\n"
        var source = TextSource(files)
        source.others["/d/pipe"] = .other
        let configuration = source.read()
        #expect(configuration.faults == [])
        #expect(configuration.patterns == expected.map { [$0] })
    }

    @Test("A directory on the command line is read as one that is included")
    func commandLine() {
        let source = TextSource(["/d/b": "/b {}", "/d/a": "/a {}", "/d/c~": "/c {}"])
        #expect(source.read(["/d"]).patterns == [["/a"], ["/b"]])
    }

    @Test(
        "Taboo names without sense are faults",
        arguments: ["tabooext", "tabooext +", "tabooext a/b", "taboopat /x", "tabooext + ,"])
    func badTaboo(text: String) {
        let configuration = TextSource(["/c": "\(text)\ninclude /d\n", "/d/a": "/a {}", "/d/b~": "/b {}"]).read()
        #expect(configuration.brief == ["bad_value /c:1", "left_out /d/a:1"])
        #expect(configuration.patterns == [])
    }

    @Test("What cannot be included is a fault of the line that asks for it, and what it may concern is left out")
    func missing() {
        var source = TextSource(["/c": "include /no\n/a {\ninclude /link\n}\ninclude /pipe\ninclude /denied\n/z {}\n"])
        source.others = ["/link": .link, "/pipe": .other]
        source.failures = ["/denied": 13]
        let configuration = source.read()
        #expect(
            configuration.brief == ["missing /c:1", "unsafe /c:3", "unsafe /c:5", "unreadable /c:6", "left_out /c:7"])
        #expect(configuration.patterns == [])
    }

    @Test(
        "A configuration that others may write is refused", arguments: [0o664, 0o646, 0o666, 0o777, 0o4622] as [UInt32])
    func writable(mode: UInt32) {
        var source = TextSource(["/c": "rotate 3\ninclude /i\n/z {}\n", "/i": "/a {}\n", "/e": "/y {}"])
        source.modes = ["/i": mode, "/e": mode]
        let configuration = source.read(["/c", "/e"])
        #expect(configuration.brief == ["unsafe /i", "left_out /c:3", "unsafe /e"])
        #expect(configuration.patterns == [])
    }

    @Test("Root takes configurations from root alone, others from anybody")
    func owner() {
        var source = TextSource(["/c": "/z {}\n"])
        source.owners = ["/c": 1000]
        #expect(source.read().brief == ["unsafe /c"])
        var reader = ConfigurationReader(source: source, user: 1000)
        reader.read("/c")
        let configuration = reader.finish()
        #expect(configuration.faults == [])
        #expect(configuration.patterns == [["/z"]])
    }

    @Test("Files that include themselves or each other end with a fault")
    func cycles() {
        let source = TextSource([
            "/c": "include /d\n/z {}\n", "/d": "include /c\n", "/s": "include /s\n/y {}\n",
            "/t/a": "include /t\n/x {}\n",
            "/t/b": "/w {}\n",
        ])
        let configuration = source.read(["/c", "/s", "/t"])
        #expect(configuration.brief == ["malformed /d:1", "malformed /s:1", "malformed /t/a"])
        #expect(configuration.patterns == [["/z"], ["/y"], ["/w"], ["/x"], ["/w"]])
    }

    @Test("A chain of files is followed sixteen deep")
    func depth() {
        var files: [String: String] = [:]
        for number in 1...40 { files["/\(number)"] = "include /\(number + 1)\n/log\(number) {}\n" }
        let configuration = TextSource(files).read(["/1"])
        #expect(configuration.faults.first.map { "\($0.code.rawValue) \($0.location)" } == "malformed /16:1")
        // Nobody knows what the seventeenth would have said of them.
        #expect(configuration.stanzas.isEmpty)
    }

    @Test("Files that include the same many times over are read only so often")
    func bomb() {
        var files: [String: String] = [:]
        for number in 1...12 {
            files["/\(number)"] = String(repeating: "include /\(number + 1)\n", count: 20)
        }
        files["/13"] = "weekly\n"
        let configuration = TextSource(files).read(["/1"])
        #expect(configuration.faults.count == 201)
        #expect(configuration.faults.allSatisfy { $0.code == .malformed })
    }
}
