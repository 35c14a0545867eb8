import CMusterLimits
import Glibc
import MusterSystem

/// A folder of ours on some file system: logs, the configuration that everybody gets, and a folder for the state file.
struct RotationPlace: Sendable {
    enum Kind: String, CaseIterable, Sendable { case memory, disk }

    var kind: Kind
    var folder: String
    var shape: lim_tree
    /// `tmpfs`, `ext4`.
    var fileSystem: String

    /// Makes the folder, the configuration and the text that logs are made of. Errors: the parent is on a file system of
    /// the other kind, or nothing can be written there.
    init(_ kind: Kind, in parent: String, shape: lim_tree) throws {
        self.kind = kind
        self.shape = shape
        folder = "\(parent)/muster-benchmark-rotation-\(getpid())"
        fileSystem = try Self.check(kind, in: parent)
        guard unsafe mkdir(folder, 0o755) == 0 else {
            throw BenchmarkFault("\(folder) cannot be made", errno: errno)
        }
        do {
            try OutputFile.create(configuration).write(Array(configurationText.utf8))
            guard unsafe chmod(configuration, 0o644) == 0 else {
                throw BenchmarkFault("\(configuration) cannot be made", errno: errno)
            }
            let outcome = unsafe lim_generate_log(LIM_COMBINED, UInt64(shape.files) * UInt64(shape.size), 1, source)
            guard outcome == 0 else { throw BenchmarkFault("\(source) cannot be written", errno: -outcome) }
        } catch {
            remove()
            throw error
        }
    }

    /// The parent's file system. Errors: it is of the other kind, or there is no such folder, or nothing can be made in it.
    @discardableResult
    static func check(_ kind: Kind, in parent: String) throws(BenchmarkFault) -> String {
        let fileSystem = try fileSystem(parent)
        guard (fileSystem == "tmpfs") == (kind == .memory) else {
            throw BenchmarkFault(
                kind == .memory
                    ? "\(parent) is on \(fileSystem); try --memory with a folder on tmpfs, or --on disk"
                    : "\(parent) is in memory; try --disk with a folder on a disk, or --on memory")
        }
        guard unsafe access(parent, W_OK) == 0 else {
            throw BenchmarkFault(
                "nothing can be made in \(parent); try --\(kind.rawValue) with another folder", errno: errno)
        }
        return fileSystem
    }

    var logs: String { folder + "/logs" }
    var state: String { folder + "/state/status" }
    var configuration: String { folder + "/rotate.conf" }
    private var source: String { folder + "/source.log" }

    /// A stanza a folder, as with a service each.
    private var configurationText: String {
        let folders = (Int(shape.files) - 1) / Int(shape.per_directory) + 1
        return (0..<folders).map { place in
            let number = String(repeating: "0", count: max(0, 3 - "\(place)".count)) + "\(place)"
            return "\"\(logs)/service-\(number)/*.log\" {\n    daily\n    rotate 7\n    compress\n    create\n}\n"
        }.joined(separator: "\n")
    }

    // MARK: Before a run

    /// A fresh tree, on the device, and no state.
    func plant() throws(BenchmarkFault) {
        try clear()
        let outcome = unsafe lim_plant_tree(logs, source, shape)
        guard outcome == 0 else { throw BenchmarkFault("\(logs) cannot be written", errno: -outcome) }
        guard unsafe mkdir(folder + "/state", 0o755) == 0 else {
            throw BenchmarkFault("\(folder)/state cannot be made", errno: errno)
        }
    }

    /// A state by which every log was rotated just now.
    func writeState() throws {
        var date = [CChar](repeating: 0, count: 64)
        let length = unsafe date.withUnsafeMutableBufferPointer { unsafe lim_state_date($0.baseAddress!, $0.count) }
        let now = String(decoding: date.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        var text = "logrotate state -- version 2\n"
        for log in 0..<shape.files { text += "\"\(path(log))\" \(now)\n" }
        try OutputFile.create(state).write(Array(text.utf8))
    }

    // MARK: After a run

    /// Errors: a log is not rotated, not compressed whole or not renewed; or something was left beside them.
    func checkIsRotated(by name: String) throws(BenchmarkFault) { try check(LIM_ROTATED, name) }

    /// Errors: a log is not as it was made, or something was left beside them.
    func checkIsUntouched(by name: String) throws(BenchmarkFault) { try check(LIM_NOT_ROTATED, name) }

    private func check(_ wanted: lim_tree_state, _ name: String) throws(BenchmarkFault) {
        var log: UInt32 = 0
        let found = unsafe lim_check_tree(logs, source, shape, wanted, &log)
        if found == wanted { return }
        let fault: String? =
            switch found {
            case LIM_ROTATED: "is rotated, which it was not due for"
            case LIM_NOT_ROTATED: "is not rotated"
            case LIM_NOT_COMPRESSED: "is neither as it was nor compressed"
            case LIM_NOT_RENEWED: "is compressed, and not empty"
            case LIM_NOT_WHOLE: "is not whole where it is compressed"
            default: nil
            }
        throw BenchmarkFault(
            "\(name) went wrong: " + (fault.map { "\(path(log)) \($0)" } ?? "\(logs) has entries that are no logs")
                + "; look at it with --keep")
    }

    private func path(_ log: UInt32) -> String {
        var text = [CChar](repeating: 0, count: 4096)
        let length = unsafe text.withUnsafeMutableBufferPointer {
            unsafe lim_tree_path($0.baseAddress!, $0.count, logs, shape, log)
        }
        return String(decoding: text.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    // MARK: At the end

    /// Removes logs and state.
    private func clear() throws(BenchmarkFault) {
        let usage = try ChildProcess.run(["rm", "-rf", logs, folder + "/state"], core: nil)
        guard usage.status == 0 else { throw BenchmarkFault("\(logs) cannot be removed") }
    }

    func remove() {
        // What is left costs room, nothing else.
        _ = try? ChildProcess.run(["rm", "-rf", folder], core: nil)
    }

    private static func fileSystem(_ path: String) throws(BenchmarkFault) -> String {
        var text = [CChar](repeating: 0, count: 64)
        let length = unsafe text.withUnsafeMutableBufferPointer {
            unsafe lim_file_system(path, $0.baseAddress!, $0.count)
        }
        guard length > 0 else { throw BenchmarkFault("there is no folder \(path)") }
        return String(decoding: text.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
