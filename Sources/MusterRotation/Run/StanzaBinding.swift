internal import MusterSystem

/// What of a stanza that stands in the journal the configuration that is run vouches for: nothing is run because it stands in
/// the journal.
///
/// A script, a compressor and the user of `su` are taken where a stanza of the same patterns has the very same ones; where no
/// stanza has these patterns any more, one of the same file. What was edited since is not run and told. Where the
/// configuration is not among those of this run, or is broken, it waits for a run that has it.
struct StanzaBinding: Sendable {
    /// The stanzas of a configuration, by what they are found by.
    struct Index {
        fileprivate var byPattern: [String: [RotationStanza]]
        fileprivate var byFile: [String: [RotationStanza]]
        fileprivate var files: Set<String>
        fileprivate var faults: [RotationFault]

        init(_ configuration: RotationConfiguration) {
            byPattern = Dictionary(grouping: configuration.stanzas, by: \.pattern)
            byFile = Dictionary(grouping: configuration.stanzas, by: \.place.file)
            files = configuration.files.union(byFile.keys)
            faults = configuration.faults
        }

        /// Whether something in a file is wrong, so that stanzas of it may be left out.
        fileprivate func isBroken(_ file: String) -> Bool {
            faults.contains { $0.location == file || $0.location.hasPrefix(file + ":") }
        }
    }

    private let vouchers: [JournalStanza]
    /// What is told where its configuration is not among those of this run; what needs it waits then.
    let absence: RotationFault?
    /// Why no work is done for the stanza: nobody vouches for its `su`.
    private(set) var refusal: RotationFault?
    /// The stanza as it is worked on.
    private(set) var stanza: JournalStanza
    /// How its stanza compresses now, for what an earlier run could not.
    let retry: CompressionRetry
    /// Told where a log has a script before its rotation to be run still: that is passed over.
    private(set) var omission: RotationFault?

    /// - Parameter isGone: Whether no file is at a path any more.
    init(_ stanza: JournalStanza, in index: Index, isGone: (String) -> Bool) {
        let (file, place) = (stanza.place.file, "\(stanza.place)")
        let same = index.byPattern[stanza.pattern] ?? []
        retry = CompressionRetry(same)
        vouchers = (same.isEmpty ? index.byFile[file] ?? [] : same).map(JournalStanza.init)
        let isRead = index.files.contains(file) || (file.hasPrefix("/") && isGone(file))
        let isAbsent = same.isEmpty && (!isRead || index.isBroken(file))
        absence =
            isAbsent
            ? RotationFault(
                .journal, at: place,
                "what an earlier run owes to this stanza waits, because this run has no such stanza; "
                    + "run muster with its configuration, or remove the journal to give it up") : nil
        self.stanza = stanza
        takeActor(isKnown: !same.isEmpty, place)
        let before = stanza.scripts[.beforeRotation]
        if let before, !stanza.sharesScripts, !isAbsent, !vouches(for: before, .beforeRotation) {
            self.stanza.scripts[.beforeRotation] = nil
            omission = Self.edited(before, .beforeRotation)
        }
    }

    /// The configuration says who works on files.
    private mutating func takeActor(isKnown: Bool, _ place: String) {
        if stanza.actor == nil && !isKnown || vouchers.contains(where: { $0.actor == stanza.actor }) { return }
        if isKnown {
            stanza.actor = vouchers[0].actor
            return
        }
        refusal =
            absence
            ?? RotationFault(
                .journal, at: place,
                "\"su\" of an earlier run is no longer in the configuration, so its rotations are given up; "
                    + "logs keep the names that they have")
    }

    private func vouches(for script: RotationSettings.Script, _ kind: ScriptKind) -> Bool {
        vouchers.contains { $0.scripts[kind]?.text == script.text }
    }

    /// Errors: the script is not in the configuration.
    fileprivate func check(_ script: RotationSettings.Script, _ kind: ScriptKind) throws(RotationFault) {
        if !vouches(for: script, kind) { throw absence ?? Self.edited(script, kind) }
    }

    private static func edited(_ script: RotationSettings.Script, _ kind: ScriptKind) -> RotationFault {
        RotationFault(
            .script, at: "\(script.place)",
            "\(kind.rawValue) of an earlier run is no longer in the configuration, so it was not run; "
                + "see whether what it did is needed")
    }

    /// Errors: the compressor is not in the configuration.
    fileprivate func check(_ choice: CompressionChoice) throws(RotationFault) {
        if vouchers.contains(where: { $0.compression == choice }) { return }
        if let absence { throw absence }
        var fault = RotationFault(
            .compressor, at: choice.command,
            "the compressor of an earlier run is no longer in the configuration, so its log stays plain")
        fault.isFinal = true
        throw fault
    }
}

/// Programs of an earlier run, which are run only where the configuration still has them.
struct BoundPrograms: RotationPrograms {
    let binding: StanzaBinding
    let programs: any RotationPrograms

    func run(
        _ script: RotationSettings.Script, _ kind: ScriptKind, arguments: [String]
    ) async throws(RotationFault) {
        try binding.check(script, kind)
        try await programs.run(script, kind, arguments: arguments)
    }

    func run(
        _ command: String, _ options: [String], from input: any DiskFile, to output: any DiskFile, of log: String
    ) async throws(RotationFault) {
        try binding.check(CompressionChoice(command: command, options: options))
        try await programs.run(command, options, from: input, to: output, of: log)
    }
}

extension RotationMeans {
    func bound(to binding: StanzaBinding?) -> RotationMeans {
        guard let binding else { return self }
        var means = self
        means.programs = BoundPrograms(binding: binding, programs: programs)
        return means
    }
}

/// How a compression is tried again that an earlier run could not do: by what the configuration says now.
enum CompressionRetry: Sendable {
    /// No stanza has the patterns any more.
    case asBefore
    /// The stanza compresses no more.
    case never
    case by(CompressionChoice, extension: String)

    init(_ stanzas: [RotationStanza]) {
        guard !stanzas.isEmpty else {
            self = .asBefore
            return
        }
        let settings = stanzas.lazy.map(\.settings).first { $0.isCompressed && !$0.compressExtension.isEmpty }
        self = settings.map { .by(CompressionChoice($0), extension: $0.compressExtension) } ?? .never
    }
}

extension RotationFault {
    /// Whether what it is about is not done yet, and left to a later run.
    var isLeft: Bool { code == .interrupted || code == .journal }
}
