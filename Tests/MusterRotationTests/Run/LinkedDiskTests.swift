import Glibc
import MusterRotation
import MusterSystem
import MusterTesting
import Testing

@Suite("Directories that are links")
struct LinkedDiskTests {
    /// `/var/log/app` leads to `/srv/log`.
    private static func disk(mode: UInt32 = 0o755, user: UInt32 = 0, group: UInt32 = 0) -> ModelDisk {
        let disk = ModelDisk()
        disk.addDirectory("/srv/log")
        disk.addFile("/srv/log/a.log", [1])
        disk.addDirectory("/var/log", mode: mode, user: user, group: group)
        disk.addLink("/var/log/app", to: "/srv/log")
        return disk
    }

    private static func code(_ disk: ModelDisk, user: UInt32 = 0, _ path: String = "/var/log/app") -> Int32 {
        do throws(DiskFault) {
            let directory = try LinkedDisk(disk.process(), user: user).openDirectory(path)
            return try directory.facts("a.log") == nil ? -1 : 0
        } catch {
            return error.code
        }
    }

    @Test("A link is followed that nobody but root and we could have made")
    func trusted() {
        #expect(Self.code(Self.disk()) == 0)
        #expect(Self.code(Self.disk(mode: 0o775)) == 0)
        #expect(Self.code(Self.disk(user: 7), user: 7) == 0)
    }

    @Test("A link is not followed where others could change it")
    func others() {
        #expect(Self.code(Self.disk(mode: 0o757)) == ELOOP)
        #expect(Self.code(Self.disk(mode: 0o1777)) == ELOOP)
        #expect(Self.code(Self.disk(mode: 0o775, group: 4)) == ELOOP)
        #expect(Self.code(Self.disk(user: 7)) == ELOOP)
    }

    @Test("What is no link is as it was")
    func plain() {
        #expect(Self.code(Self.disk(), "/srv/log") == 0)
        #expect(Self.code(Self.disk(), "/srv/log/a.log") == ENOTDIR)
        #expect(Self.code(Self.disk(), "/nope") == ENOENT)
        #expect(Self.code(Self.disk(), "/var/log/app/nope") == ENOENT)
    }
}
