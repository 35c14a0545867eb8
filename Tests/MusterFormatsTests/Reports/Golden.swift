import Foundation
import MusterTesting
import Testing

/// What the reports of these tests look like.
enum Golden {
    static func expect(_ bytes: [UInt8], _ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let folder = GoldenFolder(beside: #filePath, resources: try #require(Bundle.module.resourcePath))
        guard let difference = try folder.difference(of: bytes, from: name) else { return }
        Issue.record("\(difference)", sourceLocation: sourceLocation)
    }
}
