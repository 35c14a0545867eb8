import Glibc
import MusterSystem
import MusterTesting
import Testing

@Suite("Replacing a file as a whole")
struct ReplaceTests {
    @Test("The new bytes stand in the old ones' place, and nothing else is left")
    func replaces() throws {
        let folder = TemporaryFolder()
        let path = try folder.file("a", Array("old and longer".utf8))
        try OutputFile.replace(path, with: Array("new".utf8))
        #expect(try FileReading.bytes(path) == Array("new".utf8))
        try OutputFile.replace("\(folder.path)/b", with: [])
        #expect(try FileReading.bytes("\(folder.path)/b") == [])
        #expect(try FileNames.inFolder(folder.path).sorted() == ["a", "b"])
    }

    @Test("Where it cannot be replaced nothing is left behind")
    func fails() throws {
        let folder = TemporaryFolder()
        // A folder does not give way to a file.
        #expect(unsafe mkdir("\(folder.path)/taken", 0o700) == 0)
        #expect(throws: FileFault.self) { try OutputFile.replace("\(folder.path)/taken", with: [1]) }
        #expect(throws: FileFault.self) { try OutputFile.replace("\(folder.path)/none/a", with: [1]) }
        #expect(try FileNames.inFolder(folder.path) == ["taken"])
    }

    @Test("A full disk leaves the old file as it was", .enabled(if: FullDisk.canMount))
    func full() throws {
        let folder = TemporaryFolder()
        let disk = try #require(FullDisk(folder))
        let path = "\(disk.path)/a"
        try OutputFile.replace(path, with: Array("old".utf8))
        #expect(throws: FileFault.self) { try OutputFile.replace(path, with: [UInt8](repeating: 1, count: 200_000)) }
        #expect(try FileReading.bytes(path) == Array("old".utf8))
        #expect(try FileNames.inFolder(disk.path) == ["a"])
    }
}

/// A disk of 64 KiB in memory.
private final class FullDisk {
    let path: String
    /// Goes away after the disk.
    private let folder: TemporaryFolder

    init?(_ folder: TemporaryFolder) {
        self.folder = folder
        path = "\(folder.path)/disk"
        guard unsafe mkdir(path, 0o700) == 0, unsafe mount("none", path, "tmpfs", 0, "size=64k") == 0 else {
            return nil
        }
    }

    deinit { _ = unsafe umount2(path, Int32(MNT_DETACH)) }

    static var canMount: Bool { FullDisk(TemporaryFolder()) != nil }
}
