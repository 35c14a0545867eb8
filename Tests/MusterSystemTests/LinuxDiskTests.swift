import Glibc
import MusterTesting
import Testing

@testable import MusterSystem

extension DiskFile {
    func bytes(at offset: Int64 = 0, count: Int = 1_000) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0xff, count: count)
        let got = try unsafe bytes.withUnsafeMutableBytes { raw in try unsafe read(at: offset, into: raw) }
        return Array(bytes.prefix(got))
    }

    func write(_ text: String, at offset: Int64 = 0) throws {
        try unsafe Array(text.utf8).withUnsafeBytes { raw in try unsafe write(raw, at: offset) }
    }
}

/// The errno of what fails; nil where nothing does.
func code(_ body: () throws -> Void) -> Int32? {
    do { try body() } catch { return (error as? DiskFault)?.code }
    return nil
}

@Suite("The real disk") struct LinuxDiskTests {
    private let folder = TemporaryFolder()

    @Test("Names that are no UTF-8 are counted")
    func unreadableNames() throws {
        let directory = try LinuxDisk().openDirectory(folder.path)
        _ = try directory.create("grün", mode: 0o600)
        let parent = unsafe open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { close(parent) }
        let name: [CChar] = [0x61, -1, 0x62, 0]
        close(unsafe openat(parent, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600))
        #expect(try directory.listing() == DirectoryListing(names: ["grün"], unreadable: 1))
        #expect(try directory.names() == ["grün"])
        #expect(unsafe unlinkat(parent, name, 0) == 0)
    }

    @Test("Renaming by a link, for file systems that know no other way, takes nobody's name either")
    func renameByLink() throws {
        let directory = try #require(try LinuxDisk().openDirectory(folder.path) as? LinuxDirectory)
        try directory.create("a", mode: 0o600).write("a")
        _ = try directory.create("b", mode: 0o600)
        let before = try directory.facts("a")
        #expect(code { try directory.renameByLink("a", to: directory, as: "b") } == EEXIST)
        #expect(code { try directory.renameByLink("c", to: directory, as: "d") } == ENOENT)
        try directory.renameByLink("a", to: directory, as: "c")
        #expect(try directory.facts("c")?.identity == before?.identity && directory.facts("c")?.links == 1)
        #expect(try directory.names().sorted() == ["b", "c"])
    }

    @Test("Nothing stays open, whatever failed")
    func descriptors() throws {
        do {
            let directory = try LinuxDisk().openDirectory(folder.path)
            try directory.create("a", mode: 0o600).write("a")
            #expect(unsafe mkfifo("\(folder.path)/p", 0o600) == 0)
            for _ in 0..<100 {
                _ = try directory.listing()
                for name in ["a", "p", "none"] { _ = try? directory.open(name, forWriting: true) }
                _ = try? directory.create("a", mode: 0o600)
            }
            #expect(folder.openDescriptors == 1)
        }
        #expect(folder.openDescriptors == 0)
    }

    @Test("A fault says what was asked, where, and why it is not so")
    func text() throws {
        let fault = try #require(throws: DiskFault.self) {
            try LinuxDisk().openDirectory(folder.path).remove("none")
        }
        #expect(fault == DiskFault(code: ENOENT, call: "remove", path: "\(folder.path)/none"))
        #expect(fault.text == "\(folder.path)/none: cannot remove: no such file or directory")
    }

    @Test("A guarded disk counts its calls and fails the one it was told to")
    func guarded() throws {
        let disk = GuardedDisk(LinuxDisk(), failingAt: 3, with: EIO)
        let directory = try disk.openDirectory(folder.path)
        _ = try directory.create("a", mode: 0o600)
        #expect(code { try directory.remove("a") } == EIO)
        #expect(try directory.names() == ["a"])
        #expect(disk.callCount == 4)
        #expect(throws: Never.self) { try directory.remove("a") }
    }

    @Test("A guarded disk ends its process before the call it was told to, and the call is not made")
    func killed() async throws {
        let path = folder.path
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let directory = try GuardedDisk(LinuxDisk(), killingAt: 3).openDirectory(path)
            _ = try directory.create("a", mode: 0o600)
            _ = try directory.create("b", mode: 0o600)
        }
        #expect(try LinuxDisk().openDirectory(path).names() == ["a"])
    }
}
