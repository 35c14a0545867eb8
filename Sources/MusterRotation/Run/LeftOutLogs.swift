/// The logs of stanzas that are left out for a fault. They stay as they are, and so does what was rotated of them, whatever
/// pattern behind those stanzas matches it.
struct LeftOutLogs {
    private var logs: [PathKey: ConfigurationPlace] = [:]
    /// What the paths of rotated logs begin with.
    private var beginnings: [PathKey: ConfigurationPlace] = [:]

    /// - Parameter destination: The directory of its rotated logs.
    mutating func add(_ found: LogSearch.Found, of stanza: RotationStanza, destination: String) {
        if logs[PathKey(found.path)] == nil { logs[PathKey(found.path)] = stanza.place }
        var names = [found.name]
        // With `extension .log`, a.log becomes a.1.log.
        if let ending = stanza.settings.keptExtension, found.name.hasSuffix(ending), found.name != ending {
            names.append(String(found.name.dropLast(ending.count)))
        }
        for name in names { beginnings[Self.key(destination, name), default: stanza.place] = stanza.place }
    }

    /// Where the stanza stands that has a log, or that has the log of which it is a rotated one.
    func place(of found: LogSearch.Found) -> ConfigurationPlace? {
        if logs.isEmpty { return nil }
        if let place = logs[PathKey(found.path)] { return place }
        let name = Array(found.name.utf8)
        for end in name.indices.dropFirst() where Self.isEnd(end, of: name) {
            let beginning = String(decoding: name[..<end], as: UTF8.self)
            if let place = beginnings[Self.key(found.directory, beginning)] { return place }
        }
        return nil
    }

    private static func key(_ directory: String, _ name: String) -> PathKey {
        PathKey(directory == "/" ? "/\(name)" : "\(directory)/\(name)")
    }

    /// Whether a number or a date may begin there: `.1`, `-20260131`.
    private static func isEnd(_ index: Int, of name: [UInt8]) -> Bool {
        index + 1 < name.count && !name[index].isDigit && !name[index].isLetter && name[index + 1].isDigit
    }
}
