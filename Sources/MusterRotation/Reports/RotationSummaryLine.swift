internal import MusterCore
internal import MusterText

/// The last line of a rotation's NDJSON report in a few words: what a table of many hosts tells of each.
package enum RotationSummaryLine {
    /// Bytes of a line that is looked at: more than any summary has.
    private static let limit = 65_536

    /// `12 of 40 logs rotated, 12 compressed (24.0 MB → 2.10 MB, 8.8%)`; nil where the report's last line is no summary, as
    /// when it was broken off.
    package static func words(_ report: [UInt8]) -> String? {
        guard let line = report.split(separator: UInt8(ascii: "\n")).last, line.count <= limit,
            case .object(let members)? = JSONReader.read(Array(line), source: "report", log: FaultLog()),
            member("type", members) == .string("summary")
        else { return nil }
        func count(_ name: String) -> Int {
            if case .integer(let count)? = member(name, members) { max(0, count) } else { 0 }
        }
        let isDry = member("dry", members) == .bool(true)
        var parts = [
            "\(count("rotated").grouped) of \(count("logs").counted("log")) \(isDry ? "to rotate" : "rotated")"
        ]
        func add(_ name: String, _ done: String, _ due: String, _ more: String = "") {
            let count = count(name)
            if count > 0 { parts.append("\(count.grouped) \(isDry ? due : done)\(more)") }
        }
        let shrinking = RotationSummaryText.shrinking(count("bytes_before"), count("bytes_after"), " (", ")")
        add("compressed", "compressed", "to compress", shrinking)
        add("removed", "removed", "to remove")
        add("failed", "failed", "failed")
        let risk = count("bytes_at_risk")
        if risk > 0 { parts.append(ValueText.bytes(Double(risk)) + " at risk") }
        if member("interrupted", members) == .bool(true) { parts.append("interrupted") }
        return parts.joined(separator: ", ")
    }

    private static func member(_ name: String, _ members: [Setting.Member]) -> Setting? {
        members.first { $0.name == name }?.value
    }
}
