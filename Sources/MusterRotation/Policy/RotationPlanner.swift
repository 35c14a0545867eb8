package import MusterSystem

/// Makes the list of steps of one rotation. It looks at names and facts only, and touches nothing.
package struct RotationPlanner: Sendable {
    /// What is asked about an entry of the directory of rotated logs (lstat(2)); nil where it is gone.
    package typealias Lookup = (String) throws(DiskFault) -> EntryFacts?

    private let settings: RotationSettings

    package init(_ settings: RotationSettings) { self.settings = settings }

    /// The rotation of a log whose rotated logs are among `names`. Errors: a directive makes names that a directory cannot
    /// have; the disk cannot be asked.
    package func plan(
        _ subject: RotationSubject, among names: DirectoryNames, now: RotationTime, facts: Lookup
    ) throws(RotationFault) -> RotationPlan {
        let form = RotationNames(log: subject.name, settings)
        let entries = form.entries(in: names)
        let rotated = form.name(at: now.named(back: settings.dateBack), among: entries, in: names)
        try check([rotated] + (settings.isCompressed ? [form.compressed(rotated)] : []), subject)
        var shifts: [RotationStep] = []
        var logs: [RotatedLog]
        do throws(DiskFault) {
            if form.isDated {
                logs = try DatedLogs(settings, form).logs(entries, facts)
            } else {
                (logs, shifts) = try NumberedLogs(settings, form).shifted(entries, facts)
            }
        } catch {
            throw RotationFault(.disk, at: subject.path, "\(error.call) \(error.path) failed with errno \(error.code)")
        }
        for case .shift(_, let to, _) in shifts { try check([to], subject) }
        return assembled(subject, form, rotated, shifts, logs, now)
    }

    private func assembled(
        _ subject: RotationSubject, _ form: RotationNames, _ rotated: String, _ shifts: [RotationStep],
        _ logs: [RotatedLog], _ now: RotationTime
    ) -> RotationPlan {
        let (removals, staying) = Retention(settings: settings, now: now).parted(logs)
        let removed = Set(removals.map(\.file.name))
        let isCompressed = settings.isCompressed && !settings.delaysCompression && isKept
        var steps = script(.beforeRotation, settings.beforeRotation)
        steps += shifts
        steps += taking(subject, rotated)
        steps += script(.afterRotation, settings.afterRotation)
        if isSetAside(subject) {
            let name = Self.asideName(subject.name)
            steps.append(.deliver(from: name, to: isKept ? rotated : nil, subject.facts.identity))
        }
        if isCompressed { steps.append(.compress(from: rotated, to: form.compressed(rotated))) }
        for log in logs where settings.isCompressed && settings.delaysCompression {
            // One that has its compressed twin beside it stays as it is: neither may be written over.
            guard let file = log.plain, log.compressed == nil, log.isDue, !removed.contains(file.name) else { continue }
            steps.append(.compress(from: file.name, to: form.compressed(file.name)))
        }
        for (file, reason) in removals { steps += removal(file.name, file.facts.identity, reason) }
        if !isKept, takes(subject) { steps += removal(rotated, subject.facts.identity, .count) }
        return RotationPlan(
            steps: steps, rotatedName: rotated,
            finalName: isKept ? isCompressed ? form.compressed(rotated) : rotated : nil,
            kept: settings.maximumTotalSize == nil ? [] : staying)
    }

    /// The rotated logs of a log that is not rotated now, oldest first.
    package func rotated(
        _ subject: RotationSubject, among names: DirectoryNames, facts: Lookup
    ) throws(DiskFault) -> [RotatedFile] {
        var files: [RotatedFile] = []
        for entry in RotationNames(log: subject.name, settings).entries(in: names) {
            for name in [entry.plain, entry.compressed].compactMap(\.self) {
                if let facts = try facts(name) { files.append(RotatedFile(name: name, facts: facts)) }
            }
        }
        return files.filter(\.isRegular)
    }

    // MARK: The log

    /// Whether the log that is rotated now is kept; without `rotate` it is not.
    private var isKept: Bool { settings.count != 0 }

    private func isSetAside(_ subject: RotationSubject) -> Bool {
        settings.method == .renameCopy && subject.isBoundElsewhere
    }

    /// Whether the log's own file gets the rotated name.
    private func takes(_ subject: RotationSubject) -> Bool {
        switch settings.method {
        case .rename: true
        case .renameCopy: !subject.isBoundElsewhere
        case .copy, .copyTruncate: false
        }
    }

    private func taking(_ subject: RotationSubject, _ rotated: String) -> [RotationStep] {
        let identity = subject.facts.identity
        switch settings.method {
        case .copy: return isKept ? [.copy(to: rotated, identity, truncates: false)] : []
        case .copyTruncate: return [isKept ? .copy(to: rotated, identity, truncates: true) : .truncate(identity)]
        case .rename, .renameCopy:
            // On the same device a rename does what a copy would.
            let step: RotationStep =
                isSetAside(subject)
                ? .setAside(as: Self.asideName(subject.name), identity) : .rotate(to: rotated, identity)
            guard let creation = settings.creation else { return [step] }
            let facts = subject.facts
            let new = RotationStep.create(
                mode: creation.mode ?? facts.mode & 0o777, user: subject.user ?? facts.user,
                group: subject.group ?? facts.group, keepsList: creation.mode == nil)
            return [step, new]
        }
    }

    /// A name that no pattern of a configuration finds, and the same for a log every time: a later rotation is held up by
    /// what an earlier one left there, and never takes its place.
    private static func asideName(_ log: String) -> String { ".\(log).muster-aside" }

    // MARK: Scripts and removals

    /// With `sharedscripts` a script runs once for all logs, which is the run's.
    private func script(_ kind: ScriptKind, _ script: RotationSettings.Script?) -> [RotationStep] {
        script == nil || settings.sharesScripts ? [] : [.script(kind)]
    }

    private func removal(
        _ name: String, _ identity: FileIdentity, _ reason: RotationStep.RemovalReason
    ) -> [RotationStep] {
        (settings.beforeRemoval == nil ? [] : [.script(.beforeRemoval)]) + [.remove(name, identity, reason)]
    }

    // MARK: Names

    /// Bytes of the longest name of a directory's entry.
    private static let longestName = 255

    private func check(_ names: [String], _ subject: RotationSubject) throws(RotationFault) {
        if settings.isCompressed, settings.compressExtension.isEmpty {
            throw RotationFault(.badValue, at: subject.path, "compressext is empty; give an extension such as .gz")
        }
        for name in names + (isSetAside(subject) ? [Self.asideName(subject.name)] : []) {
            if name.utf8.contains(where: { $0 == UInt8(ascii: "/") || $0 == 0 }) {
                throw RotationFault(
                    .badValue, at: subject.path,
                    "the rotated name \(name) has a slash in it; take it out of dateformat, addextension or compressext"
                )
            }
            if name.utf8.count > Self.longestName {
                throw RotationFault(
                    .badValue, at: subject.path,
                    "the rotated name has \(name.utf8.count) bytes and may have \(Self.longestName); shorten it")
            }
        }
    }
}
