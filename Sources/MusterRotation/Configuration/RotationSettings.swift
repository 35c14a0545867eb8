/// How the logs of one stanza are rotated: the directives in effect, those of the stanza over the global ones
/// (logrotate.conf(5)).
package struct RotationSettings: Sendable, Hashable {
    /// When a log is due. The directive that stands last wins.
    package enum Criterion: Sendable, Hashable {
        case hourly
        case daily
        /// On a day of the week, 0 for Sunday to 6, or seven days after the last time; 7: seven days after only.
        case weekly(day: Int)
        /// On a day of the month, 1 to 31; 0: the first time in a month. A day that the month has not is its last.
        case monthly(day: Int)
        case yearly
        /// Over so many bytes, whatever the time.
        case size(Int64)
    }

    /// What happens to the log itself.
    package enum Method: Sendable, Hashable {
        /// Renamed; a new one may be created.
        case rename
        /// Copied and left as it is.
        case copy
        /// Copied, then cut to nothing: lines written in between are at risk.
        case copyTruncate
        /// Renamed, then the rotated name is a copy of that; for a rotated name on another device.
        case renameCopy
    }

    /// An owner and mode as they are written; what is nil is taken from the old file.
    package struct Ownership: Sendable, Hashable {
        /// 0 to 0o7777.
        package var mode: UInt32?
        /// A name or a number.
        package var user: String?
        package var group: String?

        package init(mode: UInt32? = nil, user: String? = nil, group: String? = nil) {
            self.mode = mode
            self.user = user
            self.group = group
        }
    }

    /// The lines between a directive of its kind and `endscript`.
    package struct Script: Sendable, Hashable {
        package var text: String
        package var place: ConfigurationPlace

        package init(text: String, place: ConfigurationPlace) {
            self.text = text
            self.place = place
        }
    }

    // MARK: When

    package var criterion = Criterion.size(1 << 20)
    /// Bytes that a log needs beside its time; nil: none.
    package var minimumSize: Int64?
    /// Bytes from which on a log is due before its time.
    package var maximumSize: Int64?
    /// Days since the last rotation that a log needs beside all else.
    package var minimumAge = 0
    /// Days after which a rotated log is removed, 0: never. It is looked at when the log is rotated.
    package var maximumAge = 0
    package var isMissingAllowed = false
    package var rotatesEmpty = true

    // MARK: What is kept

    /// Rotated logs that are kept; 0: none, -1: all.
    package var count = 0
    /// Bytes of all rotated logs of the stanza together, beyond which the oldest are removed: our extension. Nil: no limit.
    package var maximumTotalSize: Int64?
    /// The number of the first rotated log.
    package var start = 1
    package var isDated = false
    /// For strftime(3); nil: `-%Y%m%d`, or `-%Y%m%d%H` for hourly.
    package var dateFormat: String?
    /// The date is that of so many seconds before: a day for `dateyesterday`, an hour for `datehourago`, or both.
    package var dateBack = 0
    /// Stays at the end of the rotated name: `extension .log` turns `a.log` into `a.1.log`.
    package var keptExtension: String?
    /// Comes behind the date or number.
    package var addedExtension: String?
    /// A folder for rotated logs: absolute, or from the log's own folder.
    package var otherDirectory: String?
    /// Whether that folder is made where it is missing, and how.
    package var otherDirectoryCreation: Ownership?
    /// Whether files are overwritten before they are removed.
    package var isShredded = false
    /// Passes of that.
    package var shredCycles = 3
    /// Passes of overwriting before a file is removed; nil: it is just removed.
    package var shredPasses: Int? {
        get { isShredded ? shredCycles : nil }
        set {
            isShredded = newValue != nil
            if let newValue { shredCycles = newValue }
        }
    }

    // MARK: How

    package var method = Method.rename
    /// How the new log is created; nil: it is not.
    package var creation: Ownership?
    package var isCompressed = false
    /// Compressed the next time only.
    package var delaysCompression = false
    package var compressCommand = "/bin/gzip"
    package var uncompressCommand = "/bin/gunzip"
    package var compressExtension = ".gz"
    /// Words for the compressor: `-9`.
    package var compressOptions: [String] = []
    /// The user and group that do all work on files; nil: whoever runs muster.
    package var actor: Actor?
    package var allowsHardLinks = false
    /// Where a log matches several stanzas, the first one has it, without a fault.
    package var ignoresDuplicates = false

    package struct Actor: Sendable, Hashable {
        package var user: String
        package var group: String

        package init(user: String, group: String) {
            self.user = user
            self.group = group
        }
    }

    // MARK: Scripts

    /// Before all logs of the stanza, if any is due; `$1` is the whole pattern.
    package var firstAction: Script?
    package var lastAction: Script?
    /// Before and after a log is rotated, or once for all with `sharedscripts`; `$1` is the log, `$2` the rotated name.
    package var beforeRotation: Script?
    package var afterRotation: Script?
    /// Before a rotated log is removed; `$1` is its name.
    package var beforeRemoval: Script?
    package var sharesScripts = false

    package init() {}
}

/// A place in a configuration.
package struct ConfigurationPlace: Sendable, Hashable, CustomStringConvertible {
    package var file: String
    /// From 1.
    package var line: Int

    package init(file: String, line: Int) {
        self.file = file
        self.line = line
    }

    /// `/etc/logrotate.conf:12`
    package var description: String { "\(file):\(line)" }
}

/// Patterns of logs with what holds for them.
package struct RotationStanza: Sendable, Hashable {
    /// As they are written, unquoted; glob(7) with braces.
    package var patterns: [String]
    package var settings: RotationSettings
    /// Where its first pattern stands.
    package var place: ConfigurationPlace

    package init(patterns: [String], settings: RotationSettings, place: ConfigurationPlace) {
        self.patterns = patterns
        self.settings = settings
        self.place = place
    }

    /// As scripts get it: all patterns, a blank between them.
    package var pattern: String { patterns.joined(separator: " ") }
}

/// A stanza that is left out for a fault. Its logs stay as they are: no stanza behind it has them.
package struct LeftOutStanza: Sendable, Hashable {
    package var stanza: RotationStanza
    /// How many stanzas that stand come before it.
    package var position: Int
}

/// What was read from configurations, with what is wrong in them: stanzas with a fault are left out, the others stand.
package struct RotationConfiguration: Sendable, Hashable {
    package var stanzas: [RotationStanza] = []
    /// In their order.
    package var leftOut: [LeftOutStanza] = []
    /// Each keeps the exit status from being 0.
    package var faults: [RotationFault] = []
    /// Directives that are known and have no effect here.
    package var warnings: [RotationFault] = []
    /// The files that were read.
    package var files: Set<String> = []

    package init() {}

    /// All whose logs are looked for: those that stand, then those that are left out.
    var all: [RotationStanza] { leftOut.isEmpty ? stanzas : stanzas + leftOut.map(\.stanza) }
}

/// Something wrong in a configuration, a state file or on the disk, with its place and what to do.
package struct RotationFault: Error, Sendable, Hashable {
    package enum Code: String, Sendable {
        case malformed
        /// A stanza that a fault elsewhere may concern.
        case leftOut = "left_out"
        case unknownDirective = "unknown_directive"
        case unsupported
        case badValue = "bad_value"
        case unsafe
        case missing
        case duplicate
        case unreadable
        case disk
        case script
        case compressor
        case journal
        case locked
        case interrupted
    }

    package var code: Code
    /// `/etc/logrotate.d/nginx:3`, or the path of a file.
    package var location: String
    /// What is wrong and what to do, in one sentence.
    package var hint: String
    /// Whether it would be the same at another time.
    package var isFinal = false

    package init(_ code: Code, at location: String, _ hint: String) {
        self.code = code
        self.location = location
        self.hint = hint
    }

    package var text: String { "\(location): \(hint)" }
}
