import MusterRotation
import Testing

/// A directive, and what it makes of settings.
struct DirectiveCase: Sendable, CustomTestStringConvertible {
    var text: String
    var change: @Sendable (inout RotationSettings) -> Void

    init(_ text: String, _ change: @escaping @Sendable (inout RotationSettings) -> Void) {
        self.text = text
        self.change = change
    }

    var testDescription: String { text }
}

@Suite("Directives")
struct DirectiveTests {
    static let cases: [DirectiveCase] = [
        DirectiveCase("hourly") { $0.criterion = .hourly },
        DirectiveCase("daily") { $0.criterion = .daily },
        DirectiveCase("daily=") { $0.criterion = .daily },
        DirectiveCase("weekly") { $0.criterion = .weekly(day: 0) },
        DirectiveCase("weekly 7") { $0.criterion = .weekly(day: 7) },
        DirectiveCase("weekly = 3") { $0.criterion = .weekly(day: 3) },
        DirectiveCase("monthly") { $0.criterion = .monthly(day: 0) },
        DirectiveCase("monthly 31") { $0.criterion = .monthly(day: 31) },
        DirectiveCase("yearly") { $0.criterion = .yearly },
        DirectiveCase("size 100") { $0.criterion = .size(100) },
        DirectiveCase("size=100k") { $0.criterion = .size(102_400) },
        DirectiveCase("size = 3K") { $0.criterion = .size(3_072) },
        DirectiveCase("size 5M") { $0.criterion = .size(5 << 20) },
        DirectiveCase("size 2G") { $0.criterion = .size(2 << 30) },
        DirectiveCase("size 0x10") { $0.criterion = .size(16) },
        DirectiveCase("daily\nsize 7") { $0.criterion = .size(7) },
        DirectiveCase("size 7\nweekly") { $0.criterion = .weekly(day: 0) },
        DirectiveCase("minsize 1k") { $0.minimumSize = 1_024 },
        DirectiveCase("maxsize 1k") { $0.maximumSize = 1_024 },
        DirectiveCase("maxtotalsize 10G") { $0.maximumTotalSize = 10 << 30 },
        DirectiveCase("minage 3") { $0.minimumAge = 3 },
        DirectiveCase("maxage 30") { $0.maximumAge = 30 },
        DirectiveCase("missingok") { $0.isMissingAllowed = true },
        DirectiveCase("missingok\nnomissingok") { _ in },
        DirectiveCase("notifempty") { $0.rotatesEmpty = false },
        DirectiveCase("notifempty ifempty") { _ in },
        DirectiveCase("ignoreduplicates") { $0.ignoresDuplicates = true },
        DirectiveCase("rotate 5") { $0.count = 5 },
        DirectiveCase("rotate -1") { $0.count = -1 },
        DirectiveCase("rotate 010") { $0.count = 8 },
        DirectiveCase("rotate +8") { $0.count = 8 },
        DirectiveCase("\trotate\t7 \r") { $0.count = 7 },
        DirectiveCase("start 0") { $0.start = 0 },
        DirectiveCase("shred") { $0.shredPasses = 3 },
        DirectiveCase("shredcycles 5") { $0.shredCycles = 5 },
        DirectiveCase("shredcycles 5\nshred") { $0.shredPasses = 5 },
        DirectiveCase("shred noshred") { _ in },
        DirectiveCase("olddir /var/old") { $0.otherDirectory = "/var/old" },
        DirectiveCase("olddir \"my old\"") { $0.otherDirectory = "my old" },
        DirectiveCase("olddir a\nnoolddir") { _ in },
        DirectiveCase("createolddir 755 root adm") {
            $0.otherDirectoryCreation = .init(mode: 0o755, user: "root", group: "adm")
        },
        DirectiveCase("createolddir\nnocreateolddir") { _ in },
        DirectiveCase("create") { $0.creation = .init() },
        DirectiveCase("create 0640") { $0.creation = .init(mode: 0o640) },
        DirectiveCase("create 0640 www-data") { $0.creation = .init(mode: 0o640, user: "www-data") },
        DirectiveCase("create=0640 root adm") { $0.creation = .init(mode: 0o640, user: "root", group: "adm") },
        DirectiveCase("create root") { $0.creation = .init(user: "root") },
        DirectiveCase("create root adm") { $0.creation = .init(user: "root", group: "adm") },
        DirectiveCase("create nocreate") { $0.creation = .init(user: "nocreate") },
        DirectiveCase("create\nnocreate") { _ in },
        DirectiveCase("copy") { $0.method = .copy },
        DirectiveCase("copy nocopy") { _ in },
        DirectiveCase("copytruncate") { $0.method = .copyTruncate },
        DirectiveCase("copytruncate copy nocopy") { $0.method = .copyTruncate },
        DirectiveCase("copytruncate nocopytruncate") { _ in },
        DirectiveCase("renamecopy") { $0.method = .renameCopy },
        DirectiveCase("copytruncate renamecopy nocopytruncate") { $0.method = .renameCopy },
        DirectiveCase("renamecopy copytruncate norenamecopy") { $0.method = .copyTruncate },
        DirectiveCase("renamecopy norenamecopy") { _ in },
        DirectiveCase("allowhardlink") { $0.allowsHardLinks = true },
        DirectiveCase("allowhardlink noallowhardlink") { _ in },
        DirectiveCase("su www-data adm") { $0.actor = .init(user: "www-data", group: "adm") },
        DirectiveCase("compress") { $0.isCompressed = true },
        DirectiveCase("compress # tail") { $0.isCompressed = true },
        DirectiveCase("compress nocompress") { _ in },
        DirectiveCase("delaycompress") { $0.delaysCompression = true },
        DirectiveCase("delaycompress nodelaycompress") { _ in },
        DirectiveCase("compress rotate 4") {
            $0.isCompressed = true
            $0.count = 4
        },
        DirectiveCase("compresscmd /usr/bin/xz") {
            $0.compressCommand = "/usr/bin/xz"
            $0.uncompressCommand = "/usr/bin/unxz"
            $0.compressExtension = ".xz"
        },
        DirectiveCase("compressext .foo\ncompresscmd zstd") {
            $0.compressCommand = "zstd"
            $0.uncompressCommand = "unzstd"
            $0.compressExtension = ".zst"
        },
        DirectiveCase("compresscmd /bin/bzip2\ncompressext .foo") {
            $0.compressCommand = "/bin/bzip2"
            $0.uncompressCommand = "/bin/bunzip2"
            $0.compressExtension = ".foo"
        },
        DirectiveCase("compresscmd /bin/pigz") { $0.compressCommand = "/bin/pigz" },
        DirectiveCase("compresscmd /bin/xz\nuncompresscmd /x\ncompresscmd /bin/gzip\nuncompresscmd /y") {
            $0.compressCommand = "/bin/gzip"
            $0.uncompressCommand = "/y"
        },
        DirectiveCase("compressoptions -9 -T0 'a b'") { $0.compressOptions = ["-9", "-T0", "a b"] },
        DirectiveCase("dateext") { $0.isDated = true },
        DirectiveCase("dateext nodateext") { _ in },
        DirectiveCase("dateformat -%Y-%m-%d") { $0.dateFormat = "-%Y-%m-%d" },
        DirectiveCase("dateformat=.%s") { $0.dateFormat = ".%s" },
        DirectiveCase("dateyesterday") { $0.dateBack = 86_400 },
        DirectiveCase("datehourago") { $0.dateBack = 3_600 },
        DirectiveCase("dateyesterday\ndatehourago\ndateyesterday") { $0.dateBack = 90_000 },
        DirectiveCase("extension = .log") { $0.keptExtension = ".log" },
        DirectiveCase("addextension .log") { $0.addedExtension = ".log" },
        DirectiveCase("sharedscripts") { $0.sharesScripts = true },
        DirectiveCase("sharedscripts nosharedscripts") { _ in },
        DirectiveCase("nomail") { _ in },
    ]

    @Test("A directive holds in its stanza and nowhere else", arguments: cases)
    func inStanza(directive: DirectiveCase) throws {
        let configuration = TextSource(["/c": "/a {\n\(directive.text)\n}\n/b {}\n"]).read()
        var expected = RotationSettings()
        directive.change(&expected)
        #expect(configuration.faults == [])
        #expect(configuration.warnings == [])
        try #require(configuration.patterns == [["/a"], ["/b"]])
        #expect(configuration.stanzas[0].settings == expected)
        #expect(configuration.stanzas[1].settings == RotationSettings())
    }

    @Test("A directive outside holds for the stanzas behind it, in later files too", arguments: cases)
    func global(directive: DirectiveCase) throws {
        let source = TextSource(["/c": "/a {}\n\(directive.text)\n/b {}\n", "/d": "/e {}\n"])
        let configuration = source.read(["/c", "/d"])
        var expected = RotationSettings()
        directive.change(&expected)
        #expect(configuration.faults == [])
        try #require(configuration.patterns == [["/a"], ["/b"], ["/e"]])
        #expect(configuration.stanzas[0].settings == RotationSettings())
        #expect(configuration.stanzas[1].settings == expected)
        #expect(configuration.stanzas[2].settings == expected)
    }

    @Test(
        "A directive may stand on the line of both braces",
        arguments: cases.filter { !$0.text.contains { "\n\r#".contains($0) } })
    func oneLine(directive: DirectiveCase) throws {
        let configuration = TextSource(["/c": "/a { \(directive.text) }\n/b {}\n"]).read()
        var expected = RotationSettings()
        directive.change(&expected)
        #expect(configuration.faults == [])
        try #require(configuration.patterns == [["/a"], ["/b"]])
        #expect(configuration.stanzas[0].settings == expected)
    }

    @Test(
        "A bad value is a fault of its line, and says what to write",
        arguments: [
            ("rotate", "rotate 7"), ("rotate=", "rotate 7"), ("rotate x", "rotate 7"), ("rotate 5 6", "rotate 7"),
            ("rotate -2", "rotate 7"), ("rotate 99999999999", "rotate 7"), ("rotate 08", "rotate 7"),
            ("rotate \"7\"", "rotate 7"), ("rotate 3 # three", "rotate 7"), ("rotate 0x", "rotate 7"),
            ("rotate +-1", "rotate 7"), ("weekly 8", "weekly 1"), ("weekly -1", "weekly 1"), ("weekly 3 4", "weekly 1"),
            ("monthly 32", "monthly 1"), ("size", "size 100k"), ("size 10kb", "size 100k"), ("size 10 k", "size 100k"),
            ("size 10m", "size 100k"), ("size -1", "size 100k"), ("size 9999999999G", "size 100k"),
            ("size k", "size 100k"), ("minsize x", "minsize 100k"), ("maxsize x", "maxsize 100M"),
            ("maxtotalsize 10T", "maxtotalsize 10G"), ("minage x", "minage 1"), ("maxage -1", "maxage 30"),
            ("start -1", "start 1"), ("shredcycles x", "shredcycles 3"), ("olddir", "olddir /var/log/old"),
            ("olddir a b", "olddir /var/log/old"), ("olddir \"a", "olddir /var/log/old"),
            ("create 0640 root adm x", "create 0640 root adm"), ("create 77777", "create 0640 root adm"),
            ("createolddir 1 2 3 4", "createolddir 0755 root root"), ("su root", "su www-data adm"),
            ("su", "su www-data adm"), ("su a b c", "su www-data adm"), ("compresscmd /usr/bin/xz -9", "compresscmd"),
            ("compressext", "compressext .zst"), ("compress=yes", "compress"), ("dateformat", "dateformat -%Y%m%d"),
            ("extension", "extension .log"), ("addextension a b", "addextension .log"), ("include", "include /etc"),
            ("mail", "nomail"),
            ("include a b", "include /etc"),
            ("extension a\u{1}", "extension .log"),
        ])
    func badValue(text: String, advice: String) throws {
        let configuration = TextSource(["/c": "/a {\n\ndaily\n  \(text)\n}\n/b {}\n"]).read()
        #expect(configuration.brief == ["bad_value /c:4"])
        #expect(configuration.patterns == [["/b"]])
        let hint = try #require(configuration.faults.first?.hint)
        #expect(hint.hasSuffix("write \(advice)") || hint.contains("write \(advice)"))
        #expect(hint.hasPrefix(text.prefix { $0.isLetter } + ": "))
    }

    @Test(
        "A size that is too great is told so, with the greatest there is",
        arguments: [
            ("size 9999999999G", true), ("size 99999999999999999999", true), ("maxsize 0xfffffffffffffffff", true),
            ("size 8589934592G", true), ("minsize 2000T", false), ("size 2000TB", false), ("size 0x", false),
            ("size 09", false),
        ])
    func greatSize(text: String, isNumber: Bool) throws {
        let hint = try #require(TextSource(["/c": "/a {\n\(text)\n}\n"]).read().faults.first?.hint)
        #expect(hint.contains("is more than any file has, 8589934591G at most") == isNumber, "\(hint)")
        #expect(hint.contains("is no size: a number of bytes, with k, M or G right behind it") != isNumber, "\(hint)")
    }

    @Test(
        "A directive with no effect here is a warning of its line, and its stanza stands",
        arguments: ["mail a@b.c", "mailfirst", "maillast", "errors a@b.c"])
    func unsupported(text: String) {
        let configuration = TextSource(["/c": "/a {\n\(text)\nrotate 3\n}\n"]).read()
        #expect(configuration.faults == [])
        #expect(configuration.stanzas.map(\.settings.count) == [3])
        #expect(configuration.warnings.map(\.location) == ["/c:2"])
        #expect(configuration.warnings.map(\.code) == [.unsupported])
        #expect(configuration.warnings.allSatisfy { $0.hint.contains(text.prefix { $0.isLetter }) })
    }

    @Test(
        "A directive nobody knows is a fault with the word that was meant",
        arguments: [
            ("rotat 3", "did you mean \"rotate\"?"), ("compres", "did you mean \"compress\"?"), ("Daily", "\"daily\""),
            ("noextension", "\"Extension\""), ("xyzzyxyzzy 4", "remove it"), ("endscript", "remove it"),
            ("rotate5", "\"rotate\""), ("dayly", "\"daily\""),
        ])
    func unknown(text: String, advice: String) throws {
        let configuration = TextSource(["/c": "/a {\n\(text)\n}\n/b {}\n"]).read()
        #expect(configuration.brief == ["unknown_directive /c:2"])
        #expect(configuration.patterns == [["/b"]])
        let hint = try #require(configuration.faults.first).hint
        #expect(hint.lowercased().contains(advice.lowercased()))
    }
}
