import Glibc
import MusterCore
import MusterTesting
import Testing

@testable import MusterSystem

@Suite(.timeLimit(.minutes(40))) struct ProcessTests {
    /// A path in the directory for temporary files that goes away with the closure.
    private func withPath<R>(_ name: String, _ body: (String) throws -> R) throws -> R {
        let path = "/tmp/muster-test-\(getpid())-\(UInt64.random(in: 0 ... .max))-\(name)"
        defer { _ = unsafe unlink(path) }
        return try body(path)
    }

    @Test("What is written is read again, whatever its size", arguments: [0, 1, 65_535, 65_536, 65_537, 1_000_000])
    func writeAndRead(size: Int) throws {
        try withPath("file") { (path) throws in
            let content = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            #expect(try OutputFile.create(path).write(content))
            #expect(try FileReading.bytes(path) == content)
            #expect(try FileReading.bytes(path, limit: size) == content)
            if size > 0 {
                let found = #expect(throws: FileFault.self) { try FileReading.bytes(path, limit: size - 1) }
                #expect(found?.hint == "larger than \(size - 1) bytes")
            }
        }
    }

    @Test("Creating a file empties it")
    func truncates() throws {
        try withPath("file") { (path) throws in
            try OutputFile.create(path).write([1, 2, 3])
            try OutputFile.create(path).write([4])
            #expect(try FileReading.bytes(path) == [4])
        }
    }

    @Test("A missing file, a directory and a place that forbids writing say so with their path")
    func faults() throws {
        let missing = #expect(throws: FileFault.self) { try FileReading.bytes("/no/such/file") }
        #expect(missing?.text == "/no/such/file: cannot open: no such file or directory")
        let directory = #expect(throws: FileFault.self) { try FileReading.bytes("/tmp") }
        #expect(directory?.text == "/tmp: cannot read: is a directory")
        let forbidden = #expect(throws: FileFault.self) { try OutputFile.create("/tmp") }
        #expect(forbidden?.text == "/tmp: cannot write: is a directory")
    }

    @Test("A file without end is read up to the limit", arguments: [0, 1, 100_000, 1 << 20])
    func endless(limit: Int) {
        let found = #expect(throws: FileFault.self) { try FileReading.bytes("/dev/zero", limit: limit) }
        #expect(found?.text == "/dev/zero: larger than \(limit) bytes")
    }

    @Test("The largest limit there is does no harm")
    func largestLimit() throws {
        try withPath("file") { (path) throws in
            try OutputFile.create(path).write([1])
            #expect(try FileReading.bytes(path, limit: .max) == [1])
        }
    }

    @Test("A file that the system makes up as it is read is whole")
    func unknownSize() throws {
        #expect(try FileReading.text("/proc/self/status").contains("Threads:"))
    }

    @Test("Bytes that are no UTF-8 are replaced in a text")
    func noUTF8() throws {
        try withPath("file") { (path) throws in
            try OutputFile.create(path).write([65, 0xff, 66])
            #expect(try FileReading.text(path) == "A\u{fffd}B")
        }
    }

    @Test("A file is replaced as a whole, and what a link leads to instead of the link")
    func replaces() throws {
        try withPath("file") { (path) throws in
            try OutputFile.replace(path, with: [1, 2, 3])
            try OutputFile.replace(path, with: [4])
            #expect(try FileReading.bytes(path) == [4])
            let folder = TemporaryFolder()
            let link = folder.path + "/link"
            #expect(unsafe symlink(path, link) == 0)
            try OutputFile.replace(link, with: [5])
            #expect(try FileReading.bytes(path) == [5])
            var target = [CChar](repeating: 0, count: 4_096)
            #expect(unsafe readlink(link, &target, target.count) == path.utf8.count)
        }
    }

    @Test("To ask whether a file can be replaced leaves it as it is")
    func asks() throws {
        try withPath("file") { (path) throws in
            try OutputFile.checkReplaceable(path)
            #expect(try FileFacts.of(path) == nil)
            try OutputFile.create(path).write([1])
            try OutputFile.checkReplaceable(path)
            #expect(try FileReading.bytes(path) == [1])
        }
        let folder = #expect(throws: FileFault.self) { try OutputFile.checkReplaceable("/tmp") }
        #expect(folder?.text == "/tmp: cannot write: is a directory")
        let nowhere = #expect(throws: FileFault.self) { try OutputFile.checkReplaceable("/no/such/file") }
        #expect(nowhere?.text == "/no/such/file: cannot write: no such file or directory")
    }

    @Test("A device is written to and stays a device")
    func devices() throws {
        let before = try FileFacts.of("/dev/full")
        let found = #expect(throws: FileFault.self) { try OutputFile.replace("/dev/full", with: [1]) }
        #expect(found?.text == "/dev/full: cannot write: no space left on device")
        try OutputFile.replace("/dev/null", with: [1])
        try OutputFile.checkReplaceable("/dev/null")
        #expect(try FileFacts.of("/dev/full") == before)
        #expect(try FileFacts.of("/dev/null")?.kind == .stream)
    }

    @Test("A full disk is a fault")
    func full() throws {
        let file = try OutputFile.create("/dev/full")
        let found = #expect(throws: FileFault.self) { try file.write([1]) }
        #expect(found?.text == "/dev/full: cannot write: no space left on device")
        #expect(try file.write([]))
    }

    @Test("A reader that has gone ends the writing quietly")
    func brokenPipe() throws {
        signal(SIGPIPE, SIG_IGN)
        try withPath("pipe") { (path) throws in
            #expect(unsafe mkfifo(path, 0o600) == 0)
            // Opened for both, so that opening it for writing does not wait for a reader.
            let reader = unsafe open(path, O_RDWR)
            let file = try OutputFile.create("fifo:" + path)
            #expect(try file.write([1]))
            close(reader)
            #expect(try !file.write([2]))
        }
    }

    @Test("A file is no terminal")
    func terminal() throws {
        #expect(try OutputFile.create("/dev/null").terminalWidth == nil)
    }

    @Test("The limits are those the system reports")
    func limits() {
        let limits = ResourceLimits.current()
        var raw = rlimit()
        #expect(unsafe getrlimit(__rlimit_resource_t(7), &raw) == 0)
        #expect(limits.descriptors == Int(min(raw.rlim_cur, 1 << 31 - 1)))
        #expect(limits.ports > 0 && limits.ports < 65_536)
        #expect(ResourceLimits.cores >= 1)
        #expect(ResourceLimits.current() == limits)
    }
}

extension ProcessTests {
    @Test("An interruption can be waited for more than once, and giving up on it leaves the signal's way open")
    func interruption() async throws {
        let interruption = try Interruption.install()
        try await onLoop { loop in
            let before = loop.lentSlotCount
            let given = await faultWhenCancelled(loop) { () throws(SocketFault) in
                if await !interruption.wait() { throw .cancelled }
            }
            #expect(given == .cancelled)
            #expect(loop.lentSlotCount == before)
            // Were the descriptor closed, this file would get its number, and the signal would write into it.
            let path = "/tmp/muster-test-\(getpid())-interruption"
            let file = try OutputFile.create(path)
            defer { _ = unsafe unlink(path) }
            // To the process: threads of the runtime block signals, and so does a loop that one of them started.
            kill(getpid(), SIGTERM)
            #expect(await interruption.wait())
            #expect(await interruption.wait())
            #expect(try FileReading.bytes(path).isEmpty)
            try file.write([])
        }
        signal(SIGINT, SIG_DFL)
        signal(SIGTERM, SIG_DFL)
        signal(SIGHUP, SIG_DFL)
    }
}
