internal import MusterSystem

/// The logs of stanzas that are left out for a fault. They stay as they are, and so does what was rotated of them, whatever
/// pattern behind those stanzas matches it.
struct LeftOutLogs {
    /// Some logs of one such stanza, found by the folder of what was rotated of them.
    private struct Origin {
        var names: Names
        var settings: RotationSettings
        var place: ConfigurationPlace

        enum Names {
            /// Of logs that are there.
            case these(Set<PathKey>)
            /// Of logs that may be there at other times.
            case all(ComponentPattern)
        }

        private func has(_ log: String) -> Bool {
            switch names {
            case .these(let names): names.contains(PathKey(log))
            case .all(let pattern): pattern.matches(log)
            }
        }

        /// Whether a name may be that of a rotated log of a log whose name begins like it: by the names that its stanza makes,
        /// or because a number or a date follows.
        func mayHaveMade(_ name: String, from beginning: String, isNumbered: Bool) -> Bool {
            // With `extension .log`, a.log becomes a.1.log.
            let logs = [beginning] + (settings.keptExtension.map { [beginning + $0] } ?? [])
            return logs.contains { has($0) && (isNumbered || RotationNames(log: $0, settings).read(name) != nil) }
        }
    }

    private var logs: [LogKey: ConfigurationPlace] = [:]
    private var origins: [FileIdentity: [Origin]] = [:]

    /// Logs of a stanza in one folder.
    ///
    /// - Parameter destination: The folder of their rotated logs; nil where there is none.
    mutating func add(_ found: [LogSearch.Found], of stanza: RotationStanza, destination: FileIdentity?) {
        for log in found where logs[LogKey(log)] == nil { logs[LogKey(log)] = stanza.place }
        guard let destination else { return }
        let names = Set(found.map { PathKey($0.name) })
        origins[destination, default: []].append(
            Origin(names: .these(names), settings: stanza.settings, place: stanza.place))
    }

    /// Logs of a stanza that a pattern means in a folder, there now or not.
    mutating func add(_ pattern: ComponentPattern, of stanza: RotationStanza, destination: FileIdentity) {
        origins[destination, default: []].append(
            Origin(names: .all(pattern), settings: stanza.settings, place: stanza.place))
    }

    /// Where the stanza stands that has a log, or that has the log of which it is a rotated one.
    func place(of found: LogSearch.Found) -> ConfigurationPlace? {
        if logs.isEmpty, origins.isEmpty { return nil }
        if let place = logs[LogKey(found)] { return place }
        guard let origins = origins[found.folder] else { return nil }
        let name = Array(found.name.utf8)
        for end in name.indices.dropFirst() {
            let beginning = String(decoding: name[..<end], as: UTF8.self)
            let isNumbered = Self.isEnd(end, of: name)
            if let origin = origins.first(where: {
                $0.mayHaveMade(found.name, from: beginning, isNumbered: isNumbered)
            }) {
                return origin.place
            }
        }
        return nil
    }

    /// Whether a number or a date may begin there: `.1`, `-20260131`.
    private static func isEnd(_ index: Int, of name: [UInt8]) -> Bool {
        index + 1 < name.count && !name[index].isDigit && !name[index].isLetter && name[index + 1].isDigit
    }
}

/// A log, whatever paths lead to it.
struct LogKey: Hashable {
    private let folder: FileIdentity
    private let name: PathKey

    init(_ found: LogSearch.Found) {
        folder = found.folder
        name = PathKey(found.name)
    }
}
