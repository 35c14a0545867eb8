package import MusterSystem

/// Finds the logs that patterns mean. A directory is listed once, for all patterns that ask for it, however many there are.
package struct LogSearch {
    /// A log as it was seen.
    package struct Found: Sendable, Hashable {
        /// Its directory as the pattern has it.
        package let directory: String
        package let name: String
        /// Regular files and what is none; directories are not given.
        package var facts: EntryFacts
        /// The directory that was looked into.
        package let folder: FileIdentity
        package let path: String

        package init(directory: String, folder: FileIdentity, name: String, facts: EntryFacts) {
            self.directory = directory
            self.folder = folder
            self.name = name
            self.facts = facts
            path = LogSearch.join(directory, name)
        }
    }

    /// What a stanza means.
    package struct Findings: Sendable, Hashable {
        /// In the order of their paths' bytes, each once.
        package var logs: [Found] = []
        /// Patterns without a log, directories among the logs, and what could not be looked at.
        package var faults: [RotationFault] = []
        /// Directories with names that cannot be looked at, each once for all stanzas.
        package var warnings: [RotationFault] = []

        package init() {}
    }

    private typealias Name = (text: String, scalars: [Unicode.Scalar])

    /// Names that are kept for other patterns.
    private static let keptNames = 1_000_000
    /// Logs and directories of one stanza.
    private static let limit = 1_000_000

    private let directories: Directories
    private var listings: [PathKey: [Name]] = [:]
    private var listed = 0
    private var warned: Set<PathKey> = []
    /// The directory that was used last: neighbours come one after another.
    private var last: (path: PathKey, folder: Folder)?

    package init(disk: any Disk) { self.init(Directories(disk)) }

    /// Looks into directories that stay open for what is done to their logs.
    init(_ directories: Directories) { self.directories = directories }

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
                for log in find(alternative, &findings) where !log.isDirectory(&findings) {
                    hasLog = true
                    if isAlone || seen.insert(PathKey(log.path)).inserted { findings.logs.append(log) }
                }
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

    /// Directories that logs of more than one stanza are in.
    static func shared(_ findings: [Findings]) -> Set<PathKey> {
        var owners: [PathKey: Int] = [:]
        var shared: Set<PathKey> = []
        for (index, found) in findings.enumerated() {
            var last: PathKey?
            for log in found.logs {
                let directory = PathKey(log.directory)
                if directory == last { continue }
                last = directory
                if owners.updateValue(index, forKey: directory).map({ $0 != index }) ?? false {
                    shared.insert(directory)
                }
            }
        }
        return shared
    }

    // MARK: The way to the logs

    /// All that one alternative matches, directories too.
    private mutating func find(_ alternative: GlobPattern.Alternative, _ findings: inout Findings) -> [Found] {
        guard let last = alternative.components.last else { return [] }
        var directories = ["/"]
        for component in alternative.components.dropLast() {
            var next: [String] = []
            for directory in directories where next.count < Self.limit {
                if let name = component.literal {
                    next.append(Self.join(directory, name))
                } else {
                    next += matches(component, in: directory, &findings) { $0 == .directory || $0 == .link }.map(\.path)
                }
            }
            directories = next
        }
        var found: [Found] = []
        for directory in directories where found.count < Self.limit {
            if let name = last.literal {
                if let log = entry(name, in: directory, &findings) { found.append(log) }
            } else {
                found += matches(last, in: directory, &findings) { _ in true }
            }
        }
        return found
    }

    private mutating func matches(
        _ pattern: ComponentPattern, in directory: String, _ findings: inout Findings,
        _ isWanted: (EntryFacts.Kind) -> Bool
    ) -> [Found] {
        var found: [Found] = []
        for name in names(of: directory, &findings) where pattern.matches(name.scalars) {
            if let entry = entry(name.text, in: directory, &findings), isWanted(entry.facts.kind) {
                found.append(entry)
            }
        }
        return found
    }

    private mutating func names(of path: String, _ findings: inout Findings) -> [Name] {
        if let names = listings[PathKey(path)] { return names }
        let names: [Name]
        do throws(DiskFault) {
            guard let folder = try open(path) else { return [] }
            let listing = try folder.directory.listing()
            names = listing.names.sorted { $0.isBefore($1) }.map { ($0, Array($0.unicodeScalars)) }
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
            guard let folder = try open(path), let facts = try folder.directory.facts(name) else { return nil }
            return Found(directory: path, folder: folder.identity, name: name, facts: facts)
        } catch {
            findings.unreadable(Self.join(path, name), error)
            return nil
        }
    }

    /// Nil where there is no such directory.
    private mutating func open(_ path: String) throws(DiskFault) -> Folder? {
        if let last, last.path == PathKey(path) { return last.folder }
        do throws(DiskFault) {
            let folder = try directories.folder(path)
            last = (PathKey(path), folder)
            return folder
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
    /// Notes a directory as a fault.
    fileprivate func isDirectory(_ findings: inout LogSearch.Findings) -> Bool {
        guard facts.kind == .directory else { return false }
        findings.fault(
            .badValue, path, "it is a directory; write a pattern for the logs in it, or one that leaves it out")
        return true
    }
}

extension LogSearch.Findings {
    /// Logs of one directory are in order already.
    fileprivate mutating func sort() {
        let isSorted = zip(logs, logs.dropFirst()).allSatisfy { $0.path.isBefore($1.path) }
        if !isSorted { logs.sort { $0.path.isBefore($1.path) } }
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
