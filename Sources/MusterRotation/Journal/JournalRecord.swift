package import MusterSystem

/// One entry of the journal: what was about to be done, and how far it is.
package enum JournalRecord: Sendable, Hashable {
    /// What the logs after it belong to. Numbers count from 0 in each journal.
    case stanza(Int, JournalStanza)
    /// A log is going to be rotated: written before anything is touched.
    case intent(Int, RotationIntent)
    /// The names of these logs are as they shall be, on the device: nothing of it is done again.
    case named([Int])
    /// The copy of a log has so many bytes, on the device: the log may be cut to nothing.
    case copied(Int, LogCopy)
    /// The logs are going to be cut to nothing, and are marked: see ``LogCopy/Cut``.
    case cutting([Int])
    /// The logs were cut to nothing, on the device.
    case cut([Int])
    /// A script has run, for a log or for a whole stanza.
    case ran(ScriptKind, stanza: Int, log: Int?)
    /// Nothing more is to be done for these logs.
    case ended([Int])
    /// Nothing was done for these logs, and nothing will be.
    case dropped([Int])
    /// Nothing more is to be done for this stanza.
    case closed(Int)
}

/// What a later run has to know of a stanza to end what was begun.
package struct JournalStanza: Sendable, Hashable {
    package var pattern: String
    package var place: ConfigurationPlace
    package var scripts: [ScriptKind: RotationSettings.Script]
    package var sharesScripts: Bool
    package var compression: CompressionChoice
    package var shredPasses: Int?
    package var actor: RotationSettings.Actor?

    package init(_ stanza: RotationStanza) {
        pattern = stanza.pattern
        place = stanza.place
        let settings = stanza.settings
        scripts = [:]
        scripts[.firstAction] = settings.firstAction
        scripts[.lastAction] = settings.lastAction
        scripts[.beforeRotation] = settings.beforeRotation
        scripts[.afterRotation] = settings.afterRotation
        scripts[.beforeRemoval] = settings.beforeRemoval
        sharesScripts = settings.sharesScripts
        compression = CompressionChoice(settings)
        shredPasses = settings.shredPasses
        actor = settings.actor
    }
}

/// How a rotated log is compressed.
package struct CompressionChoice: Sendable, Hashable {
    package var command: String
    package var options: [String]

    package init(command: String, options: [String]) {
        self.command = command
        self.options = options
    }

    package init(_ settings: RotationSettings) {
        self.init(command: settings.compressCommand, options: settings.compressOptions)
    }

    /// The level where it is gzip with nothing but a level, which is done without a program; 6 where none is given.
    package var gzipLevel: Int? {
        guard command.split(separator: "/").last == "gzip" else { return nil }
        var level = 6
        for option in options {
            switch option {
            case "--fast": level = 1
            case "--best": level = 9
            case "-1", "-2", "-3", "-4", "-5", "-6", "-7", "-8", "-9": level = Int(option.dropFirst()) ?? 6
            default: return nil
            }
        }
        return level
    }
}

/// A copy of a log that has its name.
package struct LogCopy: Sendable, Hashable {
    package var identity: FileIdentity
    /// Bytes.
    package var size: Int64
    package var cut: Cut

    /// How far the log is cut.
    ///
    /// The last byte that was copied is turned round in the log (all its bits) before the cut is announced. A log that has
    /// it so was not cut since; one that has not was, even where a writer has written the very same lines again.
    package enum Cut: Sendable, Hashable {
        case not
        case begun
        case done
        /// An earlier version of muster did not write down that it cut a log.
        case unknown
    }

    package init(_ identity: FileIdentity, size: Int64, cut: Cut = .not) {
        self.identity = identity
        self.size = size
        self.cut = cut
    }
}

/// A log with all that is going to be done to it.
package struct RotationIntent: Sendable, Hashable {
    package var stanza: Int
    /// The directory of the log, by its path and by what lies there.
    package var directory: String
    package var folder: FileIdentity
    /// The directory of its rotated logs. What lies there is not known (nil) as long as it is still to be made.
    package var destination: String
    package var destinationFolder: FileIdentity?
    package var name: String
    /// Drawn at random: no name of a file that is not whole yet can be foreseen.
    package var token: UInt64
    package var steps: [RotationStep]
    /// What the state file says of it afterwards.
    package var time: CalendarTime
    /// Whether the log itself is rotated; if not, rotated logs of it are removed only.
    package var rotates: Bool

    package init(
        stanza: Int, directory: String, folder: FileIdentity, destination: String, destinationFolder: FileIdentity?,
        name: String, steps: [RotationStep], time: CalendarTime, rotates: Bool = true,
        token: UInt64 = RandomSeed.draw()
    ) {
        self.folder = folder
        self.destinationFolder = destinationFolder
        self.token = token
        self.rotates = rotates
        self.stanza = stanza
        self.directory = directory
        self.destination = destination
        self.name = name
        self.steps = steps
        self.time = time
    }

    /// Whether it is nothing but a compression that an earlier rotation could not do.
    var isRetry: Bool {
        !rotates && steps.contains { if case .recompress = $0 { true } else { false } }
    }

    package var path: String { directory.hasSuffix("/") ? directory + name : "\(directory)/\(name)" }

    /// Where the log is after its rotation, before it is compressed; nil where there is nothing but the log itself, which a
    /// script that takes rotated logs away must not get.
    var rotatedPath: String? {
        for step in steps {
            switch step {
            case .rotate(let to, _), .copy(let to, _, _), .deliver(_, let to?, _): return "\(destination)/\(to)"
            default: continue
            }
        }
        return nil
    }
}
