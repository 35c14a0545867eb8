/// Whether it is known what holds for the stanzas to come. After a fault outside of stanzas it is not: a directive that was
/// meant for all of them may be missing, and a default in its place could remove every rotated log.
///
/// A file leaves out its own stanzas behind the fault, with those of files that it includes. A file that was named, on the
/// command line or by an include, stands for what comes after it too. One of a folder does not: logrotate passes it over. Of
/// files behind that one only stanzas are left out that would be others if it were corrected, or had never been read.
struct ConfigurationDoubt {
    /// A file that is being read.
    private struct File {
        /// The number of its first stanza.
        var firstStanza = 0
        /// The fault that leaves out the stanzas behind it; nil: there is none.
        var origin: String?
        /// Whether that is a fault of a file that includes this one.
        var isInherited = false
        /// Whether it was told that stanzas of it are left out.
        var isTold = false
        /// What held before it.
        var globals = RotationSettings()
        var alternatives: [RotationSettings] = []
    }

    private static let alternativeLimit = 16

    /// The command line, and each file that is included by the one before.
    private var files = [File()]
    /// What may hold instead of the directives that were read.
    private(set) var alternatives: [RotationSettings] = []
    /// The fault that the first of them comes from.
    private var alternativeOrigin = ""
    /// A fault because of which folders may have files that were not meant to be read.
    private(set) var tabooOrigin: String?

    /// - Parameter origin: A fault before the file that leaves it out.
    mutating func begin(firstStanza: Int, _ globals: RotationSettings, after origin: String?) {
        let origin = files.last?.origin ?? origin
        files.append(
            File(
                firstStanza: firstStanza, origin: origin, isInherited: origin != nil, globals: globals,
                alternatives: alternatives))
    }

    /// - Parameter isMember: Whether it is one of the files of a folder.
    mutating func end(_ globals: RotationSettings, isMember: Bool) {
        guard let file = files.popLast(), let origin = file.origin, !file.isInherited else { return }
        if !isMember { return add(origin) }
        if alternatives.isEmpty { alternativeOrigin = origin }
        for other in [file.globals] + file.alternatives where other != globals && !alternatives.contains(other) {
            alternatives.append(other)
        }
        alternatives.removeAll { $0 == globals }
        if alternatives.count > Self.alternativeLimit { addToAll(origin) }
    }

    /// Leaves out what comes in the file that is being read.
    mutating func add(_ location: String) {
        if files[files.endIndex - 1].origin == nil { files[files.endIndex - 1].origin = location }
    }

    /// Leaves out all that comes.
    mutating func addToAll(_ location: String) {
        for index in files.indices where files[index].origin == nil { files[index].origin = location }
    }

    /// Notes that a directive for all stanzas may have had any value.
    mutating func suspect(_ directive: Directive, _ globals: RotationSettings, at location: String) {
        if directive.choosesFiles { return suspectFolders(at: location) }
        if alternatives.isEmpty {
            alternativeOrigin = location
            alternatives = [globals]
        }
        directive.disturb(&alternatives[0])
    }

    /// Notes that folders that are listed from now on may have files which were not meant to be read.
    mutating func suspectFolders(at location: String) {
        if tabooOrigin == nil { tabooOrigin = location }
    }

    /// A directive that was understood holds whatever was not.
    mutating func apply(_ change: (inout RotationSettings) -> Void) {
        for index in alternatives.indices { change(&alternatives[index]) }
    }

    /// The first stanza of the file that is being read.
    var firstStanza: Int { files[files.endIndex - 1].firstStanza }

    /// Whether all that comes in the file that is being read is left out.
    var leavesOutAll: Bool { files[files.endIndex - 1].origin != nil }

    /// The fault that leaves a stanza out; nil: it stands.
    func origin(of stanza: OpenStanza) -> String? {
        if let origin = files[files.endIndex - 1].origin { return origin }
        return stanza.alternatives.allSatisfy { $0 == stanza.settings } ? nil : alternativeOrigin
    }

    /// Whether it is to be told that a stanza is left out: it is once of each file.
    mutating func isTelling() -> Bool {
        defer { files[files.endIndex - 1].isTold = true }
        return !files[files.endIndex - 1].isTold
    }
}

extension Directive {
    /// Whether it says which files of a folder are read.
    fileprivate var choosesFiles: Bool {
        switch action {
        case .tabooEndings, .tabooPatterns: true
        default: false
        }
    }

    /// Gives what it sets a value that no configuration can give it.
    fileprivate func disturb(_ settings: inout RotationSettings) {
        let (number, text) = (Int(Int32.max) - 1, "\0")
        switch action {
        case .flag(let change): change(&settings)
        case .number(_, let change): change(&settings, number)
        case .optionalNumber(_, let change): change(&settings, number)
        case .size(let change): change(&settings, .max)
        case .text(let change), .path(let change), .line(let change): change(&settings, text)
        case .words(let change): change(&settings, [text])
        case .ownership(let change): change(&settings, RotationSettings.Ownership(mode: .max))
        case .actor: settings.actor = RotationSettings.Actor(user: text, group: text)
        case .script(let kind):
            let place = ConfigurationPlace(file: text, line: 0)
            settings.set(kind, RotationSettings.Script(text: text, place: place))
        case .include, .tabooEndings, .tabooPatterns, .unsupported: break
        }
    }
}

extension ConfigurationReader {
    /// Notes that something which may have been meant for all stanzas to come was not understood. In a stanza nothing is.
    mutating func doubtGlobals(at location: @autoclosure () -> String) {
        if stanza == nil { doubt.add(location()) }
    }

    /// Notes that a directive was not understood.
    mutating func suspect(_ directive: Directive, at place: ConfigurationPlace) {
        guard stanza == nil else { return }
        doubt.add(place.description)
        doubt.suspect(directive, globals, at: place.description)
    }

    /// Leaves a stanza out, where it is not known what holds for it.
    mutating func leavesOut(_ stanza: OpenStanza) -> Bool {
        guard let origin = doubt.origin(of: stanza) else { return false }
        if doubt.isTelling() {
            let which =
                doubt.leavesOutAll
                ? "stanzas of this file are left out from here on"
                : "this stanza is left out, with others of this file that leave the same open"
            notes.fault(
                .leftOut, stanza.place.description,
                "\(which), because the fault at \(origin) may concern them; correct that")
        }
        return true
    }

    /// Leaves out the stanzas of the file before a `}` that closes nothing: one of them may have been closed too early.
    mutating func leaveOutFile(at place: ConfigurationPlace) {
        notes.leaveOutStanzas(from: doubt.firstStanza)
        doubt.add(place.description)
    }
}
