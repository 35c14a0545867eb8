package import MusterSystem

/// One thing that is done when a log is rotated. A dry run lists them, a run does just these, and the journal keeps them:
/// each can be done again after a run was killed in the middle, because it says which file it is about, not only which name.
package enum RotationStep: Sendable, Hashable {
    /// The directory of rotated logs, where it is missing.
    case makeDirectory(mode: UInt32, user: UInt32, group: UInt32)
    /// A rotated log gets its next name.
    case shift(from: String, to: String, FileIdentity)
    /// The log gets its first rotated name.
    case rotate(to: String, FileIdentity)
    /// A new log in the old one's place, with the old one's access list or without any.
    case create(mode: UInt32, user: UInt32, group: UInt32, keepsList: Bool = true)
    /// A copy of the log under its first rotated name; with `truncates`, the log is cut to nothing after it.
    case copy(to: String, FileIdentity, truncates: Bool)
    /// The log is cut to nothing without a copy: `copytruncate` where none is kept.
    case truncate(FileIdentity)
    /// The log gets another name in its own directory, because its rotated name is on another device (`renamecopy`).
    case setAside(as: String, FileIdentity)
    /// What was set aside is copied under its first rotated name and then removed; nil: just removed.
    case deliver(from: String, to: String?, FileIdentity)
    case script(ScriptKind)
    /// A rotated log is compressed under its final name and then removed.
    case compress(from: String, to: String)
    /// The same for a log of an earlier rotation that could not be compressed then. `temporary` is the number of its file that
    /// is not whole yet.
    case recompress(from: String, to: String, FileIdentity, temporary: Int)
    /// A rotated log that is too old, too many or too much.
    case remove(String, FileIdentity, RemovalReason)

    package enum RemovalReason: String, Sendable, Hashable {
        /// Beyond `rotate`.
        case count
        /// Beyond `maxage`.
        case age
        /// Beyond `maxtotalsize`.
        case totalSize = "total_size"
    }
}

package enum ScriptKind: String, Sendable, Hashable, CaseIterable {
    case firstAction = "firstaction"
    case beforeRotation = "prerotate"
    case afterRotation = "postrotate"
    case lastAction = "lastaction"
    case beforeRemoval = "preremove"
}
