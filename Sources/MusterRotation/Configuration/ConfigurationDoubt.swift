/// Whether it is known what holds for the stanzas to come. After a fault outside of stanzas it is not: a directive that was
/// meant for all of them may be missing, and a default in its place could remove every rotated log.
///
/// A file of a folder that has no directive outside of its stanzas says nothing of other files: after it the doubt ends, as
/// with logrotate, which passes such a file over.
struct ConfigurationDoubt {
    /// A file that is being read.
    private struct File {
        /// The number of its first stanza.
        var firstStanza: Int
        /// Whether the doubt began before it.
        var wasThere: Bool
        /// Whether a directive stands outside of its stanzas, or a word that is nearly one.
        var hasGlobals = false
        /// Whether it was told that stanzas of it are left out.
        var isTold = false
    }

    /// The first fault that it comes from; nil: there is no doubt.
    private(set) var origin: String?
    private var files: [File] = []
    /// Whether the file that ended last may concern those after it.
    private var lastHasGlobals = false
    private var wasThereBeforeLast = false

    mutating func begin(firstStanza: Int) {
        files.append(File(firstStanza: firstStanza, wasThere: origin != nil))
    }

    mutating func end() {
        guard let file = files.popLast() else { return }
        lastHasGlobals = file.hasGlobals
        wasThereBeforeLast = file.wasThere
        // What it includes stands in its place.
        if file.hasGlobals, let last = files.indices.last { files[last].hasGlobals = true }
    }

    /// After the end of a file of a folder.
    mutating func endMember() {
        if !lastHasGlobals, !wasThereBeforeLast { origin = nil }
    }

    mutating func add(_ location: String) {
        if origin == nil { origin = location }
    }

    mutating func hasGlobal() {
        if let last = files.indices.last { files[last].hasGlobals = true }
    }

    /// The first stanza of the file that is being read.
    var firstStanza: Int { files.last?.firstStanza ?? 0 }

    /// What is told where a stanza is left out; nil where that was told of its file.
    mutating func reason() -> String? {
        guard let origin, let last = files.indices.last, !files[last].isTold else { return nil }
        files[last].isTold = true
        return "from here on the stanzas of this file are left out, because the fault at \(origin) may concern them; "
            + "correct that"
    }
}

extension ConfigurationReader {
    /// Notes that something which may have been meant for all stanzas to come was not understood. In a stanza nothing is.
    mutating func doubtGlobals(at location: @autoclosure () -> String) {
        if stanza == nil { doubt.add(location()) }
    }

    /// Leaves a stanza out, where it is not known what holds for it.
    mutating func leavesOut(_ place: ConfigurationPlace) -> Bool {
        guard doubt.origin != nil else { return false }
        if let reason = doubt.reason() { notes.fault(.malformed, place.description, reason) }
        return true
    }

    /// Leaves out the stanzas of the file before a `}` that closes nothing: one of them may have been closed too early.
    mutating func leaveOutFile(at place: ConfigurationPlace) {
        notes.removeStanzas(from: doubt.firstStanza)
        doubt.add(place.description)
    }
}
