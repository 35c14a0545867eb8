import Glibc
import MusterTesting
import Testing

@testable import MusterSystem

/// Whom the tests drop to: nobody, and a group of his.
private let (nobody, nogroup): (UInt32, UInt32) = (65_534, 65_534)

@Suite("A disk server as a process of its own", .timeLimit(.minutes(40))) struct ActorProcessTests {
    private let folder = TemporaryFolder()

    /// A server with our own rights.
    private func own() throws -> ActorDisk {
        try ActorDisk.start(executable: ServerProgram.path, user: geteuid(), group: getegid(), name: "")
    }

    /// A server for nobody; `open` is his directory in the folder, `closed` is root's.
    private func dropped(name: String = "") throws -> (disk: ActorDisk, open: String, closed: String) {
        let (open, closed) = ("\(folder.path)/open", "\(folder.path)/closed")
        precondition(unsafe chmod(folder.path, 0o755) == 0)
        precondition(unsafe mkdir(open, 0o755) == 0 && chown(open, nobody, nogroup) == 0)
        precondition(unsafe mkdir(closed, 0o755) == 0)
        let disk = try ActorDisk.start(executable: ServerProgram.path, user: nobody, group: nogroup, name: name)
        return (disk, open, closed)
    }

    /// What the system says of a process: "Uid" and the like.
    private func status(_ process: Int32?) throws -> [Substring: Substring] {
        let id = try #require(process)
        let text = String(decoding: try FileReading.bytes("/proc/\(id)/status"), as: UTF8.self)
        let pairs = text.split(separator: "\n").map { $0.split(separator: ":\t", maxSplits: 1) }
        return Dictionary(uniqueKeysWithValues: pairs.compactMap { $0.count == 2 ? ($0[0], $0[1]) : nil })
    }

    @Test("It works as whoever we are, until the last file is closed")
    func work() throws {
        var disk: ActorDisk? = try own()
        let id = try #require(disk?.process)
        var directory: (any DiskDirectory)? = try disk?.openDirectory(folder.path)
        disk = nil
        var file: (any DiskFile)? = try directory?.create("a", mode: 0o666)
        try file?.write("hello")
        #expect(try directory?.facts("a")?.mode == 0o666)
        #expect(try directory?.names() == ["a"])
        directory = nil
        try file?.setMode(0o2640)
        #expect(try file?.bytes() == Array("hello".utf8) && file?.facts().mode == 0o2640)
        #expect(kill(id, 0) == 0)
        file = nil
        // It was waited for too.
        #expect(kill(id, 0) == -1 && errno == ESRCH)
    }

    @Test("It has nothing of ours but its socket: no descriptor, no variable, no terminal")
    func isolation() throws {
        // Not marked to be closed.
        let leaking = unsafe open("/dev/zero", O_RDONLY)
        defer { close(leaking) }
        let disk = try own()
        let id = try #require(disk.process)
        #expect(try Set(FileNames.inFolder("/proc/\(id)/fd")) == ["0", "1", "2", "3"])
        let variables = String(decoding: try FileReading.bytes("/proc/\(id)/environ"), as: UTF8.self)
        #expect(variables.split(separator: "\0").allSatisfy { $0.hasPrefix("LD_LIBRARY_PATH=") })
        #expect(getsid(id) == id)
        _ = try disk.openDirectory("/")
    }

    @Test("It is the user alone, with his groups, for good", .enabled(if: geteuid() == 0), arguments: ["", "nobody"])
    func identity(name: String) throws {
        let disk = try dropped(name: name).disk
        let facts = try status(disk.process)
        #expect(facts["Uid"] == "65534\t65534\t65534\t65534" && facts["Gid"] == "65534\t65534\t65534\t65534")
        #expect(facts["Groups"]?.split(separator: " ") == ["65534"])
        #expect(facts["NoNewPrivs"] == "1" && facts["CapPrm"] == "0000000000000000")
        #expect(facts["CapEff"] == facts["CapPrm"])
        #expect(facts["SigIgn"].flatMap { UInt64($0, radix: 16) }.map { $0 & 0x4002 } == 0x4002)
    }

    @Test("What it makes is the user's", .enabled(if: geteuid() == 0))
    func ownership() throws {
        let (disk, open, _) = try dropped()
        let directory = try disk.openDirectory(open)
        let file = try directory.create("a", mode: 0o640)
        try disk.makeDirectory("\(open)/old", mode: 0o770)
        for facts in [try file.facts(), try #require(try directory.facts("old"))] {
            #expect(facts.user == nobody && facts.group == nogroup)
        }
        try file.write("hello")
        try file.setTimes(access: DiskTime(seconds: 5), modification: DiskTime(seconds: 7))
        try directory.rename("a", to: try disk.openDirectory("\(open)/old"), as: "b")
        let moved = try #require(try LinuxDisk().openDirectory("\(open)/old").facts("b"))
        #expect(moved.size == 5 && moved.mode == 0o640 && moved.user == nobody)
        #expect(moved.modification == DiskTime(seconds: 7))
    }

    @Test("What the user may not do is not done for him", .enabled(if: geteuid() == 0))
    func rights() throws {
        let (disk, open, closed) = try dropped()
        for place in [open, closed] {
            try LinuxDisk().openDirectory(place).create("secret", mode: 0o600).write("secret")
            try LinuxDisk().openDirectory(place).create("public", mode: 0o644).write("public")
        }
        #expect(unsafe symlink("public", "\(open)/link") == 0)
        try disk.makeDirectory("\(open)/way", mode: 0o755)
        let (his, roots) = (try disk.openDirectory(open), try disk.openDirectory(closed))
        for (expected, body) in [
            (EACCES, { _ = try his.open("secret", forWriting: false) }),
            (EACCES, { _ = try his.open("public", forWriting: true) }),
            (ELOOP, { _ = try his.open("link", forWriting: false) }),
            (EACCES, { _ = try roots.create("a", mode: 0o600) }),
            (EACCES, { try roots.rename("public", to: roots, as: "b") }),
            (EACCES, { try roots.rename("public", to: his, as: "b") }),
            (EACCES, { try his.rename("public", to: roots, as: "b") }), (EACCES, { try roots.remove("public") }),
            (EACCES, { try roots.replace("public", with: "secret") }),
            (EACCES, { try disk.makeDirectory("\(closed)/a", mode: 0o755) }), (EPERM, { try roots.setMode(0o777) }),
            (EPERM, { try his.setOwner(user: 0, group: 0) }),
        ] as [(Int32, () throws -> Void)] {
            #expect(code(body) == expected)
        }
        let file = try his.open("public", forWriting: false)
        #expect(try file.bytes() == Array("public".utf8))
        #expect(code { try file.setMode(0o666) } == EPERM)
        #expect(code { try file.setOwner(user: nobody, group: nogroup) } == EPERM)
        #expect(code { try file.setTimes(access: DiskTime(seconds: 1), modification: DiskTime()) } == EPERM)
        // The directory is his, so that the names in it are.
        try his.rename("secret", to: his, as: "mine")
        #expect(try his.facts("mine")?.user == 0)
    }

    @Test("Who is not root starts one for himself alone", .enabled(if: geteuid() == 0))
    func unprivileged() async {
        await #expect(processExitsWith: .success) { [program = ServerProgram.path as String] in
            precondition(setgroups(0, nil) == 0 && setgid(65_534) == 0)
            precondition(setuid(65_534) == 0)
            for (user, group) in [(0, 0), (0, 65_534), (65_534, 0), (1, 65_534)] as [(UInt32, UInt32)] {
                #expect(
                    code { _ = try ActorDisk.start(executable: program, user: user, group: group, name: "") } == EPERM)
            }
            // The products' folder may be closed to him.
            guard unsafe access(program, X_OK) == 0 else { return }
            let disk = try ActorDisk.start(executable: program, user: 65_534, group: 65_534, name: "nobody")
            #expect(try disk.openDirectory("/").facts().kind == .directory)
        }
    }

    @Test("The signals that end a run do not end it, and its death is a fault of every call")
    func death() throws {
        let disk = try own()
        let id = try #require(disk.process)
        let directory = try disk.openDirectory(folder.path)
        let file = try directory.create("a", mode: 0o600)
        for number in [SIGINT, SIGTERM, SIGHUP] { #expect(kill(id, number) == 0) }
        #expect(try directory.names() == ["a"])
        #expect(kill(id, SIGKILL) == 0)
        for _ in 0..<2 {
            let fault = #expect(throws: DiskFault.self) { try directory.remove("a") }
            #expect(fault == DiskFault(code: EPIPE, call: "remove", path: "\(folder.path)/a"))
            #expect(code { try file.setMode(0o640) } == EPIPE)
            #expect(code { _ = try directory.listing() } == EPIPE)
        }
        // Nobody is left to wait for.
        #expect(disk.process == nil && kill(id, 0) == -1)
        // What is done here goes on.
        try file.write("a")
        #expect(try file.bytes() == [0x61])
    }

    @Test("One that was stopped is not waited for")
    func stopped() throws {
        let disk = try own()
        #expect(kill(try #require(disk.process), SIGSTOP) == 0)
        #expect(code { _ = try disk.openDirectory("/") } == EPIPE)
        #expect(code { _ = try disk.openDirectory("/") } == EPIPE)
    }

    @Test("What cannot be started says why")
    func failures() throws {
        let (user, group) = (geteuid(), getegid())
        for (executable, name, expected) in [
            ("/none", "", ENOENT), ("/tmp", "", EACCES), ("/bin/true", "", EPIPE), ("a\0b", "", EINVAL),
            (ServerProgram.path, "a\0b", EINVAL),
        ] {
            let fault = try #require(throws: DiskFault.self) {
                _ = try ActorDisk.start(executable: executable, user: user, group: group, name: name)
            }
            #expect(fault.code == expected && fault.call == "work as", "\(executable)")
        }
        if geteuid() == 0 {
            let fault = #expect(throws: DiskFault.self) {
                _ = try ActorDisk.start(executable: ServerProgram.path, user: .max, group: 1, name: "www")
            }
            #expect(fault == DiskFault(code: EINVAL, call: "work as", path: "www"))
        }
        for words in [[], ["1", "2"], ["a", "1", "www"], ["1", "-1", "www"], ["1", "1", "www", "more"]] {
            #expect(DiskServer.run(arguments: words) == 2)
        }
    }
}
