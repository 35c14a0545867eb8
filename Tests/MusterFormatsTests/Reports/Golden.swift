import Foundation
import Testing

/// Files that say byte for byte what a report looks like.
///
/// After a change that is meant, write them anew and read the difference before committing it:
/// `MUSTER_WRITE_GOLDEN=1 swift test --filter MusterFormatsTests`
enum Golden {
    static func expect(_ bytes: [UInt8], _ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        if ProcessInfo.processInfo.environment["MUSTER_WRITE_GOLDEN"] == "1" {
            let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")
            try Data(bytes).write(to: folder.appending(path: name))
            return
        }
        let file = try #require(Bundle.module.resourceURL).appending(path: "Golden").appending(path: name)
        let golden = try Data(contentsOf: file)
        guard golden != Data(bytes) else { return }
        let lines = String(decoding: golden, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        let found = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        let index = zip(lines, found).enumerated().first { $1.0 != $1.1 }?.offset ?? min(lines.count, found.count)
        let expected = index < lines.count ? lines[index] : "(end of file)"
        let got = index < found.count ? found[index] : "(end of report)"
        Issue.record("\(name):\(index + 1)\n  golden: \(expected)\n  report: \(got)", sourceLocation: sourceLocation)
    }

    /// The objects of an NDJSON report.
    static func objects(lines bytes: [UInt8]) throws -> [[String: Any]] {
        try bytes.split(separator: UInt8(ascii: "\n")).map { try object(Array($0)) }
    }

    /// The object of a JSON report.
    static func object(_ bytes: [UInt8]) throws -> [String: Any] {
        try #require(JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    }
}
