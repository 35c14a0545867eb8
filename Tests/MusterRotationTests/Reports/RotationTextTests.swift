import MusterCore
import MusterText
import Testing

@testable import MusterRotation

@Suite("Rotations told to a person")
struct RotationTextTests {
    @Test("A line a stanza, what failed below it, and a summary")
    func brief() {
        #expect(
            SyntheticRotation.text(SyntheticRotation.mixed(), "text") == """
                warning  /etc/l.conf:3: mail is not supported
                /var/log/nginx/*.log (/etc/l.d/nginx:1): 1 rotated, 1 compressed (1.00 MB → 64.0 KB, 6.3%), 1 removed, 1 skipped (1 not due), 1 failed (1 disk)
                  failed  /etc/l.d/nginx:9: lastaction: exit status 3
                  failed  /var/log/nginx/error.log: cannot rename: no space left
                /srv/app.log /srv/b.log (/etc/l.d/app:4): 1 rotated, 2 skipped (2 empty), 12 B at risk
                Rotated     2 of 6 logs of 2 stanzas in 120ms
                Compressed  1: 1.00 MB → 64.0 KB, 6.3%
                Removed     1
                Skipped     3: 2 empty, 1 not due
                Failed      1: 1 disk
                Errors      1: 1 script
                Warnings    1
                At risk     12 B between copying and truncating 1 log

                """)
    }

    @Test("With -v a line a log, and its steps")
    func verbose() {
        let text = SyntheticRotation.text(SyntheticRotation.mixed(), "text", .init(isVerbose: true))
        #expect(
            text.contains(
                """
                  failed  /etc/l.d/nginx:9: lastaction: exit status 3
                  once    script   /var/log/nginx/*.log (lastaction)
                  rotated /var/log/nginx/access.log, 2.00 MB, compressed 1.00 MB → 64.0 KB, 1 removed
                    compress /var/log/nginx/access.log.1 → /var/log/nginx/access.log.1.gz
                    rename   /var/log/nginx/access.log → /var/log/nginx/access.log.1
                    create   /var/log/nginx/access.log (0640 root:adm)
                    remove   /var/log/nginx/access.log.5.gz (beyond rotate 4)
                  failed  /var/log/nginx/error.log: cannot rename: no space left
                  skipped /var/log/nginx/old.log: not due

                """))
        #expect(text.contains("\n  rotated /srv/app.log, 4.00 KB, 12 B at risk\n"))
    }

    @Test("A dry run tells every step, and what would come of them, as what would be done")
    func dry() {
        #expect(
            SyntheticRotation.text(SyntheticRotation.mixed(isDry: true), "text") == """
                Dry run: nothing was touched. A run would do this, to each log in this order:
                warning  /etc/l.conf:3: mail is not supported
                /var/log/nginx/*.log (/etc/l.d/nginx:1): 1 to rotate, 1 to compress, 1 to remove, 1 to skip (1 not due), 1 failed (1 disk)
                  failed  /etc/l.d/nginx:9: lastaction: exit status 3
                  once    script   /var/log/nginx/*.log (lastaction)
                  rotate  /var/log/nginx/access.log, 2.00 MB
                    compress /var/log/nginx/access.log.1 → /var/log/nginx/access.log.1.gz
                    rename   /var/log/nginx/access.log → /var/log/nginx/access.log.1
                    create   /var/log/nginx/access.log (0640 root:adm)
                    remove   /var/log/nginx/access.log.5.gz (beyond rotate 4)
                  failed  /var/log/nginx/error.log: cannot rename: no space left
                  skip    /var/log/nginx/old.log: not due
                /srv/app.log /srv/b.log (/etc/l.d/app:4): 1 to rotate, 2 to skip (2 empty)
                  rotate  /srv/app.log, 4.00 KB
                    copy     /srv/app.log → /srv/app.log.1
                  skip    /srv/b.log: empty
                  skip    /srv/c.log: empty
                To rotate   2 of 6 logs of 2 stanzas in 120ms
                To compress 1
                To remove   1
                To skip     3: 2 empty, 1 not due
                Failed      1: 1 disk
                Errors      1: 1 script
                Warnings    1

                """)
    }

    @Test("A run without a stanza, one that was interrupted, and one that ended what another began")
    func edges() {
        var report = RotationReport(version: "0.1.0", isDry: false)
        #expect(SyntheticRotation.text(report, "text") == "Rotated     0 of 0 logs of 0 stanzas in 0s\n")
        report.stanzas = [.init(pattern: "/none/*", place: "c:1")]
        report.recovered = 2
        report.isInterrupted = true
        report.faults = [.init(code: "missing", location: "c:7", hint: "no such file")]
        #expect(
            SyntheticRotation.text(report, "text") == """
                error  c:7: no such file
                /none/* (c:1): no logs
                Rotated     0 of 0 logs of 1 stanza in 0s
                Errors      1: 1 missing
                Recovered   2 rotations that an earlier run had begun
                Interrupted what is not listed was left as it was

                """)
    }

    @Test("Colours only where they are asked for", arguments: [true, false])
    func colour(_ isColored: Bool) {
        let text = SyntheticRotation.text(SyntheticRotation.mixed(), "text", .init(color: isColored, isVerbose: true))
        #expect(text.contains("\u{1b}[32m1 rotated\u{1b}[0m") == isColored)
        #expect(text.contains("\u{1b}") == isColored)
        #expect(text.filter { $0 == "\u{1b}" }.count.isMultiple(of: 2))
    }

    @Test("No text from a file reaches the terminal, in any form", arguments: RotationReportCatalog.formats.map(\.name))
    func hostile(_ name: String) {
        let text = SyntheticRotation.text(SyntheticRotation.hostile, name, .init(isVerbose: true))
        #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || TerminalText.isPrintable($0) })
        let (plain, escaped) = (#"a\x1b[2J\x07\n\r\u{202e}"b"#, #"a\u001b[2J\u0007\n\r\u202e\"b"#)
        #expect(text.contains(name == "text" ? plain : escaped))
        let mild = SyntheticRotation.text(SyntheticRotation.mixed(), name, .init(isVerbose: true))
        // Line ends in texts are spelled out: there are only as many lines as there are things to tell.
        #expect(text.split(separator: "\n").count <= mild.split(separator: "\n").count + 12)
    }

    @Test("Long texts are cut, and sums that no number holds stay at the greatest")
    func bounds() {
        var report = SyntheticRotation.mixed()
        report.stanzas[0].pattern = String(repeating: "p", count: 100_000)
        report.stanzas[0].logs[1].fault?.hint = String(repeating: "h", count: 100_000)
        report.stanzas[0].logs[0].bytesBefore = .max
        report.stanzas[1].logs[0].bytesBefore = .max
        report.stanzas[1].logs[0].bytesAtRisk = .max
        #expect(SyntheticRotation.text(report, "text", .init(isVerbose: true)).utf8.count < 8_000)
        #expect(RotationTotals(report).bytesBefore == .max)
    }
}

@Suite("Progress of a rotation")
struct RotationProgressTests {
    @Test("is told in at most the columns there are", arguments: 20...160)
    func width(_ width: Int) {
        for (done, total) in [(0, 0), (0, 10_000), (1, 10_000), (9_999, 10_000), (10_000, 10_000), (.max, 3)] {
            let line = RotationProgressLine(
                done: done, total: total, bytesCompressed: 123_456_789, elapsed: .seconds(3))
            #expect(TerminalText.width(line.text(width: width)) <= width)
        }
    }

    @Test("has the logs done of all, the bytes compressed and the time that is left")
    func whole() {
        let line = RotationProgressLine(
            done: 2_500, total: 10_000, bytesCompressed: 52_428_800, elapsed: .seconds(10))
        #expect(line.text(width: 70) == "━━━────────────   25%  2,500/10,000 logs  50.0 MB compressed  30s left")
        #expect(line.text(width: 20) == " 25%  30s left")
        let unknown = RotationProgressLine(done: 0, total: 0, bytesCompressed: 0, elapsed: .zero)
        #expect(unknown.text(width: 40) == "0 logs")
    }
}
