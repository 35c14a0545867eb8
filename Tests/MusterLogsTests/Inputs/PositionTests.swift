import Glibc
import MusterSystem
import MusterTesting
import Testing

@testable import MusterLogs

@Suite("Where a later run goes on") struct PositionTests {
    private let folder = TemporaryFolder()
    private let text = logText(1, lines: 500)

    private func source(_ name: String) throws -> LogSource {
        let path = "\(folder.path)/\(name)"
        return try LogSource(path: path, facts: try #require(try FileFacts.of(path)))
    }

    /// A table of one log of so many bytes that was read up to an offset.
    private func table(_ count: Int, offset: Int64) throws -> PositionTable {
        let path = try folder.file("a.log", Array(text.prefix(count)))
        return PositionTable([try Position(InputFile.open(path), offset: offset)])
    }

    @Test("A log goes on where it was left, also when it has grown", arguments: [0, 1, 100, 4_095, 4_096, 20_000])
    func same(count: Int) throws {
        let table = try table(count, offset: Int64(count))
        #expect(try table.match(source("a.log")) == .init(offset: Int64(count), note: nil))
        let path = "\(folder.path)/a.log"
        let descriptor = unsafe open(path, O_WRONLY | O_TRUNC | O_CLOEXEC)
        #expect(unsafe write(descriptor, text, text.count) == text.count)
        close(descriptor)
        #expect(try table.match(source("a.log")) == .init(offset: Int64(count), note: nil))
    }

    @Test("A log that was renamed, copied or compressed goes on there", arguments: [100, 4_096, 20_000])
    func moved(count: Int) throws {
        let table = try table(count, offset: 90)
        let expected = PositionTable.Resumption(offset: 90, note: nil)
        #expect(unsafe rename("\(folder.path)/a.log", "\(folder.path)/a.log.1") == 0)
        _ = try folder.file("a.log", logText(2, lines: 50))
        _ = try folder.file("copy.log", text)
        _ = try folder.file("a.log.2.gz", GzipBytes.member(text))
        #expect(try table.match(source("a.log.1")) == expected)
        #expect(try table.match(source("copy.log")) == expected)
        #expect(try table.match(source("a.log.2.gz")) == expected)
        #expect(try table.match(source("a.log")) == nil)
    }

    @Test("A truncated log begins anew, with a note")
    func truncated() throws {
        let table = try table(20_000, offset: 15_000)
        let path = "\(folder.path)/a.log"
        #expect(unsafe truncate(path, 14_999) == 0)
        #expect(try table.match(source("a.log"))?.offset == 0)
        #expect(try table.match(source("a.log"))?.note?.hasPrefix("it is shorter than") == true)
        #expect(unsafe truncate(path, 0) == 0)
        #expect(try table.match(source("a.log"))?.note?.hasPrefix("it was truncated or replaced") == true)
        try OutputFile.create(path).write(logText(2, lines: 900))
        #expect(try table.match(source("a.log"))?.offset == 0)
        #expect(try table.match(source("a.log"))?.note?.hasPrefix("it was truncated or replaced") == true)
    }

    @Test("An empty log is no other log's beginning, and a pipe has no place")
    func nothingKnown() throws {
        let table = try table(0, offset: 0)
        _ = try folder.file("b.log", text)
        _ = try folder.file("c.log", [])
        #expect(try table.match(source("b.log")) == nil)
        #expect(try table.match(source("c.log")) == nil)
        #expect(unsafe mkfifo("\(folder.path)/fifo", 0o600) == 0)
        #expect(try table.match(source("fifo")) == nil)
        #expect(try Position(source("fifo"), offset: 0) == nil)
    }

    @Test("Of several beginnings the one that covers most counts")
    func longest() throws {
        let short = Position(
            fingerprint: Fingerprint(text.prefix(50)), identity: FileIdentity(device: 1, inode: 1), offset: 50)
        let long = Position(
            fingerprint: Fingerprint(text.prefix(900)), identity: FileIdentity(device: 1, inode: 2), offset: 900)
        _ = try folder.file("b.log", text)
        #expect(try PositionTable([short, long]).match(source("b.log"))?.offset == 900)
        #expect(try PositionTable([long, short]).match(source("b.log"))?.offset == 900)
    }

    @Test("A short beginning says nothing about another file beyond what it covers", arguments: [(50, 50), (50, 51)])
    func short(count: Int, offset: Int64) throws {
        let table = PositionTable([
            Position(
                fingerprint: Fingerprint(text.prefix(count)), identity: FileIdentity(device: 1, inode: 1),
                offset: offset)
        ])
        _ = try folder.file("b.log", text)
        #expect(try table.match(source("b.log"))?.offset == (offset == 50 ? 50 : nil))
    }
}
