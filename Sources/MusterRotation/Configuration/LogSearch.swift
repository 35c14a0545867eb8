package import MusterSystem

/// Finds the logs that patterns mean. A directory is listed once, for all patterns that ask for it, however many there are.
package struct LogSearch {
    /// A log as it was seen.
    package struct Found: Sendable, Hashable {
        let place: Place
        package let path: String
        /// Regular files and what is none; directories are not given.
        package var facts: EntryFacts

        package init(_ name: String, in place: Place, _ facts: EntryFacts) {
            self.place = place
            self.facts = facts
            path = LogSearch.join(place.directory, name)
        }

        /// Its directory as the pattern has it.
        package var directory: String { place.directory }
        /// The directory that was looked into.
        package var folder: FileIdentity { place.folder }
        package var name: String {
            let slash = place.directory == "/" ? 0 : 1
            return String(decoding: path.utf8.dropFirst(place.directory.utf8.count + slash), as: UTF8.self)
        }
    }

    /// A directory that was looked into: one for all the logs that were found there.
    package final class Place: Sendable, Hashable {
        let directory: String
        let folder: FileIdentity

        package init(_ directory: String, _ folder: FileIdentity) {
            self.directory = directory
            self.folder = folder
        }

        package static func == (left: Place, right: Place) -> Bool {
            left === right
                || (left.folder == right.folder && PathKey(left.directory) == PathKey(right.directory))
        }

        package func hash(into hasher: inout Hasher) { hasher.combine(PathKey(directory)) }
    }

    /// What a stanza means.
    package struct Findings: Sendable, Hashable {
        /// In the order of their paths' bytes, each once.
        package var logs: [Found] = []
        /// Patterns that match nothing, and what could not be looked at.
        package var faults: [RotationFault] = []
        /// Directories with names that cannot be looked at, each once for all stanzas.
        package var warnings: [RotationFault] = []

        package init() {}
    }

    /// Names that are kept for other patterns.
    private static let keptNames = 1_000_000
    /// Logs of one pattern, and directories on the way to them.
    private static let usualLimit = 1_000_000

    private let directories: Directories
    private var listings: [PathKey: [String]] = [:]
    private var listed = 0
    private var warned: Set<PathKey> = []
    /// The directory that was used last: neighbours come one after another.
    private var last: (folder: Folder, place: Place)?
    private let limit: Int

    package init(disk: any Disk) { self.init(Directories(disk)) }

    /// Looks into directories that stay open for what is done to their logs. `limit` is for tests.
    init(_ directories: Directories, limit: Int = Self.usualLimit) {
        self.directories = directories
        self.limit = limit
    }

    /// Looks for the logs of a stanza.
    package mutating func logs(of stanza: RotationStanza) -> Findings {
        var findings = Findings()
        var seen: Set<PathKey> = []
        for text in stanza.patterns {
            guard let pattern = GlobPattern(text) else {
                findings.fault(
                    .badValue, stanza.place.description,
                    "\(DirectiveValues.shown(text)) has too many alternatives; write fewer")
                continue
            }
            let faultsBefore = findings.faults.count
            var hasLog = false
            // One alternative gives no log twice.
            let isAlone = stanza.patterns.count == 1 && pattern.alternatives.count == 1
            for alternative in pattern.alternatives {
                var logs = find(alternative, of: text, &findings)
                hasLog = hasLog || !logs.isEmpty
                // A folder among the logs is passed over, as logrotate does.
                logs.removeAll { $0.facts.kind == .directory }
                if !isAlone { logs.removeAll { !seen.insert(PathKey($0.path)).inserted } }
                findings.add(logs)
            }
            if !hasLog, !stanza.settings.isMissingAllowed, findings.faults.count == faultsBefore {
                let what = pattern.isLiteral ? "there is no log" : "no log matches"
                findings.fault(
                    .missing, stanza.place.description,
                    "\(what) \(DirectiveValues.shown(text)); write missingok in the stanza where that is fine")
            }
        }
        findings.sort()
        return findings
    }

    /// Directories that logs of more than one stanza are in, or that are found by more than one path.
    static func shared(_ findings: [Findings]) -> Set<FileIdentity> {
        var owners: [FileIdentity: (stanza: Int, path: PathKey)] = [:]
        var shared: Set<FileIdentity> = []
        for (index, found) in findings.enumerated() {
            var last: Place?
            for log in found.logs where log.place !== last {
                last = log.place
                let path = PathKey(log.directory)
                let before = owners.updateValue((index, path), forKey: log.folder)
                if let before, before.stanza != index || before.path != path { shared.insert(log.folder) }
            }
        }
        return shared
    }

    // MARK: The way to the logs

    /// All that one alternative matches, directories too.
    private mutating func find(
        _ alternative: GlobPattern.Alternative, of pattern: String, _ findings: inout Findings
    ) -> [Found] {
        guard let last = alternative.components.last else { return [] }
        var directories = [Directory(path: "/", user: 0)]
        for component in alternative.components.dropLast() {
            var next = Crowd<Directory>(limit: limit)
            for directory in directories {
                if let name = component.literal {
                    let path = Self.join(directory.path, name)
                    next.add([Directory(path: path, user: directory.user)], of: directory.user)
                    continue
                }
                let found = matches(component, in: directory.path, &findings) { $0 == .directory || $0 == .link }
                let user = owner(directory)
                next.add(found.map { Directory(path: $0.path, user: user) }, of: user)
            }
            directories = next.all(of: pattern, &findings)
        }
        var found = Crowd<Found>(limit: limit)
        for directory in directories {
            if let name = last.literal {
                if let log = entry(name, in: directory.path, &findings) { found.add([log], of: owner(directory)) }
            } else {
                found.add(matches(last, in: directory.path, &findings) { _ in true }, of: owner(directory))
            }
        }
        return found.all(of: pattern, &findings)
    }

    /// A directory on the way, and who made it there: the first owner on the way that is not root.
    private struct Directory {
        var path: String
        var user: UInt32
    }

    private mutating func owner(_ directory: Directory) -> UInt32 {
        if directory.user != 0 { return directory.user }
        // Where it cannot be looked at it gives nothing.
        return (try? open(directory.path)?.folder.facts.user) ?? 0
    }

    private mutating func matches(
        _ pattern: ComponentPattern, in directory: String, _ findings: inout Findings,
        _ isWanted: (EntryFacts.Kind) -> Bool
    ) -> [Found] {
        var found: [Found] = []
        for name in names(of: directory, &findings) where pattern.matches(name) {
            if let entry = entry(name, in: directory, &findings), isWanted(entry.facts.kind) {
                found.append(entry)
            }
        }
        return found
    }

    private mutating func names(of path: String, _ findings: inout Findings) -> [String] {
        if let names = listings[PathKey(path)] { return names }
        let names: [String]
        do throws(DiskFault) {
            guard let folder = try open(path)?.folder else { return [] }
            let listing = try folder.directory.listing()
            names = listing.names.sorted { $0.isBefore($1) }
            if listing.unreadable > 0, warned.insert(PathKey(path)).inserted {
                let hint = "\(listing.unreadable) of its names are no UTF-8 and are left out; rename them"
                findings.warnings.append(RotationFault(.unsupported, at: path, hint))
            }
        } catch {
            findings.unreadable(path, error)
            return []
        }
        if listed + names.count <= Self.keptNames {
            listed += names.count
            listings[PathKey(path)] = names
        }
        return names
    }

    private mutating func entry(_ name: String, in path: String, _ findings: inout Findings) -> Found? {
        guard name != ".." else { return nil }
        do throws(DiskFault) {
            guard let (folder, place) = try open(path), let facts = try folder.directory.facts(name) else {
                return nil
            }
            return Found(name, in: place, facts)
        } catch {
            findings.unreadable(Self.join(path, name), error)
            return nil
        }
    }

    /// Nil where there is no such directory.
    private mutating func open(_ path: String) throws(DiskFault) -> (folder: Folder, place: Place)? {
        if let last, PathKey(last.place.directory) == PathKey(path) { return last }
        do throws(DiskFault) {
            let folder = try directories.folder(path)
            last = (folder, Place(path, folder.identity))
            return last
        } catch {
            if error.isAbsence { return nil }
            throw error
        }
    }

    fileprivate static func join(_ directory: String, _ name: String) -> String {
        var path = directory
        path.reserveCapacity(directory.utf8.count + 1 + name.utf8.count)
        if path != "/" { path += "/" }
        path += name
        return path
    }
}

extension LogSearch.Found {
    /// In the order of their paths.
    fileprivate func isBefore(_ other: LogSearch.Found) -> Bool {
        path.isBefore(other.path)
    }
}

/// What the folders of several users hold. Where it is too much, who has the most of it loses some, and that is told: nobody
/// has the logs of others passed over by making many of his own.
private struct Crowd<Member> {
    private let limit: Int
    private var members: [UInt32: [Member]] = [:]
    private var count = 0
    private var cut: Set<UInt32> = []

    init(limit: Int) { self.limit = limit }

    mutating func add(_ more: [Member], of user: UInt32) {
        // Mostly all is of one user, and not copied.
        if members[user]?.isEmpty ?? true { members[user] = more } else { members[user, default: []] += more }
        count += more.count
        while count > limit, let fullest = members.max(by: { $0.value.count < $1.value.count }) {
            // What the next ones have less of is no reason to cut those.
            let others = members.values.map(\.count).filter { $0 < fullest.value.count }.max() ?? 0
            let excess = max(1, min(count - limit, fullest.value.count - others))
            members[fullest.key]?.removeLast(excess)
            count -= excess
            cut.insert(fullest.key)
        }
    }

    func all(of pattern: String, _ findings: inout LogSearch.Findings) -> [Member] {
        for user in cut.sorted() {
            findings.fault(
                .unsafe, pattern,
                "more than \(limit) names match, and not all in the folders of user \(user) are looked at; "
                    + "remove some, or write a stanza for each folder")
        }
        if members.count == 1, let only = members.first { return only.value }
        return members.sorted { $0.key < $1.key }.flatMap(\.value)
    }
}

extension LogSearch.Findings {
    /// Logs of one directory are in order already.
    fileprivate mutating func sort() {
        let isSorted = (1..<max(logs.count, 1)).allSatisfy { logs[$0 - 1].isBefore(logs[$0]) }
        if !isSorted { logs.sort { $0.path.isBefore($1.path) } }
    }

    fileprivate mutating func add(_ more: [LogSearch.Found]) {
        if logs.isEmpty { logs = more } else { logs += more }
    }

    private static let faultLimit = 100

    fileprivate mutating func unreadable(_ path: String, _ fault: DiskFault) {
        if fault.isForeign { return self.fault(.unsafe, path, RotationFault(fault).hint) }
        self.fault(.unreadable, path, "it cannot be looked at (\(fault.reason)); see its permissions, or its kind")
    }

    fileprivate mutating func fault(_ code: RotationFault.Code, _ location: String, _ hint: String) {
        let fault = RotationFault(code, at: location, hint)
        if faults.count < Self.faultLimit, faults.last != fault { faults.append(fault) }
    }
}
