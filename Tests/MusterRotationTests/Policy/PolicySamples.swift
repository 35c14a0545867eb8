import MusterSystem

@testable import MusterRotation

/// `2026-11-25 10:00:00` as a time, in UTC.
func moment(_ text: String) -> RotationTime {
    let parts = text.split { "- :".contains($0) }.compactMap { Int($0) } + [0, 0, 0]
    guard
        let calendar = CalendarTime(
            year: parts[0], month: parts[1], day: parts[2], hour: parts[3], minute: parts[4], second: parts[5])
    else { preconditionFailure("no time: \(text)") }
    return RotationTime(seconds: calendar.wallSeconds, calendar: calendar)
}

func entry(_ inode: Int, size: Int64 = 10, at time: Int64 = 0, _ kind: EntryFacts.Kind = .regular) -> EntryFacts {
    EntryFacts(
        kind: kind, identity: FileIdentity(device: 1, inode: UInt64(inode)), mode: 0o640, user: 5, group: 6, size: size,
        modification: DiskTime(seconds: time))
}

extension RotationSettings {
    init(_ change: (inout RotationSettings) -> Void) {
        self.init()
        change(&self)
    }
}

/// A directory that is only a table. It does steps as a disk would, and notes what no disk may be asked to do.
struct TableFolder {
    struct File: Hashable {
        /// The same for the same contents, compressed or not.
        var content: Int
        var facts: EntryFacts
    }

    var files: [String: File] = [:]
    private(set) var faults: [String] = []
    /// Contents that were removed, and why.
    private(set) var removed: [Int: RotationStep.RemovalReason] = [:]
    private var last = 1_000

    mutating func add(_ name: String, size: Int64 = 10, at time: Int64 = 0, _ kind: EntryFacts.Kind = .regular) {
        last += 1
        files[name] = File(content: last, facts: entry(last, size: size, at: time, kind))
    }

    var names: [String] { files.keys.sorted() }

    func plan(
        _ log: String, _ settings: RotationSettings, now: RotationTime, elsewhere: Bool = false
    ) throws(RotationFault) -> RotationPlan {
        let facts = files[log]?.facts ?? entry(0)
        let subject = RotationSubject(
            name: log, path: "/var/log/\(log)", facts: facts, user: 7, isBoundElsewhere: elsewhere)
        var plan = try RotationPlanner(settings).plan(subject, among: DirectoryNames(Array(files.keys)), now: now) {
            (name) throws(DiskFault) in files[name]?.facts
        }
        if let limit = settings.maximumTotalSize {
            let log = TotalCap.Log(kept: plan.kept, newest: plan.finalName == nil ? 0 : facts.size)
            plan.steps = plan.steps.removing(TotalCap(limit: limit).removals([log])[0] ?? [], settings)
        }
        return plan
    }

    mutating func perform(_ steps: [RotationStep], on log: String) {
        for step in steps { perform(step, log) }
    }

    private mutating func perform(_ step: RotationStep, _ log: String) {
        switch step {
        case .shift(let from, let to, let identity): rename(from, to, identity)
        case .rotate(let to, let identity), .setAside(let to, let identity): rename(log, to, identity)
        case .create(let mode, let user, let group, _):
            last += 1
            var facts = entry(last, size: 0)
            (facts.mode, facts.user, facts.group) = (mode, user, group)
            put(log, File(content: last, facts: facts))
        case .copy(let to, let identity, let truncates):
            copy(log, to, identity)
            if truncates { empty(log) }
        case .truncate: empty(log)
        case .deliver(let from, let to, let identity):
            if let to { copy(from, to, identity) }
            take(from, identity)
        case .compress(let from, let to), .recompress(let from, let to, _, _):
            guard var file = take(from, nil) else { return }
            last += 1
            file.facts.identity.inode = UInt64(last)
            file.facts.size /= 2
            put(to, file)
        case .remove(let name, let identity, let reason):
            if let file = take(name, identity) { removed[file.content] = reason }
        case .makeDirectory, .script: break
        }
    }

    private mutating func put(_ name: String, _ file: File) {
        if files[name] != nil { faults.append("overwrites \(name)") }
        files[name] = file
    }

    @discardableResult
    private mutating func take(_ name: String, _ identity: FileIdentity?) -> File? {
        guard let file = files.removeValue(forKey: name) else {
            faults.append("misses \(name)")
            return nil
        }
        if let identity, identity != file.facts.identity { faults.append("takes another \(name)") }
        return file
    }

    private mutating func rename(_ from: String, _ to: String, _ identity: FileIdentity) {
        if let file = take(from, identity) { put(to, file) }
    }

    private mutating func copy(_ from: String, _ to: String, _ identity: FileIdentity) {
        guard var copy = files[from], copy.facts.identity == identity else {
            faults.append("copies another \(from)")
            return
        }
        last += 1
        copy.facts.identity.inode = UInt64(last)
        put(to, copy)
    }

    private mutating func empty(_ name: String) {
        last += 1
        files[name]?.content = last
        files[name]?.facts.size = 0
    }
}
