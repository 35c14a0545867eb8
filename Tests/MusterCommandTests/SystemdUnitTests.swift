import Foundation
import MusterSystem
import MusterTesting
import Testing

private let analyzer = ProgramStream.find("systemd-analyze")

@Suite("Units for systemd", .timeLimit(.minutes(40)), .enabled(if: analyzer != nil))
struct SystemdUnitTests {
    private static let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("deploy/systemd").path

    /// What the analyzer says, and how it ends.
    private func analyze(_ words: [String]) async throws -> Program.Ending {
        try await Program.run(words, shell: "exec systemd-analyze \"$@\"")
    }

    @Test("Every unit is clean, and all are looked at")
    func clean() async throws {
        let names = try FileNames.inFolder(Self.source).sorted()
        #expect(
            names == ["muster-check.service", "muster-check.timer", "muster-rotate.service", "muster-rotate.timer"])
        let folder = TemporaryFolder()
        var paths: [String] = []
        for name in names {
            // The program that they start is looked for.
            let text = try FileReading.text("\(Self.source)/\(name)").replacing("/usr/bin/muster", with: "/bin/true")
            paths.append(try folder.file(name, Array(text.utf8)))
        }
        let ending = try await analyze(["verify", "--man=no"] + paths)
        #expect(ending.status == 0)
        let own = ending.complaintLines.filter { $0.contains("muster-") }
        #expect(own == [], "\(own)")
    }

    @Test(
        "Services are exposed no more than the documentation says",
        arguments: [("muster-check.service", 15), ("muster-rotate.service", 35)])
    func exposure(_ name: String, _ most: Int) async throws {
        let ending = try await analyze([
            "security", "--offline=true", "--no-pager", "--threshold=\(most)", "\(Self.source)/\(name)",
        ])
        #expect(ending.status == 0, "\(ending.text.suffix(200))")
    }

    @Test("What the services start is what the program takes")
    func commands() async throws {
        for (name, words) in [
            ("muster-check.service", ["check", "/nowhere/inventory.json"]),
            ("muster-rotate.service", ["logs", "rotate", "-d", "/nowhere/logrotate.conf"]),
        ] {
            let text = try FileReading.text("\(Self.source)/\(name)")
            let start = text.split(separator: "\n").first { $0.hasPrefix("ExecStart=/usr/bin/muster ") }
            #expect(start?.contains(" " + words.filter { $0 != "-d" }.dropLast().joined(separator: " ")) == true)
            let ending = try await Program.run(words)
            #expect(ending.complaints.contains("/nowhere/") && !ending.complaints.contains("Usage"))
        }
    }
}
