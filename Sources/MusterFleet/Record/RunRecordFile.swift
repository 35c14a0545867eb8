internal import MusterCore
package import MusterSystem
internal import MusterText

/// The record of a run, NDJSON: a line that says what the run is, then one for each host as it ends, on the device before
/// anything else happens. After a kill or a loss of power at most the line that was being written is missing.
package struct RunRecordFile: Sendable {
    package let head: RunHead
    package var path: String { file.path }
    private let file: AppendedFile

    private init(_ head: RunHead, _ file: AppendedFile) {
        self.head = head
        self.file = file
    }

    /// Begins a record in a folder. Errors: it cannot be made or written.
    package static func begin(_ head: RunHead, in folder: String) throws(FileFault) -> RunRecordFile {
        let record = RunRecordFile(head, try AppendedFile.create("\(folder)/\(head.id)\(suffix)"))
        try record.append { head.write(to: &$0) }
        return record
    }

    /// Adds the ending of a host. Errors: a full disk and the like; the record is as it was before then.
    package func append(_ ending: HostEnding) throws(FileFault) {
        try append { ending.write(to: &$0, typed: true) }
    }

    /// What a run left behind.
    package struct Past: Sendable {
        package var record: RunRecordFile
        /// Names of the hosts on which the command ended with 0.
        package var done: Set<String>
    }

    /// Opens a record to go on with it; a torn last line is dropped.
    ///
    /// Errors: there is none, another process writes it, or it is damaged before its last line.
    package static func open(_ path: String) throws(FileFault) -> Past {
        let file = try AppendedFile.open(path)
        let bytes = try file.bytes()
        let whole = bytes.lastIndex(of: 10).map { $0 + 1 } ?? 0
        let lines = bytes[..<whole].split(separator: 10, omittingEmptySubsequences: false).dropLast()
        guard let first = lines.first, let value = read(first), let head = RunHead(value) else {
            throw FileFault(path: path, hint: "is no record of a run; leave --resume out to begin anew")
        }
        var done: Set<String> = []
        var kept = first.endIndex + 1
        for (index, line) in lines.enumerated().dropFirst() {
            guard let value = read(line), let host = RecordFields(value).text("host") else {
                guard index == lines.count - 1 else {
                    throw FileFault(path: path, hint: "line \(index + 1) is damaged; mend or delete that line")
                }
                break
            }
            kept = line.endIndex + 1
            if RecordFields(value).text("outcome") == HostOutcome.Kind.done.rawValue { done.insert(host) }
        }
        if kept < bytes.count { try file.truncate(to: kept) }
        return Past(record: RunRecordFile(head, file), done: done)
    }

    /// What records are called behind their id.
    private static let suffix = ".ndjson"

    /// The path that `--resume` means: `last`, an id, or a path. Errors: there is no such record.
    package static func path(of run: String, in folder: String) throws(FileFault) -> String {
        if run.utf8.contains(UInt8(ascii: "/")) || run.hasSuffix(suffix) { return run }
        let facts = try FileFacts.of(folder)
        let names = facts == nil ? [] : try FileNames.inFolder(folder)
        let ids = names.filter { $0.hasSuffix(suffix) }.map { String($0.dropLast(suffix.count)) }.filter(RunHead.isID)
        if run == "last" {
            guard let id = ids.max() else { throw FileFault(path: folder, hint: "holds no record of a run") }
            return "\(folder)/\(id)\(suffix)"
        }
        guard ids.contains(run) else {
            let hint = NearestWord.hint(run, among: ids.sorted(by: >))
            throw FileFault(path: folder, hint: "holds no run \"\(run)\"" + (hint.isEmpty ? "" : "; \(hint)"))
        }
        return "\(folder)/\(run)\(suffix)"
    }

    /// Where records are without `--runs-directory`: `$XDG_STATE_HOME/muster/runs`, else `~/.local/state/muster/runs` (XDG
    /// Base Directory Specification). Nil where neither variable is of use.
    package static func defaultFolder(_ variable: (String) -> String? = Environment.variable) -> String? {
        // The specification has relative paths ignored.
        if let state = variable("XDG_STATE_HOME"), state.hasPrefix("/") { return state + "/muster/runs" }
        guard let home = variable("HOME"), home.hasPrefix("/") else { return nil }
        return home + "/.local/state/muster/runs"
    }

    private func append(_ write: (inout JSONWriter) -> Void) throws(FileFault) {
        var bytes: [UInt8] = []
        JSONWriter.line(into: &bytes, write)
        try file.append(bytes)
    }

    private static func read(_ line: ArraySlice<UInt8>) -> Setting? {
        JSONReader.read(Array(line), source: "record", log: FaultLog())
    }
}
