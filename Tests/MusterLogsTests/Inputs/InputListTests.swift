import Glibc
import MusterSystem
import MusterTesting
import Testing

@testable import MusterLogs

/// Lines of a log, told apart by a number.
func logText(_ seed: Int, lines: Int) -> [UInt8] {
    Array((0..<lines).map { "line \(seed).\($0) of a log that is told apart by its number\n" }.joined().utf8)
}

@Suite("What the words of a command line stand for", .timeLimit(.minutes(40))) struct InputListTests {
    private let folder = TemporaryFolder()

    /// A list without the folder's path in it.
    private func resolve(_ words: [String], countCopies: Bool = false) -> (
        names: [String], notes: [String], faults: [String]
    ) {
        let words = words.map { $0 == "-" ? $0 : "\(folder.path)/\($0)" }
        let list = InputList.resolve(words, countCopies: countCopies)
        func short(_ text: String) -> String {
            text.split(separator: "\(folder.path)/", omittingEmptySubsequences: false).joined()
        }
        return (
            list.sources.map { short($0.name) }, list.skipped.map { short("\($0.name): \($0.note)") },
            list.faults.map { short($0.text) }
        )
    }

    @Test("A pattern, a folder and names give files in the order of rotation, each once")
    func expansion() throws {
        for (seed, name) in ["access.log.2", "access.log", "access.log.10", "access.log.1", "error.log"].enumerated() {
            _ = try folder.file(name, logText(seed, lines: 10))
        }
        let access = ["access.log.10", "access.log.2", "access.log.1", "access.log"]
        #expect(resolve(["access*"]) == (access, [], []))
        #expect(resolve(["error.log", "access.log", "*.log*"]) == (access + ["error.log"], [], []))
        #expect(resolve([""]) == (access + ["error.log"], [], []))
        #expect(resolve(["error.log", "-", "access.log"]).names == ["access.log", "error.log", "standard input"])
        #expect(resolve(["access.log.[12]"]).names == ["access.log.2", "access.log.1"])
    }

    /// Who may read next to nothing.
    private static let nobody: uid_t = 65_534

    /// Makes a link of nobody's in the folder.
    private func foreignLink(_ name: String, to target: String) throws {
        try #require(unsafe symlink(target, "\(folder.path)/\(name)") == 0)
        try #require(unsafe lchown("\(folder.path)/\(name)", Self.nobody, Self.nobody) == 0)
    }

    @Test(
        "Another user's links that a pattern or a folder gives are followed to files of theirs only",
        .enabled(if: geteuid() == 0, "only root can give files away"))
    func foreignLinks() throws {
        let other = TemporaryFolder()
        let secret = try other.file("secret.log", logText(1, lines: 1))
        let theirs = try other.file("theirs.log", logText(2, lines: 1))
        try #require(unsafe chown(theirs, Self.nobody, Self.nobody) == 0)
        try foreignLink("a.log", to: secret)
        try foreignLink("b.log", to: theirs)
        try foreignLink("c.log", to: "a.log")
        try foreignLink("way", to: other.path)
        try #require(unsafe symlink(secret, "\(folder.path)/d.log") == 0)
        try #require(unsafe symlink("a.log", "\(folder.path)/ab.log") == 0)
        let note = "a link of another user's to a file that is not theirs; name the file itself"
        let skipped = ["a.log", "ab.log", "c.log"].map { "\($0): \(note)" }
        for word in ["", "*.log"] {
            let found = resolve([word])
            #expect(found.names == ["b.log", "d.log"] && found.notes == skipped && found.faults.isEmpty)
        }
        let behind = resolve(["way/*.log"])
        #expect(behind.names == ["way/theirs.log"] && behind.notes == ["way/secret.log: \(note)"])
        // Who names it means it.
        #expect(resolve(["a.log"]).names == ["a.log"])
    }

    @Test("A log that another takes the place of is not read in its stead")
    func replaced() throws {
        for (name, bytes) in [("a.log", logText(1, lines: 1)), ("a.log.gz", GzipBytes.member(logText(1, lines: 1)))] {
            let path = try folder.file(name, bytes)
            let file = try InputFile.open(path)
            #expect(throws: Never.self) { try InputFile.open(path, expecting: file.identity) }
            #expect(throws: Never.self) { try FileStream.open(path, expecting: file.identity) }
            _ = try folder.file("b.log", logText(2, lines: 1))
            try #require(unsafe rename("\(folder.path)/b.log", path) == 0)
            #expect(throws: FileFault.self) { try InputFile.open(path, expecting: file.identity) }
            #expect(throws: FileFault.self) { try FileStream.open(path, expecting: file.identity) }
        }
    }

    @Test("Links that lead nowhere, or round in a circle, keep no other log of a folder from being read")
    func strayLinks() throws {
        _ = try folder.file("access.log", logText(1, lines: 1))
        for (name, target) in [("gone.log", "nowhere"), ("round.log", "round.log")] {
            try #require(unsafe symlink(target, "\(folder.path)/\(name)") == 0)
        }
        for word in ["", "*.log"] {
            let found = resolve([word])
            #expect(found.names == ["access.log"] && found.faults.isEmpty)
            #expect(
                found.notes == [
                    "gone.log: a link that leads nowhere", "round.log: a link that leads round in a circle",
                ])
        }
        #expect(
            resolve(["gone.log", "round.log"]).faults == [
                "gone.log: a link that leads nowhere", "round.log: a link that leads round in a circle",
            ])
    }

    @Test("A word that names a file is that file, even with a star in it")
    func starredName() throws {
        _ = try folder.file("a*.log", logText(1, lines: 1))
        _ = try folder.file("ab.log", logText(2, lines: 1))
        #expect(resolve(["a*.log"]).names == ["a*.log"])
    }

    @Test("What is missing is told all at once, with what may have been meant")
    func missing() throws {
        _ = try folder.file("access.log", logText(1, lines: 1))
        let found = resolve(["acess.log", "*.txt", "access.log", "no/such/thing"])
        #expect(found.names == ["access.log"])
        #expect(
            found.faults == [
                "acess.log: no such file; did you mean \"access.log\"?", "*.txt: no file matches",
                "no/such/thing: no such file; nor is there a folder no/such/",
            ])
    }

    @Test("An empty name has words of its own")
    func emptyName() {
        #expect(
            InputList.resolve([""]).faults.map(\.text) == ["\"\": an empty name; name a file, a folder or -"])
    }

    @Test("The root of all files is a folder like others", arguments: ["/", "//"])
    func root(_ word: String) {
        let paths = InputReach([word], follows: false).paths.map(\.path)
        #expect(paths.contains("/") && !paths.contains("") && !paths.contains { $0.hasPrefix("//") && $0 != "//" })
        #expect(!InputList.resolve([word]).faults.contains { $0.hint.contains("cannot open") && $0.name == word })
    }

    @Test("A folder without logs is a fault")
    func emptyFolder() {
        #expect(InputList.resolve([folder.path]).faults.map(\.hint) == ["no logs in this folder"])
    }

    @Test("Binary files of a folder are skipped, and named ones believed, but for a journal")
    func binary() throws {
        _ = try folder.file("access.log", logText(1, lines: 1))
        _ = try folder.file("wtmp", [7, 0, 0, 0, 1])
        _ = try folder.file("system.journal", Array("LPKSHHRH".utf8) + [0, 0])
        _ = try folder.file(".hidden", logText(2, lines: 1))
        #expect(unsafe mkdir("\(folder.path)/inner", 0o700) == 0)
        let journal = "a journal of systemd, no text: journalctl -o cat | muster logs … -"
        #expect(
            resolve([""]) == (["access.log"], ["system.journal: \(journal)", "wtmp: binary data, no log"], []))
        #expect(resolve(["*"]).notes.first == "inner: a folder")
        #expect(resolve(["wtmp"]).names == ["wtmp"])
        #expect(resolve(["system.journal"]).faults == ["system.journal: \(journal)"])
    }

    @Test("One file under several names is counted once")
    func links() throws {
        let path = try folder.file("access.log", logText(1, lines: 1))
        #expect(unsafe symlink(path, path + ".link") == 0)
        #expect(unsafe link(path, path + ".hard") == 0)
        let found = resolve(["access.log", "access.log.link", "access.log.hard", "access.log"])
        #expect(found.names == ["access.log"])
        #expect(
            found.notes == [
                "access.log.link: the same file as access.log, counted once",
                "access.log.hard: the same file as access.log, counted once",
            ])
        #expect(resolve(["access.log", "access.log.hard", "access.log"], countCopies: true).names.count == 2)
    }

    /// Files, which of them are kept, and what is said of the others.
    struct Copies: CustomTestStringConvertible {
        var testDescription: String
        var files: [(String, [UInt8])]
        var kept: [String]
        var notes: [String] = []
    }

    static let long = logText(1, lines: 3_000)

    static let copies = [
        Copies(
            testDescription: "a short log and its compressed copy",
            files: [("a.log.1", logText(1, lines: 3)), ("a.log.2.gz", GzipBytes.member(logText(1, lines: 3)))],
            kept: ["a.log.1"], notes: ["a.log.2.gz: a copy of a.log.1, counted once"]),
        Copies(
            testDescription: "a long log and its compressed copy",
            files: [("a.log.1", long), ("a.log.2.gz", GzipBytes.member(long))],
            kept: ["a.log.1"], notes: ["a.log.2.gz: a copy of a.log.1, counted once"]),
        Copies(
            testDescription: "a short log that has grown since it was compressed",
            files: [("a.log.1", logText(1, lines: 4)), ("a.log.2.gz", GzipBytes.member(logText(1, lines: 3)))],
            kept: ["a.log.2.gz", "a.log.1"]),
        Copies(
            testDescription: "a compressed copy that is the longer",
            files: [("a.log.1", Array(long.prefix(5_000))), ("a.log.2.gz", GzipBytes.member(long))],
            kept: ["a.log.2.gz"], notes: ["a.log.1: a copy of a.log.2.gz, counted once"]),
        Copies(
            testDescription: "two compressed copies, one cut off",
            files: [
                ("a.log.2.gz", Array(GzipBytes.member(long).prefix(50_000))), ("a.log.3.gz", GzipBytes.member(long)),
            ],
            kept: ["a.log.3.gz"], notes: ["a.log.2.gz: a copy of a.log.3.gz, counted once"]),
        Copies(
            testDescription: "compressed logs that begin alike and differ later",
            files: [
                ("a.log", long), ("b.log.gz", GzipBytes.member(Array(long.prefix(9_000)) + logText(2, lines: 99))),
            ],
            kept: ["a.log", "b.log.gz"]),
        Copies(
            testDescription: "plain logs of equal size that begin alike",
            files: [("a.log", long + logText(3, lines: 99)), ("b.log", long + logText(4, lines: 99))],
            kept: ["a.log", "b.log"]),
        Copies(
            testDescription: "plain logs of different size that begin alike",
            files: [("a.log", long + logText(3, lines: 99)), ("b.log", long + logText(4, lines: 199))],
            kept: ["a.log", "b.log"]),
        Copies(
            testDescription: "a log and a plain copy made while it grew",
            files: [("a.log", long), ("b.log", Array(long.prefix(60_000)))],
            kept: ["a.log"], notes: ["b.log: a copy of a.log, counted once"]),
        Copies(
            testDescription: "three copies, each longer than the one before",
            files: [
                ("a.log", Array(long.prefix(50_000))), ("b.log", Array(long.prefix(60_000))), ("c.log", long),
            ],
            kept: ["c.log"],
            notes: ["a.log: a copy of c.log, counted once", "b.log: a copy of c.log, counted once"]),
        Copies(testDescription: "empty logs", files: [("a.log", []), ("b.log", [])], kept: ["a.log", "b.log"]),
        Copies(
            testDescription: "empty compressed logs",
            files: [("a.log.1.gz", GzipBytes.member([])), ("a.log.2.gz", GzipBytes.member([]))],
            kept: ["a.log.2.gz", "a.log.1.gz"]),
    ]

    @Test("Copies are counted once and logs that merely begin alike are not dropped", arguments: copies)
    func countedOnce(_ each: Copies) throws {
        for (name, content) in each.files { _ = try folder.file(name, content) }
        #expect(resolve([""]) == (each.kept, each.notes, []))
        #expect(resolve([""], countCopies: true).names.count == each.files.count)
    }

    @Test("Many logs that begin alike are all kept, and nothing stays open")
    func manyAlike() throws {
        for index in 0..<100 { _ = try folder.file("\(index).log", Self.long + logText(index + 9, lines: 50)) }
        #expect(resolve([""]).names.count == 100)
        #expect(folder.openDescriptors == 0)
    }

    @Test("A fingerprint is the same for a log and its compressed copies", arguments: ["gzip", "zstd", "xz", "bzip2"])
    func fingerprints(program: String) throws {
        guard let path = try folder.compressed(by: program, Self.long, name: "copy") else {
            try Test.cancel("\(program) is not installed")
        }
        let facts = try #require(try FileFacts.of(path))
        let source = try LogSource(path: path, facts: facts)
        #expect(source.compression.name == program)
        #expect(source.fingerprint == Fingerprint(Self.long) && source.fingerprint?.count == 4_096)
        guard case .stream(let stream) = try source.open() else { return #expect(Bool(false), "a stream") }
        #expect(try stream.bytes(1_000_000) { false } == Self.long)
        #expect(resolve(["copy", "copy.plain"]).names == ["copy.plain"])
    }

    @Test("A source that was renamed since it was looked at is found again, a deleted one is a fault")
    func renamed() throws {
        let path = try folder.file("access.log", logText(1, lines: 2))
        let source = try #require(InputList.resolve([path]).sources.first)
        #expect(unsafe rename(path, path + ".1") == 0)
        _ = try folder.file("access.log", logText(2, lines: 2))
        guard case .file(let file) = try source.open() else { return #expect(Bool(false), "a file") }
        #expect(try file.bytes(at: 0, count: 10_000) == logText(1, lines: 2))
        #expect(unsafe unlink(path + ".1") == 0)
        #expect(throws: InputFault.self) { try source.open() }
    }

    @Test("A pipe is decompressed by what comes out of it")
    func pipe() throws {
        let path = "\(folder.path)/fifo"
        #expect(unsafe mkfifo(path, 0o600) == 0)
        for content in [GzipBytes.hello, Array("hello hello hello hello\n".utf8)] {
            let source = try #require(InputList.resolve([path]).sources.first)
            #expect(source.fingerprint == nil)
            guard case .stream(let stream) = try source.open() else { return #expect(Bool(false), "a stream") }
            // Looking at it once opens it.
            #expect(throws: StreamFault.cancelled) { try stream.bytes(100) { true } }
            try OutputFile.create("fifo:" + path).write(content)
            #expect(String(decoding: try stream.bytes(100) { false }, as: UTF8.self) == "hello hello hello hello\n")
        }
    }

    @Test("A pipe of data that takes a program says which")
    func pipeOfZstd() throws {
        let path = "\(folder.path)/fifo"
        #expect(unsafe mkfifo(path, 0o600) == 0)
        let source = try #require(InputList.resolve([path]).sources.first)
        guard case .stream(let stream) = try source.open() else { return #expect(Bool(false), "a stream") }
        try OutputFile.create("fifo:" + path).write([0x28, 0xb5, 0x2f, 0xfd, 0, 0, 0, 0])
        let hint = "this is zstd data; decompress it first: zstd -dc | muster logs …"
        #expect(throws: StreamFault.failed(FileFault(path: path, hint: hint))) { try stream.bytes(100) { false } }
    }
}
