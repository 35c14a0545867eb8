import Glibc
import MusterTesting
import Testing

@testable import MusterSystem

/// Who can read a written file: never more than could read the one before, at no moment.
@Suite("Rights of outputs", .timeLimit(.minutes(40)))
struct OutputRightsTests {
    private static func facts(_ path: String) -> stat {
        var status = stat()
        #expect(unsafe lstat(path, &status) == 0)
        return status
    }

    private static func mode(_ path: String) -> mode_t { facts(path).st_mode & 0o7777 }

    /// As in the file that all processes can read, for the mask cannot be asked for without being set.
    private static func umask() throws -> mode_t {
        let line = try FileReading.text("/proc/self/status").split(separator: "\n").first { $0.hasPrefix("Umask:") }
        return try #require(line.flatMap { mode_t($0.drop { !$0.isNumber }, radix: 8) })
    }

    private func staged(_ path: String, _ readers: OutputReaders, isNamed: Bool) throws -> StagedFile {
        guard case .place(let place) = try OutputWalk.find(path) else { preconditionFailure() }
        return try StagedFile.begin(place, for: readers, namesIt: isNamed)
    }

    private func replace(
        _ path: String, _ readers: OutputReaders, isNamed: Bool, meanwhile: () -> Void = {}
    ) throws {
        let staged = try staged(path, readers, isNamed: isNamed)
        defer { close(staged.descriptor) }
        meanwhile()
        try staged.finish()
    }

    @Test("A new report is as the umask has it; what is for its owner is his alone", arguments: [true, false])
    func new(isNamed: Bool) throws {
        let folder = TemporaryFolder()
        let umask = try Self.umask()
        try replace(folder.path + "/report", .all, isNamed: isNamed)
        #expect(Self.mode(folder.path + "/report") == 0o644 & ~umask)
        try replace(folder.path + "/checkpoint", .owner, isNamed: isNamed)
        #expect(Self.mode(folder.path + "/checkpoint") == 0o600 & ~umask)
        try OutputFile.create(folder.path + "/log").write([])
        #expect(Self.mode(folder.path + "/log") == 0o644 & ~umask)
        _ = try AppendedFile.create(folder.path + "/runs/record")
        #expect(Self.mode(folder.path + "/runs/record") == 0o600 & ~umask)
        #expect(Self.mode(folder.path + "/runs") == 0o700 & ~umask)
    }

    @Test(
        "A replaced report keeps its mode; what is for its owner is 0600, or less where it was less",
        arguments: [0o600, 0o640, 0o664, 0o666, 0o644, 0o400, 0o4755, 0o2755] as [mode_t], [true, false])
    func modes(_ mode: mode_t, isNamed: Bool) throws {
        let folder = TemporaryFolder()
        let path = try folder.file("a", [1])
        // Only who may write a file may replace it.
        guard geteuid() == 0 || mode & 0o200 != 0 else { return }
        #expect(unsafe chmod(path, mode) == 0)
        try replace(path, .all, isNamed: isNamed)
        #expect(Self.mode(path) == mode & 0o777)
        try replace(path, .owner, isNamed: isNamed)
        #expect(Self.mode(path) == mode & 0o600)
    }

    @Test("What was closed while the report was written stays closed", arguments: [true, false])
    func closedMeanwhile(isNamed: Bool) throws {
        let folder = TemporaryFolder()
        let path = try folder.file("a", [1])
        try replace(path, .all, isNamed: isNamed) { #expect(unsafe chmod(path, 0o600) == 0) }
        #expect(Self.mode(path) == 0o600)
        // One that came up meanwhile counts as well.
        let other = folder.path + "/b"
        try replace(other, .all, isNamed: isNamed) {
            #expect(unsafe close(open(other, O_WRONLY | O_CREAT | O_EXCL, 0o600)) == 0)
        }
        #expect(Self.mode(other) == 0o600)
    }

    @Test("While it is written it has no name, or is its owner's alone", arguments: [true, false])
    func moment(isNamed: Bool) throws {
        let folder = TemporaryFolder()
        let path = try folder.file("a", [1])
        #expect(unsafe chmod(path, 0o666) == 0)
        let staged = try staged(path, .all, isNamed: isNamed)
        defer { close(staged.descriptor) }
        let names = try FileNames.inFolder(folder.path).filter { $0 != "a" }
        if names.isEmpty { return }
        #expect(names.count == 1 && names[0].hasPrefix(".muster-") && names[0].utf8.count == 40)
        #expect(Self.mode("\(folder.path)/\(names[0])") & 0o077 == 0)
    }

    @Test("The owner stays where we may give files away", .enabled(if: geteuid() == 0), arguments: [true, false])
    func owner(isNamed: Bool) throws {
        let folder = TemporaryFolder()
        let path = try folder.file("a", [1])
        #expect(unsafe chown(path, 12_345, 23_456) == 0)
        try replace(path, .all, isNamed: isNamed)
        #expect(Self.facts(path).st_uid == 12_345 && Self.facts(path).st_gid == 23_456)
        // What nobody else may read is not given away, and not taken away either.
        let fault = #expect(throws: FileFault.self) { try replace(path, .owner, isNamed: isNamed) }
        #expect(fault?.hint.contains("belongs to another user; run as that user") == true)
    }

    // MARK: Access lists

    private static func run(_ program: String, _ arguments: [String]) throws -> String? {
        let output = TemporaryFolder()
        let descriptor = unsafe open(output.path + "/said", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        defer { close(descriptor) }
        let child = try ChildProcess(
            "/usr/bin/\(program)", arguments, environment: ["PATH": "/usr/bin:/bin"], output: descriptor,
            error: descriptor)
        return child.waitOnThread().status == 0 ? try FileReading.text(output.path + "/said") : nil
    }

    private static func list(_ path: String) throws -> String? { try run("getfacl", ["-cnp", path]) }

    /// Whether the programs are there, and the disk has access lists.
    static let hasLists: Bool = {
        let folder = TemporaryFolder()
        guard ProgramStream.find("setfacl") != nil, ProgramStream.find("getfacl") != nil,
            let path = try? folder.file("a", [])
        else { return false }
        return (try? run("setfacl", ["-m", "u:33:r", path])) != nil
    }()

    @Test(
        "The access list of a report stays, and what is for its owner has none",
        .enabled(if: hasLists, "setfacl and getfacl are not installed, or the disk has no lists"),
        arguments: [true, false])
    func accessList(isNamed: Bool) throws {
        let folder = TemporaryFolder()
        let path = try folder.file("a", [1])
        #expect(unsafe chmod(path, 0o640) == 0)
        #expect(try Self.run("setfacl", ["-m", "u:33:rw,u:34:-,g:35:r", path]) != nil)
        let list = try #require(try Self.list(path))
        #expect(list.contains("user:33:rw-") && list.contains("user:34:---"))
        try replace(path, .all, isNamed: isNamed)
        #expect(try Self.list(path) == list)
        try replace(path, .owner, isNamed: isNamed)
        #expect(try Self.list(path) == "user::rw-\ngroup::---\nother::---\n\n")
    }

    @Test(
        "The folder's default list is for new reports, never for those that replace one without",
        .enabled(if: hasLists, "setfacl and getfacl are not installed, or the disk has no lists"),
        arguments: [true, false])
    func defaultList(isNamed: Bool) throws {
        let folder = TemporaryFolder()
        let path = try folder.file("a", [1])
        #expect(unsafe chmod(path, 0o644) == 0)
        #expect(try Self.run("setfacl", ["-d", "-m", "u:33:rw,g::-,o::-", folder.path]) != nil)
        try replace(path, .all, isNamed: isNamed)
        #expect(try Self.list(path) == "user::rw-\ngroup::r--\nother::r--\n\n")
        try replace(folder.path + "/b", .all, isNamed: isNamed)
        let made = try #require(try Self.list(folder.path + "/b"))
        #expect(made.contains("user:33:rw-") && made.contains("mask::r--") && made.contains("other::---"))
        try replace(folder.path + "/c", .owner, isNamed: isNamed)
        #expect(try #require(try Self.list(folder.path + "/c")).contains("mask::---"))
    }

    // MARK: Records

    @Test("A record that others may have written is not gone on with; one that others can read is closed to them")
    func records() throws {
        let folder = TemporaryFolder()
        let path = folder.path + "/record"
        try AppendedFile.create(path).append([1])
        for mode in [0o620, 0o602, 0o666] as [mode_t] {
            #expect(unsafe chmod(path, mode) == 0)
            let fault = #expect(throws: FileFault.self) { try AppendedFile.open(path) }
            #expect(fault?.hint.hasPrefix("cannot open: others may have written it") == true)
        }
        #expect(unsafe chmod(path, 0o644) == 0)
        let record = try AppendedFile.open(path)
        try record.append([2])
        #expect(Self.mode(path) == 0o600)
        #expect(try record.bytes() == [1, 2])
        try record.append([3])
        #expect(try record.bytes() == [1, 2, 3])
    }

    @Test("A record of another user's is not gone on with", .enabled(if: geteuid() == 0))
    func foreignRecord() throws {
        let folder = TemporaryFolder()
        let path = folder.path + "/record"
        try AppendedFile.create(path).append([1])
        #expect(unsafe chown(path, 12_345, 12_345) == 0)
        #expect(throws: FileFault.self) { try AppendedFile.open(path) }
    }
}
