import MusterRotation
import MusterSystem

/// Configurations from a dictionary: paths and texts. A directory is where paths lead through.
struct TextSource: ConfigurationSource {
    var files: [String: [UInt8]]
    var modes: [String: UInt32] = [:]
    var owners: [String: UInt32] = [:]
    var others: [String: ConfigurationEntry] = [:]
    var failures: [String: Int32] = [:]

    init(_ files: [String: String]) { self.files = files.mapValues { Array($0.utf8) } }

    init(bytes: [String: [UInt8]]) { files = bytes }

    func entry(_ path: String, limit: Int) throws(DiskFault) -> ConfigurationEntry? {
        if let code = failures[path] { throw DiskFault(code: code, call: "open", path: path) }
        if let other = others[path] { return other }
        if let bytes = files[path] {
            let facts = EntryFacts(
                kind: .regular, identity: FileIdentity(device: 1, inode: 1), mode: modes[path] ?? 0o644,
                user: owners[path] ?? 0, group: 0)
            return .file(facts, Array(bytes.prefix(limit + 1)))
        }
        return files.keys.contains { $0.hasPrefix(path + "/") } ? .directory : nil
    }

    func names(_ path: String) throws(DiskFault) -> [String] {
        let paths = files.keys.filter { $0.hasPrefix(path + "/") } + others.keys.filter { $0.hasPrefix(path + "/") }
        return Set(paths.map { String($0.dropFirst(path.count + 1).prefix { $0 != "/" }) }).shuffled()
    }

    /// Reads `/c` of the files, by root.
    func read(_ paths: [String] = ["/c"], home: String? = "/root") -> RotationConfiguration {
        var reader = ConfigurationReader(source: self, home: home)
        for path in paths { reader.read(path) }
        return reader.finish()
    }
}

extension RotationConfiguration {
    /// `malformed /c:3` of all faults.
    var brief: [String] { faults.map { "\($0.code.rawValue) \($0.location)" } }
    var patterns: [[String]] { stanzas.map(\.patterns) }
}
