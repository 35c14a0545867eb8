/// A word of logrotate's language (logrotate.conf(5)) with what it does.
struct Directive: Sendable {
    typealias Change<Value> = @Sendable (inout RotationSettings, Value) -> Void

    enum Action: Sendable {
        /// Stands alone; other directives may follow on its line.
        case flag(@Sendable (inout RotationSettings) -> Void)
        /// Followed by a number.
        case number(ClosedRange<Int>, Change<Int>)
        /// A number may follow.
        case optionalNumber(ClosedRange<Int>, Change<Int?>)
        case size(Change<Int64>)
        /// One word, which may be quoted.
        case text(Change<String>)
        /// A path in one word, `~/` standing for the home of whoever runs muster.
        case path(Change<String>)
        /// All that stands on the line, as it is.
        case line(Change<String>)
        case words(Change<[String]>)
        case ownership(Change<RotationSettings.Ownership>)
        case actor
        case script(ScriptKind)
        case include
        /// Endings of names that are not included.
        case tabooEndings
        case tabooPatterns
        /// Known and without effect here, with a value or without, and what to do instead.
        case unsupported(hasValue: Bool, String)
    }

    var name: String
    var action: Action
    /// How it is written with its value.
    var example: String

    private init(_ name: String, _ action: Action, _ example: String? = nil) {
        self.name = name
        self.action = action
        self.example = example ?? name
    }

    static let named = Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

    static func script(_ kind: ScriptKind) -> Directive { Directive(kind.rawValue, .script(kind)) }

    static func isScript(_ name: String) -> Bool { ScriptKind(rawValue: name) != nil }

    static let all: [Directive] = when + kept + method + compression + names + scripts + files

    private static let count = 0...Int(Int32.max)

    private static let when = [
        Directive("hourly", .flag { $0.criterion = .hourly }),
        Directive("daily", .flag { $0.criterion = .daily }),
        Directive("weekly", .optionalNumber(0...7) { $0.criterion = .weekly(day: $1 ?? 0) }, "weekly 1"),
        Directive("monthly", .optionalNumber(0...31) { $0.criterion = .monthly(day: $1 ?? 0) }, "monthly 1"),
        Directive("yearly", .flag { $0.criterion = .yearly }),
        Directive("size", .size { $0.criterion = .size($1) }, "size 100k"),
        Directive("minsize", .size { $0.minimumSize = $1 }, "minsize 100k"),
        Directive("maxsize", .size { $0.maximumSize = $1 }, "maxsize 100M"),
        Directive("minage", .number(count) { $0.minimumAge = $1 }, "minage 1"),
        Directive("missingok", .flag { $0.isMissingAllowed = true }),
        Directive("nomissingok", .flag { $0.isMissingAllowed = false }),
        Directive("ifempty", .flag { $0.rotatesEmpty = true }),
        Directive("notifempty", .flag { $0.rotatesEmpty = false }),
        Directive("ignoreduplicates", .flag { $0.ignoresDuplicates = true }),
    ]

    private static let kept = [
        Directive("rotate", .number(-1...Int(Int32.max)) { $0.count = $1 }, "rotate 7"),
        Directive("maxage", .number(count) { $0.maximumAge = $1 }, "maxage 30"),
        Directive("maxtotalsize", .size { $0.maximumTotalSize = $1 }, "maxtotalsize 10G"),
        Directive("start", .number(count) { $0.start = $1 }, "start 1"),
        Directive("shred", .flag { $0.isShredded = true }),
        Directive("noshred", .flag { $0.isShredded = false }),
        Directive("shredcycles", .number(count) { $0.shredCycles = $1 }, "shredcycles 3"),
        Directive("olddir", .path { $0.otherDirectory = $1 }, "olddir /var/log/old"),
        Directive("noolddir", .flag { $0.otherDirectory = nil }),
        Directive("createolddir", .ownership { $0.otherDirectoryCreation = $1 }, "createolddir 0755 root root"),
        Directive("nocreateolddir", .flag { $0.otherDirectoryCreation = nil }),
    ]

    private static let method = [
        Directive("create", .ownership { $0.creation = $1 }, "create 0640 root adm"),
        Directive("nocreate", .flag { $0.creation = nil }),
        // A copy that is truncated as well stays one.
        Directive("copy", .flag { $0.method = $0.method == .copyTruncate ? .copyTruncate : .copy }),
        Directive("nocopy", .flag { $0.method = $0.method == .copy ? .rename : $0.method }),
        Directive("copytruncate", .flag { $0.method = .copyTruncate }),
        Directive("nocopytruncate", .flag { $0.method = $0.method == .copyTruncate ? .rename : $0.method }),
        Directive("renamecopy", .flag { $0.method = .renameCopy }),
        Directive("norenamecopy", .flag { $0.method = $0.method == .renameCopy ? .rename : $0.method }),
        Directive("allowhardlink", .flag { $0.allowsHardLinks = true }),
        Directive("noallowhardlink", .flag { $0.allowsHardLinks = false }),
        Directive("su", .actor, "su www-data adm"),
    ]

    private static let compression = [
        Directive("compress", .flag { $0.isCompressed = true }),
        Directive("nocompress", .flag { $0.isCompressed = false }),
        Directive("delaycompress", .flag { $0.delaysCompression = true }),
        Directive("nodelaycompress", .flag { $0.delaysCompression = false }),
        Directive("compresscmd", .text { Compressor.use($1, in: &$0) }, "compresscmd /usr/bin/zstd"),
        Directive("uncompresscmd", .text { $0.uncompressCommand = $1 }, "uncompresscmd /usr/bin/unzstd"),
        Directive("compressext", .text { $0.compressExtension = $1 }, "compressext .zst"),
        Directive("compressoptions", .words { $0.compressOptions = $1 }, "compressoptions -9"),
    ]

    private static let names = [
        Directive("dateext", .flag { $0.isDated = true }),
        Directive("nodateext", .flag { $0.isDated = false }),
        Directive("dateformat", .line { $0.dateFormat = $1 }, "dateformat -%Y%m%d"),
        // Both together are an hour before noon of the day before.
        Directive("dateyesterday", .flag { $0.dateBack = 86_400 + $0.dateBack % 86_400 }),
        Directive("datehourago", .flag { $0.dateBack += 3_600 - $0.dateBack % 86_400 }),
        Directive("extension", .text { $0.keptExtension = $1 }, "extension .log"),
        Directive("addextension", .text { $0.addedExtension = $1 }, "addextension .log"),
    ]

    private static let scripts =
        ScriptKind.allCases.map { Directive($0.rawValue, .script($0)) } + [
            Directive("sharedscripts", .flag { $0.sharesScripts = true }),
            Directive("nosharedscripts", .flag { $0.sharesScripts = false }),
        ]

    private static let files = [
        Directive("include", .include, "include /etc/logrotate.d"),
        Directive("tabooext", .tabooEndings, "tabooext + .bak"),
        Directive("taboopat", .tabooPatterns, "taboopat + *.bak"),
        Directive("mail", .unsupported(hasValue: true, mailHint), "nomail"),
        Directive("mailfirst", .unsupported(hasValue: false, mailHint)),
        Directive("maillast", .unsupported(hasValue: false, mailHint)),
        Directive("errors", .unsupported(hasValue: true, mailHint), "nomail"),
        Directive("nomail", .flag { _ in }),
    ]

    private static let mailHint = "muster sends no mail; send one from a preremove or postrotate script"
}

extension RotationSettings {
    mutating func set(_ kind: ScriptKind, _ script: Script) {
        switch kind {
        case .firstAction: firstAction = script
        case .beforeRotation: beforeRotation = script
        case .afterRotation: afterRotation = script
        case .lastAction: lastAction = script
        case .beforeRemoval: beforeRemoval = script
        }
    }
}

/// Compressors whose endings are known: their command sets the ending too, unless `compressext` stands behind it.
private enum Compressor {
    private static let known: [String: (ending: String, counterpart: String)] = [
        "gzip": (".gz", "gunzip"),
        "bzip2": (".bz2", "bunzip2"),
        "xz": (".xz", "unxz"),
        "zstd": (".zst", "unzstd"),
        "compress": (".Z", "uncompress"),
    ]

    static func use(_ command: String, in settings: inout RotationSettings) {
        settings.compressCommand = command
        let slash = command.utf8.lastIndex(of: UInt8(ascii: "/")).map { command.utf8.index(after: $0) }
        let folder = command[..<(slash ?? command.startIndex)]
        guard let compressor = known[String(command[folder.endIndex...])] else { return }
        settings.compressExtension = compressor.ending
        settings.uncompressCommand = folder + compressor.counterpart
    }
}
