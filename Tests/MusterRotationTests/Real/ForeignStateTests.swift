import Glibc
import MusterCore
import MusterSystem
import MusterTesting
import RotationVictim
import Testing

@testable import MusterRotation

/// Journals, states and locks that somebody else could have put there, on a real disk.
@Suite("Somebody else's journal, state or lock", .timeLimit(.minutes(40)))
struct ForeignStateTests {
    /// Nobody in particular.
    private static let eve: UInt32 = 65_534
    private static let isRoot = Accounts.effectiveUser == 0

    /// A log that is due, a folder for the state, and a journal with a script of its own.
    private static func tree(_ folder: String = "st") throws -> (tree: RealTree, state: String) {
        let tree = try RealTree([RealTree.Entry("a.log")])
        try tree.write("ROOT/a.log {\nmissingok\nrotate 1\n}\n", as: "conf")
        try tree.makeFolder(folder)
        return (tree, "\(StateFile.folder(of: tree.state))/\(folder)/state")
    }

    /// Writes a journal of a run that was killed before its script, which makes a file.
    private static func plant(_ tree: RealTree, _ state: String) throws {
        var settings = RotationSettings()
        settings.afterRotation = .init(
            text: "touch \(tree.root)/ran", place: ConfigurationPlace(file: tree.configuration, line: 1))
        let stanza = RotationStanza(
            patterns: ["\(tree.root)/a.log"], settings: settings,
            place: ConfigurationPlace(file: tree.configuration, line: 1))
        let identity = try #require(tree.facts("a.log")).identity
        let root = try LinuxDisk().openDirectory(tree.root).facts().identity
        let intent = RotationIntent(
            stanza: 0, directory: tree.root, folder: root, destination: tree.root, destinationFolder: root,
            name: "a.log", steps: [.rotate(to: "a.log.1", identity), .script(.afterRotation)],
            time: RotationTime.current.calendar)
        let (folder, name) = (StateFile.folder(of: state), String(state.split(separator: "/").last ?? ""))
        let journal = try Journal.open(name + ".journal", in: LinuxDisk().openDirectory(folder)).journal
        journal.append([.stanza(0, JournalStanza(stanza)), .intent(0, intent)])
        try journal.commit()
    }

    /// Nothing is run, and a fault says where it is.
    private static func expectRefusal(_ tree: RealTree, _ state: String, at place: String) async throws {
        do throws(RotationFault) {
            _ = try await RealRotation(tree.configuration, state).run()
            Issue.record("it has run")
        } catch {
            #expect(error.code == .unsafe)
            #expect(error.location == place, "\(error.text)")
        }
        #expect(try tree.names() == ["a.log"])
    }

    private static func folder(of state: String) -> String { StateFile.folder(of: state) }

    @Test("A planted script is not run even by a journal of ours, because no configuration has it")
    func ownJournal() async throws {
        let (tree, state) = try Self.tree()
        try Self.plant(tree, state)
        let report = try await RealRotation(tree.configuration, state, isForced: false).run()
        #expect(report.allFaults.map(\.code) == ["script"])
        #expect(tree.facts("ran") == nil)
        #expect(tree.facts("a.log.1") != nil)
    }

    @Test("A journal that another user owns is refused", .enabled(if: isRoot, "root alone may give files away"))
    func foreignJournal() async throws {
        let (tree, state) = try Self.tree()
        try Self.plant(tree, state)
        try RealTree.check(unsafe chown(state + ".journal", Self.eve, Self.eve), "chown")
        try await Self.expectRefusal(tree, state, at: state + ".journal")
    }

    @Test("A folder that another user owns is refused", .enabled(if: isRoot, "root alone may give files away"))
    func foreignFolder() async throws {
        let (tree, state) = try Self.tree()
        try Self.plant(tree, state)
        try RealTree.check(unsafe chown(Self.folder(of: state), Self.eve, Self.eve), "chown")
        try await Self.expectRefusal(tree, state, at: Self.folder(of: state))
    }

    @Test(
        "A folder that all or its group may write is refused, sticky or not",
        arguments: [0o1777, 0o777, 0o1770, 0o775])
    func openFolder(mode: UInt32) async throws {
        let (tree, state) = try Self.tree()
        try Self.plant(tree, state)
        // Root may give it to a group; a group that is ours alone is no danger.
        if mode & 0o002 == 0 {
            guard Self.isRoot else { return }
            try RealTree.check(unsafe chown(Self.folder(of: state), 0, Self.eve), "chown")
        }
        try RealTree.check(unsafe chmod(Self.folder(of: state), mode), "chmod")
        try await Self.expectRefusal(tree, state, at: Self.folder(of: state))
    }

    @Test("A folder above that others may write is refused, for they could put another in its place")
    func openFolderAbove() async throws {
        let (tree, state) = try Self.tree()
        try Self.plant(tree, state)
        try RealTree.check(unsafe chmod(tree.root, 0o777), "chmod")
        let inner = tree.root + "/inner"
        try RealTree.check(unsafe mkdir(inner, 0o755), "mkdir")
        do throws(RotationFault) {
            _ = try await RealRotation(tree.configuration, inner + "/state").run()
            Issue.record("it has run")
        } catch {
            #expect(error.location == tree.root)
            #expect(error.hint.contains("try chmod go-w"))
        }
    }

    @Test(
        "What an access list lets somebody write is refused",
        .enabled(if: AccessListPrograms.areInstalled, "setfacl and getfacl are not installed"),
        arguments: ["", "/state", "/state.journal"])
    func accessList(name: String) async throws {
        let (tree, state) = try Self.tree()
        try Self.plant(tree, state)
        _ = unsafe close(open(state, O_CREAT | O_WRONLY | O_CLOEXEC, 0o600))
        let path = Self.folder(of: state) + name
        let output = unsafe open("/dev/null", O_WRONLY | O_CLOEXEC)
        defer { close(output) }
        let child = try ChildProcess(
            "/usr/bin/setfacl", ["-m", "u:\(Self.eve):rwx", path], environment: [:], output: output, error: output)
        // A disk without lists grants nothing.
        guard child.waitOnThread().status == 0 else { return }
        try await Self.expectRefusal(tree, state, at: path)
    }

    @Test("A state that all may read does not stop a run while somebody holds a lock on it", arguments: [0o644, 0o604])
    func heldState(mode: UInt32) async throws {
        let (tree, state) = try Self.tree()
        try OutputFile.create(state).write(Array("logrotate state -- version 2\n".utf8))
        try RealTree.check(unsafe chmod(state, mode), "chmod")
        let holder = unsafe open(state, O_RDONLY | O_CLOEXEC)
        defer { close(holder) }
        try RealTree.check(flock(holder, LOCK_EX | LOCK_NB), "flock")
        #expect(try await RealRotation(tree.configuration, state).run().allFaults == [])
        #expect(tree.facts("a.log.1") != nil)
        let facts = try LinuxDisk().entry(at: state)?.facts
        #expect(facts?.mode == mode)
    }

    @Test("A state of ours alone is locked as logrotate locks it")
    func privateState() async throws {
        let (tree, state) = try Self.tree()
        try OutputFile.create(state).write(Array("logrotate state -- version 2\n".utf8))
        try RealTree.check(unsafe chmod(state, 0o600), "chmod")
        let holder = unsafe open(state, O_RDONLY | O_CLOEXEC)
        defer { close(holder) }
        try RealTree.check(flock(holder, LOCK_EX | LOCK_NB), "flock")
        let fault = await #expect(throws: RotationFault.self) {
            try await RealRotation(tree.configuration, state).run()
        }
        #expect(fault?.code == .locked)
    }

    @Test("A run that is interrupted while it waits for the lock says so, and begins nothing")
    func interruptedWait() async throws {
        let (tree, state) = try Self.tree()
        let holder = unsafe open(state + ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(holder) }
        try RealTree.check(flock(holder, LOCK_EX | LOCK_NB), "flock")
        let configuration = TextSource(["/c": "\(tree.root)/a.log {\nrotate 1\n}\n"]).read()
        let options = RotationOptions(
            isForced: true, statePath: state, workers: 1, locking: .wait(.seconds(3_600)))
        let run = RotationRun(configuration, options, disk: LinuxDisk(), programs: IdlePrograms()) { _ in LinuxDisk() }
        let fault = await WorkerPool.withPool(1) { pool in
            await withTaskGroup(of: RotationFault?.self) { group in
                // To be cancelled while it waits; joined below.
                group.addTask {
                    do throws(RotationFault) {
                        _ = try await run.run(on: pool, progress: RotationProgress())
                        return nil
                    } catch {
                        return error
                    }
                }
                group.cancelAll()
                return await group.next() ?? nil
            }
        }
        #expect(fault?.code == .interrupted)
        #expect(fault?.hint.contains("interrupted while it waited") == true)
        #expect(tree.facts("a.log.1") == nil)
    }

    @Test("Beside what is no state file nothing is made", arguments: ["a line\n", "a line without an end", "\n\n"])
    func noState(text: String) async throws {
        let (tree, state) = try Self.tree()
        try OutputFile.create(state).write(Array(text.utf8))
        try RealTree.check(unsafe chmod(state, 0o600), "chmod")
        let names = try FileNames.inFolder(Self.folder(of: state)).sorted()
        let fault = await #expect(throws: RotationFault.self) {
            try await RealRotation(tree.configuration, state).run()
        }
        #expect(fault?.location == state + ":1")
        #expect(try FileNames.inFolder(Self.folder(of: state)).sorted() == names)
        #expect(try FileReading.text(state) == text)
        #expect(tree.facts("a.log.1") == nil)
    }

    @Test("What is no plain file in their place is refused and does not hang", arguments: [".journal", ".lock", ""])
    func odd(ending: String) async throws {
        let (tree, state) = try Self.tree()
        let path = state + ending
        try RealTree.check(unsafe mkfifo(path, 0o600), "mkfifo")
        try await Self.expectRefusal(tree, state, at: path)
        try RealTree.check(unsafe unlink(path), "unlink")
        try RealTree.check(unsafe mkdir(path, 0o700), "mkdir")
        try await Self.expectRefusal(tree, state, at: path)
        try RealTree.check(unsafe rmdir(path), "rmdir")
        try RealTree.check(unsafe symlink(tree.configuration, path), "symlink")
        try await Self.expectRefusal(tree, state, at: path)
        try RealTree.check(unsafe unlink(path), "unlink")
        if ending.isEmpty { return }
        try RealTree.check(unsafe link(tree.configuration, path), "link")
        try await Self.expectRefusal(tree, state, at: path)
    }

    @Test("A device in their place is refused", .enabled(if: isRoot, "root alone may make devices"))
    func device() async throws {
        let (tree, state) = try Self.tree()
        // Not everywhere may even root.
        let zero: dev_t = 1 << 8 | 5
        guard unsafe mknod(state + ".journal", S_IFCHR | 0o600, zero) == 0 else { return }
        try await Self.expectRefusal(tree, state, at: state + ".journal")
    }

    @Test("A dry run tells the same and lists all the same")
    func dry() async throws {
        let (tree, state) = try Self.tree()
        try RealTree.check(unsafe chmod(Self.folder(of: state), 0o1777), "chmod")
        var reader = ConfigurationReader(
            source: DiskConfigurationSource(disk: LinuxDisk()), user: Accounts.effectiveUser)
        reader.read(tree.configuration)
        let options = RotationOptions(isDry: true, isForced: true, statePath: state, workers: 1)
        let disk = LinuxDisk()
        let run = RotationRun(reader.finish(), options, disk: disk, programs: ShellPrograms()) { _ in disk }
        let report = try await WorkerPool.withPool(1) { pool in
            try await run.run(on: pool, progress: RotationProgress())
        }
        #expect(report.faults.map { "\($0.code) \($0.location)" } == ["unsafe \(Self.folder(of: state))"])
        #expect(report.stanzas.flatMap(\.logs).map(\.outcome) == [.rotated])
        #expect(try tree.names() == ["a.log"])
        #expect(try FileNames.inFolder(Self.folder(of: state)) == [])
    }

    @Test("A group is a user's own where nobody else is in it")
    func ownGroup() {
        #expect(Accounts.isOwnGroup(0, of: 0))
        #expect(!Accounts.isOwnGroup(0, of: 4_000_000_001))
        #expect(!Accounts.isOwnGroup(4_000_000_001, of: 0))
    }
}
