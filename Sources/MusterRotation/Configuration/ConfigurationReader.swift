internal import MusterCore
internal import MusterSystem

/// Reads configurations in logrotate's language (logrotate.conf(5)) and tells all that is wrong in them.
///
/// Global directives hold for what comes after them, in later files too. A stanza with a fault is left out, and the others
/// stand; after a fault outside of stanzas all are left out that it may concern (``ConfigurationDoubt``). Bytes are hostile:
/// time and memory are in proportion to them, and what is read, included and told is bounded.
package struct ConfigurationReader {
    private static let sizeLimit = 16 << 20
    private static let totalSizeLimit = 64 << 20
    private static let fileLimit = 20_000
    private static let nestingLimit = 16

    private let source: any ConfigurationSource
    /// Whoever runs muster: root takes configurations from root alone.
    private let user: UInt32
    /// For paths that begin with `~/`.
    let home: String?

    var globals = RotationSettings()
    var stanza: OpenStanza?
    var taboo = TabooNames()
    var notes = ConfigurationNotes()
    /// Stanzas and alternatives of patterns that are read yet at most.
    var stanzasLeft = 100_000
    var alternativesLeft = 1_000_000
    private var filesLeft = fileLimit
    private var bytesLeft = totalSizeLimit
    /// The files that are being read, each included by the one before.
    private(set) var nesting: [String] = []
    var doubt = ConfigurationDoubt()

    package init(source: any ConfigurationSource, user: UInt32 = 0, home: String? = nil) {
        self.source = source
        self.user = user
        self.home = home.flatMap { $0.hasPrefix("/") ? $0 : nil }
    }

    /// Reads a file, or all files of a directory as `include` does.
    package mutating func read(_ path: String) {
        read(path, from: path)
    }

    package consuming func finish() -> RotationConfiguration { notes.configuration }

    // MARK: Files

    /// What an `include` names, or the command line, which is then its own location.
    mutating func read(_ path: String, from location: String) {
        guard !nesting.contains(path) else {
            return note(.malformed, location, "\(DirectiveValues.shown(path)) includes itself; leave the include out")
        }
        // What it says of stanzas after it is not known.
        if !readNamed(path, from: location) { doubtGlobals(at: location) }
    }

    /// False where nothing could be read.
    private mutating func readNamed(_ path: String, from location: String) -> Bool {
        guard nesting.count < Self.nestingLimit else {
            return refuse(
                .malformed, location, "more than \(Self.nestingLimit) files include each other; include less deep")
        }
        do {
            switch try source.entry(path, limit: Self.sizeLimit) {
            case nil:
                return refuse(
                    .missing, location,
                    "there is no \(DirectiveValues.shown(path)); write the path of a file or directory")
            case .directory:
                // A folder is listed once: what its files say of names holds for later ones.
                let origin = doubt.tabooOrigin
                for name in try included(path) { readFile(name, in: path, after: origin) }
                return true
            case .file(let facts, let bytes): return read(bytes, path, facts)
            case .link:
                return refuse(
                    .unsafe, location, "\(DirectiveValues.shown(path)) is a link; write the path of the file itself")
            case .other:
                return refuse(
                    .unsafe, location, "\(DirectiveValues.shown(path)) is no regular file; write the path of one")
            }
        } catch {
            return refuse(
                .unreadable, location,
                "\(DirectiveValues.shown(path)) cannot be read (\(error.reason)); see its permissions")
        }
    }

    /// A file of a directory; other things there are passed over.
    private mutating func readFile(_ name: String, in directory: String, after origin: String?) {
        let path = directory.hasSuffix("/") ? directory + name : "\(directory)/\(name)"
        guard !nesting.contains(path) else {
            return note(
                .malformed, path, "\(DirectiveValues.shown(path)) includes its own directory; leave the include out")
        }
        do {
            guard let entry = try source.entry(path, limit: Self.sizeLimit) else { return }
            switch entry {
            case .file(let facts, let bytes):
                _ = read(bytes, path, facts, isMember: true, after: origin)
            case .link: note(.unsafe, path, "it is a link and is not read; put the file itself here")
            case .directory, .other: break
            }
        } catch {
            note(.unreadable, path, "it cannot be read (\(error.reason)); see its permissions")
        }
    }

    private mutating func read(
        _ bytes: [UInt8], _ path: String, _ facts: EntryFacts, isMember: Bool = false, after origin: String? = nil
    ) -> Bool {
        guard facts.mode & 0o022 == 0 else {
            let mode = String(facts.mode & 0o7777, radix: 8)
            return refuse(
                .unsafe, path,
                "group or others may write it (mode 0\(mode)) and with it say what runs here; try chmod go-w")
        }
        guard user != 0 || facts.user == 0 else {
            return refuse(.unsafe, path, "it belongs to user \(facts.user) and says what root runs; try chown root")
        }
        guard bytes.count <= Self.sizeLimit else {
            return refuse(.malformed, path, "it is larger than 16 MiB; split it")
        }
        filesLeft -= 1
        bytesLeft -= bytes.count
        guard filesLeft >= 0, bytesLeft >= 0 else {
            return refuse(
                .malformed, path, "it is left out: more than 64 MiB or 20000 files are included; include less")
        }
        notes.hasRead(path)
        nesting.append(path)
        doubt.begin(firstStanza: notes.configuration.stanzas.count, globals, after: origin)
        parse(bytes, file: path)
        doubt.end(globals, isMember: isMember)
        nesting.removeLast()
        return true
    }

    /// Names of a directory that are read, in the order of their bytes.
    private func included(_ directory: String) throws(DiskFault) -> [String] {
        try source.names(directory).filter { !taboo.contains($0) }.sorted { $0.isBefore($1) }
    }

    private mutating func refuse(_ code: RotationFault.Code, _ location: String, _ hint: String) -> Bool {
        note(code, location, hint)
        return false
    }

    /// A fault; the stanza that is open is left out.
    mutating func note(_ code: RotationFault.Code, _ location: String, _ hint: @autoclosure () -> String) {
        stanza?.isBroken = true
        notes.fault(code, location, hint())
    }
}

/// A stanza whose `}` is still to come.
struct OpenStanza {
    var patterns: [String]
    var settings: RotationSettings
    /// What may hold instead.
    var alternatives: [RotationSettings]
    var place: ConfigurationPlace
    /// The nesting of files that it was opened in.
    var depth: Int
    var isBroken: Bool
}

/// What comes of reading, with a bound on what is told.
struct ConfigurationNotes {
    private static let limit = 1_000
    private(set) var configuration = RotationConfiguration()

    /// Whether further faults are not told.
    var isFull: Bool { configuration.faults.count > Self.limit }

    mutating func add(_ stanza: RotationStanza) { configuration.stanzas.append(stanza) }

    mutating func leaveOut(_ stanza: RotationStanza) {
        configuration.leftOut.append(LeftOutStanza(stanza: stanza, position: configuration.stanzas.count))
    }

    /// Leaves out the stanzas from a number on.
    mutating func leaveOutStanzas(from number: Int) {
        let number = min(number, configuration.stanzas.count)
        var index = configuration.leftOut.endIndex
        while index > 0, configuration.leftOut[index - 1].position > number {
            index -= 1
            configuration.leftOut[index].position = number
        }
        configuration.leftOut += configuration.stanzas[number...].map { LeftOutStanza(stanza: $0, position: number) }
        configuration.stanzas.removeSubrange(number...)
    }

    mutating func hasRead(_ file: String) { configuration.files.insert(file) }

    mutating func fault(_ code: RotationFault.Code, _ location: String, _ hint: @autoclosure () -> String) {
        guard !isFull else { return }
        let isLast = configuration.faults.count == Self.limit
        configuration.faults.append(
            RotationFault(
                code, at: location, isLast ? "this and further faults are not told; correct those before" : hint()))
    }

    mutating func warning(_ location: String, _ hint: String) {
        guard configuration.warnings.count < Self.limit else { return }
        configuration.warnings.append(RotationFault(.unsupported, at: location, hint))
    }
}
