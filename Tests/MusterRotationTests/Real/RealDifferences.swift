/// Where we do something else than logrotate 3.21, on purpose: the table of docs/rotation.md.
struct RealDifference: Sendable, CustomStringConvertible {
    var description: String
    var sample: RealSample
    var theirs: Brief
    var ours: Brief

    /// What a sample leaves behind, in short: the runs that failed, names with what files hold, and the state.
    struct Brief: Hashable, Sendable {
        var failed: [Bool]
        var files: [String]
        var state: [String]

        init(_ failed: [Bool], _ files: [String], _ state: [String]) {
            (self.failed, self.files, self.state) = (failed, files, state)
        }

        init(_ outcome: RealSample.Outcome) {
            failed = outcome.failed
            files = outcome.listing.map { line in
                let words = line.split(separator: " ")
                let content = line.firstIndex(of: "[").map { String(line[$0...]) }
                return "\(words[0]) " + (content ?? "mode \(words[2])")
            }
            state = outcome.state.dropLast().map { $0.replacing("\"ROOT/", with: "").replacing("\"", with: "") }
        }
    }

    init(_ description: String, _ sample: RealSample, theirs: Brief, ours: Brief) {
        self.description = description
        self.sample = sample
        self.theirs = theirs
        self.ours = ours
    }
}

extension RealDifference {
    private static let log = RealTree.Entry("a.log", .file(lines: 1))
    private static let other = RealTree.Entry("b.log", .file(lines: 1))

    static let all = stanzas + scripts

    private static let stanzas = [
        RealDifference(
            "A dated name that is taken",
            RealSample("rotate 3\ndateext", [log]) { $0.runs = 2 },
            theirs: Brief([false, true], ["a.log [before run 1]", "a.log-TODAY [line 0 of a.log]"], ["a.log now"]),
            ours: Brief(
                [false, false], ["a.log-TODAY [line 0 of a.log]", "a.log-TODAY_1 [before run 1]"], ["a.log now"])),
        RealDifference(
            "A log in two stanzas",
            RealSample(whole: "ROOT/a.log {\nrotate 1\n}\nROOT/?.log {\nrotate 1\n}\n", [log, other]) { $0.runs = 1 },
            theirs: Brief([true], ["a.log.1 [line 0 of a.log]", "b.log [line 0 of b.log]"], ["a.log now"]),
            ours: Brief(
                [true], ["a.log.1 [line 0 of a.log]", "b.log.1 [line 0 of b.log]"], ["a.log now", "b.log now"])),
        RealDifference(
            "A log with several names",
            RealSample("rotate 1", [log, RealTree.Entry("x", .hardLink(of: "a.log"))]) { $0.runs = 1 },
            theirs: Brief([false], ["a.log [line 0 of a.log]", "x [line 0 of a.log]"], ["a.log this hour"]),
            ours: Brief([true], ["a.log [line 0 of a.log]", "x [line 0 of a.log]"], [])),
        RealDifference(
            "A log that is missing",
            RealSample(whole: "ROOT/a.log ROOT/b.log ROOT/*.x {\nrotate 1\nmissingok\n}\n", [log]) { $0.runs = 1 },
            theirs: Brief([false], ["a.log.1 [line 0 of a.log]"], ["*.x this hour", "a.log now", "b.log this hour"]),
            ours: Brief([false], ["a.log.1 [line 0 of a.log]"], ["a.log now"])),
        RealDifference(
            "An olddir that is made without a mode",
            RealSample("rotate 1\nolddir old\ncreateolddir", [log]) { $0.runs = 1 },
            theirs: Brief([false], ["old mode 7777", "old/a.log.1 [line 0 of a.log]"], ["a.log now"]),
            ours: Brief([false], ["old mode 755", "old/a.log.1 [line 0 of a.log]"], ["a.log now"])),
        RealDifference(
            "A directive that is not known",
            RealSample(whole: "ROOT/a.log {\nrotate 1\nunknown 3\n}\nROOT/b.log {\nrotate 1\n}\n", [log, other]) {
                $0.runs = 1
            },
            theirs: Brief(
                [false], ["a.log.1 [line 0 of a.log]", "b.log.1 [line 0 of b.log]"], ["a.log now", "b.log now"]),
            ours: Brief([true], ["a.log [line 0 of a.log]", "b.log.1 [line 0 of b.log]"], ["b.log now"])),
        RealDifference(
            "Braces in a pattern",
            RealSample(whole: "ROOT/{a,b}.log {\nrotate 1\n}\n", [log, other]) { $0.runs = 1 },
            theirs: Brief([true], ["a.log [line 0 of a.log]", "b.log [line 0 of b.log]"], []),
            ours: Brief(
                [false], ["a.log.1 [line 0 of a.log]", "b.log.1 [line 0 of b.log]"], ["a.log now", "b.log now"])),
        RealDifference(
            "A day of the month",
            RealSample("monthly 15\nrotate 1", [log]) { $0.runs = 1 },
            theirs: Brief([true], ["a.log [line 0 of a.log]"], []),
            ours: Brief([false], ["a.log.1 [line 0 of a.log]"], ["a.log now"])),
        RealDifference(
            "ignoreduplicates in a stanza",
            RealSample(whole: "ROOT/a.log {\n}\nROOT/?.log {\nignoreduplicates\n}\n", [log, other]) { $0.runs = 1 },
            theirs: Brief([true], ["b.log [line 0 of b.log]"], ["a.log now"]),
            ours: Brief([false], [], ["a.log now", "b.log now"])),
        RealDifference(
            "Plain rotated logs from before compress",
            RealSample("rotate 2\ncompress", [log, RealTree.Entry("a.log.1"), RealTree.Entry("a.log.2")]) {
                $0.runs = 1
            },
            theirs: Brief(
                [false],
                [
                    "a.log.1.gz [line 0 of a.log]",
                    "a.log.2 [line 0 of a.log.2, line 1 of a.log.2, line 2 of a.log.2]",
                ], ["a.log now"]),
            ours: Brief(
                [false],
                [
                    "a.log.1.gz [line 0 of a.log]",
                    "a.log.2 [line 0 of a.log.1, line 1 of a.log.1, line 2 of a.log.1]",
                ], ["a.log now"])),
        RealDifference(
            "A lower count than before",
            RealSample(
                "rotate 1", [log] + (1...4).map { RealTree.Entry("a.log.\($0)", .file(lines: 1)) }
            ) { $0.runs = 1 },
            theirs: Brief(
                [false],
                ["a.log.1 [line 0 of a.log]", "a.log.3 [line 0 of a.log.3]", "a.log.4 [line 0 of a.log.4]"],
                ["a.log now"]),
            ours: Brief([false], ["a.log.1 [line 0 of a.log]"], ["a.log now"])),
        RealDifference(
            "No rotated log is kept, and there are dated ones",
            RealSample(
                "rotate 0\ndateext",
                [log, RealTree.Entry("a.log-20200101"), RealTree.Entry("a.log-20200102", .file(lines: 1))]
            ) { $0.runs = 1 },
            theirs: Brief([false], ["a.log-20200102 [line 0 of a.log-20200102]"], ["a.log now"]),
            ours: Brief([false], [], ["a.log now"])),
        RealDifference(
            "A log that is a link",
            RealSample(
                "rotate 1", [RealTree.Entry("real", .file(lines: 1)), RealTree.Entry("a.log", .link(to: "real"))]
            ) { $0.runs = 1 },
            theirs: Brief([false], ["a.log mode 777", "real [line 0 of real]"], ["a.log this hour"]),
            ours: Brief([true], ["a.log mode 777", "real [line 0 of real]"], [])),
    ]

    private static let scripts = [
        RealDifference(
            "A firstaction that fails",
            RealSample("rotate 1\nfirstaction\n exit 3\nendscript", [log]) { $0.runs = 1 },
            theirs: Brief([true], ["a.log [line 0 of a.log]"], ["a.log this hour"]),
            ours: Brief([true], ["a.log [line 0 of a.log]"], [])),
        RealDifference(
            "A prerotate that fails",
            RealSample("rotate 1\nprerotate\n exit 3\nendscript", [log]) { $0.runs = 1 },
            theirs: Brief([true], ["a.log [line 0 of a.log]"], ["a.log now"]),
            ours: Brief([true], ["a.log [line 0 of a.log]"], [])),
        RealDifference(
            "A prerotate for all logs that fails",
            RealSample(
                whole: "ROOT/*.log {\nrotate 1\nsharedscripts\nprerotate\n exit 3\nendscript\n}\n", [log, other]
            ) { $0.runs = 1 },
            theirs: Brief([true], ["a.log [line 0 of a.log]", "b.log [line 0 of b.log]"], ["a.log now", "b.log now"]),
            ours: Brief([true], ["a.log [line 0 of a.log]", "b.log [line 0 of b.log]"], [])),
        RealDifference(
            "A postrotate that fails, with compression",
            RealSample("rotate 3\ncompress\npostrotate\n exit 3\nendscript", [log]) { $0.runs = 2 },
            theirs: Brief([true, true], ["a.log.1 [before run 1]"], ["a.log now"]),
            ours: Brief([true, true], ["a.log.1 [before run 1]", "a.log.2 [line 0 of a.log]"], ["a.log now"])),
        RealDifference(
            "A postrotate that fails, with logs that are too many",
            RealSample("rotate 1\npostrotate\n exit 3\nendscript", [log]) { $0.runs = 3 },
            theirs: Brief([true, true, true], ["a.log.1 [before run 2]", "a.log.2 [before run 1]"], ["a.log now"]),
            ours: Brief(
                [true, true, true], ["a.log.1 [before run 2]", "a.log.2 [before run 1]", "a.log.3 [line 0 of a.log]"],
                ["a.log now"])),
        RealDifference(
            "A log that is removed after it was compressed",
            RealSample("rotate 1\ncompress\npreremove\necho $1 >>ROOT/told\nendscript", [log]) { $0.runs = 2 },
            theirs: Brief(
                [false, false],
                ["a.log.1.gz [before run 1]", "told [ROOT/a.log.1, ROOT/a.log.1, ROOT/a.log.2.gz]"], ["a.log now"]),
            ours: Brief([false, false], ["a.log.1.gz [before run 1]", "told [ROOT/a.log.2.gz]"], ["a.log now"])),
        RealDifference(
            "A postrotate where no copy is kept",
            RealSample("rotate 0\ncopytruncate\npostrotate\necho $# $2 >>ROOT/told\nendscript", [log]) { $0.runs = 1 },
            theirs: Brief([false], ["a.log []", "told [2 ROOT/a.log.1]"], ["a.log now"]),
            ours: Brief([false], ["a.log []", "told [1]"], ["a.log now"])),
        RealDifference(
            "A pattern as an argument",
            RealSample(
                whole:
                    "ROOT/a.log ROOT/x.log {\nrotate 0\nmissingok\nlastaction\necho \"[$1]\" >>ROOT/told\nendscript\n}\n",
                [log]
            ) { $0.runs = 1 },
            theirs: Brief([false], ["told [[ROOT/a.log ROOT/x.log ]]"], ["a.log now", "x.log this hour"]),
            ours: Brief([false], ["told [[ROOT/a.log ROOT/x.log]]"], ["a.log now"])),
    ]
}
