import Glibc
import MusterTesting
import Testing

@testable import MusterSystem

@Suite("Files of which no more is read than is allowed") struct BoundedFileTests {
    private let folder = TemporaryFolder()

    private func directory() throws -> any DiskDirectory { try LinuxDisk().openDirectory(folder.path) }

    /// A file with a byte at some offsets, and a hole behind them.
    private func file(_ name: String, size: Int64, at offsets: [Int64]) throws -> any DiskFile {
        let file = try directory().create(name, mode: 0o600)
        for offset in offsets { try file.write("x", at: offset) }
        try file.truncate(size)
        return file
    }

    @Test("What is beyond is a fault that names the file, however it is asked for")
    func limit() throws {
        let plain = try file("a.log", size: 20, at: [0])
        let bounded = BoundedFile(plain, "a.log", in: try directory(), ReadAllowance(10))
        #expect(try bounded.bytes(count: 4).count == 4)
        #expect(try bounded.bytes(at: 14, count: 100).count == 6)
        #expect(try bounded.bytes(at: 20).isEmpty)
        let fault = #expect(throws: DiskFault.self) { try bounded.bytes(count: 1) }
        #expect(fault == DiskFault(code: EBUSY, call: "read", path: "\(folder.path)/a.log"))
        bounded.allowance.renew()
        #expect(try bounded.bytes(count: 10).count == 10)
        // Whoever opens it again with the same allowance has no more of it.
        let again = BoundedFile(plain, "a.log", in: try directory(), bounded.allowance)
        #expect(code { _ = try again.bytes(count: 1) } == EBUSY)
    }

    @Test(
        "A file may grow by as much as was there, or 256 MB",
        arguments: [
            (0, 256 << 20), (1_000, 1_000 + 256 << 20), (256 << 20, 512 << 20), (1 << 40, 2 << 40), (.max, .max),
            (.max / 2 + 1, .max),
        ] as [(Int64, Int64)])
    func growth(bytes: Int64, expected: Int64) { #expect(ReadAllowance.withGrowth(bytes) == expected) }

    @Test("Holes are counted up to an offset, and do not count as what was there")
    func holes() throws {
        let file = try file("a.log", size: 1 << 40, at: [0, 10 << 20])
        let data = try #require(try file.nextData(from: 0))
        // A file system that knows no holes has nothing to tell.
        guard data == 0, try file.nextData(from: 11 << 20) == nil else { return }
        let room: Int64 = 64 << 10
        let long = try file.holes(before: 1 << 40, beyond: 10 << 20)
        #expect((10 << 20) - room...10 << 20 ~= (try file.holes(before: 10 << 20, beyond: 0)))
        #expect((1 << 40) - 2 * room...(1 << 40) - 2 ~= (try file.holes(before: 1 << 40, beyond: 0)))
        #expect((1 << 40) - (20 << 20) - room...(1 << 40) - (20 << 20) ~= long)
        #expect(try file.holes(before: 1, beyond: 0) == 0)
        let bounded = BoundedFile(
            file, "a.log", in: try directory(), try ReadAllowance(growing: file, file.facts()))
        for index in 0..<256 as Range<Int64> { _ = try bounded.bytes(at: index << 20, count: 1 << 20) }
        #expect(code { for _ in 0..<4 { _ = try bounded.bytes(count: 1 << 20) } } == EBUSY)
    }

    @Test("Many short holes weigh as one long one does where they are compressed")
    func shortHoles() throws {
        let file = try file("a.log", size: 16 << 19, at: (0..<16).map { $0 << 19 })
        guard try file.holes(before: 16 << 19, beyond: 0) > 0 else { return }
        #expect(code { try HoleAllowance.take(file, size: 16 << 19, limit: 4 << 20) } == EFBIG)
        try HoleAllowance.take(file, size: 16 << 19)
        // So few that nobody minds.
        try HoleAllowance.take(file, size: 1 << 20, limit: 0)
    }
}
