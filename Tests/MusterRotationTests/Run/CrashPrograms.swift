import MusterRotation
import MusterSystem
import MusterTesting
import Synchronization

/// What the scripts of a rotation saw.
struct ScriptRun: Sendable, Hashable {
    var kind: ScriptKind
    var arguments: [String]
    /// Logs that no longer had their first file at that moment.
    var moved: Set<String>
}

/// Scripts that tell the daemons to open their logs again, and a compressor that turns files round. Nothing runs any more once
/// the process has ended.
struct CrashPrograms: RotationPrograms {
    let rig: CrashRig
    let hasStopped: @Sendable () -> Bool
    /// Programs that end with something else than 0.
    var failing: @Sendable (ScriptKind?) -> Bool = { _ in false }

    func run(
        _ script: RotationSettings.Script, _ kind: ScriptKind, arguments: [String]
    ) async throws(RotationFault) {
        if Task.isCancelled { throw RotationFault(.interrupted, at: "\(script.place)", "it was interrupted") }
        if hasStopped() { throw RotationFault(.script, at: "\(script.place)", "the process has ended") }
        do {
            try rig.ran(kind, arguments, reloads: script.text.contains("reload"))
        } catch {
            throw RotationFault(.script, at: "\(script.place)", "\(error)")
        }
        if failing(kind) { throw RotationFault(.script, at: "\(script.place)", "it fails") }
    }

    func run(
        _ command: String, _ options: [String], from input: any DiskFile, to output: any DiskFile, of log: String
    ) async throws(RotationFault) {
        if Task.isCancelled { throw RotationFault(.interrupted, at: command, "it was interrupted") }
        if hasStopped() { throw RotationFault(.compressor, at: command, "the process has ended") }
        do throws(DiskFault) {
            let turned = Self.turned(try Self.contents(input))
            try Self.write(Array(turned.prefix(9)), output, at: 0)
            try Self.write(Array(turned.dropFirst(9)), output, at: 9)
        } catch {
            throw RotationFault(.compressor, at: command, error.text)
        }
        if failing(nil) { throw RotationFault(.compressor, at: command, "it fails") }
    }

    private static func write(_ bytes: [UInt8], _ file: any DiskFile, at offset: Int64) throws(DiskFault) {
        var fault: DiskFault?
        unsafe bytes.withUnsafeBytes { buffer in
            do throws(DiskFault) { try unsafe file.write(buffer, at: offset) } catch { fault = error }
        }
        if let fault { throw fault }
    }

    private static func contents(_ file: any DiskFile) throws(DiskFault) -> [UInt8] {
        var fault: DiskFault?
        // Invariant: `read` fills as many bytes as it returns.
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: 1 << 14) { buffer, count in
            do throws(DiskFault) {
                count = try unsafe file.read(at: 0, into: UnsafeMutableRawBufferPointer(buffer))
            } catch { fault = error }
        }
        if let fault { throw fault }
        return bytes
    }

    // MARK: The compressor's format

    private static let mark = Array("turned ".utf8)

    /// Its length in six digits, and the bytes backwards.
    static func turned(_ bytes: [UInt8]) -> [UInt8] {
        mark + Array("\(bytes.count + 100_000) ".utf8) + bytes.reversed()
    }

    /// Nil where it is not whole.
    static func content(_ bytes: [UInt8]) -> [UInt8]? {
        let head = mark.count + 7
        guard bytes.count >= head, bytes.starts(with: mark),
            let count = Int(String(decoding: bytes[mark.count..<head - 1], as: UTF8.self)),
            count - 100_000 == bytes.count - head
        else { return nil }
        return bytes[head...].reversed()
    }
}
