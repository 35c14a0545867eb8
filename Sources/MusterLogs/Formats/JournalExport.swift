/// What `journalctl -o export` writes: a line a field, a blank line behind each entry (systemd, "Journal Export Formats").
/// It is no format of lines.
enum JournalExport {
    /// What each entry begins with.
    private static let marks = ["__CURSOR=", "__REALTIME_TIMESTAMP="].map { Array($0.utf8) }

    static let hint = "a journal export; read what journalctl -o json writes"

    static func isLikely(_ lines: [UInt8]) -> Bool {
        lines.split(separator: 0x0a).contains { line in marks.contains { line.starts(with: $0) } }
    }
}
