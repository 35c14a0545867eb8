/// Trees and configurations that both programs treat the same.
enum RealSamples {
    typealias Entry = RealTree.Entry

    static let all = names + contents + dates + times + scripts + patterns

    static let log = Entry("a.log")

    // MARK: Names

    static let names = [
        RealSample("rotate 1", [log]),
        RealSample("rotate 3", [log]),
        RealSample("rotate 0", [log]),
        RealSample("rotate -1", [log, Entry("a.log.1"), Entry("a.log.7")]),
        RealSample("rotate 2", [log, Entry("a.log.1"), Entry("a.log.2"), Entry("a.log.3"), Entry("a.log.9")]),
        RealSample("rotate 2\nstart 0", [log]),
        RealSample("rotate 2\nstart 7", [log, Entry("a.log.6")]),
        RealSample("rotate 3\ncompress\nextension .log", [log]),
        RealSample("rotate 3\ncompress\naddextension .old", [log]),
        RealSample("rotate 3\nolddir ROOT/old", [log, Entry("old", .folder)]),
        RealSample("rotate 3\nolddir old\ncompress", [log, Entry("old", .folder)]),
        RealSample("rotate 3\nolddir old", [log]) { $0.runs = 1 },
        RealSample("rotate 3\nolddir old\ncreateolddir 0750 daemon bin\ncompress\ndelaycompress", [log]) {
            $0.needsRoot = true
        },
        RealSample("rotate 3\nolddir old\nnoolddir", [log]),
        RealSample("rotate 2\nshred\nshredcycles 2\ncompress", [log, Entry("a.log.2.gz", .compressed(by: "gzip"))]),
        RealSample("rotate 2\nallowhardlink", [log, Entry("other", .hardLink(of: "a.log"))]),
    ]

    // MARK: Contents

    static let contents = [
        RealSample("rotate 3\ncompress", [log]),
        RealSample("rotate 3\ncompress\ndelaycompress", [log]),
        RealSample("rotate 1\ncompress\ndelaycompress", [log]),
        RealSample("rotate 3\ncompress\nnocompress", [log]),
        RealSample("rotate 3\ncompress\ncompressoptions -9", [log]),
        RealSample("rotate 3\ncompress\ncompresscmd /usr/bin/xz\ncompressext .xz", [log]) { $0.needsPrograms = ["xz"] },
        RealSample("rotate 3\ncompress\ncompresscmd /usr/bin/zstd\ncompressext .zst\ncompressoptions -3 -q", [log]) {
            $0.needsPrograms = ["zstd"]
        },
        RealSample("rotate 3\ncompress\ndelaycompress\ncompresscmd /usr/bin/bzip2\ncompressext .bz2", [log]) {
            $0.needsPrograms = ["bzip2"]
        },
        RealSample("rotate 3\ncompress\ncompresscmd /usr/bin/gzip\ncompressext .Z", [log]),
        RealSample("rotate 2\ncompress\ncompresscmd /usr/bin/false", [log]) { $0.runs = 1 },
        RealSample("rotate 2\ncopy", [log]),
        RealSample("rotate 2\ncopy\ncompress", [log]),
        RealSample("rotate 0\ncopy", [log]),
        RealSample("rotate 2\ncopytruncate\ncompress\ndelaycompress", [log]),
        RealSample("rotate 0\ncopytruncate", [log]),
        RealSample("rotate 2\ncopytruncate\ncreate 0600", [log]),
        RealSample("rotate 2\nrenamecopy\ncompress", [log]),
        RealSample("rotate 2\ncreate", [Entry("a.log", mode: 0o604, user: 1, group: 2)]),
        RealSample("rotate 2\ncreate 0600\ncompress", [Entry("a.log", mode: 0o644, user: 1, group: 2)]),
        RealSample("rotate 2\ncreate 0660 daemon bin", [log]) { $0.needsRoot = true },
        RealSample("rotate 2\ncreate daemon bin", [Entry("a.log", mode: 0o606)]) { $0.needsRoot = true },
        RealSample("rotate 2\ncreate 4755 daemon bin", [log]) { $0.needsRoot = true },
        RealSample("rotate 2\ncreate 0600\nnocreate", [log]),
        RealSample("rotate 2\ncreate 0600 nobody_here bin", [log]) { $0.runs = 1 },
        RealSample("rotate 2\nnotifempty\ncreate", [Entry("a.log", .file(lines: 0))]) { $0.growing = [] },
        RealSample("rotate 2\nifempty\ncreate\ncompress", [Entry("a.log", .file(lines: 0))]) { $0.growing = [] },
    ]

    // MARK: Dates

    static let dates = [
        RealSample("rotate 2\ndateext", [log, Entry("a.log-20200101"), Entry("a.log-20200102"), Entry("a.log-x")]) {
            $0.runs = 1
        },
        RealSample(
            "rotate 3\ndateext\ndateyesterday\ncompress", [log, Entry("a.log-20200101.gz", .compressed(by: "gzip"))]
        ) {
            $0.runs = 1
        },
        RealSample("rotate 3\ndateext\ndatehourago\ndateformat .%Y-%m-%d_%H", [log]) { $0.runs = 1 },
        RealSample("rotate 2\ndateext\ndateformat -%Y.%m.%d\nextension .log", [log, Entry("a-2020.01.02.log")]) {
            $0.runs = 1
        },
        RealSample("rotate 3\nhourly\ndateext", [log]) { $0.runs = 1 },
        RealSample("rotate 3\ndateext\ncompress\ndelaycompress", [log, Entry("a.log-20200101")]) { $0.runs = 1 },
        RealSample("rotate 3\ndateext\nnodateext", [log]),
        RealSample("rotate 4\ndateext\nolddir old\ncreate", [log, Entry("old", .folder)]) { $0.runs = 1 },
        RealSample(
            "rotate 9\nmaxage 5\ndateext", [log, Entry("a.log-20200101", days: 9), Entry("a.log-20200102", days: 3)]
        ) { $0.runs = 1 },
        RealSample("rotate 9\nmaxage 5", [log, Entry("a.log.1", days: 4), Entry("a.log.2", days: 9)]) { $0.runs = 2 },
        RealSample(
            "rotate 9\nmaxage 5\ncompress",
            [
                log, Entry("a.log.1.gz", .compressed(by: "gzip"), days: 4),
                Entry("a.log.2.gz", .compressed(by: "gzip"), days: 9),
            ]),
    ]

    // MARK: When

    static let old = Entry("a.log", .file(lines: 100), days: 10)

    static func timed(_ directives: String, days: Int?, _ entry: RealTree.Entry = log) -> RealSample {
        RealSample("\(directives)\nrotate 2", [entry]) {
            $0.description = "\(directives), \(days.map { "\($0) days ago" } ?? "never")"
            $0.isForced = false
            $0.runs = 2
            $0.state = days.map { [("a.log", $0)] }
        }
    }

    static let times = [
        timed("daily", days: nil), timed("daily", days: 0), timed("daily", days: 1), timed("hourly", days: 1),
        timed("weekly", days: nil), timed("weekly", days: 6), timed("weekly", days: 7), timed("weekly 7", days: 6),
        timed("weekly 3", days: 3), timed("monthly", days: 0), timed("monthly", days: 31),
        timed("yearly", days: 366), timed("yearly", days: 1),
        timed("size 1k", days: 1), timed("size 1k", days: nil, old), timed("size 1M", days: 9, old),
        timed("size 100\ndaily", days: 0), timed("daily\nsize 100", days: 0, old),
        timed("daily\nsize 10M", days: 5, old),
        timed("daily\nminsize 1k", days: 2), timed("daily\nminsize 1k", days: 2, old),
        timed("daily\nmaxsize 1k", days: 0), timed("daily\nmaxsize 1k", days: 0, old),
        timed("daily\nmaxsize 1k", days: nil, old),
        timed("daily\nminage 5", days: 2), timed("daily\nminage 5", days: 2, old),
        timed("daily\nnotifempty", days: 2, Entry("a.log", .file(lines: 0))),
        timed("", days: 3), timed("", days: nil, old),
        RealSample(whole: "daily\nrotate 2\nROOT/*.log {\n}\n", [log, Entry("b.log"), Entry("c.log")]) {
            $0.isForced = false
            $0.state = [("a.log", 1), ("b.log", 0), ("gone.log", 3), ("long gone.log", 400), ("d\\\"q\\\\.log", 2)]
            $0.growing = ["b.log"]
        },
    ]

    // MARK: Scripts

    /// A script that tells what it got, as words: logrotate has a blank behind patterns.
    private static func telling(_ kind: String, listing: Bool = false) -> String {
        let names = listing ? "in $(ls ROOT)" : ""
        return "\(kind)\n set -f; echo \(kind) [ $1 ] [ $2 ] $# \(names) >>ROOT/told\nendscript\n"
    }

    /// What is there before a log is rotated is not compared: logrotate has moved the older ones by then.
    private static let everyScript = ["firstaction", "prerotate", "postrotate", "lastaction", "preremove"].map {
        telling($0, listing: $0 != "prerotate")
    }.joined()
    /// Those of several logs, which have no order between them.
    private static let plainScripts = ["firstaction", "prerotate", "postrotate", "lastaction", "preremove"].map {
        telling($0)
    }.joined()

    /// Before removals of several logs there is no order either.
    private static let sharedScripts = ["firstaction", "prerotate", "postrotate", "lastaction"].map {
        telling($0, listing: $0 != "prerotate")
    }.joined()

    static let scripts = [
        RealSample("rotate 2\n\(everyScript)", [log]),
        RealSample("rotate 2\ncreate\ncompress\nsharedscripts\n\(telling("prerotate"))\(telling("postrotate"))", [log]),
        RealSample("rotate 1\ncopytruncate\n\(everyScript)", [log]),
        RealSample("rotate 2\ndateext\n\(everyScript)", [log, Entry("a.log-20200101"), Entry("a.log-20200102")]) {
            $0.runs = 1
        },
        RealSample(whole: "ROOT/*.log {\nrotate 2\ncreate\nsharedscripts\n\(sharedScripts)}\n", [log, Entry("b.log")]) {
            $0.growing = ["a.log", "b.log"]
        },
        RealSample(
            whole: "ROOT/*.log ROOT/x/c {\nrotate 2\nnocreate\n"
                + plainScripts + "}\n",
            [log, Entry("b.log"), Entry("x", .folder), Entry("x/c")]
        ) {
            $0.unordered = ["told"]
            $0.growing = ["a.log", "x/c"]
        },
        RealSample("rotate 2\nnotifempty\nsharedscripts\n\(everyScript)", [Entry("a.log", .file(lines: 0))]) {
            $0.growing = []
        },
        RealSample("rotate 2\npostrotate\n exit 3\nendscript\n\(telling("lastaction"))", [log]) { $0.runs = 2 },
        RealSample("rotate 2\nsharedscripts\npostrotate\n exit 3\nendscript\n\(telling("lastaction"))", [log]) {
            $0.runs = 2
        },
        RealSample("rotate 2\nlastaction\n exit 3\nendscript", [log]),
    ]

    // MARK: Patterns and files

    static let patterns = [
        RealSample(whole: "ROOT/* {\nrotate 2\n}\n", [log, Entry("x", .folder), Entry("x/d")]) { $0.runs = 1 },
        RealSample(whole: "ROOT/x {\nrotate 2\n}\n", [log, Entry("x", .folder)]),
        RealSample(
            whole: "ROOT/a.log {\nrotate 1\nignoreduplicates\n}\nROOT/?.log {\nrotate 2\n}\n", [log, Entry("b.log")]
        ) { $0.runs = 1 },
        RealSample(
            whole: "ROOT/x/a.log ROOT/y/a.log ROOT/z/a.log {\nrotate 4\nolddir ROOT/old\n}\n",
            [
                Entry("old", .folder), Entry("x", .folder), Entry("x/a.log"), Entry("y", .folder), Entry("y/a.log"),
                Entry("z", .folder), Entry("z/a.log"),
            ]
        ) {
            $0.growing = ["x/a.log", "z/a.log"]
            $0.runs = 2
        },
        RealSample(
            whole: "ROOT/x/a.log {\nrotate 3\nolddir ROOT/old\n}\nROOT/y/a.log {\nrotate 3\nolddir ROOT/old\n}\n",
            [Entry("old", .folder), Entry("x", .folder), Entry("x/a.log"), Entry("y", .folder), Entry("y/a.log")]
        ) {
            $0.growing = ["x/a.log", "y/a.log"]
        },
        RealSample(
            whole: "ROOT/\(String(repeating: "n", count: 250)) {\nrotate 2\n}\n",
            [Entry(String(repeating: "n", count: 250))]
        ) { $0.runs = 1 },
        RealSample(
            whole: "compress\nrotate 2\nROOT/a*.log ROOT/x/*\nROOT/c {\n}\n",
            [log, Entry("ab.log"), Entry("c"), Entry("x", .folder), Entry("x/d")]
        ) {
            $0.runs = 1
        },
        RealSample(
            whole: "\"ROOT/with blank.log\" 'ROOT/b.log' {\nrotate 2\ncreate\n}\n",
            [Entry("with blank.log"), Entry("b.log")]
        ) {
            $0.growing = ["with blank.log"]
        },
        RealSample(
            whole: "ignoreduplicates\nROOT/a.log {\nrotate 2\n}\nROOT/*.log {\nrotate 1\n}\n", [log, Entry("b.log")]),
        RealSample(
            whole: "rotate 2\ninclude INCLUDED\nROOT/c.log {\n}\n",
            [log, Entry("b.log"), Entry("c.log"), Entry("d.log")]
        ) {
            $0.included = [
                ("one", "ROOT/a.log {\nrotate 1\n}\n"), ("two.conf", "compress\nROOT/b.log {\n}\n"),
                ("three.bak", "ROOT/d.log {\nrotate 1\n}\n"), ("four~", "ROOT/d.log {\n}\n"),
            ]
        },
        RealSample(whole: "rotate 1\ntabooext + .x .conf\ninclude INCLUDED\n", [log, Entry("b.log"), Entry("d.log")]) {
            $0.included = [
                ("one", "ROOT/a.log {\n}\n"), ("two.conf", "ROOT/b.log {\n}\n"), ("three.bak", "ROOT/d.log {\n}\n"),
                ("four.x", "ROOT/d.log {\n}\n"),
            ]
        },
        RealSample(
            whole: "ROOT/[ab].log\nROOT/?.txt ROOT/[!a]/*.x {\nrotate 2\n}\n",
            [
                log, Entry("e.txt"), Entry("x", .folder), Entry("x/1.x"), Entry("a", .folder),
                Entry("a/1.x"),
            ]
        ) {
            $0.growing = []; $0.runs = 1
        },
        RealSample(whole: "ROOT/a.log {\nrotate x\n}\nROOT/b.log {\nrotate 1\n}\n", [log, Entry("b.log")]),
        RealSample(
            whole: "ROOT/a.log {\nrotate 2\nsize 1k\n}\n", [log, Entry("a.log.1", mode: 0o600, user: 3, group: 4)]),
    ]
}
