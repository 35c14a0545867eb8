import Glibc
import MusterCore
import MusterTesting
import Testing

@testable import MusterSystem

/// What came of reading a stream to its end.
struct Reading: Equatable {
    var bytes: [UInt8] = []
    var fault: StreamFault?

    /// Reads in buffers of `size` bytes.
    init(_ stream: any ByteStream, size: Int = 1_000) {
        do throws(StreamFault) {
            while true {
                let next = try stream.bytes(size) { false }
                if next.isEmpty { return }
                bytes += next
            }
        } catch {
            fault = error
        }
    }

    /// The hint of the fault.
    var hint: String {
        if case .failed(let fault) = fault { return fault.hint }
        return fault == nil ? "" : "cancelled"
    }
}

@Suite("Streams of bytes", .timeLimit(.minutes(40))) struct StreamTests {
    private let folder = TemporaryFolder()
    private let text = (0..<300_000).map { UInt8(truncatingIfNeeded: ($0 &* $0) >> 7) }

    private func gzip(_ bytes: [UInt8]) throws -> GzipStream {
        try GzipStream(FileStream.open(try folder.file("log.gz", bytes)))
    }

    @Test("A file comes whole, whatever the buffer", arguments: [1_000, 65_536, 299_999, 300_000, 300_001, 1_000_000])
    func file(size: Int) throws {
        let stream = try FileStream.open(try folder.file("log", text))
        let reading = Reading(stream, size: size)
        #expect(reading.bytes == text && reading.fault == nil)
        #expect(stream.consumed == 300_000)
    }

    @Test("A look ahead takes nothing away")
    func peek() throws {
        let stream = try FileStream.open(try folder.file("log", [1, 2, 3, 4, 5]))
        #expect(try stream.peek(2) { false } == [1, 2])
        #expect(try stream.peek(4) { false } == [1, 2, 3, 4])
        #expect(try stream.bytes(3) { false } == [1, 2, 3])
        #expect(try stream.peek(9) { false } == [4, 5])
        #expect(Reading(stream).bytes == [4, 5])
    }

    @Test("A file is read at any place, and what is behind its end is nothing")
    func inputFile() throws {
        let file = try InputFile.open(try folder.file("log", [1, 2, 3, 4, 5]))
        #expect(file.isRegular && file.size == 5)
        #expect(try file.bytes(at: 0, count: 5) == [1, 2, 3, 4, 5])
        #expect(try file.bytes(at: 3, count: 5) == [4, 5])
        #expect(try file.bytes(at: 5, count: 5).isEmpty)
        #expect(try file.bytes(at: .max, count: 5).isEmpty)
        #expect(try file.bytes(at: -1, count: 5).isEmpty)
    }

    @Test("A file that is truncated while it is read gives less, and is the same file under its next name")
    func truncated() throws {
        let path = try folder.file("log", text)
        let file = try InputFile.open(path)
        #expect(unsafe rename(path, path + ".1") == 0)
        #expect(try file.identity == FileFacts.of(path + ".1")?.identity)
        #expect(unsafe truncate(path + ".1", 10) == 0)
        #expect(try file.bytes(at: 4, count: 100) == Array(text[4..<10]))
        #expect(try file.currentFacts().size == 10 && file.size == 300_000)
    }

    @Test("What cannot be opened says why")
    func faults() {
        let missing = #expect(throws: FileFault.self) { try FileStream.open("/no/such") }
        #expect(missing?.hint == "cannot open: no such file or directory")
        let directory = #expect(throws: FileFault.self) { try FileStream.open("/tmp") }
        #expect(directory?.hint == "cannot read: is a directory")
        #expect(throws: FileFault.self) { try InputFile.open("/no/such") }
    }

    @Test("A FIFO without a writer is waited for until the reader gives up")
    func cancelledFIFO() throws {
        let path = "\(folder.path)/fifo"
        #expect(unsafe mkfifo(path, 0o600) == 0)
        let stream = try FileStream.open(path)
        var looks = 0
        let fault = #expect(throws: StreamFault.self) {
            try stream.bytes(10) {
                looks += 1
                return looks > 3
            }
        }
        #expect(fault == .cancelled && looks == 4)
    }

    @Test("What came through a FIFO before the reader gave up is given")
    func interruptedFIFO() throws {
        let path = "\(folder.path)/fifo"
        #expect(unsafe mkfifo(path, 0o600) == 0)
        let stream = try FileStream.open(path)
        let writer = unsafe open(path, O_WRONLY | O_CLOEXEC)
        defer { close(writer) }
        #expect(unsafe write(writer, "abc", 3) == 3)
        #expect(try stream.peek(2) { false } == Array("ab".utf8))
        var looks = 0
        let bytes = try stream.bytes(10) {
            looks += 1
            return looks > 3
        }
        #expect(bytes == Array("abc".utf8))
        #expect(throws: StreamFault.cancelled) { try stream.bytes(10) { true } }
    }

    @Test("A FIFO is read to where its writers leave")
    func fifo() throws {
        let path = "\(folder.path)/fifo"
        #expect(unsafe mkfifo(path, 0o600) == 0)
        let stream = try FileStream.open(path)
        let writer = unsafe open(path, O_WRONLY | O_CLOEXEC)
        #expect(unsafe write(writer, [1, 2, 3] as [UInt8], 3) == 3)
        #expect(try stream.bytes(2) { false } == [1, 2])
        close(writer)
        #expect(Reading(stream).bytes == [3])
    }

    @Test("A gzip member comes out as it went in, whatever the buffer", arguments: [1, 7, 65_536, 1_000_000])
    func gzipMember(size: Int) throws {
        let content = size == 1 ? Array(text.prefix(5_000)) : text
        let reading = Reading(try gzip(GzipBytes.member(content)), size: size)
        #expect(reading.bytes == content && reading.fault == nil)
        #expect(Reading(try gzip(GzipBytes.hello), size: size).bytes == Array("hello hello hello hello\n".utf8))
    }

    @Test("Members one behind the other are one text", arguments: [2, 3, 20])
    func members(count: Int) throws {
        let parts = (0..<count).map { $0 == 1 ? [] : Array(text[$0 * 1_000..<$0 * 14_000 + 1_000]) }
        let reading = Reading(try gzip(parts.flatMap(GzipBytes.member)))
        #expect(reading.bytes == parts.flatMap { $0 } && reading.fault == nil)
    }

    @Test(
        "What follows the last member is ignored, with a note unless it is zeros",
        arguments: [
            ([0], nil), (Array(repeating: 0, count: 600_000), nil),
            ([1], "what follows the gzip data at byte 31 was ignored: it is no gzip data"),
            ([0x1f], "what follows the gzip data at byte 31 was ignored: it is no gzip data"),
            ([0, 0, 7], "what follows the gzip data at byte 31 was ignored: it is no gzip data"),
        ] as [([UInt8], String?)])
    func trailing(_ garbage: [UInt8], note: String?) throws {
        let hello = GzipBytes.member(Array("x\nyy\nzzz".utf8))
        #expect(hello.count == 31)
        let stream = try gzip(hello + garbage)
        let reading = Reading(stream)
        #expect(reading.bytes == Array("x\nyy\nzzz".utf8) && reading.fault == nil)
        #expect(stream.note == note)
    }

    @Test("Cut off anywhere, gzip data gives a beginning of its text and then the fault")
    func cutOff() throws {
        for count in 1..<GzipBytes.hello.count {
            let reading = Reading(try gzip(Array(GzipBytes.hello.prefix(count))))
            #expect("hello hello hello hello\n".utf8.starts(with: reading.bytes))
            let what = count == 1 ? "this is no gzip data at byte 0" : "the gzip data is cut off at byte \(count)"
            #expect(reading.hint == "\(what), after \(reading.bytes.count) bytes of text")
        }
        let long = GzipBytes.member(text)
        #expect(Reading(try gzip(Array(long.prefix(200_000)))).bytes.count > 190_000)
    }

    @Test("Damaged gzip data gives what was before the damage and then the fault, which stays")
    func damaged() throws {
        var bytes = GzipBytes.member(text)
        // The second block's length and its complement no longer agree.
        bytes[10 + 5 + 65_535 + 2] ^= 0xff
        let stream = try gzip(bytes)
        let reading = Reading(stream)
        #expect(reading.bytes == Array(text.prefix(65_535)))
        #expect(reading.hint.hasPrefix("the gzip data is damaged at byte 65"))
        #expect(reading.hint.hasSuffix("after 65535 bytes of text"))
        #expect(Reading(stream).fault == reading.fault)
        var checksum = GzipBytes.hello
        checksum[checksum.count - 6] ^= 1
        #expect(Reading(try gzip(checksum)).bytes.count == 24)
        #expect(Reading(try gzip(checksum)).hint.hasPrefix("the gzip data is damaged"))
    }

    @Test("Any byte may be damaged and nothing traps")
    func anyDamage() throws {
        var dice = Dice(7)
        for _ in 0..<2_000 {
            var bytes = GzipBytes.hello + GzipBytes.member(Array(text.prefix(50)))
            bytes[Int.random(in: bytes.indices, using: &dice)] = UInt8.random(in: 0...255, using: &dice)
            #expect(Reading(try gzip(bytes)).bytes.count < 1_000)
        }
    }

    @Test("What is no gzip data says so", arguments: [[0], [0x1f], Array("plain text\n".utf8)] as [[UInt8]])
    func noGzip(bytes: [UInt8]) throws {
        #expect(Reading(try gzip(bytes)).hint == "this is no gzip data at byte 0, after 0 bytes of text")
    }

    @Test("A reader that gives up ends the inflating")
    func cancelledGzip() throws {
        let stream = try gzip(GzipBytes.member(text))
        #expect(throws: StreamFault.cancelled) { try stream.bytes(10) { true } }
    }

    private func decompress(by name: String) throws {
        let path = try #require(try folder.compressed(by: name, text, name: "log.\(name)"))
        let stream = try ProgramStream(path, program: name, arguments: ["-dc"])
        let reading = Reading(stream, size: 70_000)
        #expect(reading.bytes == text && reading.fault == nil)
        #expect(try stream.consumed == FileFacts.of(path)?.size)
    }

    @Test("What zstd makes of a file is read to its end", .enabled(if: ProgramStream.find("zstd") != nil))
    func zstd() throws { try decompress(by: "zstd") }

    @Test("What xz makes of a file is read to its end", .enabled(if: ProgramStream.find("xz") != nil))
    func xz() throws { try decompress(by: "xz") }

    @Test("What bzip2 makes of a file is read to its end", .enabled(if: ProgramStream.find("bzip2") != nil))
    func bzip2() throws { try decompress(by: "bzip2") }

    @Test("What gzip compressed is read to its end", .enabled(if: ProgramStream.find("gzip") != nil))
    func gzipProgram() throws {
        try decompress(by: "gzip")
        let path = try #require(try folder.compressed(by: "gzip", text, name: "log.gz"))
        #expect(Reading(try GzipStream(FileStream.open(path))).bytes == text)
    }

    @Test("A program that fails gives its output and then the fault")
    func failingProgram() throws {
        let path = try folder.file("log", [])
        let stream = try ProgramStream(
            path, program: "sh", arguments: ["-c", "echo data; printf '\\n\\033[1mbad\\nmore' >&2; exit 3"])
        let reading = Reading(stream)
        #expect(reading.bytes == Array("data\n".utf8))
        #expect(reading.hint == "sh failed with exit status 3: [1mbad")
        #expect(Reading(stream).fault == reading.fault)
        let killed = try ProgramStream(path, program: "sh", arguments: ["-c", "kill -9 $$"])
        #expect(Reading(killed).hint == "sh failed with signal 9")
    }

    @Test("A program that talks without end is not kept waiting")
    func talkative() throws {
        let path = try folder.file("log", [])
        let script = "head -c 1000000 /dev/zero | tr '\\0' 'e' >&2; echo data; exit 1"
        let reading = Reading(try ProgramStream(path, program: "sh", arguments: ["-c", script]))
        #expect(reading.bytes == Array("data\n".utf8))
        #expect(reading.hint == "sh failed with exit status 1: " + String(repeating: "e", count: 1_024))
    }

    @Test("A missing program is named")
    func missingProgram() throws {
        let path = try folder.file("log", [])
        let fault = #expect(throws: FileFault.self) {
            try ProgramStream(path, program: "no-such-program", arguments: [])
        }
        #expect(fault?.hint == "no-such-program is needed to read it and is not on PATH; install it")
    }

    @Test("A program ends with its reader, and nothing stays open")
    func endedEarly() throws {
        let path = try folder.file("log", text)
        var child: Int32 = 0
        do {
            let stream = try ProgramStream(path, program: "sh", arguments: ["-c", "echo $$; exec sleep 1000"])
            var line: [UInt8] = []
            while line.last != 10 { line += try stream.bytes(1) { false } }
            child = try #require(Int32(String(decoding: line.dropLast(), as: UTF8.self)))
            #expect(kill(child, 0) == 0)
            var looks = 0
            #expect(throws: StreamFault.cancelled) {
                try stream.bytes(1) {
                    looks += 1
                    return looks > 2
                }
            }
            #expect(folder.openDescriptors == 1)
            withExtendedLifetime(stream) {}
        }
        #expect(kill(child, 0) == -1)
        for _ in 0..<20 {
            _ = try ProgramStream(path, program: "cat", arguments: []).bytes(10) { false }
            _ = try gzip(GzipBytes.hello).bytes(3) { false }
            _ = try InputFile.open(path)
        }
        #expect(folder.openDescriptors == 0)
    }

    @Test("A stream whose kind depends on its beginning is chosen once it is read")
    func deferred() throws {
        var heads: [[UInt8]] = []
        let input = try FileStream.open(try folder.file("log.gz", GzipBytes.hello))
        let stream = DeferredStream(input, headCount: 3) { head, input throws(FileFault) in
            heads.append(head)
            return try GzipStream(input)
        }
        #expect(heads.isEmpty)
        #expect(Reading(stream, size: 5).bytes == Array("hello hello hello hello\n".utf8))
        #expect(heads == [[0x1f, 0x8b, 8]])
    }
}
