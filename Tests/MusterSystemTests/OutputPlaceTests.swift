import Glibc
import MusterTesting
import Testing

@testable import MusterSystem

/// What an output does to what others may have put in its place: with real links, FIFOs, devices and several names.
@Suite("Where outputs go", .timeLimit(.minutes(40)))
struct OutputPlaceTests {
    static let victimText = Array("nobody may change this\n".utf8)

    /// Ways to write an output, all bytes at once.
    enum Way: CaseIterable, Sendable {
        case create, replace, replaceForOwner, append, check

        func write(_ path: String) throws(FileFault) {
            switch self {
            case .create: try OutputFile.create(path).write([1])
            case .replace: try OutputFile.replace(path, with: [1])
            case .replaceForOwner: try OutputFile.replace(path, with: [1], for: .owner)
            case .append: try AppendedFile.open(path).append([1])
            case .check: try OutputFile.checkReplaceable(path)
            }
        }
    }

    /// A folder with a victim elsewhere, and a folder of a mode in which something is planted.
    private struct Ground {
        let folder = TemporaryFolder()
        let victim: String
        let place: String

        init(mode: mode_t) throws {
            victim = try folder.file("victim", OutputPlaceTests.victimText)
            place = folder.path + "/place"
            #expect(unsafe mkdir(place, 0o700) == 0 && chmod(place, mode) == 0)
        }

        var isVictimWhole: Bool { (try? FileReading.bytes(victim)) == OutputPlaceTests.victimText }
    }

    private func hint(_ path: String, _ way: Way) -> String? {
        Self.hint { () throws(FileFault) in try way.write(path) }
    }

    static func hint(_ body: () throws(FileFault) -> Void) -> String? {
        do throws(FileFault) { try body() } catch { return error.hint }
        return nil
    }

    // MARK: Links

    @Test("A link of ours is followed where nobody else may write, and stays", arguments: Way.allCases)
    func ownLink(_ way: Way) throws {
        let ground = try Ground(mode: 0o755)
        let link = ground.place + "/out"
        #expect(unsafe chmod(ground.victim, 0o600) == 0 && symlink("../victim", link) == 0)
        #expect(hint(link, way) == nil)
        #expect(ground.isVictimWhole == (way == .check))
        var target = [CChar](repeating: 0, count: 64)
        #expect(unsafe readlink(link, &target, target.count) == 9)
    }

    @Test(
        "A link in a folder that others may write is refused", arguments: Way.allCases,
        [0o1777, 0o777, 0o775] as [mode_t])
    func openLink(_ way: Way, _ mode: mode_t) throws {
        let ground = try Ground(mode: mode)
        let link = ground.place + "/out"
        #expect(unsafe symlink("../victim", link) == 0)
        #expect(
            hint(link, way)?.hasSuffix("it is a link in a folder that others may write; name the file that it leads to")
                == true)
        #expect(ground.isVictimWhole)
        // Nor does it make what a link leads to.
        #expect(unsafe symlink("../new", ground.place + "/dangling") == 0)
        #expect(hint(ground.place + "/dangling", way) != nil)
        #expect(try FileFacts.of(ground.folder.path + "/new") == nil)
    }

    @Test("A link of another user's is refused everywhere", .enabled(if: geteuid() == 0), arguments: Way.allCases)
    func foreignLink(_ way: Way) throws {
        let ground = try Ground(mode: 0o755)
        let link = ground.place + "/out"
        #expect(unsafe symlink("../victim", link) == 0 && lchown(link, 12_345, 12_345) == 0)
        #expect(hint(link, way)?.contains("it is a link of another user's; name the file") == true)
        // On the way as well.
        #expect(unsafe symlink("..", ground.place + "/up") == 0 && lchown(ground.place + "/up", 12_345, 12_345) == 0)
        #expect(
            hint(ground.place + "/up/victim", way)?.contains("\"up\" on the way is a link of another user's") == true)
        // A folder of another user's is not ours to trust, whoever made the link.
        #expect(unsafe symlink("../victim", ground.place + "/mine") == 0 && chown(ground.place, 12_345, 12_345) == 0)
        #expect(hint(ground.place + "/mine", way) != nil)
        #expect(ground.isVictimWhole)
    }

    @Test("A link on the way is followed where it is ours and has one name")
    func linksOnTheWay() throws {
        let ground = try Ground(mode: 0o1777)
        #expect(unsafe symlink("..", ground.place + "/up") == 0)
        try OutputFile.replace(ground.place + "/up/./place/../new", with: [7])
        #expect(try FileReading.bytes(ground.folder.path + "/new") == [7])
        #expect(unsafe link(ground.place + "/up", ground.place + "/again") == 0)
        #expect(
            hint(ground.place + "/up/new", .create)?.contains("\"up\" on the way is a link in a folder that others")
                == true)
        #expect(try FileReading.bytes(ground.folder.path + "/new") == [7])
    }

    @Test("What the kernel says of a path is said here")
    func kernel() throws {
        let folder = TemporaryFolder()
        #expect(unsafe symlink("loop", folder.path + "/loop") == 0 && symlink("/", folder.path + "/root") == 0)
        _ = try folder.file("file", [])
        for (path, text) in [
            ("loop", "too many levels of symbolic links"), ("loop/x", "too many levels of symbolic links"),
            ("none/x", "no such file or directory"), ("file/x", "not a directory"), ("file/", "not a directory"),
            (".", "is a directory"), ("..", "is a directory"), ("root", "is a directory"),
            ("new/", "no such file or directory"),
        ] {
            #expect(hint(folder.path + "/" + path, .replace)?.hasSuffix(text) == true, "\(path)")
        }
        #expect(hint("", .create)?.hasSuffix("no such file or directory") == true)
        #expect(hint("/", .create)?.hasSuffix("is a directory") == true)
        try OutputFile.replace(folder.path + "//root/" + folder.path + "//new", with: [1])
        #expect(try FileReading.bytes(folder.path + "/new") == [1])
    }

    // MARK: Other things than files

    @Test("A FIFO is written to only where it is called one, and no way hangs on it", arguments: Way.allCases)
    func plainFIFO(_ way: Way) throws {
        let folder = TemporaryFolder()
        let path = folder.path + "/fifo"
        #expect(unsafe mkfifo(path, 0o600) == 0)
        let reader = unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        defer { close(reader) }
        let found = try #require(hint(path, way))
        #expect(
            way == .append
                ? found == "is no regular file" : found.hasSuffix("write fifo:\(path) to wait for its reader"))
    }

    @Test("A FIFO that is called one waits for its reader until the run is to end")
    func namedFIFO() throws {
        let folder = TemporaryFolder()
        let path = folder.path + "/fifo"
        #expect(unsafe mkfifo(path, 0o600) == 0)
        let over = Patience(interrupted: { true })
        #expect(
            Self.hint { () throws(FileFault) in _ = try OutputFile.create("fifo:" + path, patience: over) }
                == "cannot write: nobody reads it")
        #expect(
            Self.hint { () throws(FileFault) in try OutputFile.replace("fifo:" + path, with: [1], patience: over) }
                == "cannot write: nobody reads it")
        try OutputFile.checkReplaceable("fifo:" + path)
        let reader = unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        defer { close(reader) }
        try OutputFile.replace("fifo:" + path, with: [1, 2], for: .owner)
        try OutputFile.create("fifo:" + path).write([3])
        var got = [UInt8](repeating: 0, count: 8)
        #expect(unsafe read(reader, &got, got.count) == 3 && got.prefix(3) == [1, 2, 3])
        #expect(try FileNames.inFolder(folder.path) == ["fifo"])
    }

    @Test("What is called a FIFO and is none is refused, and made by nobody")
    func noFIFO() throws {
        let folder = TemporaryFolder()
        let path = try folder.file("file", [9])
        for name in ["fifo:" + path, "fifo:\(folder.path)/none", "fifo:/dev/null"] {
            #expect(hint(name, .create) == "cannot write: it is no FIFO; leave fifo: out")
            #expect(hint(name, .replace) == "cannot write: it is no FIFO; leave fifo: out")
        }
        #expect(try FileReading.bytes(path) == [9])
        #expect(OutputPath.of("fifo:" + path) == OutputPath.of(path))
        #expect(try FileNames.inFolder(folder.path) == ["file"])
    }

    @Test("Sockets and devices that no report is meant for are refused", arguments: Way.allCases)
    func others(_ way: Way) throws {
        for device in ["/dev/zero", "/dev/random", "/dev/ptmx"] {
            #expect(hint(device, way)?.contains("it is a device, and neither /dev/null") == true, "\(device)")
        }
        let folder = TemporaryFolder()
        let path = folder.path + "/socket"
        let made = unsafe mknod(path, S_IFSOCK | 0o600, 0)
        #expect(made == 0)
        #expect(hint(path, way)?.hasSuffix("it is a socket; name a file") == true)
    }

    @Test("A terminal is written to, and does not become ours")
    func terminal() throws {
        let master = unsafe open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        defer { close(master) }
        var number: Int32 = 0
        // TIOCSPTLCK unlocks it, TIOCGPTN tells its number (tty_ioctl(4)).
        #expect(unsafe ioctl(master, 0x4004_5431, &number) == 0 && ioctl(master, 0x8004_5430, &number) == 0)
        let path = "/dev/pts/\(number)"
        try OutputFile.replace(path, with: Array("hello".utf8))
        var got = [UInt8](repeating: 0, count: 8)
        #expect(unsafe read(master, &got, got.count) == 5)
    }

    // MARK: Descriptors

    @Test("A descriptor that we were started with is written to where it stands", arguments: [Way.create, .replace])
    func descriptors(_ way: Way) throws {
        let folder = TemporaryFolder()
        let path = try folder.file("file", [9, 9])
        let inherited = unsafe open(path, O_WRONLY | O_APPEND)
        let closed = unsafe open(path, O_WRONLY | O_CLOEXEC)
        let reading = unsafe open(path, O_RDONLY)
        defer { for descriptor in [inherited, closed, reading] { close(descriptor) } }
        for name in ["/dev/fd/\(inherited)", "/proc/self/fd/\(inherited)", "/proc/\(getpid())/fd/\(inherited)"] {
            #expect(hint(name, way) == nil)
        }
        // Also by a link of the user's own.
        #expect(unsafe symlink("/dev/fd/\(inherited)", folder.path + "/link") == 0)
        #expect(hint(folder.path + "/link", way) == nil)
        #expect(try FileReading.bytes(path) == [9, 9, 1, 1, 1, 1])
        #expect(hint("/dev/fd/\(closed)", way) == "cannot write: bad file descriptor")
        #expect(hint("/dev/fd/\(reading)", way) == "cannot write: bad file descriptor")
        #expect(hint("/dev/fd/9999", way) == "cannot write: no such file or directory")
        #expect(hint("/proc/\(getppid())/fd/0", way) != nil)
    }

    // MARK: Several names

    @Test("A file of several names is never written through")
    func hardLinks() throws {
        let ground = try Ground(mode: 0o755)
        let path = ground.place + "/out"
        #expect(unsafe link(ground.victim, path) == 0)
        for way in [Way.create, .append] {
            #expect(hint(path, way)?.contains("it has several names (hard links); name") == true)
        }
        #expect(ground.isVictimWhole)
        // What takes its place leaves the other name alone.
        #expect(hint(path, .replace) == nil)
        #expect(ground.isVictimWhole)
        #expect(try FileReading.bytes(path) == [1])
    }

    @Test("Where others may write, a file of several names is not taken for ours", arguments: Way.allCases)
    func plantedHardLinks(_ way: Way) throws {
        let ground = try Ground(mode: 0o1777)
        let path = ground.place + "/out"
        #expect(unsafe link(ground.victim, path) == 0)
        #expect(hint(path, way)?.contains("it has several names") == true)
        #expect(ground.isVictimWhole)
    }

    @Test(
        "A file or FIFO that another user has put where anybody may write is refused", .enabled(if: geteuid() == 0),
        arguments: Way.allCases)
    func planted(_ way: Way) throws {
        for mode in [0o1777, 0o777, 0o1775] as [mode_t] {
            let ground = try Ground(mode: mode)
            let path = ground.place + "/out"
            #expect(
                unsafe rename(ground.victim, path) == 0 && chmod(path, 0o666) == 0 && chown(path, 12_345, 12_345) == 0)
            let found = try #require(hint(path, way))
            #expect(found.contains("it belongs to another user, in a folder where anybody may write"))
            #expect(try FileReading.bytes(path) == Self.victimText)
            let pipe = ground.place + "/fifo"
            #expect(unsafe mkfifo(pipe, 0o666) == 0 && chown(pipe, 12_345, 12_345) == 0)
            if way != .append { #expect(hint("fifo:" + pipe, way)?.contains("belongs to another user") == true) }
        }
    }

    // MARK: Swaps between look and use

    /// What a hostile user puts under the name.
    enum Plant: CaseIterable, Sendable {
        case link, hardLink, fifo, folder, nothing

        func put(_ path: String, _ victim: String) {
            _ = unsafe rename(path, path + ".gone")
            let outcome =
                switch self {
                case .link: unsafe symlink(victim, path)
                case .hardLink: unsafe Glibc.link(victim, path)
                case .fifo: unsafe mkfifo(path, 0o666)
                case .folder: unsafe mkdir(path, 0o777)
                case .nothing: Int32(0)
                }
            #expect(outcome == 0)
        }
    }

    private func place(_ path: String) throws -> OutputPlace {
        guard case .place(let place) = try OutputWalk.find(path) else { preconditionFailure() }
        return place
    }

    @Test(
        "What is swapped between a look and the opening is not written to", arguments: Plant.allCases, [true, false])
    func swappedAtOpening(_ plant: Plant, _ isThere: Bool) throws {
        for mode in [0o1777, 0o755] as [mode_t] {
            let ground = try Ground(mode: mode)
            let path = ground.place + "/out"
            if isThere { #expect(unsafe link(ground.victim, path) == 0 && unlink(ground.victim) == 0) }
            if isThere { _ = try ground.folder.file("victim", Self.victimText) }
            let place = try place(path)
            var swaps = 0
            let found = Self.hint { () throws(FileFault) in
                let descriptor = try place.emptied {
                    swaps += 1
                    if swaps == 1 { plant.put(path, ground.victim) }
                }
                close(descriptor)
            }
            #expect(ground.isVictimWhole, "\(mode)")
            #expect((found == nil) == (plant == .nothing), "\(mode) \(String(describing: found))")
        }
    }

    @Test(
        "What is swapped while a report is written is replaced or refused, never written to", arguments: Plant.allCases,
        [true, false])
    func swappedWhileStaged(_ plant: Plant, _ isNamed: Bool) throws {
        for mode in [0o1777, 0o755] as [mode_t] {
            let ground = try Ground(mode: mode)
            let path = ground.place + "/out"
            #expect(unsafe close(open(path, O_WRONLY | O_CREAT | O_EXCL, 0o640)) == 0)
            var staged: StagedFile? = try StagedFile.begin(try place(path), for: .all, namesIt: isNamed)
            plant.put(path, ground.victim)
            let found = Self.hint { () throws(FileFault) in try staged?.finish() }
            // A second name in a folder of ours alone is somebody's wish, and only the name changes hands.
            #expect((found == nil) == (plant == .nothing || plant == .hardLink && mode == 0o755))
            if let descriptor = staged?.descriptor { close(descriptor) }
            staged = nil
            #expect(ground.isVictimWhole)
            #expect(try FileNames.inFolder(ground.place).filter { $0.hasPrefix(".muster-") } == [])
        }
    }

    @Test("A report goes into the folder that was named, whatever takes that one's name", arguments: [true, false])
    func swappedFolder(_ isNamed: Bool) throws {
        let ground = try Ground(mode: 0o755)
        let staged = try StagedFile.begin(try place(ground.place + "/victim"), for: .all, namesIt: isNamed)
        #expect(unsafe rename(ground.place, ground.place + ".real") == 0 && symlink(".", ground.place) == 0)
        try staged.finish()
        close(staged.descriptor)
        #expect(ground.isVictimWhole)
        #expect(try FileNames.inFolder(ground.place + ".real") == ["victim"])
    }

    @Test("A folder is ours where nobody else may write in it", arguments: [0o700, 0o755, 0o775, 0o1777] as [mode_t])
    func ownFolder(_ mode: mode_t) throws {
        let ground = try Ground(mode: mode)
        #expect((Self.hint { () throws(FileFault) in try OwnFolder.check(ground.place) } == nil) == (mode & 0o022 == 0))
        #expect(Self.hint { () throws(FileFault) in try OwnFolder.check(ground.victim) } != nil)
    }
}
