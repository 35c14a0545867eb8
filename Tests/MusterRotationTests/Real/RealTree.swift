import Glibc
import MusterSystem
import MusterTesting

/// A folder of logs on the real disk, with a configuration and a state file beside it.
final class RealTree {
    /// Something in a tree.
    struct Entry: Sendable {
        enum Kind: Sendable {
            case file(lines: Int)
            case compressed(by: String)
            case folder
            case link(to: String)
            case hardLink(of: String)
            case pipe
        }

        var path: String
        var kind: Kind
        var mode: UInt32
        var user: UInt32
        var group: UInt32
        /// Since it was written to, in days.
        var days: Int

        init(
            _ path: String, _ kind: Kind = .file(lines: 3), mode: UInt32? = nil, user: UInt32 = 0, group: UInt32 = 0,
            days: Int = 0
        ) {
            self.path = path
            self.kind = kind
            if case .folder = kind { self.mode = mode ?? 0o755 } else { self.mode = mode ?? 0o640 }
            self.user = user
            self.group = group
            self.days = days
        }
    }

    private let folder = TemporaryFolder()

    /// Where the logs lie: `ROOT` in configurations and scripts.
    var root: String { folder.path + "/logs" }
    var configuration: String { folder.path + "/conf" }
    var state: String { folder.path + "/state" }

    init(_ entries: [Entry] = []) throws {
        try Self.check(unsafe mkdir(folder.path + "/logs", 0o700), "mkdir")
        for entry in entries { try add(entry) }
    }

    struct Failure: Error {
        var text: String
    }

    static func check(_ outcome: Int32, _ call: String) throws {
        if outcome != 0 { throw Failure(text: "\(call): \(SystemError.text(errno))") }
    }

    // MARK: Making

    func add(_ entry: Entry) throws {
        let path = "\(root)/\(entry.path)"
        switch entry.kind {
        case .folder: try Self.check(unsafe mkdir(path, 0o700), "mkdir")
        case .link(let target): return try Self.check(unsafe symlink(target, path), "symlink")
        case .hardLink(let other): return try Self.check(unsafe link("\(root)/\(other)", path), "link")
        case .pipe: try Self.check(unsafe mkfifo(path, 0o600), "mkfifo")
        case .file(let lines):
            let text = (0..<lines).map { "line \($0) of \(entry.path)\n" }.joined()
            try OutputFile.create(path).write(Array(text.utf8))
        case .compressed(let program):
            let text = Array("lines of \(entry.path)\n".utf8)
            let own = TemporaryFolder()
            guard let made = try own.compressed(by: program, text, name: "a") else {
                throw Failure(text: "\(program) is not installed")
            }
            try OutputFile.create(path).write(try FileReading.bytes(made))
        }
        // Root alone may give files away.
        if geteuid() == 0 { try Self.check(unsafe chown(path, entry.user, entry.group), "chown") }
        try Self.check(unsafe chmod(path, entry.mode), "chmod")
        let time = timespec(tv_sec: Int(LocalClock.seconds) - entry.days * 86_400, tv_nsec: 0)
        if entry.days > 0 { try Self.check(unsafe utimensat(AT_FDCWD, path, [time, time], 0), "utimensat") }
    }

    /// Adds a line to a log, which is made where it is missing.
    func append(_ line: String, to name: String) throws {
        let file = unsafe open("\(root)/\(name)", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw Failure(text: "open: \(SystemError.text(errno))") }
        defer { close(file) }
        let bytes = Array("\(line)\n".utf8)
        guard unsafe Glibc.write(file, bytes, bytes.count) == bytes.count else { throw Failure(text: "write") }
    }

    /// Writes a text, with `ROOT` for the folder of logs, beside that folder.
    func write(_ text: String, as name: String) throws {
        let path = "\(folder.path)/\(name)"
        try OutputFile.create(path).write(Array(text.replacing("ROOT", with: root).utf8))
        try Self.check(unsafe chmod(path, 0o644), "chmod")
    }

    func makeFolder(_ name: String) throws { try Self.check(unsafe mkdir("\(folder.path)/\(name)", 0o755), "mkdir") }

    // MARK: Looking

    /// All names in the folder of logs, with those in its folders, in order.
    func names(in path: String = "") throws -> [String] {
        var names: [String] = []
        for name in try FileNames.inFolder("\(root)/\(path)").sorted() {
            let own = path.isEmpty ? name : "\(path)/\(name)"
            names.append(own)
            if facts(own)?.kind == .directory { names += try self.names(in: own) }
        }
        return names
    }

    func facts(_ name: String) -> EntryFacts? {
        let parts = name.split(separator: "/")
        let folder = ([root] + parts.dropLast().map(String.init)).joined(separator: "/")
        return (try? LinuxDisk().openDirectory(folder).facts(String(parts.last ?? ""))) ?? nil
    }

    /// What a file holds, inflated where its name says that it is compressed.
    func text(_ name: String) throws -> String {
        let path = "\(root)/\(name)"
        guard let program = Self.programs.first(where: { name.hasSuffix($0.key) })?.value else {
            return try FileReading.text(path)
        }
        let output = TemporaryFolder().path + ".plain"
        defer { unsafe unlink(output) }
        let descriptor = unsafe open(output, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        defer { close(descriptor) }
        let child = try ChildProcess(
            "/bin/sh", ["-c", "\(program) -dc <\"$0\"", path], environment: ["PATH": "/usr/bin:/bin"],
            output: descriptor, error: descriptor)
        if child.waitOnThread().status != 0 { return "\(name) is no whole file of \(program)" }
        return try FileReading.text(output)
    }

    /// The numbers that lines of some files are, in order, plain or gzip.
    func lines(ofNames names: [String]) throws -> [Int] {
        if names.isEmpty { return [] }
        let output = TemporaryFolder().path + ".plain"
        defer { unsafe unlink(output) }
        let descriptor = unsafe open(output, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        defer { close(descriptor) }
        let child = try ChildProcess(
            "/bin/sh", ["-c", "exec gzip -dcf \"$@\"", "sh"] + names.map { "\(root)/\($0)" },
            environment: ["PATH": "/usr/bin:/bin"], output: descriptor, error: descriptor)
        guard child.waitOnThread().status == 0 else { throw Failure(text: "no whole gzip: \(names)") }
        // What is no number stays no line of ours.
        return try FileReading.bytes(output).split(separator: 0x0a).map { line in
            line.allSatisfy { 0x30...0x39 ~= $0 } ? line.reduce(0) { $0 &* 10 &+ Int($1 - 0x30) } : -1
        }
    }

    /// All names with all that the system says about them.
    func snapshot() throws -> ([String], [EntryFacts?]) {
        let names = try names()
        let all = names.map { facts($0) } + [try LinuxDisk().openDirectory(folder.path).facts("state")]
        return (
            names,
            all.map { facts in
                // Reading is no change.
                var facts = facts
                facts?.access = DiskTime()
                return facts
            }
        )
    }

    private static let programs = [".gz": "gzip", ".xz": "xz", ".zst": "zstd", ".bz2": "bzip2", ".Z": "gzip"]

    /// A line for all that is there: kind, mode, owners, the time where it is not of today, and what it holds.
    func listing(sorting: Set<String> = []) throws -> [String] {
        let today = LocalClock.seconds - 43_200
        return try names().map { name in
            guard let facts = facts(name) else { return "\(name) is gone" }
            let seconds = facts.modification.seconds
            let time =
                facts.kind != .regular || seconds > today ? "" : " \((LocalClock.seconds - seconds) / 86_400) days"
            let head = "\(name) \(facts.kind) \(String(facts.mode, radix: 8)) \(facts.user):\(facts.group)\(time)"
            guard facts.kind == .regular else { return head }
            var lines = try text(name).replacing(root, with: "ROOT").split(separator: "\n")
            if sorting.contains(name) { lines.sort() }
            return "\(head) \(facts.links) [\(lines.joined(separator: ", "))]"
        }
    }
}
