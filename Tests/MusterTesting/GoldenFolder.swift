internal import Foundation

/// A folder of files that say byte for byte what reports look like.
///
/// After a change that is meant, write them anew and read the difference before committing it:
/// `MUSTER_WRITE_GOLDEN=1 swift test --filter MusterLogsTests`
package struct GoldenFolder: Sendable {
    private let copy: String
    private let original: String

    /// The folder `Golden` beside a source file, and its copy among the resources of the tests.
    package init(beside file: String, resources: String) {
        copy = resources + "/Golden"
        original = URL(filePath: file).deletingLastPathComponent().path + "/Golden"
    }

    /// The first line that differs from a file; nil where none does, or where the file was written anew.
    ///
    /// Errors: there is no such file.
    package func difference(of bytes: [UInt8], from name: String) throws -> String? {
        if ProcessInfo.processInfo.environment["MUSTER_WRITE_GOLDEN"] == "1" {
            try Data(bytes).write(to: URL(filePath: original + "/" + name))
            return nil
        }
        let golden = try Data(contentsOf: URL(filePath: copy + "/" + name))
        guard golden != Data(bytes) else { return nil }
        let lines = String(decoding: golden, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        let found = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        let index = zip(lines, found).enumerated().first { $1.0 != $1.1 }?.offset ?? min(lines.count, found.count)
        let expected = index < lines.count ? lines[index] : "(end of file)"
        let got = index < found.count ? found[index] : "(end of report)"
        return "\(name):\(index + 1)\n  golden: \(expected)\n  report: \(got)"
    }
}
