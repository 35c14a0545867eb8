import Glibc
package import MusterRotation
package import MusterSystem
import MusterTesting

/// Scripts and compressors by the shell. What they say goes nowhere.
package struct ShellPrograms: RotationPrograms {
    package init() {}

    package func run(
        _ script: RotationSettings.Script, _ kind: ScriptKind, arguments: [String]
    ) async throws(RotationFault) {
        let status = await Self.shell(["-c", script.text, "logrotate_script"] + arguments)
        if status != 0 { throw RotationFault(.script, at: "\(script.place)", "\(kind.rawValue) ended with \(status)") }
    }

    package func run(
        _ command: String, _ options: [String], from input: any DiskFile, to output: any DiskFile, of log: String
    ) async throws(RotationFault) {
        let folder = TemporaryFolder()
        let fault: DiskFault?
        do {
            let plain = try folder.file("plain", try Self.contents(input))
            let status = await Self.shell(
                ["-c", "out=$1 in=$2; shift 2; \"$@\" <\"$in\" >\"$out\"", "sh", folder.path + "/out", plain, command]
                    + options)
            if status != 0 { throw RotationFault(.compressor, at: command, "it ended with \(status)") }
            fault = Self.write(try FileReading.bytes(folder.path + "/out"), output)
        } catch let fault as RotationFault {
            throw fault
        } catch {
            throw RotationFault(.compressor, at: command, "\(error)")
        }
        if let fault { throw RotationFault(fault) }
    }

    /// Runs the shell and returns how it ended; 128 and more for a signal, as the shell has it.
    private static func shell(_ arguments: [String]) async -> Int32 {
        let output = unsafe open("/dev/null", O_WRONLY | O_CLOEXEC)
        defer { close(output) }
        do {
            let child = try ChildProcess(
                "/bin/sh", arguments, environment: ["PATH": "/usr/bin:/bin"], output: output, error: output)
            let ending = await child.wait()
            return ending.isSignal ? 128 + ending.status : ending.status
        } catch {
            return 127
        }
    }

    private static func contents(_ file: any DiskFile) throws(DiskFault) -> [UInt8] {
        let size = Int(try file.facts().size)
        var fault: DiskFault?
        // Invariant: `read` fills as many bytes as it returns, at most the buffer's size.
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            do throws(DiskFault) {
                count = try unsafe file.read(at: 0, into: UnsafeMutableRawBufferPointer(buffer))
            } catch { fault = error }
        }
        if let fault { throw fault }
        return bytes
    }

    private static func write(_ bytes: [UInt8], _ file: any DiskFile) -> DiskFault? {
        unsafe bytes.withUnsafeBytes { buffer in
            do throws(DiskFault) {
                try unsafe file.write(buffer, at: 0)
                return nil
            } catch { return error }
        }
    }
}
