import Glibc
import MusterRotation
import MusterSystem
import MusterTesting
import Testing

/// What the real program says about configurations, where it is installed (3.21.0 when this was written).
@Suite("Configurations beside logrotate", .enabled(if: RealLogrotate.path != nil))
struct LogrotateComparisonTests {
    @Test(
        "Both read the same patterns, times and numbers",
        arguments: [
            "/a {\n}\n", "/a{\n}\n", "/a {}\n", "/a { daily }\n", "/a /b\n{\n hourly\n}\n", "/a\n/b\n{\n hourly\n}\n",
            "\"/a\" '/b' {\n hourly\n}\n", "/a {\n size=10k\n}\n", "/a {\n size = 10k\n}\n", "/a {\n size 0x10\n}\n",
            "/a {\n size 10M\n}\n", "/a {\n rotate 010\n daily\n}\n", "/a {\n rotate +8\n}\n",
            "rotate 5\n/a {\n}\nrotate 6\n/b {\n}\n",
            "weekly 7\n/a {\n}\n", "/a {\n size 5\n weekly\n}\n",
            "/a {\n weekly\n size 5\n}\n",
            "/a {\n daily weekly\n rotate 4\n}\n", "/a {\n compress rotate 4\n}\n",
            "/a {\n # comment }\n hourly # tail\n}\n",
            "/a {\n\trotate\t7\n\tdaily\n}\n", "/a {\n rotate=7 \n}\n", "daily=\n/a {\n}\n",
            "/a {\n postrotate\n rotate 3\n}\n endscript\n rotate 4\n}\n/b {\n}\n",
            "/a {\n prerotate x\n endscriptfoo\n  endscript # foo\n rotate 2\n}\n",
            "prerotate\nx\nendscript\n/a {\nyearly\n}\n",
            "/a {\n monthly\n nomail\n noshred\n nocopy\n nocreate\n rotate 3\n}\n",
            "/a {\n create 640 root adm\n rotate 1\n}\n", "/a {\n create root\n rotate 1\n}\n",
            "/a {\n mail a@b\n mailfirst\n rotate 2\n}\n",
            "/a {\n minsize 5k\n maxsize 10M\nweekly\n}\n", "tabooext + .x , .y\ntaboopat *.z,a*\n/a {\n}\n",
            "# only\n",
            "/a {\n compresscmd /usr/bin/xz\ncompressoptions -9 -T0\ncompress\n}\n",
            "/a {\n extension = .log\n compressext=.xz\n}\n",
        ])
    func same(text: String) throws {
        let folder = TemporaryFolder()
        let said = try RealLogrotate.read(text, in: folder)
        let configuration = TextSource(["/c": text]).read()
        #expect(configuration.faults == [])
        #expect(said.errorLines == [])
        #expect(said.stanzas == configuration.stanzas.map(RealLogrotate.Stanza.init))
    }

    @Test(
        "Both find a fault in the same line",
        arguments: [
            "rotate x\n/a {\n}\n", "/a {\n rotate x\n daily\n}\n/b {\n daily\n}\n", "/a {\n weekly 8\n}\n",
            "/a {\n size 10kb\n}\n",
            "/a {\n size 10 k\n}\n", "/a {\n size -1\n}\n", "/a {\n size 10m\n}\n", "/a {\n size 9999999999G\n}\n",
            "/a {\n rotate 08\n}\n", "/a {\n rotate \"7\"\n}\n", "/a {\n rotate 3 # three\n}\n", "rotate\n/a {\n}\n",
            "rotate=\n/a {\n}\n", "rotate 5 6\n/a {\n}\n", "rotate -2\n/a {\n}\n", "weekly 3 4\n/a {\n}\n",
            "/a {\n create 0640 root adm x\n}\n", "/a {\n su root\n}\n", "/a {\n su\n}\n", "/a {\n su root adm x\n}\n",
            "/a {\n compresscmd /usr/bin/xz -9\n}\n", "/a {\n extension\n}\n", "/a {\n compressext\n}\n",
            "/a {\n minage x\n}\n",
            "/a {\n maxage -1\n}\n", "/a {\n start -1\n}\n", "/a {\n shredcycles x\n}\n", "/a {\n foo 3\n}\n",
            "ROTATE 3\n/a {\n}\n", "rotate5\n/a {\n}\n", "relative.log {\n}\n", "{\n hourly\n}\n", "}\n/a {\n}\n",
            "include\n/a {\n}\n", "/a {\n tabooext + .x\n}\n", "/a {\n noextension\n}\n", "/a {\n mail\n}\n",
            "/a {\n;\n}\n",
            "-foo\n/a {\n}\n", "tabooext\n/a {\n}\n",
        ])
    func faults(text: String) throws {
        let folder = TemporaryFolder()
        let said = try RealLogrotate.read(text, in: folder)
        // What a fault may concern has one of its own.
        let lines = TextSource(["/c": text]).read().faults.filter { $0.code != .leftOut }.map(\.location)
        #expect(said.errorLines.first.map { "/c:\($0)" } == lines.first)
        #expect(lines.count == 1)
    }
}

/// The installed program.
enum RealLogrotate {
    static let path: String? = ["/usr/sbin/logrotate", "/usr/bin/logrotate"].first { unsafe access($0, X_OK) == 0 }

    /// What it says about a stanza.
    struct Stanza: Hashable {
        var patterns: String
        /// `weekly`, `after 1 days`, `10 bytes`.
        var criterion: String
        var count: Int

        init(patterns: String, criterion: String, count: Int) {
            self.patterns = patterns
            self.criterion = criterion
            self.count = count
        }

        init(_ stanza: RotationStanza) {
            patterns = stanza.pattern
            count = stanza.settings.count
            criterion =
                switch stanza.settings.criterion {
                case .hourly: "hourly"
                case .daily: "after 1 days"
                case .weekly: "weekly"
                case .monthly: "monthly"
                case .yearly: "yearly"
                case .size(let bytes): "\(bytes) bytes"
                }
        }
    }

    /// Reads a configuration by `-d`, which changes nothing.
    static func read(_ text: String, in folder: TemporaryFolder) throws -> (stanzas: [Stanza], errorLines: [Int]) {
        let configuration = try folder.file("c", Array(text.utf8))
        _ = unsafe chmod(configuration, 0o644)
        let output = "\(folder.path)/output"
        let descriptor = unsafe open(output, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(descriptor) }
        let child = try ChildProcess(
            try #require(path), ["-d", "-s", "\(folder.path)/state", configuration], environment: ["LC_ALL": "C"],
            output: descriptor, error: descriptor)
        _ = child.waitOnThread()
        let said = try FileReading.text(output)
        return (stanzas(in: said), errorLines(in: said, of: configuration))
    }

    /// From `rotating pattern: /a /b  weekly (4 rotations)`, where the pattern may have several lines.
    private static func stanzas(in said: String) -> [Stanza] {
        said.components(after: "rotating pattern: ").compactMap { text in
            guard let end = text.firstIndex(of: ")"), let start = text[..<end].lastIndex(of: "(") else { return nil }
            let words = text[..<start].split { $0 == " " || $0 == "\n" }
            let isDays = words.last == "days"
            let criterion = words.suffix(isDays ? 3 : words.last == "bytes" ? 2 : 1)
            let note = text[text.index(after: start)..<end]
            let count = note.hasPrefix("no old logs") ? 0 : Int(note.prefix { $0 != " " })
            return Stanza(
                patterns: words.dropLast(criterion.count).map { $0.filter { !"\"'".contains($0) } }.joined(
                    separator: " "),
                criterion: criterion.joined(separator: " "), count: count ?? -2)
        }
    }

    /// Lines of the file that errors name.
    private static func errorLines(in said: String, of file: String) -> [Int] {
        said.components(after: "error: \(file):").compactMap { Int($0.prefix { $0.isNumber }) }
    }
}

extension String {
    /// The texts behind each occurrence of a marker, up to the next one.
    fileprivate func components(after marker: String) -> [Substring] {
        ranges(of: marker).map { self[$0.upperBound...] }
    }
}
