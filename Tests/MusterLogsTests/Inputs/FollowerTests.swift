import Glibc
import MusterSystem
import MusterTesting
import Testing

@testable import MusterLogs

/// Who writes a log that is followed: lines with numbers, so that each is known.
private final class Writer {
    let path: String
    private var descriptor: Int32 = -1
    private var former: [Int32] = []
    private var rotations = 0

    init(_ path: String) { self.path = path }

    deinit { for each in former + [descriptor] where each >= 0 { close(each) } }

    func write(_ text: String, toFormer: Bool = false) {
        if descriptor < 0 { descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600) }
        let target = toFormer ? former.last ?? descriptor : descriptor
        precondition(unsafe Glibc.write(target, Array(text.utf8), text.utf8.count) == text.utf8.count)
    }

    /// Renames as logrotate does, oldest first; the next line creates the file anew.
    func rotate() {
        guard descriptor >= 0 else { return }
        for number in stride(from: rotations, to: 0, by: -1) {
            _ = unsafe rename("\(path).\(number)", "\(path).\(number + 1)")
        }
        _ = unsafe rename(path, path + ".1")
        rotations += 1
        former.append(descriptor)
        descriptor = -1
    }

    func truncate() { if descriptor >= 0 { ftruncate(descriptor, 0) } }

    func delete() {
        guard descriptor >= 0 else { return }
        _ = unsafe unlink(path)
        close(descriptor)
        descriptor = -1
    }
}

@Suite("Following logs", .timeLimit(.minutes(10))) struct FollowerTests {
    private let folder = TemporaryFolder()
    private let follower = Follower()

    private func writer(_ name: String) -> Writer {
        let writer = Writer("\(folder.path)/\(name)")
        follower.follow(writer.path)
        return writer
    }

    /// The lines of a look.
    private func look() -> [String] { follower.poll().pieces.map { String(decoding: $0.bytes, as: UTF8.self) } }

    @Test("Whole lines are given as they come, and an unended one once its end is there")
    func growth() {
        let log = writer("a.log")
        #expect(look() == [])
        log.write("one\ntwo\nthr")
        #expect(look() == ["one\ntwo\n"])
        #expect(look() == [])
        log.write("ee")
        #expect(look() == [])
        log.write("\nfour\n")
        let pieces = follower.poll().pieces
        #expect(pieces == [Follower.Piece(source: 0, position: 8, bytes: Array("three\nfour\n".utf8))])
        log.write("five")
        #expect(look() == [])
        #expect(follower.finish().map(\.bytes) == [Array("five\n".utf8)])
    }

    @Test("A renamed file is read to its end, late lines too, before it is let go")
    func rotation() {
        let log = writer("a.log")
        log.write("one\n")
        #expect(look() == ["one\n"])
        log.write("two\nunended")
        log.rotate()
        log.write("three\n")
        #expect(look() == ["two\n", "three\n"])
        log.write(" line\nlate\nlast", toFormer: true)
        #expect(look() == ["unended line\nlate\n"])
        #expect(folder.openDescriptors == 4)
        #expect((0..<Follower.grace).flatMap { _ in look() } == ["last\n"])
        #expect(folder.openDescriptors == 3)
    }

    @Test("Files that came and were renamed between two looks are read in their order")
    func missedRotations() throws {
        let log = writer("a.log")
        log.write("one\n")
        #expect(look() == ["one\n"])
        for line in ["two", "three", "four"] {
            log.rotate()
            log.write(line + "\n")
        }
        _ = try folder.file("a.log.1.gz", GzipBytes.hello)
        #expect(look() == ["two\n", "three\n", "four\n"])
        #expect(look() == [])
    }

    @Test("A truncated file is read from its beginning, even when it has grown beyond where it was", arguments: [1, 9])
    func truncation(lines: Int) {
        let log = writer("a.log")
        log.write("one\ntwo\nthr")
        #expect(look() == ["one\ntwo\n"])
        log.truncate()
        let text = (0..<lines).map { "new \($0)\n" }.joined()
        log.write(text)
        let found = follower.poll()
        #expect(found.pieces.map { String(decoding: $0.bytes, as: UTF8.self) } == ["thr\n", text])
        #expect(found.notes == ["\(log.path): it was truncated, read again from its beginning"])
    }

    @Test("A deleted file is waited for, one that was moved away and back is the same")
    func deletion() {
        let log = writer("a.log")
        log.write("one\n")
        #expect(look() == ["one\n"])
        log.delete()
        #expect(look() == [])
        log.write("two\n")
        #expect(look() == ["two\n"])
        _ = unsafe rename(log.path, log.path + ".away")
        #expect(look() == [])
        log.write("three\n")
        #expect(look() == ["three\n"])
        _ = unsafe rename(log.path + ".away", log.path)
        #expect(look() == [])
        log.write("four\n")
        #expect(look() == ["four\n"])
    }

    @Test(
        "A log that another user puts a link to another file in the place of is not followed there",
        .enabled(if: geteuid() == 0, "only root can give files away"))
    func foreignLink() throws {
        let secret = try folder.file("secret", Array("secret\n".utf8))
        let writer = writer("log")
        writer.write("one\n")
        #expect(look() == ["one\n"])
        writer.rotate()
        try #require(unsafe symlink(secret, writer.path) == 0)
        try #require(unsafe lchown(writer.path, 65_534, 65_534) == 0)
        let found = follower.poll()
        #expect(found.pieces.isEmpty)
        let note = "not followed to a link of another user's to a file that is not theirs"
        #expect(found.notes == ["\(writer.path): \(note)"])
        #expect(look().isEmpty)
        // Told once; a true successor is read.
        try #require(unsafe unlink(writer.path) == 0)
        writer.write("two\n")
        #expect(look() == ["two\n"])
    }

    @Test("A line without end is cut and the rest of it passed over")
    func longLine() {
        let log = writer("a.log")
        let long = String(repeating: "x", count: 900_000)
        log.write("a\n" + long)
        #expect(look() == ["a\n"])
        log.write(long)
        let found = follower.poll()
        #expect(found.pieces.count == 1 && found.pieces.first?.bytes.last == 10)
        #expect((1 << 20..<3 << 19).contains(found.pieces.first?.bytes.count ?? 0))
        #expect(found.notes == ["\(log.path): a line of more than 1048576 bytes was cut"])
        log.write(long + "\nb\n")
        #expect(look() == ["b\n"])
    }

    @Test("A look is bounded, and nothing is lost by it")
    func bounded() {
        let log = writer("a.log")
        let lines = String(repeating: "a line of thirty-two characters\n", count: 400_000)
        log.write(lines)
        var text = ""
        var looks = 0
        while true {
            let found = follower.poll()
            looks += 1
            text += found.pieces.map { String(decoding: $0.bytes, as: UTF8.self) }.joined()
            #expect(found.pieces.reduce(0) { $0 + $1.bytes.count } < 5 << 20)
            if !found.isBehind { break }
        }
        #expect(looks == 4 && text == lines)
    }

    @Test("Following goes on from an offset of an open file, although its name has moved")
    func handedOver() throws {
        let path = try folder.file("a.log", Array("one\ntwo\n".utf8))
        let file = try InputFile.open(path)
        #expect(unsafe rename(path, path + ".1") == 0)
        _ = try folder.file("a.log", Array("three\n".utf8))
        follower.follow(path, from: file, offset: 4)
        #expect(look() == ["two\n", "three\n"])
        #expect(try follower.positions().map(\.position).map(\.offset) == [8, 6])
        #expect(try follower.positions().map(\.position).first?.fingerprint == Fingerprint(Array("one\ntwo\n".utf8)))
    }

    @Test("No line is lost and none comes twice, whatever happens between the looks", arguments: 0..<60)
    func property(seed: Int) {
        var dice = Dice(seed)
        let logs = (0..<Int.random(in: 1...3, using: &dice)).map { writer("\($0).log") }
        // What was written and what was given; a log each.
        var expected = logs.map { _ in Set<String>() }
        var given = logs.map { _ in [String]() }
        var number = 0
        func take(_ pieces: [Follower.Piece]) {
            for piece in pieces {
                given[piece.source] += String(decoding: piece.bytes, as: UTF8.self).split(separator: "\n").map(
                    String.init)
            }
        }
        // Every name is known from the first look on. A file that lost its name is let go after a while, so that lines
        // come late by a few looks only.
        var looks = 0
        var rotations = logs.map { _ in -Follower.grace }
        func look() {
            looks += 1
            take(follower.poll().pieces)
        }
        for log in logs { log.write("\n") }
        look()
        for _ in 0..<120 {
            let index = Int.random(in: logs.indices, using: &dice)
            let log = logs[index]
            switch Int.random(in: 0..<20, using: &dice) {
            case 0...9:
                let lines = (0..<Int.random(in: 1...4, using: &dice)).map { "\(index):\(number + $0)" }
                number += lines.count
                // A line may come in two parts, with a look between them.
                let text = lines.map { $0 + "\n" }.joined()
                let half = text.prefix(Int.random(in: 0...text.count, using: &dice))
                log.write(String(half))
                if Bool.random(using: &dice) { look() }
                log.write(String(text.dropFirst(half.count)))
                expected[index].formUnion(lines)
            case 10...11:
                log.rotate()
                rotations[index] = looks
            case 12 where looks - rotations[index] < Follower.grace:
                number += 1
                log.write("\(index):\(number - 1)\n", toFormer: true)
                expected[index].insert("\(index):\(number - 1)")
            case 13:
                // What was not looked at is lost with it: only the copy has it.
                look()
                log.truncate()
            default: look()
            }
        }
        for _ in 0...Follower.grace { look() }
        take(follower.finish())
        for index in logs.indices {
            #expect(given[index].count == expected[index].count)
            #expect(Set(given[index]) == expected[index])
        }
    }
}
