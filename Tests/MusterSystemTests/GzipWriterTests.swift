import Glibc
import MusterCore
import MusterTesting
import Testing

@testable import MusterSystem

/// Lines as a log has them, the same in every run, cut at a length.
private func lines(_ count: Int, seed: Int = 1) -> [UInt8] {
    var dice = Dice(seed)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + 100)
    while bytes.count < count {
        let (host, number) = (Int.random(in: 0..<250, using: &dice), Int.random(in: 0..<100_000, using: &dice))
        bytes += Array("10.0.0.\(host) - - \"GET /items?id=\(number) HTTP/1.1\" 200 \(number % 977)\n".utf8)
    }
    return Array(bytes.prefix(count))
}

extension GzipWriter {
    /// Writes a file as a whole, handed over in pieces, and returns it with the sum of what it was made of.
    fileprivate func file(
        _ content: [UInt8], piece: Int = .max, name: String? = nil, modified: Int64 = 0
    ) -> (bytes: [UInt8], sum: ByteSum) {
        var bytes: [UInt8] = []
        begin(name: name, modified: modified)
        var rest = content[...]
        while !rest.isEmpty {
            let next = Array(rest.prefix(piece))
            rest = rest.dropFirst(next.count)
            unsafe next.withUnsafeBytes { raw in unsafe write(raw) { unsafe bytes += Array($0) } }
        }
        let sum = unsafe finish { unsafe bytes += Array($0) }
        return (bytes, sum)
    }
}

@Suite("Writing gzip files", .timeLimit(.minutes(40))) struct GzipWriterTests {
    private let folder = TemporaryFolder()

    /// What a file holds, as the verifier says.
    private func sum(_ bytes: [UInt8], limit: Int64 = .max, by verifier: GzipVerifier) throws -> ByteSum? {
        _ = try folder.file("verified.gz", bytes)
        let file = try LinuxDisk().openDirectory(folder.path).open("verified.gz", forWriting: false)
        return try verifier.sum(of: file, limit: limit)
    }

    /// What an installed program makes of a file on its standard output; nil where it is not installed or not content.
    private func output(of program: String, _ arguments: [String], _ path: String) throws -> [UInt8]? {
        guard let executable = ProgramStream.find(program) else { return nil }
        let result = "\(folder.path)/output"
        let descriptor = unsafe open(result, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        defer { close(descriptor) }
        let child = try ChildProcess(
            executable, arguments + [path], environment: ["PATH": "/usr/bin:/bin"], output: descriptor,
            error: descriptor)
        guard child.waitOnThread().status == 0 else { return nil }
        return try FileReading.bytes(result)
    }

    @Test("Every level and length comes back, here and from gzip's own programs", arguments: 1...9)
    func roundTrip(level: Int) throws {
        let writer = try GzipWriter(level: level)
        let verifier = try GzipVerifier()
        for count in [0, 1, 20_000, 3_000_000] {
            let content = lines(count)
            let (bytes, made) = writer.file(content, piece: 70_001)
            #expect(made == ByteSum(length: Int64(count), checksum: CRC32.of(content)))
            #expect(try sum(bytes, by: verifier) == made)
            let path = try folder.file("a.gz", bytes)
            #expect(Reading(try GzipStream(FileStream.open(path)), size: 1 << 20).bytes == content)
            for program in ["gunzip", "zcat"] where ProgramStream.find(program) != nil {
                #expect(try output(of: program, program == "zcat" ? [] : ["-c"], path) == content, "\(program)")
            }
        }
    }

    @Test("A file is the same however its bytes are handed over", arguments: [1, 7, 4_096, 65_536])
    func pieces(size: Int) throws {
        let writer = try GzipWriter()
        let content = lines(30_000)
        #expect(writer.file(content, piece: size).bytes == writer.file(content).bytes)
    }

    @Test("What cannot be compressed comes through in portions")
    func noise() throws {
        var dice = Dice(7)
        let content = (0..<300_000).map { _ in UInt8.random(in: 0 ... .max, using: &dice) }
        let writer = try GzipWriter()
        var portions: [Int] = []
        writer.begin()
        unsafe content.withUnsafeBytes { raw in unsafe writer.write(raw) { portions.append($0.count) } }
        _ = unsafe writer.finish { portions.append($0.count) }
        #expect(portions.reduce(0, +) > 300_000 && portions.allSatisfy { (1...65_536).contains($0) })
        let (bytes, made) = writer.file(content)
        #expect(try sum(bytes, by: GzipVerifier()) == made)
    }

    @Test("Files are as small as gzip -6 makes them", .enabled(if: ProgramStream.find("gzip") != nil))
    func size() throws {
        let writer = try GzipWriter()
        for count in [20_000, 3_000_000] {
            let content = lines(count)
            let path = try #require(try folder.compressed(by: "gzip", content, name: "b\(count).gz"))
            let theirs = try FileReading.bytes(path).count
            #expect(Double(writer.file(content).bytes.count) <= Double(theirs) * 1.005)
        }
    }

    @Test("The head has the name, the time and what the level says, as RFC 1952 wants it")
    func head() throws {
        let named = try GzipWriter().file([1], name: "app.log", modified: 0x0102_0304).bytes
        #expect(named.prefix(10) == [0x1f, 0x8b, 8, 8, 4, 3, 2, 1, 0, 3])
        #expect(named[10..<18] == Array("app.log".utf8)[...] + [0])
        #expect(try GzipWriter(level: 9).file([1]).bytes.prefix(10) == [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3])
        #expect(try GzipWriter(level: 1).file([1]).bytes.prefix(10) == [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 3])
        let long = try GzipWriter().file([1], name: String(repeating: "x", count: 300), modified: -1)
        #expect(long.bytes.prefix(10) == [0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3])
        #expect(long.bytes[10..<265].allSatisfy { $0 == 0x78 } && long.bytes[265] == 0)
        #expect(try sum(long.bytes, by: GzipVerifier()) == long.sum)
    }

    @Test("One writer and one verifier serve a thousand files, and none knows of another")
    func reuse() throws {
        let writer = try GzipWriter()
        let verifier = try GzipVerifier()
        let first = writer.file(lines(5_000, seed: 0)).bytes
        for number in 1...1_000 {
            let content = lines(number * 13, seed: number)
            let (bytes, made) = writer.file(content, name: "file-\(number)")
            #expect(made == ByteSum(length: Int64(content.count), checksum: CRC32.of(content)))
            #expect(try sum(bytes, by: verifier) == made)
        }
        #expect(writer.file(lines(5_000, seed: 0)).bytes == first)
    }

    @Test("A fault of the output comes through, and the next file is whole")
    func outputFault() throws {
        struct Full: Error {}
        let writer = try GzipWriter()
        var dice = Dice(3)
        let content = (0..<200_000).map { _ in UInt8.random(in: 0 ... .max, using: &dice) }
        writer.begin()
        #expect(throws: Full.self) {
            try unsafe content.withUnsafeBytes { raw in try unsafe writer.write(raw) { _ in throw Full() } }
        }
        let (bytes, made) = writer.file(content)
        #expect(try sum(bytes, by: GzipVerifier()) == made)
    }

    @Test("A byte that was changed is found wherever it is not without meaning")
    func changed() throws {
        let content = lines(2_000)
        let (bytes, made) = try GzipWriter().file(content)
        let verifier = try GzipVerifier()
        // Whether it is text, the time, the level and the system may be anything. Bits are taken from the low end, so that
        // what fills the last byte of the compressed data is not touched.
        let meaningless = 3...9
        for index in bytes.indices where !meaningless.contains(index) {
            var damaged = bytes
            damaged[index] ^= 0x01
            #expect(try sum(damaged, by: verifier) != made, "byte \(index)")
        }
        #expect(try sum(bytes, by: verifier) == made)
    }

    @Test("What is cut off, has something behind it, or is no gzip file is none")
    func torn() throws {
        let (bytes, made) = try GzipWriter().file(lines(2_000))
        let verifier = try GzipVerifier()
        for count in 0..<bytes.count { #expect(try sum(Array(bytes.prefix(count)), by: verifier) == nil) }
        #expect(try sum(bytes + [0], by: verifier) == nil)
        #expect(try sum(bytes + [0x1f, 0x8b], by: verifier) == nil)
        #expect(try sum(lines(100), by: verifier) == nil)
        #expect(try sum(bytes + bytes, by: verifier) == made.followed(by: made))
    }

    @Test("No more than the limit is read, so that a small file cannot keep us long")
    func limit() throws {
        let (bytes, made) = try GzipWriter().file([UInt8](repeating: 0, count: 5_000_000))
        let verifier = try GzipVerifier()
        #expect(try sum(bytes, limit: 5_000_000, by: verifier) == made)
        #expect(try sum(bytes, limit: 4_999_999, by: verifier) == nil)
        #expect(try sum(bytes + bytes, limit: 9_999_999, by: verifier) == nil)
    }

    @Test("CRC-32 is that of the standard's example, in one piece and in several")
    func checksum() {
        let digits = Array("123456789".utf8)
        #expect(CRC32.of(digits) == 0xcbf4_3926 && CRC32.of([UInt8]()) == 0)
        for cut in 0...9 {
            var sum = CRC32()
            unsafe Array(digits[..<cut]).withUnsafeBytes { unsafe sum.add($0) }
            unsafe Array(digits[cut...]).withUnsafeBytes { unsafe sum.add($0) }
            #expect(sum.value == 0xcbf4_3926)
            let parts = [digits[..<cut], digits[cut...]].map {
                ByteSum(length: Int64($0.count), checksum: CRC32.of($0))
            }
            #expect(parts[0].followed(by: parts[1]) == ByteSum(length: 9, checksum: 0xcbf4_3926))
        }
    }
}
