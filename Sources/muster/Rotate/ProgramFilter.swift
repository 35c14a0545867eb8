import MusterSystem
import Subprocess
import SystemPackage

/// A program between two files: it reads the one and what it writes goes to the other, a chunk at a time.
struct ProgramFilter: Sendable {
    /// Bytes in memory at a time, each way.
    private static let chunk = 262_144

    private let input: any DiskFile
    private let output: any DiskFile
    private let log: String

    /// `log` is the path of the input.
    init(input: any DiskFile, output: any DiskFile, log: String) {
        self.input = input
        self.output = output
        self.log = log
    }

    /// What one of the three streams came to.
    private enum Part: Sendable {
        /// Whether the program took everything.
        case fed(Bool)
        case written
        case said(OutputTail)
    }

    /// Waits for the program's end. Errors: a ``DiskFault`` where a file fails, which ends the program; it cannot be started.
    func run(
        _ command: String, _ options: [String], _ platformOptions: PlatformOptions
    ) async throws -> (ending: SystemPrograms.Ending, hasReadAll: Bool) {
        let result = try await Subprocess.run(
            command.utf8.contains(UInt8(ascii: "/")) ? .path(FilePath(command)) : .name(command),
            arguments: Arguments(options),
            // As logrotate tells its compressors.
            environment: .inherit.updating(["LOGROTATE_COMPRESSED_FILENAME": log]), platformOptions: platformOptions,
            input: .inputWriter,
            output: .sequence, error: .sequence
        ) { execution in
            let (writer, produced, complaints) = (
                execution.standardInputWriter, execution.standardOutput, execution.standardError
            )
            return try await withThrowingTaskGroup(of: Part.self) { group in
                group.addTask { .fed(try await feed(writer)) }
                group.addTask {
                    try await write(produced)
                    return .written
                }
                group.addTask { .said(try await SystemPrograms.tail(of: complaints)) }
                var (hasReadAll, said) = (false, OutputTail())
                for try await part in group {
                    switch part {
                    case .fed(let isWhole): hasReadAll = isWhole
                    case .said(let tail): said = tail
                    case .written: break
                    }
                }
                return (hasReadAll, said)
            }
        }
        let (hasReadAll, said) = result.closureResult
        return (SystemPrograms.Ending(status: result.terminationStatus, complaints: said), hasReadAll)
    }

    /// Hands the input to the program; false where it stopped reading.
    private func feed(_ writer: StandardInputWriter) async throws -> Bool {
        var offset: Int64 = 0
        var isWhole = true
        while isWhole {
            let bytes = try part(at: offset)
            if bytes.isEmpty { break }
            offset += Int64(bytes.count)
            do throws(SubprocessError) {
                isWhole = try await writer.write(bytes) == bytes.count
            } catch {
                // How it ended says more than that it did not read on.
                guard error.underlyingError == .brokenPipe else { throw error }
                isWhole = false
            }
        }
        // That it has already gone shows in how it ended.
        try? await writer.finish()
        return isWhole
    }

    private func part(at offset: Int64) throws -> [UInt8] {
        try unsafe [UInt8](unsafeUninitializedCapacity: Self.chunk) { buffer, count in
            count = try unsafe input.read(at: offset, into: UnsafeMutableRawBufferPointer(buffer))
        }
    }

    private func write(_ produced: SubprocessOutputSequence) async throws {
        var offset: Int64 = 0
        for try await chunk in produced {
            // Invariant: the file takes the bytes before the closure ends.
            try unsafe chunk.withUnsafeBytes { try unsafe output.write($0, at: offset) }
            offset += Int64(chunk.count)
        }
    }
}
