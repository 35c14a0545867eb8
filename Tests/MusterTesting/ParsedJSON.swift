internal import Foundation

/// JSON as Foundation reads it: a second opinion on what we write.
package enum ParsedJSON {
    private struct NoObject: Error {}

    /// The object of a JSON report. Errors: it is none.
    package static func object(_ bytes: [UInt8]) throws -> [String: Any] {
        guard let object = try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any] else {
            throw NoObject()
        }
        return object
    }

    /// The objects of an NDJSON report.
    package static func objects(lines bytes: [UInt8]) throws -> [[String: Any]] {
        try bytes.split(separator: UInt8(ascii: "\n")).map { try object(Array($0)) }
    }
}
