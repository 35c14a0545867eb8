internal import Glibc
internal import MusterSystem

/// A folder of a test's own that goes away with it.
package final class TemporaryFolder {
    package let path: String

    package init() {
        path = "/tmp/muster-test-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        precondition(unsafe mkdir(path, 0o700) == 0)
    }

    deinit { Self.empty(path) }

    /// Removes a folder with all it holds; a link is never followed.
    private static func empty(_ path: String) {
        for name in (try? FileNames.inFolder(path)) ?? [] {
            if unsafe unlink("\(path)/\(name)") != 0, errno == EISDIR { empty("\(path)/\(name)") }
        }
        _ = unsafe rmdir(path)
    }

    /// Writes a file and returns its path.
    package func file(_ name: String, _ content: [UInt8]) throws -> String {
        let path = "\(path)/\(name)"
        try OutputFile.create(path).write(content)
        return path
    }

    /// Compresses bytes by an installed program; nil where it is not installed.
    package func compressed(by program: String, _ content: [UInt8], name: String) throws -> String? {
        guard let executable = ProgramStream.find(program) else { return nil }
        let input = try file(name + ".plain", content)
        let output = "\(path)/\(name)"
        let descriptor = unsafe open(output, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(descriptor) }
        let child = try ChildProcess(
            executable, ["-c", input], environment: [:], output: descriptor, error: descriptor)
        precondition(child.waitOnThread().status == 0)
        return output
    }

    /// Descriptors of this process that lead into the folder.
    package var openDescriptors: Int {
        ((try? FileNames.inFolder("/proc/self/fd")) ?? []).count { name in
            var target = [CChar](repeating: 0, count: 4_096)
            let count = unsafe readlink("/proc/self/fd/\(name)", &target, target.count)
            return count > 0
                && String(decoding: target.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self).hasPrefix(path)
        }
    }
}
