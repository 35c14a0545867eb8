import Glibc
import MusterCore
import Testing

@testable import MusterSystem

@Suite("Output whose reader sets the pace")
struct PacedOutputTests {
    /// The ways to a reader.
    enum Way: CaseIterable, Sendable { case pipe, fifo, socket }

    /// Two ends, closed after `body`.
    private func withEnds(_ way: Way, _ body: (_ reader: Int32, _ writer: Int32) throws -> Void) throws {
        var ends: [Int32] = [-1, -1]
        switch way {
        case .pipe: #expect(unsafe pipe(&ends) == 0)
        case .socket:
            #expect(unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
        case .fifo:
            let path = "/tmp/muster-test-\(getpid())-\(UInt64.random(in: 0 ... .max))-paced"
            #expect(unsafe mkfifo(path, 0o600) == 0)
            defer { _ = unsafe unlink(path) }
            ends[0] = unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
            ends[1] = unsafe open(path, O_WRONLY | O_CLOEXEC)
        }
        defer { for end in ends { close(end) } }
        try body(ends[0], ends[1])
    }

    private func file(_ descriptor: Int32, _ patience: Patience) -> OutputFile {
        OutputFile(descriptor: descriptor, path: "report", isOwned: false, patience: patience)
    }

    @Test("A reader that takes nothing is given up once the run is to end", arguments: Way.allCases)
    func silent(_ way: Way) throws {
        signal(SIGPIPE, SIG_IGN)
        try withEnds(way) { (_, writer) throws in
            let flags = fcntl(writer, F_GETFL)
            let patience = Patience(interrupted: { true })
            let found = #expect(throws: FileFault.self) {
                try file(writer, patience).write([UInt8](repeating: 65, count: 4 << 20))
            }
            #expect(found?.text == "report: cut short: its reader takes nothing, and the run is to end")
            // Whoever else has this descriptor is to find it as it was.
            #expect(fcntl(writer, F_GETFL) == flags)
            // A live line does not wait at all.
            file(writer, Patience()).offer([65])
        }
    }

    @Test("A reader that takes all gets all, in parts", arguments: Way.allCases)
    func whole(_ way: Way) throws {
        try withEnds(way) { (reader, writer) throws in
            let bytes = (0..<(1 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
            _ = fcntl(reader, F_SETFL, 0)
            let child = ReadingThread(reader, count: bytes.count)
            #expect(try file(writer, Patience()).write(bytes))
            #expect(child.bytes() == bytes)
        }
    }

    @Test("What can be written goes out though the run is to end", arguments: Way.allCases)
    func roomy(_ way: Way) throws {
        try withEnds(way) { (_, writer) throws in
            #expect(try file(writer, Patience(interrupted: { true })).write([UInt8](repeating: 65, count: 100)))
        }
    }

    @Test("Patience ends at its instant, or with an interruption")
    func patience() {
        let patience = Patience()
        #expect(!patience.isOver)
        patience.end(at: .distantFuture)
        #expect(!patience.isOver)
        patience.end(at: SystemClock.now)
        #expect(patience.isOver)
        #expect(Patience(interrupted: { true }).isOver)
    }
}

/// Reads so many bytes on a thread of its own.
private final class ReadingThread: @unchecked Sendable {
    // Invariant: touched by the thread until it was joined, then by who joined it.
    private var got: [UInt8] = []
    private var thread = pthread_t()

    init(_ descriptor: Int32, count: Int) {
        let errand = unsafe Unmanaged.passRetained(Errand(self, descriptor, count))
        let outcome = unsafe pthread_create(
            &thread, nil,
            { argument in
                let errand = unsafe Unmanaged<Errand>.fromOpaque(argument!).takeRetainedValue()
                errand.reader.read(errand.descriptor, errand.count)
                return nil
            }, errand.toOpaque())
        precondition(outcome == 0)
    }

    private final class Errand {
        let reader: ReadingThread
        let descriptor: Int32
        let count: Int

        init(_ reader: ReadingThread, _ descriptor: Int32, _ count: Int) {
            self.reader = reader
            self.descriptor = descriptor
            self.count = count
        }
    }

    private func read(_ descriptor: Int32, _ count: Int) {
        var part = [UInt8](repeating: 0, count: 1000)
        while got.count < count {
            let length = unsafe Glibc.read(descriptor, &part, part.count)
            guard length > 0 else { return }
            got += part.prefix(length)
        }
    }

    func bytes() -> [UInt8] {
        pthread_join(thread, nil)
        return got
    }
}
