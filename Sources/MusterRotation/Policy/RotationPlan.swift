package import MusterSystem

/// All that is done to one log that is due.
package struct RotationPlan: Sendable, Hashable {
    /// In the order in which they have to happen: whatever a crash leaves undone, nothing is lost. No step needs a name that is
    /// taken.
    package var steps: [RotationStep]
    /// The name of the log once it is rotated, which scripts get; in the directory of rotated logs.
    package var rotatedName: String
    /// The same after compression; nil where it is not kept.
    package var finalName: String?
    /// Rotated logs that stay, oldest first, where a total size is set: ``TotalCap`` may take some.
    package var kept: [RotatedFile]

    package init(steps: [RotationStep], rotatedName: String, finalName: String?, kept: [RotatedFile] = []) {
        self.kept = kept
        self.steps = steps
        self.rotatedName = rotatedName
        self.finalName = finalName
    }
}

/// A rotated log that is there, plain or compressed, under the name that it has after a rotation's renames.
package struct RotatedFile: Sendable, Hashable {
    package var name: String
    package var facts: EntryFacts
    /// Directories and links hold a name, and move with it; they are neither compressed nor removed.
    var isRegular: Bool { facts.kind == .regular }

    package init(name: String, facts: EntryFacts) {
        self.name = name
        self.facts = facts
    }
}

/// A log that is to be rotated, as it is found.
package struct RotationSubject: Sendable, Hashable {
    /// Its name in its directory.
    package var name: String
    /// Its whole path: faults name it.
    package var path: String
    package var facts: EntryFacts
    /// Of the new log, where `create` names one; nil: that of the old log.
    package var user: UInt32?
    package var group: UInt32?
    /// Whether rotated logs lie on another device: a rename does not get there.
    package var isBoundElsewhere: Bool

    package init(
        name: String, path: String, facts: EntryFacts, user: UInt32? = nil, group: UInt32? = nil,
        isBoundElsewhere: Bool = false
    ) {
        self.name = name
        self.path = path
        self.facts = facts
        self.user = user
        self.group = group
        self.isBoundElsewhere = isBoundElsewhere
    }
}
