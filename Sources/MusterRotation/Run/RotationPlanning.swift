internal import MusterCore
internal import MusterSystem

/// What is to be done to the logs of all stanzas, before anything is done: what is due, the steps of each log, and what is
/// wrong with the others.
struct RotationPlanning {
    /// A stanza with its logs in the order of their paths.
    struct Planned {
        var stanza: RotationStanza
        var faults: [RotationFault]
        /// What is told of each log; of those below nothing yet but that they are there.
        var logs: [RotationReport.Log] = []
        /// Those that are due, with their places among the logs.
        var due: [(place: Int, log: LogRotation)] = []
        /// Those for which another log of the same name goes to the same folder first.
        var waiting: [(place: Int, log: LogSearch.Found)] = []
    }

    let options: RotationOptions
    let now: RotationTime
    /// Paths that an earlier run has begun to rotate and could not end.
    let unfinished: Set<PathKey>
    let disks: ActorDirectories
    var state: RotationState
    private var security: DirectorySecurity
    private var destinations: RotatedDirectories
    /// Directories that several stanzas or several paths have logs in: only there can a log be found twice.
    private let shared: Set<FileIdentity>
    /// The stanza that has a log, of such a directory.
    private var owners: [LogKey: Owner] = [:]
    /// The logs of stanzas that are left out, as far as those come before what is planned.
    private var leftOut = LeftOutLogs()
    /// How many of those stanzas that are.
    private var leftOutCount = 0
    /// Files that steps are about, with the logs that they belong to.
    private var claims: [Claim: String] = [:]
    /// Directories that claims are about.
    private var directories: [DirectoryKey: Int] = [:]
    private var nextLog: Int
    /// What an earlier run could not compress.
    var left: [LeftCompressions.Key: [RotationStep]] = [:]
    private var tokens = RandomSeeds()
    private(set) var warnings: [RotationFault] = []
    private var warned: Set<RotationFault> = []

    init(
        _ options: RotationOptions, _ state: RotationState, now: RotationTime, disks: ActorDirectories,
        unfinished: Set<PathKey>, nextLog: Int, shared: Set<FileIdentity>
    ) {
        self.shared = shared
        self.options = options
        self.state = state
        self.now = now
        self.disks = disks
        self.unfinished = unfinished
        self.nextLog = nextLog
        security = DirectorySecurity(disks.own)
        destinations = RotatedDirectories(disks)
    }

    /// Notes the logs of stanzas that are left out before a stanza.
    ///
    /// - Parameters:
    ///   - findings: Of ``RotationConfiguration/all``.
    ///   - index: Of the stanza.
    mutating func passLeftOut(
        of configuration: RotationConfiguration, _ findings: [LogSearch.Findings], before index: Int
    ) {
        while leftOutCount < configuration.leftOut.count, configuration.leftOut[leftOutCount].position <= index {
            leaveOut(
                configuration.leftOut[leftOutCount].stanza, findings[configuration.stanzas.count + leftOutCount].logs)
            leftOutCount += 1
        }
    }

    private mutating func leaveOut(_ stanza: RotationStanza, _ logs: [LogSearch.Found]) {
        let own = logs.filter { owners[LogKey($0)] == nil }
        for (_, found) in Dictionary(grouping: own, by: \.place) {
            leftOut.add(found, of: stanza, destination: destination(of: found[0].directory, stanza))
        }
        // What is rotated of a log that is not there now stays as well.
        for alternative in stanza.patterns.compactMap({ GlobPattern($0) }).flatMap(\.alternatives) {
            let names = alternative.components.dropLast().map(\.literal)
            guard let pattern = alternative.components.last, names.allSatisfy({ $0 != nil }),
                let destination = destination(of: "/" + names.compactMap(\.self).joined(separator: "/"), stanza)
            else { continue }
            leftOut.add(pattern, of: stanza, destination: destination)
        }
    }

    /// The folder of rotated logs; nil where it is not there.
    private func destination(of directory: String, _ stanza: RotationStanza) -> FileIdentity? {
        try? disks.own.folder(destinations.path(of: directory, stanza.settings)).identity
    }

    /// Plans a stanza that has a number of its own.
    mutating func plan(_ stanza: RotationStanza, _ findings: LogSearch.Findings, number: Int) -> Planned {
        for warning in findings.warnings where warned.insert(warning).inserted { warnings.append(warning) }
        var planned = Planned(stanza: stanza, faults: findings.faults)
        let owners: NewLogOwners
        do throws(RotationFault) {
            owners = try NewLogOwners(stanza)
        } catch {
            planned.faults.append(error)
            leaveOut(stanza, findings.logs)
            return planned
        }
        destinations.beginStanza()
        let inHand = StanzaInHand(stanza, number, owners, isForced: options.isForced)
        var last: (place: LogSearch.Place, isShared: Bool)?
        let isCapped = stanza.settings.maximumTotalSize != nil
        // Only where all logs matter do the first have to wait for the last.
        let isWhole = isCapped || stanza.settings.sharesScripts
        var isBlocked = !findings.faults.isEmpty
        var drafts: [Draft] = []
        planned.logs.reserveCapacity(findings.logs.count)
        for found in findings.logs {
            if last?.place !== found.place { last = (found.place, shared.contains(found.folder)) }
            guard let draft = draftOrFault(found, inHand, isShared: last?.isShared ?? true) else { continue }
            isBlocked = isBlocked || draft.isBlocking
            if isWhole { drafts.append(draft) } else { add(draft, to: &planned) }
        }
        if isBlocked, stanza.settings.sharesScripts { for index in drafts.indices { drafts[index].block() } }
        if isCapped { cap(&drafts, stanza.settings, number) }
        for draft in drafts { add(draft, to: &planned) }
        return planned
    }

    /// A log with what is to be done, or with why nothing can be; nil where another stanza has it.
    private mutating func draftOrFault(
        _ found: LogSearch.Found, _ inHand: borrowing StanzaInHand, isShared: Bool
    ) -> Draft? {
        do throws(RotationFault) {
            return try draft(found, inHand, isShared)
        } catch {
            var log = RotationReport.Log(path: found.path, outcome: .failed)
            log.fault = RotationReport.Fault(error)
            log.bytes = Int(clamping: found.facts.size)
            let isOthers = error.code == .duplicate || error.code == .leftOut
            return Draft(log: log, isBlocking: !isOthers && found.isPlain(inHand.settings))
        }
    }

    /// A stanza whose logs are planned one after another: what they share is made once.
    private struct StanzaInHand: ~Copyable {
        let place: ConfigurationPlace
        let settings: RotationSettings
        let number: Int
        let owners: NewLogOwners
        let schedule: RotationSchedule

        init(_ stanza: RotationStanza, _ number: Int, _ owners: NewLogOwners, isForced: Bool) {
            place = stanza.place
            settings = stanza.settings
            self.number = number
            self.owners = owners
            schedule = RotationSchedule(stanza.settings, isForced: isForced)
        }
    }

    /// A log on its way to a plan.
    private struct Draft {
        var intent: RotationIntent?
        var log: RotationReport.Log
        /// Where the total size of all rotated logs matters.
        var rotated: TotalCap.Log?
        var found: LogSearch.Found?
        var isWaiting = false
        /// Whether its fault keeps all logs of a stanza with `sharedscripts` from being rotated.
        var isBlocking = false

        /// With `sharedscripts` all logs of a stanza are rotated or none, as with logrotate.
        mutating func block() {
            guard intent != nil || isWaiting else { return }
            intent = nil
            isWaiting = false
            log.outcome = .skipped
            log.reason = "another log of its stanza failed"
        }
    }

    /// The stanza that has a log.
    private struct Owner {
        var number: Int
        var path: String
        var place: ConfigurationPlace
        var ignoresDuplicates: Bool
    }

    private mutating func add(_ draft: Draft, to planned: inout Planned) {
        let place = planned.logs.count
        planned.logs.append(draft.log)
        if draft.isWaiting, let found = draft.found {
            planned.waiting.append((place, found))
        } else if let intent = draft.intent {
            planned.due.append((place, LogRotation(nextLog, intent, draft.log, tellsSteps: options.tellsSteps)))
            nextLog &+= 1
        }
    }

    private mutating func draft(
        _ found: LogSearch.Found, _ inHand: borrowing StanzaInHand, _ isShared: Bool
    ) throws(RotationFault) -> Draft? {
        let path = found.path
        let key = PathKey(path)
        if isShared, let owner = self.owners[LogKey(found)] {
            // By another path, as one pattern may find it.
            if owner.number == inHand.number { return nil }
            if inHand.settings.ignoresDuplicates || owner.ignoresDuplicates { return nil }
            let other = PathKey(owner.path) == key ? "" : " as \(owner.path)"
            throw RotationFault(
                .duplicate, at: "\(inHand.place)",
                "the stanza at \(owner.place) has \(path) too\(other) and keeps it; take it out of one of both, or write ignoreduplicates"
            )
        }
        if let place = leftOut.place(of: found) {
            throw RotationFault(
                .leftOut, at: path, "the stanza at \(place) has it, and is left out for a fault; correct that")
        }
        if isShared {
            self.owners[LogKey(found)] = Owner(
                number: inHand.number, path: path, place: inHand.place,
                ignoresDuplicates: inHand.settings.ignoresDuplicates)
        }
        let last = state.see(key)
        try security.check(found, inHand.settings)
        if unfinished.contains(key) {
            if options.isDry { return Draft(log: RotationReport.Log(unfinished: found)) }
            throw RotationFault(
                .journal, at: path,
                "a rotation that an earlier run began could not be ended, so none is begun; see its fault")
        }
        var log = RotationReport.Log(path: path, outcome: .rotated)
        log.bytes = Int(clamping: found.facts.size)
        if case .skip(let reason) = inHand.schedule.decision(for: found.facts, last: last, now: now) {
            if last == nil { state.set(now.calendar.hourOnly, for: path) }
            log.outcome = .skipped
            log.reason = reason
            return Draft(log: log, found: inHand.settings.maximumTotalSize == nil ? nil : found)
        }
        var found = found
        if !options.isDry { try settle(&found, inHand.settings) }
        guard let (intent, rotated) = try intent(found, inHand.settings, inHand.number, inHand.owners) else {
            return Draft(log: log, found: found, isWaiting: true)
        }
        return Draft(intent: intent, log: log, rotated: rotated)
    }

    /// Sees that the log stays the same file when it is renamed.
    private func settle(_ found: inout LogSearch.Found, _ settings: RotationSettings) throws(RotationFault) {
        guard found.facts.identity.device != found.folder.device else { return }
        let directories = try disks.directories(of: settings.actor)
        do throws(DiskFault) {
            let folder = try directories.folder(found.directory, as: found.folder)
            if let facts = try folder.directory.settledFacts(found.name, in: found.folder) { found.facts = facts }
        } catch {
            throw RotationFault(error)
        }
    }

    /// Nil where another log of the same name goes to the same `olddir`, and this one has to wait.
    private mutating func intent(
        _ found: LogSearch.Found, _ settings: RotationSettings, _ number: Int, _ owners: NewLogOwners
    ) throws(RotationFault) -> (RotationIntent, TotalCap.Log)? {
        let path = destinations.path(of: found.directory, settings)
        let destination = try destinations.destination(path, settings, for: found)
        if destination.identity != nil, path != found.directory { try security.check(directory: path, settings) }
        // Of the folders: files of an overlay have devices of their own.
        let isElsewhere = destination.identity.map { $0.device != found.folder.device } ?? false
        if isElsewhere, settings.method == .rename {
            throw RotationFault(
                .badValue, at: found.path,
                "olddir \(path) is on another device; write copy, copytruncate or renamecopy, or a folder on the same one"
            )
        }
        let subject = RotationSubject(
            name: found.name, path: found.path, facts: found.facts, user: owners.user, group: owners.group,
            isBoundElsewhere: isElsewhere)
        let plan = try RotationPlanner(settings).plan(subject, among: destination.names, now: now) {
            name throws(DiskFault) in try destination.facts(name, settles: !options.isDry)
        }
        var intent = RotationIntent(
            stanza: number, directory: found.directory, folder: found.folder, destination: path,
            destinationFolder: destination.identity, name: found.name, steps: destination.making + plan.steps,
            time: now.calendar, token: tokens.draw())
        if !left.isEmpty, settings.isCompressed, let left = left[LeftCompressions.Key(intent)] {
            intent.steps = LeftCompressions.adding(left, to: intent.steps)
        }
        try Journal.check(intent)
        guard try claim(intent) else { return nil }
        if !destination.making.isEmpty { destinations.isMade(path) }
        return (intent, TotalCap.Log(kept: plan.kept, newest: plan.finalName == nil ? 0 : found.facts.size))
    }

    /// Has the oldest rotated logs of the whole stanza removed where all of them take too much. It is looked at when a log
    /// of the stanza is rotated; logs that are not may lose some of theirs then.
    private mutating func cap(_ drafts: inout [Draft], _ settings: RotationSettings, _ number: Int) {
        guard let limit = settings.maximumTotalSize, drafts.contains(where: { $0.intent != nil }) else { return }
        for index in drafts.indices {
            guard let found = drafts[index].found else { continue }
            do throws(RotationFault) {
                drafts[index].rotated = TotalCap.Log(kept: try rotated(found, settings))
            } catch {
                drafts[index].log.outcome = .failed
                drafts[index].log.fault = RotationReport.Fault(error)
            }
        }
        for (index, files) in TotalCap(limit: limit).removals(Self.apart(drafts)) {
            if let steps = drafts[index].intent?.steps {
                drafts[index].intent?.steps = steps.removing(files, settings)
            } else if let found = drafts[index].found {
                let path = destinations.path(of: found.directory, settings)
                let folder = (try? destinations.destination(path, settings, for: found))?.identity
                drafts[index].intent = RotationIntent(
                    stanza: number, directory: found.directory, folder: found.folder, destination: path,
                    destinationFolder: folder, name: found.name, steps: [].removing(files, settings),
                    time: now.calendar, rotates: false)
            }
        }
    }

    /// The rotated logs of each draft. Several logs of one name have the same in one `olddir`: they are those of the one that
    /// is rotated now, else of the first.
    private static func apart(_ drafts: [Draft]) -> [TotalCap.Log] {
        var logs = drafts.map { $0.rotated ?? TotalCap.Log(kept: []) }
        var seen: Set<FileIdentity> = []
        for isDue in [true, false] {
            for index in drafts.indices where (drafts[index].intent != nil) == isDue {
                logs[index].kept.removeAll { !seen.insert($0.facts.identity).inserted }
            }
        }
        return logs
    }

    /// The rotated logs of a log that is not due.
    private mutating func rotated(
        _ found: LogSearch.Found, _ settings: RotationSettings
    ) throws(RotationFault) -> [RotatedFile] {
        let path = destinations.path(of: found.directory, settings)
        let destination = try destinations.destination(path, settings, for: found)
        let subject = RotationSubject(name: found.name, path: found.path, facts: found.facts)
        do throws(DiskFault) {
            return try RotationPlanner(settings).rotated(subject, among: destination.names) { name throws(DiskFault) in
                try destination.facts(name, settles: !options.isDry)
            }
        } catch {
            throw RotationFault(error)
        }
    }

    /// Keeps the files of a rotation that an earlier run could not end from others.
    mutating func reserve(_ intent: RotationIntent) {
        for claim in files(of: intent) { claims[claim] = intent.path }
    }

    /// The files that a rotation is about.
    private mutating func files(of intent: RotationIntent) -> [Claim] {
        let destination = number(of: intent.destination, intent.destinationFolder)
        return [Claim(directory: number(of: intent.directory, intent.folder), name: intent.name)]
            + intent.steps.flatMap { $0.names.map { Claim(directory: destination, name: $0) } }
    }

    /// Makes sure that no two logs of a run touch the same file. False where another log of the same name goes to the same
    /// folder, and this one can be rotated after it; a dry run lists both as if the other were not there.
    private mutating func claim(_ intent: RotationIntent) throws(RotationFault) -> Bool {
        let path = intent.path
        let claimed = files(of: intent)
        if let taken = claimed.first(where: { claims[$0].map { PathKey($0) != PathKey(path) } ?? false }),
            let other = claims[taken]
        {
            let isAlike = PathKey(StateFile.name(in: other)) == PathKey(intent.name)
            if isAlike, intent.destination != intent.directory {
                if options.isDry { tellTurn(path, after: other, in: intent.destination) }
                return options.isDry
            }
            throw RotationFault(
                .duplicate, at: path,
                "\(taken.name.text) belongs to the rotation of \(other) as well; write a pattern that leaves rotated logs out"
            )
        }
        for claim in claimed { claims[claim] = path }
        return true
    }

    private mutating func tellTurn(_ path: String, after other: String, in folder: String) {
        warnings.append(
            RotationFault(
                .duplicate, at: path,
                "it goes to \(folder) after \(other), which has the same name: rotated logs there move once more than is listed"
            ))
    }

    private mutating func number(of directory: String, _ identity: FileIdentity?) -> Int {
        let key = identity.map(DirectoryKey.folder) ?? .path(PathKey(directory))
        if let known = directories[key] { return known }
        directories[key] = directories.count
        return directories.count - 1
    }

    /// A directory, by its path only where it is still to be made.
    private enum DirectoryKey: Hashable {
        case folder(FileIdentity)
        case path(PathKey)
    }

    private struct Claim: Hashable {
        let directory: Int
        let name: PathKey

        init(directory: Int, name: String) {
            self.directory = directory
            self.name = PathKey(name)
        }
    }
}

extension RotationStep {
    /// The names in the directory of rotated logs that it is about.
    fileprivate var names: [String] {
        switch self {
        case .shift(let from, let to, _), .compress(let from, let to), .recompress(let from, let to, _, _): [from, to]
        case .rotate(let to, _), .copy(let to, _, _), .deliver(_, let to?, _): [to]
        case .remove(let name, _, _): [name]
        case .makeDirectory, .create, .truncate, .setAside, .deliver, .script: []
        }
    }
}

extension LogSearch.Found {
    /// Whether it is a file that logrotate would rotate, too: links and files with several names it passes over.
    fileprivate func isPlain(_ settings: RotationSettings) -> Bool {
        facts.kind == .regular && (facts.links == 1 || settings.allowsHardLinks)
    }
}

extension RotationReport.Log {
    /// One of a dry run; a real run ends what an earlier one began, and looks then whether the log is due.
    fileprivate init(unfinished found: LogSearch.Found) {
        self.init(path: found.path, outcome: .skipped)
        reason = "an earlier rotation is ended first"
        bytes = Int(clamping: found.facts.size)
    }
}

extension CalendarTime {
    /// As the state file has a log that was seen for the first time.
    fileprivate var hourOnly: CalendarTime {
        CalendarTime(year: year, month: month, day: day, hour: hour) ?? self
    }
}
