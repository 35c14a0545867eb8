import ArgumentParser
import MusterLogs

/// `muster logs …`: questions to logs.
struct LogsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "Question logs in bulk, and rotate them.",
        discussion: """
            Files, patterns, folders and - for standard input; gzip is read directly, zstd, xz and bzip2 through their \
            programs. The format is recognised from the first lines. See docs/logs.md.

            Exit status: 0 done, 1 bad lines under --strict, 2 wrong usage, a fault, or a source that was not read whole.
            """,
        subcommands: [LogsTopCommand.self, LogsSummaryCommand.self, LogsMergeCommand.self, RotateCommand.self])
}

struct LogsTopCommand: ConfinedCommand {
    static let configuration = CommandConfiguration(
        commandName: "top", abstract: "The greatest of each field, and lines over time.",
        discussion: """
            Without --by it asks what people ask first: paths, addresses and statuses of an access log; hosts, programs and \
            levels of others.

              muster logs top access.log
              muster logs top '/var/log/nginx/*.log*' --by path --where 'status>=500' --since 1h -k 20
              zcat old.gz | muster logs top -
            """)

    @OptionGroup var options: LogOptions

    func validate() throws { try options.validate() }

    func prepare() throws -> Work { try LogInquiry(options, screen: .top).prepare() }
}

struct LogsSummaryCommand: ConfinedCommand {
    static let configuration = CommandConfiguration(
        commandName: "summary", abstract: "An overview of a log: more tables, sums, quantiles; for a page too.",
        discussion: """
              muster logs summary access.log.gz --output html > report.html
            """)

    @OptionGroup var options: LogOptions

    func validate() throws { try options.validate() }

    func prepare() throws -> Work { try LogInquiry(options, screen: .summary).prepare() }
}
