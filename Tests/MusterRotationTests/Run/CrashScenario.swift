import Testing

/// Logs that a daemon writes to, what lies beside them, and a configuration.
struct CrashScenario: Sendable, CustomTestStringConvertible {
    var name: String
    /// Whole, as a file has it.
    var configuration: String
    var logs = ["/logs/a.log"]
    /// Rotated logs that are there before; the ending says their form.
    var older: [String] = []
    /// Directories that are there before, and those on another device.
    var folders: [String] = []
    var mounts: [String] = []
    /// All that is there after a run in peace.
    var after: [String]
    /// Of the rotated logs those that go.
    var removed: [String] = []
    /// Of each file at first.
    var lines = 3
    /// Whether lines may stand in the log and in its copy, and such as are written meanwhile be lost.
    var isCopy = false
    /// Whether the log itself is not kept.
    var losesLog = false
    /// Whether the state file is there.
    var hasState = true

    var testDescription: String { name }
    /// Whether the daemon opens its log again.
    var reopens: Bool { configuration.contains("reload") }

    static func stanza(_ pattern: String = "/logs/a.log", _ directives: String...) -> String {
        "\(pattern) {\n  daily\n" + directives.map { "  \($0)\n" }.joined() + "}\n"
    }

    static let reload = "postrotate\n    reload\n  endscript"

    static let all = renames + compressions + folders + copies + scripts + removals

    static let renames = [
        CrashScenario(
            name: "numbered, create", configuration: stanza("/logs/a.log", "rotate 3", "create 0640", reload),
            older: ["/logs/a.log.1", "/logs/a.log.2", "/logs/a.log.3"],
            after: ["/logs/a.log", "/logs/a.log.1", "/logs/a.log.2", "/logs/a.log.3"], removed: ["/logs/a.log.3"]),
        CrashScenario(
            name: "numbers from 0", configuration: stanza("/logs/a.log", "rotate 2", "start 0", "create", reload),
            older: ["/logs/a.log.0", "/logs/a.log.1"],
            after: ["/logs/a.log", "/logs/a.log.0", "/logs/a.log.1"], removed: ["/logs/a.log.1"]),
        CrashScenario(
            name: "nocreate", configuration: stanza("/logs/a.log", "rotate 2", "nocreate", "missingok"),
            older: ["/logs/a.log.1"], after: ["/logs/a.log.1", "/logs/a.log.2"]),
        CrashScenario(
            name: "nocreate, the daemon makes it", configuration: stanza("/logs/a.log", "rotate 2", "nocreate", reload),
            older: ["/logs/a.log.1"], after: ["/logs/a.log", "/logs/a.log.1", "/logs/a.log.2"]),
        CrashScenario(
            name: "extension", configuration: stanza("/logs/a.log", "rotate 2", "extension .log", "create", reload),
            older: ["/logs/a.1.log"], after: ["/logs/a.1.log", "/logs/a.2.log", "/logs/a.log"]),
        CrashScenario(
            name: "addextension",
            configuration: stanza("/logs/a.log", "rotate 2", "addextension .old", "create", "compress", reload),
            older: ["/logs/a.log.1.old.gz"],
            after: ["/logs/a.log", "/logs/a.log.1.old.gz", "/logs/a.log.2.old.gz"]),
        CrashScenario(
            name: "no state yet",
            configuration: stanza("/logs/a.log", "size 1500", "rotate 2", "create", "notifempty", reload),
            after: ["/logs/a.log", "/logs/a.log.1"], lines: 60, hasState: false),
    ]

    static let compressions = [
        CrashScenario(
            name: "compress", configuration: stanza("/logs/a.log", "rotate 3", "create", "compress", reload),
            older: ["/logs/a.log.1.gz", "/logs/a.log.2", "/logs/a.log.3.gz"],
            after: ["/logs/a.log", "/logs/a.log.1.gz", "/logs/a.log.2.gz", "/logs/a.log.3"],
            removed: ["/logs/a.log.3.gz"]),
        CrashScenario(
            name: "delaycompress",
            configuration: stanza("/logs/a.log", "rotate 3", "create", "compress", "delaycompress", reload),
            older: ["/logs/a.log.1", "/logs/a.log.2.gz"],
            after: ["/logs/a.log", "/logs/a.log.1", "/logs/a.log.2.gz", "/logs/a.log.3.gz"]),
        CrashScenario(
            name: "dateext", configuration: stanza("/logs/a.log", "rotate 2", "create", "compress", "dateext", reload),
            older: ["/logs/a.log-20270113.gz", "/logs/a.log-20270114.gz"],
            after: ["/logs/a.log", "/logs/a.log-20270114.gz", "/logs/a.log-20270115.gz"],
            removed: ["/logs/a.log-20270113.gz"]),
        CrashScenario(
            name: "delaycompress, dateext",
            configuration: stanza(
                "/logs/a.log", "rotate 5", "create", "compress", "delaycompress", "dateext", reload),
            older: ["/logs/a.log-20270112", "/logs/a.log-20270113", "/logs/a.log-20270114"],
            after: [
                "/logs/a.log", "/logs/a.log-20270112.gz", "/logs/a.log-20270113.gz", "/logs/a.log-20270114.gz",
                "/logs/a.log-20270115",
            ]),
        CrashScenario(
            name: "compresscmd",
            configuration: stanza(
                "/logs/a.log", "rotate 2", "create", "compress", "compresscmd xz", "compressext .xz", reload),
            older: ["/logs/a.log.1.xz"], after: ["/logs/a.log", "/logs/a.log.1.xz", "/logs/a.log.2.xz"]),
    ]

    static let folders = [
        CrashScenario(
            name: "olddir",
            configuration: stanza("/logs/a.log", "rotate 2", "create", "compress", "olddir old", reload),
            older: ["/logs/old/a.log.1.gz"], folders: ["/logs/old"],
            after: ["/logs/a.log", "/logs/old/a.log.1.gz", "/logs/old/a.log.2.gz"]),
        CrashScenario(
            name: "olddir on another device",
            configuration: stanza("/logs/a.log", "rotate 2", "create", "olddir /old", "renamecopy", reload),
            older: ["/old/a.log.1"], mounts: ["/old"], after: ["/logs/a.log", "/old/a.log.1", "/old/a.log.2"]),
        CrashScenario(
            name: "createolddir",
            configuration: stanza(
                "/logs/*.log", "rotate 2", "create", "olddir /logs/old", "createolddir 0750", reload),
            logs: ["/logs/a.log", "/logs/b.log"],
            after: ["/logs/a.log", "/logs/b.log", "/logs/old/a.log.1", "/logs/old/b.log.1"]),
    ]

    static let copies = [
        CrashScenario(
            name: "copytruncate", configuration: stanza("/logs/a.log", "rotate 2", "copytruncate"),
            older: ["/logs/a.log.1"], after: ["/logs/a.log", "/logs/a.log.1", "/logs/a.log.2"], isCopy: true),
        CrashScenario(
            name: "copytruncate, compress",
            configuration: stanza("/logs/a.log", "rotate 2", "copytruncate", "compress", reload),
            older: ["/logs/a.log.1.gz"], after: ["/logs/a.log", "/logs/a.log.1.gz", "/logs/a.log.2.gz"],
            isCopy: true),
        CrashScenario(
            name: "copy", configuration: stanza("/logs/a.log", "rotate 2", "copy", "compress"),
            older: ["/logs/a.log.1.gz"], after: ["/logs/a.log", "/logs/a.log.1.gz", "/logs/a.log.2.gz"],
            isCopy: true),
        CrashScenario(
            name: "copytruncate without a copy", configuration: stanza("/logs/a.log", "rotate 0", "copytruncate"),
            after: ["/logs/a.log"], isCopy: true, losesLog: true),
    ]

    private static let scripted = stanza(
        "/logs/*.log", "rotate 2", "create", "compress",
        "firstaction\n    first\n  endscript", "prerotate\n    before\n  endscript", reload,
        "lastaction\n    last\n  endscript")

    static let scripts = [
        CrashScenario(
            name: "sharedscripts", configuration: scripted.replacing("  create\n", with: "  create\n  sharedscripts\n"),
            logs: ["/logs/a.log", "/logs/b.log", "/logs/c.log"], older: ["/logs/b.log.1.gz"],
            after: [
                "/logs/a.log", "/logs/a.log.1.gz", "/logs/b.log", "/logs/b.log.1.gz", "/logs/b.log.2.gz",
                "/logs/c.log", "/logs/c.log.1.gz",
            ]),
        CrashScenario(
            name: "scripts of each log", configuration: scripted, logs: ["/logs/a.log", "/logs/b.log"],
            older: ["/logs/b.log.1.gz"],
            after: ["/logs/a.log", "/logs/a.log.1.gz", "/logs/b.log", "/logs/b.log.1.gz", "/logs/b.log.2.gz"]),
        CrashScenario(
            name: "two stanzas",
            configuration: stanza("/logs/a.log", "rotate 1", "create", reload)
                + stanza("/other/*.log", "rotate 2", "dateext", "create", "compress", "sharedscripts", reload),
            logs: ["/logs/a.log", "/other/b.log", "/other/c.log"],
            older: ["/logs/a.log.1", "/other/b.log-20270114.gz"],
            after: [
                "/logs/a.log", "/logs/a.log.1", "/other/b.log", "/other/b.log-20270114.gz",
                "/other/b.log-20270115.gz", "/other/c.log", "/other/c.log-20270115.gz",
            ], removed: ["/logs/a.log.1"]),
    ]

    static let removals = [
        CrashScenario(
            name: "preremove",
            configuration: stanza("/logs/a.log", "rotate 1", "create", reload, "preremove\n    gone\n  endscript"),
            older: ["/logs/a.log.1"], after: ["/logs/a.log", "/logs/a.log.1"], removed: ["/logs/a.log.1"]),
        CrashScenario(
            name: "rotate 0", configuration: stanza("/logs/a.log", "rotate 0", "create", "compress", reload),
            after: ["/logs/a.log"], losesLog: true),
        CrashScenario(
            name: "shred",
            configuration: stanza("/logs/a.log", "rotate 1", "create", "compress", "shred", "shredcycles 2", reload),
            older: ["/logs/a.log.1.gz"], after: ["/logs/a.log", "/logs/a.log.1.gz"], removed: ["/logs/a.log.1.gz"]),
        CrashScenario(
            name: "maxtotalsize",
            configuration: stanza("/logs/a.log", "rotate 9", "create", "maxtotalsize 4400", reload),
            older: ["/logs/a.log.1", "/logs/a.log.2", "/logs/a.log.3"],
            after: ["/logs/a.log", "/logs/a.log.1", "/logs/a.log.2"],
            removed: ["/logs/a.log.2", "/logs/a.log.3"], lines: 60),
    ]
}
